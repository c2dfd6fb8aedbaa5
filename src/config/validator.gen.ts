// @ts-nocheck
/* Made from schema/slb.schema.json by `npm run schema`. Do not edit. */

/** One fault that the validator found. */
export interface SchemaFault {
  readonly instancePath: string
  readonly schemaPath: string
  readonly keyword: string
  readonly params: {
    readonly additionalProperty?: string
    readonly missingProperty?: string
    readonly propertyName?: string
    readonly allowedValues?: readonly unknown[]
    readonly type?: string | readonly string[]
    readonly limit?: number
  }
  readonly message?: string
}

/** Says whether a tree follows the schema; the faults are a property of the function. */
export interface Validator {
  (tree: unknown): boolean
  errors?: readonly SchemaFault[] | null
}

const append = (into, more) => {
if(into === null)return more;
for(const each of more)into.push(each);
return into;
};

export const validate: Validator = validate10;
const schema11 = { properties: {"service":true,"vip":true,"defaults":true,"kernel":true,"bgp":true,"node":true,"guard":true,"ownership":true,"state":true} };
const schema12 = {"type":"string","maxLength":63,"pattern":"^[A-Za-z0-9_][A-Za-z0-9_.-]*$"};
const schema72 = {"title":"GuardConfig","description":"How much one apply may take away without consent.","type":"object","additionalProperties":false,"properties":{"max_remove":{"description":"Of the services, the backends, the VIPs, the BGP peers and the routes, of each: a percentage, or a count.","type":["string","integer"],"minimum":0,"pattern":"^(100|[0-9]{1,2})%$","default":"30%"}}};
const schema73 = {"title":"OwnershipConfig","description":"What happens when somebody else already holds what the files ask for.","type":"object","additionalProperties":false,"properties":{"conflict":{"description":"refuse leaves it alone and says so, adopt takes it over where no connection is touched, force replaces it.","type":"string","enum":["refuse","adopt","force"],"default":"refuse"}}};
const schema74 = {"title":"StateConfig","description":"What slb remembers.","type":"object","additionalProperties":false,"properties":{"history":{"description":"How many applies can be listed and rolled back.","type":"integer","minimum":1,"maximum":10000,"default":50}}};
const func0 = Object.prototype.hasOwnProperty;
const func47 = text => text.length;
const pattern0 = new RegExp("^[A-Za-z0-9_][A-Za-z0-9_.-]*$", "u");
const pattern59 = new RegExp("^(100|[0-9]{1,2})%$", "u");
const schema13 = {"title":"ServiceConfig","description":"One service: each combination of VIP, port and protocol is one virtual service in the kernel, all with the same backends.","type":"object","additionalProperties":false,"properties":{"vip":{"description":"The virtual address: an IPv4 or IPv6 address, the name of a [vip.NAME], or a list of these. IPv4 and IPv6 may be mixed.","type":["string","array"],"minItems":1,"items":{"type":"string"},"examples":["192.0.2.10",["192.0.2.10","2001:db8::10"]]},"port":{"description":"The port, `\"80:8080\"` (service port : backend port), or a list of these. 0 = all ports, only with persistence.","type":["integer","string","array"],"minimum":0,"maximum":65535,"pattern":"^[0-9]{1,5}:[0-9]{1,5}$","minItems":1,"items":{"type":["integer","string"],"minimum":0,"maximum":65535,"pattern":"^[0-9]{1,5}:[0-9]{1,5}$"},"examples":[80,"80:8080",[80,443]]},"protocol":{"description":"The transport protocol, or a list of them.","default":"tcp","anyOf":[{"$ref":"#/definitions/protocol"},{"type":"array","minItems":1,"uniqueItems":true,"items":{"$ref":"#/definitions/protocol"}}]},"fwmark":{"description":"A firewall mark instead of vip and port: packets that carry this mark are balanced.","type":"integer","minimum":1,"maximum":4294967295},"family":{"description":"The address family of a firewall-mark service.","type":"string","enum":["ipv4","ipv6"],"default":"ipv4"},"scheduler":{"description":"How a backend is chosen for a new connection: the name of an IPVS scheduler of the kernel.","default":"wrr","type":"string","maxLength":15,"pattern":"^[a-z0-9_-]+$","examples":["rr","wrr","lc","wlc","lblc","lblcr","dh","sh","sed","nq","fo","ovf","mh","twos"]},"scheduler_flags":{"description":"Options of the schedulers sh and mh: fallback takes another backend when the hashed one is full or quiesced, port adds the client's port to the hash. By default sh and mh fall back; an empty list turns that off. flag-1 to flag-3 are the bare flags, for schedulers that slb does not know.","type":"array","uniqueItems":true,"items":{"type":"string","enum":["sh-fallback","sh-port","mh-fallback","mh-port","flag-1","flag-2","flag-3"]}},"forward":{"description":"How packets reach the backends: nat (rewritten addresses and ports, answers come back through here), direct (same network, unchanged packets), tunnel (wrapped, unchanged packets).","default":"nat","$ref":"#/definitions/forward"},"tunnel":{"description":"How packets are wrapped for forward = \"tunnel\".","$ref":"#/definitions/tunnel"},"persistence":{"description":"Keeps each client on its backend: how long after its last connection, or a table.","$ref":"#/definitions/persistence"},"one_packet":{"description":"Schedules each UDP packet by itself, without a connection entry.","type":"boolean","default":false},"snat":{"description":"Rewrites the source address towards the backends too, so that answers come back through here from any network (one-arm NAT, backends that are also clients). For forward = \"nat\", and not beside fwmark.","type":"boolean","default":false},"backends":{"description":"Where the connections go.","type":"array","items":{"$ref":"#/definitions/backend"},"examples":[["10.0.0.11:8080","10.0.0.12:8080"]]},"enabled":{"description":"false drains the whole service and takes it down.","type":"boolean","default":true},"adopt":{"description":"Takes over what somebody else made in the kernel under this service's keys, without touching a connection.","type":"boolean","default":false},"drain":{"description":"How long a removed backend or service may finish its connections before it is deleted; \"0s\" cuts at once.","default":"60s","$ref":"#/definitions/duration"},"link":{"description":"Where the VIP lives, for a literal VIP that only this service uses: see link of [vip.NAME].","default":"slb0","$ref":"#/definitions/link"},"announce":{"description":"How the network learns of the VIP, for a literal VIP: see announce of [vip.NAME].","default":"none","$ref":"#/definitions/announce"},"uplink":{"description":"The link to the neighbours that announce = \"arp\" tells, for a literal VIP.","$ref":"#/definitions/uplink"},"check":{"description":"What a backend must answer to be up: a table, a list of tables that must all pass, or \"none\".","default":"none","$ref":"#/definitions/checks"},"on_down":{"description":"What happens to a backend that is down: remove takes it out, quiesce leaves it with weight 0, so that established connections that still work go on. remove when absent, but quiesce where bgp announces the VIP of a service with mh and direct or tunnel forwarding: every machine that announces it then chooses alike.","type":"string","enum":["remove","quiesce"]},"slow_start":{"description":"How long a backend that comes up takes to its whole weight, in up to ten steps, at most 1h; \"0s\" = at once. A weight of 1 has no steps: give backends 10 or more.","default":"0s","$ref":"#/definitions/duration"},"quorum":{"description":"How many backends must be up for a virtual service to serve: a number, a percentage, or a table.","default":1,"$ref":"#/definitions/quorum"},"when_empty":{"description":"What happens while fewer backends are up than quorum asks for: keep goes on with those that there are, sorry sends everything to the server in sorry, withdraw takes the VIP away, or where bgp alone announces it, its route. sorry where sorry is given, withdraw where bgp announces the VIP, otherwise keep.","type":"string","enum":["keep","sorry","withdraw"]},"sorry":{"description":"The server that answers while the service cannot: `\"address:port\"`, `\"address\"` (port of the service), or a table.","$ref":"#/definitions/sorry"},"weight_from":{"description":"Who says the weight of a backend: `\"header:NAME\"` (a header of the answer to its http check), `\"exec\"` (the first line that its exec check prints), or a table.","$ref":"#/definitions/weightFrom"}}};
const schema14 = {"title":"ProtocolName","type":"string","enum":["tcp","udp","sctp"]};
const schema16 = {"title":"ForwardMethod","type":"string","enum":["nat","direct","tunnel"]};
const schema17 = {"title":"TunnelConfig","type":"object","additionalProperties":false,"properties":{"type":{"description":"The encapsulation: IP in IP, Generic UDP Encapsulation, or GRE.","type":"string","enum":["ipip","gue","gre"],"default":"ipip"},"port":{"description":"UDP port of the backend's gue listener; required for gue.","type":"integer","minimum":1,"maximum":65535},"checksum":{"description":"Checksum of the outer header for gue and gre: none, full, or (gue only) offloaded to the receiver.","type":"string","enum":["none","full","remote"],"default":"none"}}};
const schema19 = {"type":"string","pattern":"^[0-9]{1,9}(ms|s|m|h|d)$"};
const schema32 = {"type":"string","maxLength":15,"pattern":"^(@service|[^@/:\\s\\x00-\\x20\\x7f-\\uffff][^/:\\s\\x00-\\x20\\x7f-\\uffff]*)$"};
const schema33 = {"title":"AnnounceConfig","type":["string","array"],"minItems":1,"uniqueItems":true,"items":{"type":"string","enum":["arp","bgp"]},"pattern":"^(none|arp|bgp)$"};
const schema34 = {"type":"string","maxLength":15,"pattern":"^[^/:\\s\\x00-\\x20\\x7f-\\uffff]+$"};
const schema36 = {"title":"QuorumConfig","type":["integer","string","object"],"minimum":1,"maximum":65535,"pattern":"^(100|[1-9][0-9]?)%$","required":["up"],"additionalProperties":false,"properties":{"up":{"description":"So many backends up, or so large a part of them, begin to serve.","type":["integer","string"],"minimum":1,"maximum":65535,"pattern":"^(100|[1-9][0-9]?)%$"},"down":{"description":"Fewer than so many end it, up when absent.","type":["integer","string"],"minimum":1,"maximum":65535,"pattern":"^(100|[1-9][0-9]?)%$"}},"examples":[2,"50%",{"up":3,"down":2}]};
const schema37 = {"title":"SorryConfig","type":["string","object"],"required":["address"],"additionalProperties":false,"properties":{"address":{"description":"`\"address:port\"`, `\"address\"` (port of the service) or `\"[IPv6]:port\"`.","type":"string"},"forward":{"description":"Overrides the service's forward; local hands the packets to this machine itself.","type":"string","enum":["nat","direct","tunnel","local"]}},"examples":["10.0.0.9:80",{"address":"127.0.0.1","forward":"local"}]};
const schema38 = {"title":"WeightFromConfig","type":["string","object"],"pattern":"^(exec|header:[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100})$","required":["from"],"additionalProperties":false,"properties":{"from":{"description":"`\"header:NAME\"` or `\"exec\"`.","type":"string","pattern":"^(exec|header:[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100})$"},"min":{"description":"The least weight that is taken; less counts as this. 0 lets a backend ask for no new connections.","type":"integer","minimum":0,"maximum":65535,"default":1},"max":{"description":"The greatest weight that is taken; more counts as this.","type":"integer","minimum":0,"maximum":65535,"default":100}},"examples":["header:X-Weight",{"from":"exec","min":1,"max":10}]};
const func32 = (a, b) => a === b;
const pattern1 = new RegExp("^[0-9]{1,5}:[0-9]{1,5}$", "u");
const pattern3 = new RegExp("^[a-z0-9_-]+$", "u");
const pattern4 = new RegExp("^[0-9]{1,9}(ms|s|m|h|d)$", "u");
const pattern24 = new RegExp("^(@service|[^@/:\\s\\x00-\\x20\\x7f-\\uffff][^/:\\s\\x00-\\x20\\x7f-\\uffff]*)$", "u");
const pattern25 = new RegExp("^(none|arp|bgp)$", "u");
const pattern26 = new RegExp("^[^/:\\s\\x00-\\x20\\x7f-\\uffff]+$", "u");
const pattern28 = new RegExp("^(100|[1-9][0-9]?)%$", "u");
const pattern31 = new RegExp("^(exec|header:[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100})$", "u");
const schema18 = {"title":"PersistenceConfig","type":["string","object"],"pattern":"^[0-9]{1,9}(ms|s|m|h|d)$","additionalProperties":false,"properties":{"timeout":{"description":"How long a client stays bound to its backend after its last connection; whole seconds.","default":"300s","$ref":"#/definitions/duration"},"netmask":{"description":"Prefix length that clients are grouped by; each client by itself when absent.","type":"integer","minimum":1,"maximum":128},"engine":{"description":"Binds by content instead of client address: sip uses the Call-ID.","type":"string","enum":["sip"]}},"examples":["5m"]};

function validate12(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if((typeof data !== "string") && (!(data && typeof data == "object" && !Array.isArray(data)))){
const err0 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: schema18.type},message:"must be string,object"};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(typeof data === "string"){
if(!pattern4.test(data)){
const err1 = {instancePath,schemaPath:"#/pattern",keyword:"pattern",params:{pattern: "^[0-9]{1,9}(ms|s|m|h|d)$"},message:"must match pattern \""+"^[0-9]{1,9}(ms|s|m|h|d)$"+"\""};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
if(data && typeof data == "object" && !Array.isArray(data)){
for(const key0 of Object.keys(data)){
if(!(((key0 === "timeout") || (key0 === "netmask")) || (key0 === "engine"))){
const err2 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
if(data.timeout !== undefined && func0.call(data, "timeout")){
let data0 = data.timeout;
if(typeof data0 === "string"){
if(!pattern4.test(data0)){
const err3 = {instancePath:instancePath+"/timeout",schemaPath:"#/definitions/duration/pattern",keyword:"pattern",params:{pattern: "^[0-9]{1,9}(ms|s|m|h|d)$"},message:"must match pattern \""+"^[0-9]{1,9}(ms|s|m|h|d)$"+"\""};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
else {
const err4 = {instancePath:instancePath+"/timeout",schemaPath:"#/definitions/duration/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
if(data.netmask !== undefined && func0.call(data, "netmask")){
let data1 = data.netmask;
if(!(((typeof data1 == "number") && (!(data1 % 1) && !isNaN(data1))) && (isFinite(data1)))){
const err5 = {instancePath:instancePath+"/netmask",schemaPath:"#/properties/netmask/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
if((typeof data1 == "number") && (isFinite(data1))){
if(data1 > 128 || isNaN(data1)){
const err6 = {instancePath:instancePath+"/netmask",schemaPath:"#/properties/netmask/maximum",keyword:"maximum",params:{comparison: "<=", limit: 128},message:"must be <= 128"};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
if(data1 < 1 || isNaN(data1)){
const err7 = {instancePath:instancePath+"/netmask",schemaPath:"#/properties/netmask/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
}
if(data.engine !== undefined && func0.call(data, "engine")){
let data2 = data.engine;
if(typeof data2 !== "string"){
const err8 = {instancePath:instancePath+"/engine",schemaPath:"#/properties/engine/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
if(!(data2 === "sip")){
const err9 = {instancePath:instancePath+"/engine",schemaPath:"#/properties/engine/enum",keyword:"enum",params:{allowedValues: schema18.properties.engine.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
}
validate12.errors = vErrors;
return errors === 0;
}

const schema20 = {"title":"BackendConfig","description":"`\"address:port\"`, `\"address\"` (port of the service), `\"[IPv6]:port\"`, or a table.","type":["string","object"],"required":["address"],"additionalProperties":false,"properties":{"address":{"description":"`\"address:port\"`, `\"address\"` (port of the service) or `\"[IPv6]:port\"`.","type":"string"},"weight":{"description":"Share of the connections in relation to the other backends; 0 = no new connections.","type":"integer","minimum":0,"maximum":65535,"default":1},"forward":{"description":"Overrides the service's forward; local hands the packets to this machine itself.","type":"string","enum":["nat","direct","tunnel","local"]},"tunnel":{"description":"Overrides the service's tunnel.","$ref":"#/definitions/tunnel"},"upper":{"description":"Connection count from which the backend gets no new ones; 0 = no limit.","type":"integer","minimum":0,"maximum":2147483647,"default":0},"lower":{"description":"Connection count below which a backend that reached upper gets new ones again; 0 = three quarters of upper.","type":"integer","minimum":0,"maximum":2147483647,"default":0},"enabled":{"description":"false drains the backend and takes it out.","type":"boolean","default":true},"check":{"description":"Takes the place of the service's check for this backend; \"none\" = always up.","$ref":"#/definitions/checks"}},"examples":["10.0.0.11:8080"]};
const schema22 = {"title":"ChecksConfig","description":"A check, a list of checks that must all pass, or \"none\".","anyOf":[{"type":"string","enum":["none"]},{"$ref":"#/definitions/check"},{"type":"array","minItems":1,"items":{"$ref":"#/definitions/check"}}]};
const schema23 = {"title":"CheckConfig","description":"One health check. A key that says for which types it is has no place in a check of another type.","type":"object","additionalProperties":false,"properties":{"type":{"description":"What is asked: tcp opens a connection, http and https want an answer to a request, dns to a query, udp to a datagram, icmp to a ping, grpc to grpc.health.v1, exec runs a program.","type":"string","enum":["tcp","http","https","dns","udp","icmp","grpc","exec"],"default":"tcp"},"interval":{"description":"How often, 100ms to 1d.","default":"2s","$ref":"#/definitions/duration"},"timeout":{"description":"How long everything may take from the first packet to the last byte, at least 1ms; not longer than interval and fast_interval, and by default the shortest of these and 1s.","default":"1s","$ref":"#/definitions/duration"},"rise":{"description":"So many good answers in a row bring a backend up.","type":"integer","minimum":1,"maximum":1000,"default":2},"fall":{"description":"So many bad answers in a row take a backend down.","type":"integer","minimum":1,"maximum":1000,"default":3},"fast_interval":{"description":"The interval while a verdict is changing, from 100ms to interval; interval when absent.","$ref":"#/definitions/duration"},"port":{"description":"The port that is asked, or that exec gets as {port}; the backend's when absent. All types but icmp.","type":"integer","minimum":1,"maximum":65535},"source":{"description":"The local address that is asked from; what the route says when absent. All types but exec.","type":"string"},"ban":{"description":"Keeps a backend out that goes down again and again.","$ref":"#/definitions/ban"},"via":{"description":"Where the question goes: to the backend itself, or to the VIP through that one backend (forward = \"direct\" and \"tunnel\").","type":"string","enum":["backend","vip"],"default":"backend"},"method":{"description":"http, https: the method of the request.","type":"string","pattern":"^[A-Z]{1,20}$","default":"GET"},"path":{"description":"http, https: the path that is asked for, with its query.","type":"string","maxLength":2000,"pattern":"^/[!-~]*$","default":"/"},"host":{"description":"http, https: the Host header; address and port when absent.","type":"string","maxLength":255,"pattern":"^[A-Za-z0-9_.:\\[\\]-]+$"},"headers":{"description":"http, https: further headers of the request by name.","type":"object","propertyNames":{"pattern":"^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$"},"additionalProperties":{"type":"string","maxLength":4096,"pattern":"^[\\t -~]*$"},"examples":[{"User-Agent":"slb"}]},"expect":{"description":"http, https: the right status codes, a number, a range, or a list of these; 200-299 when absent. udp: what the answer begins with, written as in payload; when absent, only an unreachable port is down.","type":["integer","string","array"],"minimum":100,"maximum":599,"minItems":1,"maxLength":4096,"items":{"type":["integer","string"],"minimum":100,"maximum":599,"pattern":"^[1-5][0-9][0-9]-[1-5][0-9][0-9]$"},"examples":[200,"200-399",[200,204],"hex:00 01"]},"contains":{"description":"http, https: text that must stand in the first 64 KiB of the answer's body.","type":"string","minLength":1,"maxLength":4096},"redirects":{"description":"http, https: how many redirects are followed; 0 = a redirect is an answer like any other.","type":"integer","minimum":0,"maximum":10,"default":0},"tls":{"description":"grpc: speaks TLS.","type":"boolean","default":false},"sni":{"description":"https, grpc with tls: the name that is asked for and that the certificate must carry; for https that in host when absent.","type":"string","maxLength":253,"pattern":"^[A-Za-z0-9_.-]+$"},"ca":{"description":"https, grpc with tls: a PEM file of certificate authorities to trust instead of those of the system.","type":"string","maxLength":4095,"pattern":"^/[^\\x00-\\x1f\\x7f]*$"},"verify":{"description":"https, grpc with tls: false takes any certificate.","type":"boolean","default":true},"expiry_warning":{"description":"https, grpc with tls: warns when the certificate ends within this time; \"0s\" = never.","default":"14d","$ref":"#/definitions/duration"},"name":{"description":"dns: the name that is asked for; required there.","type":"string","maxLength":254,"pattern":"^(\\.|[A-Za-z0-9_*-]{1,63}(\\.[A-Za-z0-9_*-]{1,63})*\\.?)$"},"record":{"description":"dns: the type of record that is asked for.","type":"string","enum":["A","AAAA","CNAME","MX","NS","PTR","SOA","SRV","TXT"],"default":"A"},"rcode":{"description":"dns: the right response code.","type":"string","enum":["NOERROR","FORMERR","SERVFAIL","NXDOMAIN","NOTIMP","REFUSED"],"default":"NOERROR"},"answer":{"description":"dns: what one of the answers must be; any answer when absent.","type":"string","minLength":1,"maxLength":1024},"payload":{"description":"udp: what is sent: text with \\n, \\r, \\t, \\0, \\\\ and \\xHH, or \"hex:\" with digits; an empty datagram when absent.","type":"string","maxLength":4096,"examples":["ping\\n","hex:00 01 ff"]},"service":{"description":"grpc: the service whose health is asked for; the whole server when absent.","type":"string","maxLength":255},"command":{"description":"exec: the program by its absolute path, and its arguments; {address} and {port} stand for the backend's. Required there, and the path must stand in allow_exec of [node].","type":"array","minItems":1,"items":{"type":"string","maxLength":4096,"pattern":"^[^\\x00]*$"}},"user":{"description":"exec: the user that the program runs as; the one of slb when absent.","type":"string","maxLength":32,"pattern":"^[A-Za-z0-9_][A-Za-z0-9_.-]*[$]?$"}},"examples":[{"type":"http","path":"/healthz"}]};
const pattern11 = new RegExp("^[A-Z]{1,20}$", "u");
const pattern12 = new RegExp("^/[!-~]*$", "u");
const pattern13 = new RegExp("^[A-Za-z0-9_.:\\[\\]-]+$", "u");
const pattern14 = new RegExp("^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$", "u");
const pattern15 = new RegExp("^[\\t -~]*$", "u");
const pattern16 = new RegExp("^[1-5][0-9][0-9]-[1-5][0-9][0-9]$", "u");
const pattern17 = new RegExp("^[A-Za-z0-9_.-]+$", "u");
const pattern18 = new RegExp("^/[^\\x00-\\x1f\\x7f]*$", "u");
const pattern20 = new RegExp("^(\\.|[A-Za-z0-9_*-]{1,63}(\\.[A-Za-z0-9_*-]{1,63})*\\.?)$", "u");
const pattern21 = new RegExp("^[^\\x00]*$", "u");
const pattern22 = new RegExp("^[A-Za-z0-9_][A-Za-z0-9_.-]*[$]?$", "u");
const schema27 = {"title":"BanConfig","description":"Keeps a backend out that goes down again and again.","type":"object","required":["after"],"additionalProperties":false,"properties":{"after":{"description":"So many times down; -1 = never banned.","type":"integer","minimum":-1,"maximum":1000},"window":{"description":"Within this time, at most 30d; \"0s\" = since the last ban or the first check.","default":"0s","$ref":"#/definitions/duration"},"time":{"description":"How long it stays out, 1s to 30d.","default":"10m","$ref":"#/definitions/duration"}}};

function validate17(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if((data.after === undefined) || (!(func0.call(data, "after")))){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "after"},message:"must have required property '"+"after"+"'"};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
for(const key0 of Object.keys(data)){
if(!(((key0 === "after") || (key0 === "window")) || (key0 === "time"))){
const err1 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
if(data.after !== undefined && func0.call(data, "after")){
let data0 = data.after;
if(!(((typeof data0 == "number") && (!(data0 % 1) && !isNaN(data0))) && (isFinite(data0)))){
const err2 = {instancePath:instancePath+"/after",schemaPath:"#/properties/after/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
if((typeof data0 == "number") && (isFinite(data0))){
if(data0 > 1000 || isNaN(data0)){
const err3 = {instancePath:instancePath+"/after",schemaPath:"#/properties/after/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000},message:"must be <= 1000"};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
if(data0 < -1 || isNaN(data0)){
const err4 = {instancePath:instancePath+"/after",schemaPath:"#/properties/after/minimum",keyword:"minimum",params:{comparison: ">=", limit: -1},message:"must be >= -1"};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
}
if(data.window !== undefined && func0.call(data, "window")){
let data1 = data.window;
if(typeof data1 === "string"){
if(!pattern4.test(data1)){
const err5 = {instancePath:instancePath+"/window",schemaPath:"#/definitions/duration/pattern",keyword:"pattern",params:{pattern: "^[0-9]{1,9}(ms|s|m|h|d)$"},message:"must match pattern \""+"^[0-9]{1,9}(ms|s|m|h|d)$"+"\""};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
else {
const err6 = {instancePath:instancePath+"/window",schemaPath:"#/definitions/duration/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
if(data.time !== undefined && func0.call(data, "time")){
let data2 = data.time;
if(typeof data2 === "string"){
if(!pattern4.test(data2)){
const err7 = {instancePath:instancePath+"/time",schemaPath:"#/definitions/duration/pattern",keyword:"pattern",params:{pattern: "^[0-9]{1,9}(ms|s|m|h|d)$"},message:"must match pattern \""+"^[0-9]{1,9}(ms|s|m|h|d)$"+"\""};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
else {
const err8 = {instancePath:instancePath+"/time",schemaPath:"#/definitions/duration/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
}
else {
const err9 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
validate17.errors = vErrors;
return errors === 0;
}


function validate16(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
for(const key0 of Object.keys(data)){
if(!(func0.call(schema23.properties, key0))){
const err0 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
if(data.type !== undefined && func0.call(data, "type")){
let data0 = data.type;
if(typeof data0 !== "string"){
const err1 = {instancePath:instancePath+"/type",schemaPath:"#/properties/type/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
if(!((((((((data0 === "tcp") || (data0 === "http")) || (data0 === "https")) || (data0 === "dns")) || (data0 === "udp")) || (data0 === "icmp")) || (data0 === "grpc")) || (data0 === "exec"))){
const err2 = {instancePath:instancePath+"/type",schemaPath:"#/properties/type/enum",keyword:"enum",params:{allowedValues: schema23.properties.type.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
if(data.interval !== undefined && func0.call(data, "interval")){
let data1 = data.interval;
if(typeof data1 === "string"){
if(!pattern4.test(data1)){
const err3 = {instancePath:instancePath+"/interval",schemaPath:"#/definitions/duration/pattern",keyword:"pattern",params:{pattern: "^[0-9]{1,9}(ms|s|m|h|d)$"},message:"must match pattern \""+"^[0-9]{1,9}(ms|s|m|h|d)$"+"\""};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
else {
const err4 = {instancePath:instancePath+"/interval",schemaPath:"#/definitions/duration/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
if(data.timeout !== undefined && func0.call(data, "timeout")){
let data2 = data.timeout;
if(typeof data2 === "string"){
if(!pattern4.test(data2)){
const err5 = {instancePath:instancePath+"/timeout",schemaPath:"#/definitions/duration/pattern",keyword:"pattern",params:{pattern: "^[0-9]{1,9}(ms|s|m|h|d)$"},message:"must match pattern \""+"^[0-9]{1,9}(ms|s|m|h|d)$"+"\""};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
else {
const err6 = {instancePath:instancePath+"/timeout",schemaPath:"#/definitions/duration/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
if(data.rise !== undefined && func0.call(data, "rise")){
let data3 = data.rise;
if(!(((typeof data3 == "number") && (!(data3 % 1) && !isNaN(data3))) && (isFinite(data3)))){
const err7 = {instancePath:instancePath+"/rise",schemaPath:"#/properties/rise/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
if((typeof data3 == "number") && (isFinite(data3))){
if(data3 > 1000 || isNaN(data3)){
const err8 = {instancePath:instancePath+"/rise",schemaPath:"#/properties/rise/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000},message:"must be <= 1000"};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
if(data3 < 1 || isNaN(data3)){
const err9 = {instancePath:instancePath+"/rise",schemaPath:"#/properties/rise/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
}
if(data.fall !== undefined && func0.call(data, "fall")){
let data4 = data.fall;
if(!(((typeof data4 == "number") && (!(data4 % 1) && !isNaN(data4))) && (isFinite(data4)))){
const err10 = {instancePath:instancePath+"/fall",schemaPath:"#/properties/fall/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
if((typeof data4 == "number") && (isFinite(data4))){
if(data4 > 1000 || isNaN(data4)){
const err11 = {instancePath:instancePath+"/fall",schemaPath:"#/properties/fall/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000},message:"must be <= 1000"};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
if(data4 < 1 || isNaN(data4)){
const err12 = {instancePath:instancePath+"/fall",schemaPath:"#/properties/fall/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
}
if(data.fast_interval !== undefined && func0.call(data, "fast_interval")){
let data5 = data.fast_interval;
if(typeof data5 === "string"){
if(!pattern4.test(data5)){
const err13 = {instancePath:instancePath+"/fast_interval",schemaPath:"#/definitions/duration/pattern",keyword:"pattern",params:{pattern: "^[0-9]{1,9}(ms|s|m|h|d)$"},message:"must match pattern \""+"^[0-9]{1,9}(ms|s|m|h|d)$"+"\""};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
else {
const err14 = {instancePath:instancePath+"/fast_interval",schemaPath:"#/definitions/duration/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
if(data.port !== undefined && func0.call(data, "port")){
let data6 = data.port;
if(!(((typeof data6 == "number") && (!(data6 % 1) && !isNaN(data6))) && (isFinite(data6)))){
const err15 = {instancePath:instancePath+"/port",schemaPath:"#/properties/port/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
if((typeof data6 == "number") && (isFinite(data6))){
if(data6 > 65535 || isNaN(data6)){
const err16 = {instancePath:instancePath+"/port",schemaPath:"#/properties/port/maximum",keyword:"maximum",params:{comparison: "<=", limit: 65535},message:"must be <= 65535"};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
if(data6 < 1 || isNaN(data6)){
const err17 = {instancePath:instancePath+"/port",schemaPath:"#/properties/port/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
}
}
if(data.source !== undefined && func0.call(data, "source")){
if(typeof data.source !== "string"){
const err18 = {instancePath:instancePath+"/source",schemaPath:"#/properties/source/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
}
if(data.ban !== undefined && func0.call(data, "ban")){
if(!(validate17(data.ban, {instancePath:instancePath+"/ban",parentData:data,parentDataProperty:"ban",rootData}))){
vErrors = append(vErrors, validate17.errors);
errors = vErrors.length;
}
}
if(data.via !== undefined && func0.call(data, "via")){
let data9 = data.via;
if(typeof data9 !== "string"){
const err19 = {instancePath:instancePath+"/via",schemaPath:"#/properties/via/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
if(!((data9 === "backend") || (data9 === "vip"))){
const err20 = {instancePath:instancePath+"/via",schemaPath:"#/properties/via/enum",keyword:"enum",params:{allowedValues: schema23.properties.via.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
}
if(data.method !== undefined && func0.call(data, "method")){
let data10 = data.method;
if(typeof data10 === "string"){
if(!pattern11.test(data10)){
const err21 = {instancePath:instancePath+"/method",schemaPath:"#/properties/method/pattern",keyword:"pattern",params:{pattern: "^[A-Z]{1,20}$"},message:"must match pattern \""+"^[A-Z]{1,20}$"+"\""};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
}
else {
const err22 = {instancePath:instancePath+"/method",schemaPath:"#/properties/method/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
}
if(data.path !== undefined && func0.call(data, "path")){
let data11 = data.path;
if(typeof data11 === "string"){
if(func47(data11) > 2000){
const err23 = {instancePath:instancePath+"/path",schemaPath:"#/properties/path/maxLength",keyword:"maxLength",params:{limit: 2000},message:"must NOT have more than 2000 characters"};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
if(!pattern12.test(data11)){
const err24 = {instancePath:instancePath+"/path",schemaPath:"#/properties/path/pattern",keyword:"pattern",params:{pattern: "^/[!-~]*$"},message:"must match pattern \""+"^/[!-~]*$"+"\""};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
}
else {
const err25 = {instancePath:instancePath+"/path",schemaPath:"#/properties/path/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
}
if(data.host !== undefined && func0.call(data, "host")){
let data12 = data.host;
if(typeof data12 === "string"){
if(func47(data12) > 255){
const err26 = {instancePath:instancePath+"/host",schemaPath:"#/properties/host/maxLength",keyword:"maxLength",params:{limit: 255},message:"must NOT have more than 255 characters"};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
if(!pattern13.test(data12)){
const err27 = {instancePath:instancePath+"/host",schemaPath:"#/properties/host/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z0-9_.:\\[\\]-]+$"},message:"must match pattern \""+"^[A-Za-z0-9_.:\\[\\]-]+$"+"\""};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
}
else {
const err28 = {instancePath:instancePath+"/host",schemaPath:"#/properties/host/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
}
if(data.headers !== undefined && func0.call(data, "headers")){
let data13 = data.headers;
if(data13 && typeof data13 == "object" && !Array.isArray(data13)){
for(const key1 of Object.keys(data13)){
const _errs32 = errors;
if(typeof key1 === "string"){
if(!pattern14.test(key1)){
const err29 = {instancePath:instancePath+"/headers",schemaPath:"#/properties/headers/propertyNames/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$"},message:"must match pattern \""+"^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$"+"\"",propertyName:key1};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
}
var valid4 = _errs32 === errors;
if(!valid4){
const err30 = {instancePath:instancePath+"/headers",schemaPath:"#/properties/headers/propertyNames",keyword:"propertyNames",params:{propertyName: key1},message:"property name must be valid"};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
}
for(const key2 of Object.keys(data13)){
let data14 = data13[key2];
if(typeof data14 === "string"){
if(func47(data14) > 4096){
const err31 = {instancePath:instancePath+"/headers/" + key2.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/headers/additionalProperties/maxLength",keyword:"maxLength",params:{limit: 4096},message:"must NOT have more than 4096 characters"};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
if(!pattern15.test(data14)){
const err32 = {instancePath:instancePath+"/headers/" + key2.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/headers/additionalProperties/pattern",keyword:"pattern",params:{pattern: "^[\\t -~]*$"},message:"must match pattern \""+"^[\\t -~]*$"+"\""};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
}
else {
const err33 = {instancePath:instancePath+"/headers/" + key2.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/headers/additionalProperties/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
}
}
else {
const err34 = {instancePath:instancePath+"/headers",schemaPath:"#/properties/headers/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
}
if(data.expect !== undefined && func0.call(data, "expect")){
let data15 = data.expect;
if(((!(((typeof data15 == "number") && (!(data15 % 1) && !isNaN(data15))) && (isFinite(data15)))) && (typeof data15 !== "string")) && (!(Array.isArray(data15)))){
const err35 = {instancePath:instancePath+"/expect",schemaPath:"#/properties/expect/type",keyword:"type",params:{type: schema23.properties.expect.type},message:"must be integer,string,array"};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
if((typeof data15 == "number") && (isFinite(data15))){
if(data15 > 599 || isNaN(data15)){
const err36 = {instancePath:instancePath+"/expect",schemaPath:"#/properties/expect/maximum",keyword:"maximum",params:{comparison: "<=", limit: 599},message:"must be <= 599"};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
errors++;
}
if(data15 < 100 || isNaN(data15)){
const err37 = {instancePath:instancePath+"/expect",schemaPath:"#/properties/expect/minimum",keyword:"minimum",params:{comparison: ">=", limit: 100},message:"must be >= 100"};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
}
if(typeof data15 === "string"){
if(func47(data15) > 4096){
const err38 = {instancePath:instancePath+"/expect",schemaPath:"#/properties/expect/maxLength",keyword:"maxLength",params:{limit: 4096},message:"must NOT have more than 4096 characters"};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
errors++;
}
}
if(Array.isArray(data15)){
if(data15.length < 1){
const err39 = {instancePath:instancePath+"/expect",schemaPath:"#/properties/expect/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err39];
}
else {
vErrors.push(err39);
}
errors++;
}
const len0 = data15.length;
for(let i0=0; i0<len0; i0++){
let data16 = data15[i0];
if((!(((typeof data16 == "number") && (!(data16 % 1) && !isNaN(data16))) && (isFinite(data16)))) && (typeof data16 !== "string")){
const err40 = {instancePath:instancePath+"/expect/" + i0,schemaPath:"#/properties/expect/items/type",keyword:"type",params:{type: schema23.properties.expect.items.type},message:"must be integer,string"};
if(vErrors === null){
vErrors = [err40];
}
else {
vErrors.push(err40);
}
errors++;
}
if((typeof data16 == "number") && (isFinite(data16))){
if(data16 > 599 || isNaN(data16)){
const err41 = {instancePath:instancePath+"/expect/" + i0,schemaPath:"#/properties/expect/items/maximum",keyword:"maximum",params:{comparison: "<=", limit: 599},message:"must be <= 599"};
if(vErrors === null){
vErrors = [err41];
}
else {
vErrors.push(err41);
}
errors++;
}
if(data16 < 100 || isNaN(data16)){
const err42 = {instancePath:instancePath+"/expect/" + i0,schemaPath:"#/properties/expect/items/minimum",keyword:"minimum",params:{comparison: ">=", limit: 100},message:"must be >= 100"};
if(vErrors === null){
vErrors = [err42];
}
else {
vErrors.push(err42);
}
errors++;
}
}
if(typeof data16 === "string"){
if(!pattern16.test(data16)){
const err43 = {instancePath:instancePath+"/expect/" + i0,schemaPath:"#/properties/expect/items/pattern",keyword:"pattern",params:{pattern: "^[1-5][0-9][0-9]-[1-5][0-9][0-9]$"},message:"must match pattern \""+"^[1-5][0-9][0-9]-[1-5][0-9][0-9]$"+"\""};
if(vErrors === null){
vErrors = [err43];
}
else {
vErrors.push(err43);
}
errors++;
}
}
}
}
}
if(data.contains !== undefined && func0.call(data, "contains")){
let data17 = data.contains;
if(typeof data17 === "string"){
if(func47(data17) > 4096){
const err44 = {instancePath:instancePath+"/contains",schemaPath:"#/properties/contains/maxLength",keyword:"maxLength",params:{limit: 4096},message:"must NOT have more than 4096 characters"};
if(vErrors === null){
vErrors = [err44];
}
else {
vErrors.push(err44);
}
errors++;
}
if(func47(data17) < 1){
const err45 = {instancePath:instancePath+"/contains",schemaPath:"#/properties/contains/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err45];
}
else {
vErrors.push(err45);
}
errors++;
}
}
else {
const err46 = {instancePath:instancePath+"/contains",schemaPath:"#/properties/contains/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err46];
}
else {
vErrors.push(err46);
}
errors++;
}
}
if(data.redirects !== undefined && func0.call(data, "redirects")){
let data18 = data.redirects;
if(!(((typeof data18 == "number") && (!(data18 % 1) && !isNaN(data18))) && (isFinite(data18)))){
const err47 = {instancePath:instancePath+"/redirects",schemaPath:"#/properties/redirects/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err47];
}
else {
vErrors.push(err47);
}
errors++;
}
if((typeof data18 == "number") && (isFinite(data18))){
if(data18 > 10 || isNaN(data18)){
const err48 = {instancePath:instancePath+"/redirects",schemaPath:"#/properties/redirects/maximum",keyword:"maximum",params:{comparison: "<=", limit: 10},message:"must be <= 10"};
if(vErrors === null){
vErrors = [err48];
}
else {
vErrors.push(err48);
}
errors++;
}
if(data18 < 0 || isNaN(data18)){
const err49 = {instancePath:instancePath+"/redirects",schemaPath:"#/properties/redirects/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err49];
}
else {
vErrors.push(err49);
}
errors++;
}
}
}
if(data.tls !== undefined && func0.call(data, "tls")){
if(typeof data.tls !== "boolean"){
const err50 = {instancePath:instancePath+"/tls",schemaPath:"#/properties/tls/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err50];
}
else {
vErrors.push(err50);
}
errors++;
}
}
if(data.sni !== undefined && func0.call(data, "sni")){
let data20 = data.sni;
if(typeof data20 === "string"){
if(func47(data20) > 253){
const err51 = {instancePath:instancePath+"/sni",schemaPath:"#/properties/sni/maxLength",keyword:"maxLength",params:{limit: 253},message:"must NOT have more than 253 characters"};
if(vErrors === null){
vErrors = [err51];
}
else {
vErrors.push(err51);
}
errors++;
}
if(!pattern17.test(data20)){
const err52 = {instancePath:instancePath+"/sni",schemaPath:"#/properties/sni/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z0-9_.-]+$"},message:"must match pattern \""+"^[A-Za-z0-9_.-]+$"+"\""};
if(vErrors === null){
vErrors = [err52];
}
else {
vErrors.push(err52);
}
errors++;
}
}
else {
const err53 = {instancePath:instancePath+"/sni",schemaPath:"#/properties/sni/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err53];
}
else {
vErrors.push(err53);
}
errors++;
}
}
if(data.ca !== undefined && func0.call(data, "ca")){
let data21 = data.ca;
if(typeof data21 === "string"){
if(func47(data21) > 4095){
const err54 = {instancePath:instancePath+"/ca",schemaPath:"#/properties/ca/maxLength",keyword:"maxLength",params:{limit: 4095},message:"must NOT have more than 4095 characters"};
if(vErrors === null){
vErrors = [err54];
}
else {
vErrors.push(err54);
}
errors++;
}
if(!pattern18.test(data21)){
const err55 = {instancePath:instancePath+"/ca",schemaPath:"#/properties/ca/pattern",keyword:"pattern",params:{pattern: "^/[^\\x00-\\x1f\\x7f]*$"},message:"must match pattern \""+"^/[^\\x00-\\x1f\\x7f]*$"+"\""};
if(vErrors === null){
vErrors = [err55];
}
else {
vErrors.push(err55);
}
errors++;
}
}
else {
const err56 = {instancePath:instancePath+"/ca",schemaPath:"#/properties/ca/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err56];
}
else {
vErrors.push(err56);
}
errors++;
}
}
if(data.verify !== undefined && func0.call(data, "verify")){
if(typeof data.verify !== "boolean"){
const err57 = {instancePath:instancePath+"/verify",schemaPath:"#/properties/verify/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err57];
}
else {
vErrors.push(err57);
}
errors++;
}
}
if(data.expiry_warning !== undefined && func0.call(data, "expiry_warning")){
let data23 = data.expiry_warning;
if(typeof data23 === "string"){
if(!pattern4.test(data23)){
const err58 = {instancePath:instancePath+"/expiry_warning",schemaPath:"#/definitions/duration/pattern",keyword:"pattern",params:{pattern: "^[0-9]{1,9}(ms|s|m|h|d)$"},message:"must match pattern \""+"^[0-9]{1,9}(ms|s|m|h|d)$"+"\""};
if(vErrors === null){
vErrors = [err58];
}
else {
vErrors.push(err58);
}
errors++;
}
}
else {
const err59 = {instancePath:instancePath+"/expiry_warning",schemaPath:"#/definitions/duration/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err59];
}
else {
vErrors.push(err59);
}
errors++;
}
}
if(data.name !== undefined && func0.call(data, "name")){
let data24 = data.name;
if(typeof data24 === "string"){
if(func47(data24) > 254){
const err60 = {instancePath:instancePath+"/name",schemaPath:"#/properties/name/maxLength",keyword:"maxLength",params:{limit: 254},message:"must NOT have more than 254 characters"};
if(vErrors === null){
vErrors = [err60];
}
else {
vErrors.push(err60);
}
errors++;
}
if(!pattern20.test(data24)){
const err61 = {instancePath:instancePath+"/name",schemaPath:"#/properties/name/pattern",keyword:"pattern",params:{pattern: "^(\\.|[A-Za-z0-9_*-]{1,63}(\\.[A-Za-z0-9_*-]{1,63})*\\.?)$"},message:"must match pattern \""+"^(\\.|[A-Za-z0-9_*-]{1,63}(\\.[A-Za-z0-9_*-]{1,63})*\\.?)$"+"\""};
if(vErrors === null){
vErrors = [err61];
}
else {
vErrors.push(err61);
}
errors++;
}
}
else {
const err62 = {instancePath:instancePath+"/name",schemaPath:"#/properties/name/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err62];
}
else {
vErrors.push(err62);
}
errors++;
}
}
if(data.record !== undefined && func0.call(data, "record")){
let data25 = data.record;
if(typeof data25 !== "string"){
const err63 = {instancePath:instancePath+"/record",schemaPath:"#/properties/record/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err63];
}
else {
vErrors.push(err63);
}
errors++;
}
if(!(((((((((data25 === "A") || (data25 === "AAAA")) || (data25 === "CNAME")) || (data25 === "MX")) || (data25 === "NS")) || (data25 === "PTR")) || (data25 === "SOA")) || (data25 === "SRV")) || (data25 === "TXT"))){
const err64 = {instancePath:instancePath+"/record",schemaPath:"#/properties/record/enum",keyword:"enum",params:{allowedValues: schema23.properties.record.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err64];
}
else {
vErrors.push(err64);
}
errors++;
}
}
if(data.rcode !== undefined && func0.call(data, "rcode")){
let data26 = data.rcode;
if(typeof data26 !== "string"){
const err65 = {instancePath:instancePath+"/rcode",schemaPath:"#/properties/rcode/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err65];
}
else {
vErrors.push(err65);
}
errors++;
}
if(!((((((data26 === "NOERROR") || (data26 === "FORMERR")) || (data26 === "SERVFAIL")) || (data26 === "NXDOMAIN")) || (data26 === "NOTIMP")) || (data26 === "REFUSED"))){
const err66 = {instancePath:instancePath+"/rcode",schemaPath:"#/properties/rcode/enum",keyword:"enum",params:{allowedValues: schema23.properties.rcode.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err66];
}
else {
vErrors.push(err66);
}
errors++;
}
}
if(data.answer !== undefined && func0.call(data, "answer")){
let data27 = data.answer;
if(typeof data27 === "string"){
if(func47(data27) > 1024){
const err67 = {instancePath:instancePath+"/answer",schemaPath:"#/properties/answer/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters"};
if(vErrors === null){
vErrors = [err67];
}
else {
vErrors.push(err67);
}
errors++;
}
if(func47(data27) < 1){
const err68 = {instancePath:instancePath+"/answer",schemaPath:"#/properties/answer/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err68];
}
else {
vErrors.push(err68);
}
errors++;
}
}
else {
const err69 = {instancePath:instancePath+"/answer",schemaPath:"#/properties/answer/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err69];
}
else {
vErrors.push(err69);
}
errors++;
}
}
if(data.payload !== undefined && func0.call(data, "payload")){
let data28 = data.payload;
if(typeof data28 === "string"){
if(func47(data28) > 4096){
const err70 = {instancePath:instancePath+"/payload",schemaPath:"#/properties/payload/maxLength",keyword:"maxLength",params:{limit: 4096},message:"must NOT have more than 4096 characters"};
if(vErrors === null){
vErrors = [err70];
}
else {
vErrors.push(err70);
}
errors++;
}
}
else {
const err71 = {instancePath:instancePath+"/payload",schemaPath:"#/properties/payload/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err71];
}
else {
vErrors.push(err71);
}
errors++;
}
}
if(data.service !== undefined && func0.call(data, "service")){
let data29 = data.service;
if(typeof data29 === "string"){
if(func47(data29) > 255){
const err72 = {instancePath:instancePath+"/service",schemaPath:"#/properties/service/maxLength",keyword:"maxLength",params:{limit: 255},message:"must NOT have more than 255 characters"};
if(vErrors === null){
vErrors = [err72];
}
else {
vErrors.push(err72);
}
errors++;
}
}
else {
const err73 = {instancePath:instancePath+"/service",schemaPath:"#/properties/service/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err73];
}
else {
vErrors.push(err73);
}
errors++;
}
}
if(data.command !== undefined && func0.call(data, "command")){
let data30 = data.command;
if(Array.isArray(data30)){
if(data30.length < 1){
const err74 = {instancePath:instancePath+"/command",schemaPath:"#/properties/command/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err74];
}
else {
vErrors.push(err74);
}
errors++;
}
const len1 = data30.length;
for(let i1=0; i1<len1; i1++){
let data31 = data30[i1];
if(typeof data31 === "string"){
if(func47(data31) > 4096){
const err75 = {instancePath:instancePath+"/command/" + i1,schemaPath:"#/properties/command/items/maxLength",keyword:"maxLength",params:{limit: 4096},message:"must NOT have more than 4096 characters"};
if(vErrors === null){
vErrors = [err75];
}
else {
vErrors.push(err75);
}
errors++;
}
if(!pattern21.test(data31)){
const err76 = {instancePath:instancePath+"/command/" + i1,schemaPath:"#/properties/command/items/pattern",keyword:"pattern",params:{pattern: "^[^\\x00]*$"},message:"must match pattern \""+"^[^\\x00]*$"+"\""};
if(vErrors === null){
vErrors = [err76];
}
else {
vErrors.push(err76);
}
errors++;
}
}
else {
const err77 = {instancePath:instancePath+"/command/" + i1,schemaPath:"#/properties/command/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err77];
}
else {
vErrors.push(err77);
}
errors++;
}
}
}
else {
const err78 = {instancePath:instancePath+"/command",schemaPath:"#/properties/command/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err78];
}
else {
vErrors.push(err78);
}
errors++;
}
}
if(data.user !== undefined && func0.call(data, "user")){
let data32 = data.user;
if(typeof data32 === "string"){
if(func47(data32) > 32){
const err79 = {instancePath:instancePath+"/user",schemaPath:"#/properties/user/maxLength",keyword:"maxLength",params:{limit: 32},message:"must NOT have more than 32 characters"};
if(vErrors === null){
vErrors = [err79];
}
else {
vErrors.push(err79);
}
errors++;
}
if(!pattern22.test(data32)){
const err80 = {instancePath:instancePath+"/user",schemaPath:"#/properties/user/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z0-9_][A-Za-z0-9_.-]*[$]?$"},message:"must match pattern \""+"^[A-Za-z0-9_][A-Za-z0-9_.-]*[$]?$"+"\""};
if(vErrors === null){
vErrors = [err80];
}
else {
vErrors.push(err80);
}
errors++;
}
}
else {
const err81 = {instancePath:instancePath+"/user",schemaPath:"#/properties/user/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err81];
}
else {
vErrors.push(err81);
}
errors++;
}
}
}
else {
const err82 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err82];
}
else {
vErrors.push(err82);
}
errors++;
}
validate16.errors = vErrors;
return errors === 0;
}


function validate15(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
const _errs0 = errors;
let valid0 = false;
const _errs1 = errors;
if(typeof data !== "string"){
const err0 = {instancePath,schemaPath:"#/anyOf/0/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(!(data === "none")){
const err1 = {instancePath,schemaPath:"#/anyOf/0/enum",keyword:"enum",params:{allowedValues: schema22.anyOf[0].enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
var _valid0 = _errs1 === errors;
valid0 = valid0 || _valid0;
if(!valid0){
const _errs3 = errors;
if(!(validate16(data, {instancePath,parentData,parentDataProperty,rootData}))){
vErrors = append(vErrors, validate16.errors);
errors = vErrors.length;
}
var _valid0 = _errs3 === errors;
valid0 = valid0 || _valid0;
if(!valid0){
const _errs4 = errors;
if(Array.isArray(data)){
if(data.length < 1){
const err2 = {instancePath,schemaPath:"#/anyOf/2/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
const len0 = data.length;
for(let i0=0; i0<len0; i0++){
if(!(validate16(data[i0], {instancePath:instancePath+"/" + i0,parentData:data,parentDataProperty:i0,rootData}))){
vErrors = append(vErrors, validate16.errors);
errors = vErrors.length;
}
}
}
else {
const err3 = {instancePath,schemaPath:"#/anyOf/2/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
var _valid0 = _errs4 === errors;
valid0 = valid0 || _valid0;
}
}
if(!valid0){
const err4 = {instancePath,schemaPath:"#/anyOf",keyword:"anyOf",params:{},message:"must match a schema in anyOf"};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
else {
errors = _errs0;
if(vErrors !== null){
if(_errs0){
vErrors.length = _errs0;
}
else {
vErrors = null;
}
}
}
validate15.errors = vErrors;
return errors === 0;
}


function validate14(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if((typeof data !== "string") && (!(data && typeof data == "object" && !Array.isArray(data)))){
const err0 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: schema20.type},message:"must be string,object"};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data && typeof data == "object" && !Array.isArray(data)){
if((data.address === undefined) || (!(func0.call(data, "address")))){
const err1 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "address"},message:"must have required property '"+"address"+"'"};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
for(const key0 of Object.keys(data)){
if(!((((((((key0 === "address") || (key0 === "weight")) || (key0 === "forward")) || (key0 === "tunnel")) || (key0 === "upper")) || (key0 === "lower")) || (key0 === "enabled")) || (key0 === "check"))){
const err2 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
if(data.address !== undefined && func0.call(data, "address")){
if(typeof data.address !== "string"){
const err3 = {instancePath:instancePath+"/address",schemaPath:"#/properties/address/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
if(data.weight !== undefined && func0.call(data, "weight")){
let data1 = data.weight;
if(!(((typeof data1 == "number") && (!(data1 % 1) && !isNaN(data1))) && (isFinite(data1)))){
const err4 = {instancePath:instancePath+"/weight",schemaPath:"#/properties/weight/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
if((typeof data1 == "number") && (isFinite(data1))){
if(data1 > 65535 || isNaN(data1)){
const err5 = {instancePath:instancePath+"/weight",schemaPath:"#/properties/weight/maximum",keyword:"maximum",params:{comparison: "<=", limit: 65535},message:"must be <= 65535"};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
if(data1 < 0 || isNaN(data1)){
const err6 = {instancePath:instancePath+"/weight",schemaPath:"#/properties/weight/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
}
if(data.forward !== undefined && func0.call(data, "forward")){
let data2 = data.forward;
if(typeof data2 !== "string"){
const err7 = {instancePath:instancePath+"/forward",schemaPath:"#/properties/forward/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
if(!((((data2 === "nat") || (data2 === "direct")) || (data2 === "tunnel")) || (data2 === "local"))){
const err8 = {instancePath:instancePath+"/forward",schemaPath:"#/properties/forward/enum",keyword:"enum",params:{allowedValues: schema20.properties.forward.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
if(data.tunnel !== undefined && func0.call(data, "tunnel")){
let data3 = data.tunnel;
if(data3 && typeof data3 == "object" && !Array.isArray(data3)){
for(const key1 of Object.keys(data3)){
if(!(((key1 === "type") || (key1 === "port")) || (key1 === "checksum"))){
const err9 = {instancePath:instancePath+"/tunnel",schemaPath:"#/definitions/tunnel/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
if(data3.type !== undefined && func0.call(data3, "type")){
let data4 = data3.type;
if(typeof data4 !== "string"){
const err10 = {instancePath:instancePath+"/tunnel/type",schemaPath:"#/definitions/tunnel/properties/type/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
if(!(((data4 === "ipip") || (data4 === "gue")) || (data4 === "gre"))){
const err11 = {instancePath:instancePath+"/tunnel/type",schemaPath:"#/definitions/tunnel/properties/type/enum",keyword:"enum",params:{allowedValues: schema17.properties.type.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
if(data3.port !== undefined && func0.call(data3, "port")){
let data5 = data3.port;
if(!(((typeof data5 == "number") && (!(data5 % 1) && !isNaN(data5))) && (isFinite(data5)))){
const err12 = {instancePath:instancePath+"/tunnel/port",schemaPath:"#/definitions/tunnel/properties/port/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
if((typeof data5 == "number") && (isFinite(data5))){
if(data5 > 65535 || isNaN(data5)){
const err13 = {instancePath:instancePath+"/tunnel/port",schemaPath:"#/definitions/tunnel/properties/port/maximum",keyword:"maximum",params:{comparison: "<=", limit: 65535},message:"must be <= 65535"};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
if(data5 < 1 || isNaN(data5)){
const err14 = {instancePath:instancePath+"/tunnel/port",schemaPath:"#/definitions/tunnel/properties/port/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
}
if(data3.checksum !== undefined && func0.call(data3, "checksum")){
let data6 = data3.checksum;
if(typeof data6 !== "string"){
const err15 = {instancePath:instancePath+"/tunnel/checksum",schemaPath:"#/definitions/tunnel/properties/checksum/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
if(!(((data6 === "none") || (data6 === "full")) || (data6 === "remote"))){
const err16 = {instancePath:instancePath+"/tunnel/checksum",schemaPath:"#/definitions/tunnel/properties/checksum/enum",keyword:"enum",params:{allowedValues: schema17.properties.checksum.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
}
else {
const err17 = {instancePath:instancePath+"/tunnel",schemaPath:"#/definitions/tunnel/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
}
if(data.upper !== undefined && func0.call(data, "upper")){
let data7 = data.upper;
if(!(((typeof data7 == "number") && (!(data7 % 1) && !isNaN(data7))) && (isFinite(data7)))){
const err18 = {instancePath:instancePath+"/upper",schemaPath:"#/properties/upper/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
if((typeof data7 == "number") && (isFinite(data7))){
if(data7 > 2147483647 || isNaN(data7)){
const err19 = {instancePath:instancePath+"/upper",schemaPath:"#/properties/upper/maximum",keyword:"maximum",params:{comparison: "<=", limit: 2147483647},message:"must be <= 2147483647"};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
if(data7 < 0 || isNaN(data7)){
const err20 = {instancePath:instancePath+"/upper",schemaPath:"#/properties/upper/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
}
}
if(data.lower !== undefined && func0.call(data, "lower")){
let data8 = data.lower;
if(!(((typeof data8 == "number") && (!(data8 % 1) && !isNaN(data8))) && (isFinite(data8)))){
const err21 = {instancePath:instancePath+"/lower",schemaPath:"#/properties/lower/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
if((typeof data8 == "number") && (isFinite(data8))){
if(data8 > 2147483647 || isNaN(data8)){
const err22 = {instancePath:instancePath+"/lower",schemaPath:"#/properties/lower/maximum",keyword:"maximum",params:{comparison: "<=", limit: 2147483647},message:"must be <= 2147483647"};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
if(data8 < 0 || isNaN(data8)){
const err23 = {instancePath:instancePath+"/lower",schemaPath:"#/properties/lower/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
}
}
if(data.enabled !== undefined && func0.call(data, "enabled")){
if(typeof data.enabled !== "boolean"){
const err24 = {instancePath:instancePath+"/enabled",schemaPath:"#/properties/enabled/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
}
if(data.check !== undefined && func0.call(data, "check")){
if(!(validate15(data.check, {instancePath:instancePath+"/check",parentData:data,parentDataProperty:"check",rootData}))){
vErrors = append(vErrors, validate15.errors);
errors = vErrors.length;
}
}
}
validate14.errors = vErrors;
return errors === 0;
}


function validate11(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
for(const key0 of Object.keys(data)){
if(!(func0.call(schema13.properties, key0))){
const err0 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
if(data.vip !== undefined && func0.call(data, "vip")){
let data0 = data.vip;
if((typeof data0 !== "string") && (!(Array.isArray(data0)))){
const err1 = {instancePath:instancePath+"/vip",schemaPath:"#/properties/vip/type",keyword:"type",params:{type: schema13.properties.vip.type},message:"must be string,array"};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
if(Array.isArray(data0)){
if(data0.length < 1){
const err2 = {instancePath:instancePath+"/vip",schemaPath:"#/properties/vip/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
const len0 = data0.length;
for(let i0=0; i0<len0; i0++){
if(typeof data0[i0] !== "string"){
const err3 = {instancePath:instancePath+"/vip/" + i0,schemaPath:"#/properties/vip/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
}
}
if(data.port !== undefined && func0.call(data, "port")){
let data2 = data.port;
if(((!(((typeof data2 == "number") && (!(data2 % 1) && !isNaN(data2))) && (isFinite(data2)))) && (typeof data2 !== "string")) && (!(Array.isArray(data2)))){
const err4 = {instancePath:instancePath+"/port",schemaPath:"#/properties/port/type",keyword:"type",params:{type: schema13.properties.port.type},message:"must be integer,string,array"};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
if((typeof data2 == "number") && (isFinite(data2))){
if(data2 > 65535 || isNaN(data2)){
const err5 = {instancePath:instancePath+"/port",schemaPath:"#/properties/port/maximum",keyword:"maximum",params:{comparison: "<=", limit: 65535},message:"must be <= 65535"};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
if(data2 < 0 || isNaN(data2)){
const err6 = {instancePath:instancePath+"/port",schemaPath:"#/properties/port/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
if(typeof data2 === "string"){
if(!pattern1.test(data2)){
const err7 = {instancePath:instancePath+"/port",schemaPath:"#/properties/port/pattern",keyword:"pattern",params:{pattern: "^[0-9]{1,5}:[0-9]{1,5}$"},message:"must match pattern \""+"^[0-9]{1,5}:[0-9]{1,5}$"+"\""};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
if(Array.isArray(data2)){
if(data2.length < 1){
const err8 = {instancePath:instancePath+"/port",schemaPath:"#/properties/port/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
const len1 = data2.length;
for(let i1=0; i1<len1; i1++){
let data3 = data2[i1];
if((!(((typeof data3 == "number") && (!(data3 % 1) && !isNaN(data3))) && (isFinite(data3)))) && (typeof data3 !== "string")){
const err9 = {instancePath:instancePath+"/port/" + i1,schemaPath:"#/properties/port/items/type",keyword:"type",params:{type: schema13.properties.port.items.type},message:"must be integer,string"};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
if((typeof data3 == "number") && (isFinite(data3))){
if(data3 > 65535 || isNaN(data3)){
const err10 = {instancePath:instancePath+"/port/" + i1,schemaPath:"#/properties/port/items/maximum",keyword:"maximum",params:{comparison: "<=", limit: 65535},message:"must be <= 65535"};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
if(data3 < 0 || isNaN(data3)){
const err11 = {instancePath:instancePath+"/port/" + i1,schemaPath:"#/properties/port/items/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
if(typeof data3 === "string"){
if(!pattern1.test(data3)){
const err12 = {instancePath:instancePath+"/port/" + i1,schemaPath:"#/properties/port/items/pattern",keyword:"pattern",params:{pattern: "^[0-9]{1,5}:[0-9]{1,5}$"},message:"must match pattern \""+"^[0-9]{1,5}:[0-9]{1,5}$"+"\""};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
}
}
}
if(data.protocol !== undefined && func0.call(data, "protocol")){
let data4 = data.protocol;
const _errs11 = errors;
let valid5 = false;
const _errs12 = errors;
if(typeof data4 !== "string"){
const err13 = {instancePath:instancePath+"/protocol",schemaPath:"#/definitions/protocol/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
if(!(((data4 === "tcp") || (data4 === "udp")) || (data4 === "sctp"))){
const err14 = {instancePath:instancePath+"/protocol",schemaPath:"#/definitions/protocol/enum",keyword:"enum",params:{allowedValues: schema14.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
var _valid0 = _errs12 === errors;
valid5 = valid5 || _valid0;
if(!valid5){
const _errs15 = errors;
if(Array.isArray(data4)){
if(data4.length < 1){
const err15 = {instancePath:instancePath+"/protocol",schemaPath:"#/properties/protocol/anyOf/1/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
const len2 = data4.length;
for(let i2=0; i2<len2; i2++){
let data5 = data4[i2];
if(typeof data5 !== "string"){
const err16 = {instancePath:instancePath+"/protocol/" + i2,schemaPath:"#/definitions/protocol/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
if(!(((data5 === "tcp") || (data5 === "udp")) || (data5 === "sctp"))){
const err17 = {instancePath:instancePath+"/protocol/" + i2,schemaPath:"#/definitions/protocol/enum",keyword:"enum",params:{allowedValues: schema14.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
}
let i3 = data4.length;
let j0;
if(i3 > 1){
outer0:
for(;i3--;){
for(j0 = i3; j0--;){
if(func32(data4[i3], data4[j0])){
const err18 = {instancePath:instancePath+"/protocol",schemaPath:"#/properties/protocol/anyOf/1/uniqueItems",keyword:"uniqueItems",params:{i: i3, j: j0},message:"must NOT have duplicate items (items ## "+j0+" and "+i3+" are identical)"};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
break outer0;
}
}
}
}
}
else {
const err19 = {instancePath:instancePath+"/protocol",schemaPath:"#/properties/protocol/anyOf/1/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
var _valid0 = _errs15 === errors;
valid5 = valid5 || _valid0;
}
if(!valid5){
const err20 = {instancePath:instancePath+"/protocol",schemaPath:"#/properties/protocol/anyOf",keyword:"anyOf",params:{},message:"must match a schema in anyOf"};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
else {
errors = _errs11;
if(vErrors !== null){
if(_errs11){
vErrors.length = _errs11;
}
else {
vErrors = null;
}
}
}
}
if(data.fwmark !== undefined && func0.call(data, "fwmark")){
let data6 = data.fwmark;
if(!(((typeof data6 == "number") && (!(data6 % 1) && !isNaN(data6))) && (isFinite(data6)))){
const err21 = {instancePath:instancePath+"/fwmark",schemaPath:"#/properties/fwmark/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
if((typeof data6 == "number") && (isFinite(data6))){
if(data6 > 4294967295 || isNaN(data6)){
const err22 = {instancePath:instancePath+"/fwmark",schemaPath:"#/properties/fwmark/maximum",keyword:"maximum",params:{comparison: "<=", limit: 4294967295},message:"must be <= 4294967295"};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
if(data6 < 1 || isNaN(data6)){
const err23 = {instancePath:instancePath+"/fwmark",schemaPath:"#/properties/fwmark/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
}
}
if(data.family !== undefined && func0.call(data, "family")){
let data7 = data.family;
if(typeof data7 !== "string"){
const err24 = {instancePath:instancePath+"/family",schemaPath:"#/properties/family/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
if(!((data7 === "ipv4") || (data7 === "ipv6"))){
const err25 = {instancePath:instancePath+"/family",schemaPath:"#/properties/family/enum",keyword:"enum",params:{allowedValues: schema13.properties.family.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
}
if(data.scheduler !== undefined && func0.call(data, "scheduler")){
let data8 = data.scheduler;
if(typeof data8 === "string"){
if(func47(data8) > 15){
const err26 = {instancePath:instancePath+"/scheduler",schemaPath:"#/properties/scheduler/maxLength",keyword:"maxLength",params:{limit: 15},message:"must NOT have more than 15 characters"};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
if(!pattern3.test(data8)){
const err27 = {instancePath:instancePath+"/scheduler",schemaPath:"#/properties/scheduler/pattern",keyword:"pattern",params:{pattern: "^[a-z0-9_-]+$"},message:"must match pattern \""+"^[a-z0-9_-]+$"+"\""};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
}
else {
const err28 = {instancePath:instancePath+"/scheduler",schemaPath:"#/properties/scheduler/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
}
if(data.scheduler_flags !== undefined && func0.call(data, "scheduler_flags")){
let data9 = data.scheduler_flags;
if(Array.isArray(data9)){
const len3 = data9.length;
for(let i4=0; i4<len3; i4++){
let data10 = data9[i4];
if(typeof data10 !== "string"){
const err29 = {instancePath:instancePath+"/scheduler_flags/" + i4,schemaPath:"#/properties/scheduler_flags/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
if(!(((((((data10 === "sh-fallback") || (data10 === "sh-port")) || (data10 === "mh-fallback")) || (data10 === "mh-port")) || (data10 === "flag-1")) || (data10 === "flag-2")) || (data10 === "flag-3"))){
const err30 = {instancePath:instancePath+"/scheduler_flags/" + i4,schemaPath:"#/properties/scheduler_flags/items/enum",keyword:"enum",params:{allowedValues: schema13.properties.scheduler_flags.items.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
}
let i5 = data9.length;
let j1;
if(i5 > 1){
const indices0 = {};
for(;i5--;){
let item0 = data9[i5];
if(typeof item0 !== "string"){
continue;
}
if(typeof indices0[item0] == "number"){
j1 = indices0[item0];
const err31 = {instancePath:instancePath+"/scheduler_flags",schemaPath:"#/properties/scheduler_flags/uniqueItems",keyword:"uniqueItems",params:{i: i5, j: j1},message:"must NOT have duplicate items (items ## "+j1+" and "+i5+" are identical)"};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
break;
}
indices0[item0] = i5;
}
}
}
else {
const err32 = {instancePath:instancePath+"/scheduler_flags",schemaPath:"#/properties/scheduler_flags/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
}
if(data.forward !== undefined && func0.call(data, "forward")){
let data11 = data.forward;
if(typeof data11 !== "string"){
const err33 = {instancePath:instancePath+"/forward",schemaPath:"#/definitions/forward/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
if(!(((data11 === "nat") || (data11 === "direct")) || (data11 === "tunnel"))){
const err34 = {instancePath:instancePath+"/forward",schemaPath:"#/definitions/forward/enum",keyword:"enum",params:{allowedValues: schema16.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
}
if(data.tunnel !== undefined && func0.call(data, "tunnel")){
let data12 = data.tunnel;
if(data12 && typeof data12 == "object" && !Array.isArray(data12)){
for(const key1 of Object.keys(data12)){
if(!(((key1 === "type") || (key1 === "port")) || (key1 === "checksum"))){
const err35 = {instancePath:instancePath+"/tunnel",schemaPath:"#/definitions/tunnel/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
}
if(data12.type !== undefined && func0.call(data12, "type")){
let data13 = data12.type;
if(typeof data13 !== "string"){
const err36 = {instancePath:instancePath+"/tunnel/type",schemaPath:"#/definitions/tunnel/properties/type/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
errors++;
}
if(!(((data13 === "ipip") || (data13 === "gue")) || (data13 === "gre"))){
const err37 = {instancePath:instancePath+"/tunnel/type",schemaPath:"#/definitions/tunnel/properties/type/enum",keyword:"enum",params:{allowedValues: schema17.properties.type.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
}
if(data12.port !== undefined && func0.call(data12, "port")){
let data14 = data12.port;
if(!(((typeof data14 == "number") && (!(data14 % 1) && !isNaN(data14))) && (isFinite(data14)))){
const err38 = {instancePath:instancePath+"/tunnel/port",schemaPath:"#/definitions/tunnel/properties/port/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
errors++;
}
if((typeof data14 == "number") && (isFinite(data14))){
if(data14 > 65535 || isNaN(data14)){
const err39 = {instancePath:instancePath+"/tunnel/port",schemaPath:"#/definitions/tunnel/properties/port/maximum",keyword:"maximum",params:{comparison: "<=", limit: 65535},message:"must be <= 65535"};
if(vErrors === null){
vErrors = [err39];
}
else {
vErrors.push(err39);
}
errors++;
}
if(data14 < 1 || isNaN(data14)){
const err40 = {instancePath:instancePath+"/tunnel/port",schemaPath:"#/definitions/tunnel/properties/port/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err40];
}
else {
vErrors.push(err40);
}
errors++;
}
}
}
if(data12.checksum !== undefined && func0.call(data12, "checksum")){
let data15 = data12.checksum;
if(typeof data15 !== "string"){
const err41 = {instancePath:instancePath+"/tunnel/checksum",schemaPath:"#/definitions/tunnel/properties/checksum/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err41];
}
else {
vErrors.push(err41);
}
errors++;
}
if(!(((data15 === "none") || (data15 === "full")) || (data15 === "remote"))){
const err42 = {instancePath:instancePath+"/tunnel/checksum",schemaPath:"#/definitions/tunnel/properties/checksum/enum",keyword:"enum",params:{allowedValues: schema17.properties.checksum.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err42];
}
else {
vErrors.push(err42);
}
errors++;
}
}
}
else {
const err43 = {instancePath:instancePath+"/tunnel",schemaPath:"#/definitions/tunnel/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err43];
}
else {
vErrors.push(err43);
}
errors++;
}
}
if(data.persistence !== undefined && func0.call(data, "persistence")){
if(!(validate12(data.persistence, {instancePath:instancePath+"/persistence",parentData:data,parentDataProperty:"persistence",rootData}))){
vErrors = append(vErrors, validate12.errors);
errors = vErrors.length;
}
}
if(data.one_packet !== undefined && func0.call(data, "one_packet")){
if(typeof data.one_packet !== "boolean"){
const err44 = {instancePath:instancePath+"/one_packet",schemaPath:"#/properties/one_packet/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err44];
}
else {
vErrors.push(err44);
}
errors++;
}
}
if(data.snat !== undefined && func0.call(data, "snat")){
if(typeof data.snat !== "boolean"){
const err45 = {instancePath:instancePath+"/snat",schemaPath:"#/properties/snat/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err45];
}
else {
vErrors.push(err45);
}
errors++;
}
}
if(data.backends !== undefined && func0.call(data, "backends")){
let data19 = data.backends;
if(Array.isArray(data19)){
const len4 = data19.length;
for(let i6=0; i6<len4; i6++){
if(!(validate14(data19[i6], {instancePath:instancePath+"/backends/" + i6,parentData:data19,parentDataProperty:i6,rootData}))){
vErrors = append(vErrors, validate14.errors);
errors = vErrors.length;
}
}
}
else {
const err46 = {instancePath:instancePath+"/backends",schemaPath:"#/properties/backends/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err46];
}
else {
vErrors.push(err46);
}
errors++;
}
}
if(data.enabled !== undefined && func0.call(data, "enabled")){
if(typeof data.enabled !== "boolean"){
const err47 = {instancePath:instancePath+"/enabled",schemaPath:"#/properties/enabled/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err47];
}
else {
vErrors.push(err47);
}
errors++;
}
}
if(data.adopt !== undefined && func0.call(data, "adopt")){
if(typeof data.adopt !== "boolean"){
const err48 = {instancePath:instancePath+"/adopt",schemaPath:"#/properties/adopt/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err48];
}
else {
vErrors.push(err48);
}
errors++;
}
}
if(data.drain !== undefined && func0.call(data, "drain")){
let data23 = data.drain;
if(typeof data23 === "string"){
if(!pattern4.test(data23)){
const err49 = {instancePath:instancePath+"/drain",schemaPath:"#/definitions/duration/pattern",keyword:"pattern",params:{pattern: "^[0-9]{1,9}(ms|s|m|h|d)$"},message:"must match pattern \""+"^[0-9]{1,9}(ms|s|m|h|d)$"+"\""};
if(vErrors === null){
vErrors = [err49];
}
else {
vErrors.push(err49);
}
errors++;
}
}
else {
const err50 = {instancePath:instancePath+"/drain",schemaPath:"#/definitions/duration/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err50];
}
else {
vErrors.push(err50);
}
errors++;
}
}
if(data.link !== undefined && func0.call(data, "link")){
let data24 = data.link;
if(typeof data24 === "string"){
if(func47(data24) > 15){
const err51 = {instancePath:instancePath+"/link",schemaPath:"#/definitions/link/maxLength",keyword:"maxLength",params:{limit: 15},message:"must NOT have more than 15 characters"};
if(vErrors === null){
vErrors = [err51];
}
else {
vErrors.push(err51);
}
errors++;
}
if(!pattern24.test(data24)){
const err52 = {instancePath:instancePath+"/link",schemaPath:"#/definitions/link/pattern",keyword:"pattern",params:{pattern: "^(@service|[^@/:\\s\\x00-\\x20\\x7f-\\uffff][^/:\\s\\x00-\\x20\\x7f-\\uffff]*)$"},message:"must match pattern \""+"^(@service|[^@/:\\s\\x00-\\x20\\x7f-\\uffff][^/:\\s\\x00-\\x20\\x7f-\\uffff]*)$"+"\""};
if(vErrors === null){
vErrors = [err52];
}
else {
vErrors.push(err52);
}
errors++;
}
}
else {
const err53 = {instancePath:instancePath+"/link",schemaPath:"#/definitions/link/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err53];
}
else {
vErrors.push(err53);
}
errors++;
}
}
if(data.announce !== undefined && func0.call(data, "announce")){
let data25 = data.announce;
if((typeof data25 !== "string") && (!(Array.isArray(data25)))){
const err54 = {instancePath:instancePath+"/announce",schemaPath:"#/definitions/announce/type",keyword:"type",params:{type: schema33.type},message:"must be string,array"};
if(vErrors === null){
vErrors = [err54];
}
else {
vErrors.push(err54);
}
errors++;
}
if(typeof data25 === "string"){
if(!pattern25.test(data25)){
const err55 = {instancePath:instancePath+"/announce",schemaPath:"#/definitions/announce/pattern",keyword:"pattern",params:{pattern: "^(none|arp|bgp)$"},message:"must match pattern \""+"^(none|arp|bgp)$"+"\""};
if(vErrors === null){
vErrors = [err55];
}
else {
vErrors.push(err55);
}
errors++;
}
}
if(Array.isArray(data25)){
if(data25.length < 1){
const err56 = {instancePath:instancePath+"/announce",schemaPath:"#/definitions/announce/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err56];
}
else {
vErrors.push(err56);
}
errors++;
}
const len5 = data25.length;
for(let i7=0; i7<len5; i7++){
let data26 = data25[i7];
if(typeof data26 !== "string"){
const err57 = {instancePath:instancePath+"/announce/" + i7,schemaPath:"#/definitions/announce/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err57];
}
else {
vErrors.push(err57);
}
errors++;
}
if(!((data26 === "arp") || (data26 === "bgp"))){
const err58 = {instancePath:instancePath+"/announce/" + i7,schemaPath:"#/definitions/announce/items/enum",keyword:"enum",params:{allowedValues: schema33.items.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err58];
}
else {
vErrors.push(err58);
}
errors++;
}
}
let i8 = data25.length;
let j2;
if(i8 > 1){
const indices1 = {};
for(;i8--;){
let item1 = data25[i8];
if(typeof item1 !== "string"){
continue;
}
if(typeof indices1[item1] == "number"){
j2 = indices1[item1];
const err59 = {instancePath:instancePath+"/announce",schemaPath:"#/definitions/announce/uniqueItems",keyword:"uniqueItems",params:{i: i8, j: j2},message:"must NOT have duplicate items (items ## "+j2+" and "+i8+" are identical)"};
if(vErrors === null){
vErrors = [err59];
}
else {
vErrors.push(err59);
}
errors++;
break;
}
indices1[item1] = i8;
}
}
}
}
if(data.uplink !== undefined && func0.call(data, "uplink")){
let data27 = data.uplink;
if(typeof data27 === "string"){
if(func47(data27) > 15){
const err60 = {instancePath:instancePath+"/uplink",schemaPath:"#/definitions/uplink/maxLength",keyword:"maxLength",params:{limit: 15},message:"must NOT have more than 15 characters"};
if(vErrors === null){
vErrors = [err60];
}
else {
vErrors.push(err60);
}
errors++;
}
if(!pattern26.test(data27)){
const err61 = {instancePath:instancePath+"/uplink",schemaPath:"#/definitions/uplink/pattern",keyword:"pattern",params:{pattern: "^[^/:\\s\\x00-\\x20\\x7f-\\uffff]+$"},message:"must match pattern \""+"^[^/:\\s\\x00-\\x20\\x7f-\\uffff]+$"+"\""};
if(vErrors === null){
vErrors = [err61];
}
else {
vErrors.push(err61);
}
errors++;
}
}
else {
const err62 = {instancePath:instancePath+"/uplink",schemaPath:"#/definitions/uplink/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err62];
}
else {
vErrors.push(err62);
}
errors++;
}
}
if(data.check !== undefined && func0.call(data, "check")){
if(!(validate15(data.check, {instancePath:instancePath+"/check",parentData:data,parentDataProperty:"check",rootData}))){
vErrors = append(vErrors, validate15.errors);
errors = vErrors.length;
}
}
if(data.on_down !== undefined && func0.call(data, "on_down")){
let data29 = data.on_down;
if(typeof data29 !== "string"){
const err63 = {instancePath:instancePath+"/on_down",schemaPath:"#/properties/on_down/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err63];
}
else {
vErrors.push(err63);
}
errors++;
}
if(!((data29 === "remove") || (data29 === "quiesce"))){
const err64 = {instancePath:instancePath+"/on_down",schemaPath:"#/properties/on_down/enum",keyword:"enum",params:{allowedValues: schema13.properties.on_down.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err64];
}
else {
vErrors.push(err64);
}
errors++;
}
}
if(data.slow_start !== undefined && func0.call(data, "slow_start")){
let data30 = data.slow_start;
if(typeof data30 === "string"){
if(!pattern4.test(data30)){
const err65 = {instancePath:instancePath+"/slow_start",schemaPath:"#/definitions/duration/pattern",keyword:"pattern",params:{pattern: "^[0-9]{1,9}(ms|s|m|h|d)$"},message:"must match pattern \""+"^[0-9]{1,9}(ms|s|m|h|d)$"+"\""};
if(vErrors === null){
vErrors = [err65];
}
else {
vErrors.push(err65);
}
errors++;
}
}
else {
const err66 = {instancePath:instancePath+"/slow_start",schemaPath:"#/definitions/duration/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err66];
}
else {
vErrors.push(err66);
}
errors++;
}
}
if(data.quorum !== undefined && func0.call(data, "quorum")){
let data31 = data.quorum;
if(((!(((typeof data31 == "number") && (!(data31 % 1) && !isNaN(data31))) && (isFinite(data31)))) && (typeof data31 !== "string")) && (!(data31 && typeof data31 == "object" && !Array.isArray(data31)))){
const err67 = {instancePath:instancePath+"/quorum",schemaPath:"#/definitions/quorum/type",keyword:"type",params:{type: schema36.type},message:"must be integer,string,object"};
if(vErrors === null){
vErrors = [err67];
}
else {
vErrors.push(err67);
}
errors++;
}
if((typeof data31 == "number") && (isFinite(data31))){
if(data31 > 65535 || isNaN(data31)){
const err68 = {instancePath:instancePath+"/quorum",schemaPath:"#/definitions/quorum/maximum",keyword:"maximum",params:{comparison: "<=", limit: 65535},message:"must be <= 65535"};
if(vErrors === null){
vErrors = [err68];
}
else {
vErrors.push(err68);
}
errors++;
}
if(data31 < 1 || isNaN(data31)){
const err69 = {instancePath:instancePath+"/quorum",schemaPath:"#/definitions/quorum/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err69];
}
else {
vErrors.push(err69);
}
errors++;
}
}
if(typeof data31 === "string"){
if(!pattern28.test(data31)){
const err70 = {instancePath:instancePath+"/quorum",schemaPath:"#/definitions/quorum/pattern",keyword:"pattern",params:{pattern: "^(100|[1-9][0-9]?)%$"},message:"must match pattern \""+"^(100|[1-9][0-9]?)%$"+"\""};
if(vErrors === null){
vErrors = [err70];
}
else {
vErrors.push(err70);
}
errors++;
}
}
if(data31 && typeof data31 == "object" && !Array.isArray(data31)){
if((data31.up === undefined) || (!(func0.call(data31, "up")))){
const err71 = {instancePath:instancePath+"/quorum",schemaPath:"#/definitions/quorum/required",keyword:"required",params:{missingProperty: "up"},message:"must have required property '"+"up"+"'"};
if(vErrors === null){
vErrors = [err71];
}
else {
vErrors.push(err71);
}
errors++;
}
for(const key2 of Object.keys(data31)){
if(!((key2 === "up") || (key2 === "down"))){
const err72 = {instancePath:instancePath+"/quorum",schemaPath:"#/definitions/quorum/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key2},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err72];
}
else {
vErrors.push(err72);
}
errors++;
}
}
if(data31.up !== undefined && func0.call(data31, "up")){
let data32 = data31.up;
if((!(((typeof data32 == "number") && (!(data32 % 1) && !isNaN(data32))) && (isFinite(data32)))) && (typeof data32 !== "string")){
const err73 = {instancePath:instancePath+"/quorum/up",schemaPath:"#/definitions/quorum/properties/up/type",keyword:"type",params:{type: schema36.properties.up.type},message:"must be integer,string"};
if(vErrors === null){
vErrors = [err73];
}
else {
vErrors.push(err73);
}
errors++;
}
if((typeof data32 == "number") && (isFinite(data32))){
if(data32 > 65535 || isNaN(data32)){
const err74 = {instancePath:instancePath+"/quorum/up",schemaPath:"#/definitions/quorum/properties/up/maximum",keyword:"maximum",params:{comparison: "<=", limit: 65535},message:"must be <= 65535"};
if(vErrors === null){
vErrors = [err74];
}
else {
vErrors.push(err74);
}
errors++;
}
if(data32 < 1 || isNaN(data32)){
const err75 = {instancePath:instancePath+"/quorum/up",schemaPath:"#/definitions/quorum/properties/up/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err75];
}
else {
vErrors.push(err75);
}
errors++;
}
}
if(typeof data32 === "string"){
if(!pattern28.test(data32)){
const err76 = {instancePath:instancePath+"/quorum/up",schemaPath:"#/definitions/quorum/properties/up/pattern",keyword:"pattern",params:{pattern: "^(100|[1-9][0-9]?)%$"},message:"must match pattern \""+"^(100|[1-9][0-9]?)%$"+"\""};
if(vErrors === null){
vErrors = [err76];
}
else {
vErrors.push(err76);
}
errors++;
}
}
}
if(data31.down !== undefined && func0.call(data31, "down")){
let data33 = data31.down;
if((!(((typeof data33 == "number") && (!(data33 % 1) && !isNaN(data33))) && (isFinite(data33)))) && (typeof data33 !== "string")){
const err77 = {instancePath:instancePath+"/quorum/down",schemaPath:"#/definitions/quorum/properties/down/type",keyword:"type",params:{type: schema36.properties.down.type},message:"must be integer,string"};
if(vErrors === null){
vErrors = [err77];
}
else {
vErrors.push(err77);
}
errors++;
}
if((typeof data33 == "number") && (isFinite(data33))){
if(data33 > 65535 || isNaN(data33)){
const err78 = {instancePath:instancePath+"/quorum/down",schemaPath:"#/definitions/quorum/properties/down/maximum",keyword:"maximum",params:{comparison: "<=", limit: 65535},message:"must be <= 65535"};
if(vErrors === null){
vErrors = [err78];
}
else {
vErrors.push(err78);
}
errors++;
}
if(data33 < 1 || isNaN(data33)){
const err79 = {instancePath:instancePath+"/quorum/down",schemaPath:"#/definitions/quorum/properties/down/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err79];
}
else {
vErrors.push(err79);
}
errors++;
}
}
if(typeof data33 === "string"){
if(!pattern28.test(data33)){
const err80 = {instancePath:instancePath+"/quorum/down",schemaPath:"#/definitions/quorum/properties/down/pattern",keyword:"pattern",params:{pattern: "^(100|[1-9][0-9]?)%$"},message:"must match pattern \""+"^(100|[1-9][0-9]?)%$"+"\""};
if(vErrors === null){
vErrors = [err80];
}
else {
vErrors.push(err80);
}
errors++;
}
}
}
}
}
if(data.when_empty !== undefined && func0.call(data, "when_empty")){
let data34 = data.when_empty;
if(typeof data34 !== "string"){
const err81 = {instancePath:instancePath+"/when_empty",schemaPath:"#/properties/when_empty/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err81];
}
else {
vErrors.push(err81);
}
errors++;
}
if(!(((data34 === "keep") || (data34 === "sorry")) || (data34 === "withdraw"))){
const err82 = {instancePath:instancePath+"/when_empty",schemaPath:"#/properties/when_empty/enum",keyword:"enum",params:{allowedValues: schema13.properties.when_empty.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err82];
}
else {
vErrors.push(err82);
}
errors++;
}
}
if(data.sorry !== undefined && func0.call(data, "sorry")){
let data35 = data.sorry;
if((typeof data35 !== "string") && (!(data35 && typeof data35 == "object" && !Array.isArray(data35)))){
const err83 = {instancePath:instancePath+"/sorry",schemaPath:"#/definitions/sorry/type",keyword:"type",params:{type: schema37.type},message:"must be string,object"};
if(vErrors === null){
vErrors = [err83];
}
else {
vErrors.push(err83);
}
errors++;
}
if(data35 && typeof data35 == "object" && !Array.isArray(data35)){
if((data35.address === undefined) || (!(func0.call(data35, "address")))){
const err84 = {instancePath:instancePath+"/sorry",schemaPath:"#/definitions/sorry/required",keyword:"required",params:{missingProperty: "address"},message:"must have required property '"+"address"+"'"};
if(vErrors === null){
vErrors = [err84];
}
else {
vErrors.push(err84);
}
errors++;
}
for(const key3 of Object.keys(data35)){
if(!((key3 === "address") || (key3 === "forward"))){
const err85 = {instancePath:instancePath+"/sorry",schemaPath:"#/definitions/sorry/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key3},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err85];
}
else {
vErrors.push(err85);
}
errors++;
}
}
if(data35.address !== undefined && func0.call(data35, "address")){
if(typeof data35.address !== "string"){
const err86 = {instancePath:instancePath+"/sorry/address",schemaPath:"#/definitions/sorry/properties/address/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err86];
}
else {
vErrors.push(err86);
}
errors++;
}
}
if(data35.forward !== undefined && func0.call(data35, "forward")){
let data37 = data35.forward;
if(typeof data37 !== "string"){
const err87 = {instancePath:instancePath+"/sorry/forward",schemaPath:"#/definitions/sorry/properties/forward/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err87];
}
else {
vErrors.push(err87);
}
errors++;
}
if(!((((data37 === "nat") || (data37 === "direct")) || (data37 === "tunnel")) || (data37 === "local"))){
const err88 = {instancePath:instancePath+"/sorry/forward",schemaPath:"#/definitions/sorry/properties/forward/enum",keyword:"enum",params:{allowedValues: schema37.properties.forward.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err88];
}
else {
vErrors.push(err88);
}
errors++;
}
}
}
}
if(data.weight_from !== undefined && func0.call(data, "weight_from")){
let data38 = data.weight_from;
if((typeof data38 !== "string") && (!(data38 && typeof data38 == "object" && !Array.isArray(data38)))){
const err89 = {instancePath:instancePath+"/weight_from",schemaPath:"#/definitions/weightFrom/type",keyword:"type",params:{type: schema38.type},message:"must be string,object"};
if(vErrors === null){
vErrors = [err89];
}
else {
vErrors.push(err89);
}
errors++;
}
if(typeof data38 === "string"){
if(!pattern31.test(data38)){
const err90 = {instancePath:instancePath+"/weight_from",schemaPath:"#/definitions/weightFrom/pattern",keyword:"pattern",params:{pattern: "^(exec|header:[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100})$"},message:"must match pattern \""+"^(exec|header:[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100})$"+"\""};
if(vErrors === null){
vErrors = [err90];
}
else {
vErrors.push(err90);
}
errors++;
}
}
if(data38 && typeof data38 == "object" && !Array.isArray(data38)){
if((data38.from === undefined) || (!(func0.call(data38, "from")))){
const err91 = {instancePath:instancePath+"/weight_from",schemaPath:"#/definitions/weightFrom/required",keyword:"required",params:{missingProperty: "from"},message:"must have required property '"+"from"+"'"};
if(vErrors === null){
vErrors = [err91];
}
else {
vErrors.push(err91);
}
errors++;
}
for(const key4 of Object.keys(data38)){
if(!(((key4 === "from") || (key4 === "min")) || (key4 === "max"))){
const err92 = {instancePath:instancePath+"/weight_from",schemaPath:"#/definitions/weightFrom/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key4},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err92];
}
else {
vErrors.push(err92);
}
errors++;
}
}
if(data38.from !== undefined && func0.call(data38, "from")){
let data39 = data38.from;
if(typeof data39 === "string"){
if(!pattern31.test(data39)){
const err93 = {instancePath:instancePath+"/weight_from/from",schemaPath:"#/definitions/weightFrom/properties/from/pattern",keyword:"pattern",params:{pattern: "^(exec|header:[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100})$"},message:"must match pattern \""+"^(exec|header:[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100})$"+"\""};
if(vErrors === null){
vErrors = [err93];
}
else {
vErrors.push(err93);
}
errors++;
}
}
else {
const err94 = {instancePath:instancePath+"/weight_from/from",schemaPath:"#/definitions/weightFrom/properties/from/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err94];
}
else {
vErrors.push(err94);
}
errors++;
}
}
if(data38.min !== undefined && func0.call(data38, "min")){
let data40 = data38.min;
if(!(((typeof data40 == "number") && (!(data40 % 1) && !isNaN(data40))) && (isFinite(data40)))){
const err95 = {instancePath:instancePath+"/weight_from/min",schemaPath:"#/definitions/weightFrom/properties/min/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err95];
}
else {
vErrors.push(err95);
}
errors++;
}
if((typeof data40 == "number") && (isFinite(data40))){
if(data40 > 65535 || isNaN(data40)){
const err96 = {instancePath:instancePath+"/weight_from/min",schemaPath:"#/definitions/weightFrom/properties/min/maximum",keyword:"maximum",params:{comparison: "<=", limit: 65535},message:"must be <= 65535"};
if(vErrors === null){
vErrors = [err96];
}
else {
vErrors.push(err96);
}
errors++;
}
if(data40 < 0 || isNaN(data40)){
const err97 = {instancePath:instancePath+"/weight_from/min",schemaPath:"#/definitions/weightFrom/properties/min/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err97];
}
else {
vErrors.push(err97);
}
errors++;
}
}
}
if(data38.max !== undefined && func0.call(data38, "max")){
let data41 = data38.max;
if(!(((typeof data41 == "number") && (!(data41 % 1) && !isNaN(data41))) && (isFinite(data41)))){
const err98 = {instancePath:instancePath+"/weight_from/max",schemaPath:"#/definitions/weightFrom/properties/max/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err98];
}
else {
vErrors.push(err98);
}
errors++;
}
if((typeof data41 == "number") && (isFinite(data41))){
if(data41 > 65535 || isNaN(data41)){
const err99 = {instancePath:instancePath+"/weight_from/max",schemaPath:"#/definitions/weightFrom/properties/max/maximum",keyword:"maximum",params:{comparison: "<=", limit: 65535},message:"must be <= 65535"};
if(vErrors === null){
vErrors = [err99];
}
else {
vErrors.push(err99);
}
errors++;
}
if(data41 < 0 || isNaN(data41)){
const err100 = {instancePath:instancePath+"/weight_from/max",schemaPath:"#/definitions/weightFrom/properties/max/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err100];
}
else {
vErrors.push(err100);
}
errors++;
}
}
}
}
}
}
else {
const err101 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err101];
}
else {
vErrors.push(err101);
}
errors++;
}
validate11.errors = vErrors;
return errors === 0;
}

const schema40 = {"title":"VipConfig","type":"object","required":["address"],"additionalProperties":false,"properties":{"address":{"description":"An IPv4 or IPv6 address, or a list of them.","type":["string","array"],"minItems":1,"items":{"type":"string"},"examples":["192.0.2.10"]},"link":{"description":"Where the address lives: slb0 (a dummy link made by slb), @service (a dummy link named after the service), a link that exists, or external (somebody else puts it there).","default":"slb0","$ref":"#/definitions/link","examples":["slb0","@service","eth0","external"]},"announce":{"description":"How the network learns of the address: arp tells the neighbours on uplink (ARP and neighbour advertisements), bgp tells the peers in [bgp]; a list for both.","default":"none","$ref":"#/definitions/announce","examples":["arp","bgp",["arp","bgp"]]},"uplink":{"description":"The link to the neighbours that announce = \"arp\" tells. IPv6 addresses that are announced so live on it.","$ref":"#/definitions/uplink"},"prefix":{"description":"The length of the prefix that bgp announces, where it shall be more than the address alone.","type":"integer","minimum":8,"maximum":128},"communities":{"description":"Communities of its route, besides those of [bgp]: `\"65000:100\"`, large ones `\"65000:1:2\"`, or no-export, no-advertise, no-peer, blackhole, graceful-shutdown.","$ref":"#/definitions/communities"},"med":{"description":"The metric by which a neighbouring AS chooses between our routers (MULTI_EXIT_DISC).","type":"integer","minimum":0,"maximum":4294967295},"local_pref":{"description":"How much peers in our own AS prefer this route; 100 when absent.","type":"integer","minimum":0,"maximum":4294967295},"prepend":{"description":"How many times more than once our AS stands in the path, to make this way the longer one.","type":"integer","minimum":0,"maximum":32,"default":0},"announce_when":{"description":"When several virtual services share the address: it is announced while any of them can serve, or only while all can.","type":"string","enum":["any","all"],"default":"any"},"owner":{"description":"Who decides which machine has an address that is announced by arp: static means whoever has it in his files.","type":"string","enum":["static"],"default":"static"}}};
const schema44 = {"type":"array","uniqueItems":true,"maxItems":64,"items":{"type":"string","maxLength":40}};

function validate25(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if((data.address === undefined) || (!(func0.call(data, "address")))){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "address"},message:"must have required property '"+"address"+"'"};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
for(const key0 of Object.keys(data)){
if(!(func0.call(schema40.properties, key0))){
const err1 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
if(data.address !== undefined && func0.call(data, "address")){
let data0 = data.address;
if((typeof data0 !== "string") && (!(Array.isArray(data0)))){
const err2 = {instancePath:instancePath+"/address",schemaPath:"#/properties/address/type",keyword:"type",params:{type: schema40.properties.address.type},message:"must be string,array"};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
if(Array.isArray(data0)){
if(data0.length < 1){
const err3 = {instancePath:instancePath+"/address",schemaPath:"#/properties/address/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
const len0 = data0.length;
for(let i0=0; i0<len0; i0++){
if(typeof data0[i0] !== "string"){
const err4 = {instancePath:instancePath+"/address/" + i0,schemaPath:"#/properties/address/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
}
}
if(data.link !== undefined && func0.call(data, "link")){
let data2 = data.link;
if(typeof data2 === "string"){
if(func47(data2) > 15){
const err5 = {instancePath:instancePath+"/link",schemaPath:"#/definitions/link/maxLength",keyword:"maxLength",params:{limit: 15},message:"must NOT have more than 15 characters"};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
if(!pattern24.test(data2)){
const err6 = {instancePath:instancePath+"/link",schemaPath:"#/definitions/link/pattern",keyword:"pattern",params:{pattern: "^(@service|[^@/:\\s\\x00-\\x20\\x7f-\\uffff][^/:\\s\\x00-\\x20\\x7f-\\uffff]*)$"},message:"must match pattern \""+"^(@service|[^@/:\\s\\x00-\\x20\\x7f-\\uffff][^/:\\s\\x00-\\x20\\x7f-\\uffff]*)$"+"\""};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
else {
const err7 = {instancePath:instancePath+"/link",schemaPath:"#/definitions/link/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
if(data.announce !== undefined && func0.call(data, "announce")){
let data3 = data.announce;
if((typeof data3 !== "string") && (!(Array.isArray(data3)))){
const err8 = {instancePath:instancePath+"/announce",schemaPath:"#/definitions/announce/type",keyword:"type",params:{type: schema33.type},message:"must be string,array"};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
if(typeof data3 === "string"){
if(!pattern25.test(data3)){
const err9 = {instancePath:instancePath+"/announce",schemaPath:"#/definitions/announce/pattern",keyword:"pattern",params:{pattern: "^(none|arp|bgp)$"},message:"must match pattern \""+"^(none|arp|bgp)$"+"\""};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
if(Array.isArray(data3)){
if(data3.length < 1){
const err10 = {instancePath:instancePath+"/announce",schemaPath:"#/definitions/announce/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
const len1 = data3.length;
for(let i1=0; i1<len1; i1++){
let data4 = data3[i1];
if(typeof data4 !== "string"){
const err11 = {instancePath:instancePath+"/announce/" + i1,schemaPath:"#/definitions/announce/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
if(!((data4 === "arp") || (data4 === "bgp"))){
const err12 = {instancePath:instancePath+"/announce/" + i1,schemaPath:"#/definitions/announce/items/enum",keyword:"enum",params:{allowedValues: schema33.items.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
let i2 = data3.length;
let j0;
if(i2 > 1){
const indices0 = {};
for(;i2--;){
let item0 = data3[i2];
if(typeof item0 !== "string"){
continue;
}
if(typeof indices0[item0] == "number"){
j0 = indices0[item0];
const err13 = {instancePath:instancePath+"/announce",schemaPath:"#/definitions/announce/uniqueItems",keyword:"uniqueItems",params:{i: i2, j: j0},message:"must NOT have duplicate items (items ## "+j0+" and "+i2+" are identical)"};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
break;
}
indices0[item0] = i2;
}
}
}
}
if(data.uplink !== undefined && func0.call(data, "uplink")){
let data5 = data.uplink;
if(typeof data5 === "string"){
if(func47(data5) > 15){
const err14 = {instancePath:instancePath+"/uplink",schemaPath:"#/definitions/uplink/maxLength",keyword:"maxLength",params:{limit: 15},message:"must NOT have more than 15 characters"};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
if(!pattern26.test(data5)){
const err15 = {instancePath:instancePath+"/uplink",schemaPath:"#/definitions/uplink/pattern",keyword:"pattern",params:{pattern: "^[^/:\\s\\x00-\\x20\\x7f-\\uffff]+$"},message:"must match pattern \""+"^[^/:\\s\\x00-\\x20\\x7f-\\uffff]+$"+"\""};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
}
else {
const err16 = {instancePath:instancePath+"/uplink",schemaPath:"#/definitions/uplink/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
if(data.prefix !== undefined && func0.call(data, "prefix")){
let data6 = data.prefix;
if(!(((typeof data6 == "number") && (!(data6 % 1) && !isNaN(data6))) && (isFinite(data6)))){
const err17 = {instancePath:instancePath+"/prefix",schemaPath:"#/properties/prefix/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
if((typeof data6 == "number") && (isFinite(data6))){
if(data6 > 128 || isNaN(data6)){
const err18 = {instancePath:instancePath+"/prefix",schemaPath:"#/properties/prefix/maximum",keyword:"maximum",params:{comparison: "<=", limit: 128},message:"must be <= 128"};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
if(data6 < 8 || isNaN(data6)){
const err19 = {instancePath:instancePath+"/prefix",schemaPath:"#/properties/prefix/minimum",keyword:"minimum",params:{comparison: ">=", limit: 8},message:"must be >= 8"};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
}
if(data.communities !== undefined && func0.call(data, "communities")){
let data7 = data.communities;
if(Array.isArray(data7)){
if(data7.length > 64){
const err20 = {instancePath:instancePath+"/communities",schemaPath:"#/definitions/communities/maxItems",keyword:"maxItems",params:{limit: 64},message:"must NOT have more than 64 items"};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
const len2 = data7.length;
for(let i3=0; i3<len2; i3++){
let data8 = data7[i3];
if(typeof data8 === "string"){
if(func47(data8) > 40){
const err21 = {instancePath:instancePath+"/communities/" + i3,schemaPath:"#/definitions/communities/items/maxLength",keyword:"maxLength",params:{limit: 40},message:"must NOT have more than 40 characters"};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
}
else {
const err22 = {instancePath:instancePath+"/communities/" + i3,schemaPath:"#/definitions/communities/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
}
let i4 = data7.length;
let j1;
if(i4 > 1){
const indices1 = {};
for(;i4--;){
let item1 = data7[i4];
if(typeof item1 !== "string"){
continue;
}
if(typeof indices1[item1] == "number"){
j1 = indices1[item1];
const err23 = {instancePath:instancePath+"/communities",schemaPath:"#/definitions/communities/uniqueItems",keyword:"uniqueItems",params:{i: i4, j: j1},message:"must NOT have duplicate items (items ## "+j1+" and "+i4+" are identical)"};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
break;
}
indices1[item1] = i4;
}
}
}
else {
const err24 = {instancePath:instancePath+"/communities",schemaPath:"#/definitions/communities/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
}
if(data.med !== undefined && func0.call(data, "med")){
let data9 = data.med;
if(!(((typeof data9 == "number") && (!(data9 % 1) && !isNaN(data9))) && (isFinite(data9)))){
const err25 = {instancePath:instancePath+"/med",schemaPath:"#/properties/med/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
if((typeof data9 == "number") && (isFinite(data9))){
if(data9 > 4294967295 || isNaN(data9)){
const err26 = {instancePath:instancePath+"/med",schemaPath:"#/properties/med/maximum",keyword:"maximum",params:{comparison: "<=", limit: 4294967295},message:"must be <= 4294967295"};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
if(data9 < 0 || isNaN(data9)){
const err27 = {instancePath:instancePath+"/med",schemaPath:"#/properties/med/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
}
}
if(data.local_pref !== undefined && func0.call(data, "local_pref")){
let data10 = data.local_pref;
if(!(((typeof data10 == "number") && (!(data10 % 1) && !isNaN(data10))) && (isFinite(data10)))){
const err28 = {instancePath:instancePath+"/local_pref",schemaPath:"#/properties/local_pref/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
if((typeof data10 == "number") && (isFinite(data10))){
if(data10 > 4294967295 || isNaN(data10)){
const err29 = {instancePath:instancePath+"/local_pref",schemaPath:"#/properties/local_pref/maximum",keyword:"maximum",params:{comparison: "<=", limit: 4294967295},message:"must be <= 4294967295"};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
if(data10 < 0 || isNaN(data10)){
const err30 = {instancePath:instancePath+"/local_pref",schemaPath:"#/properties/local_pref/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
}
}
if(data.prepend !== undefined && func0.call(data, "prepend")){
let data11 = data.prepend;
if(!(((typeof data11 == "number") && (!(data11 % 1) && !isNaN(data11))) && (isFinite(data11)))){
const err31 = {instancePath:instancePath+"/prepend",schemaPath:"#/properties/prepend/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
if((typeof data11 == "number") && (isFinite(data11))){
if(data11 > 32 || isNaN(data11)){
const err32 = {instancePath:instancePath+"/prepend",schemaPath:"#/properties/prepend/maximum",keyword:"maximum",params:{comparison: "<=", limit: 32},message:"must be <= 32"};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
if(data11 < 0 || isNaN(data11)){
const err33 = {instancePath:instancePath+"/prepend",schemaPath:"#/properties/prepend/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
}
}
if(data.announce_when !== undefined && func0.call(data, "announce_when")){
let data12 = data.announce_when;
if(typeof data12 !== "string"){
const err34 = {instancePath:instancePath+"/announce_when",schemaPath:"#/properties/announce_when/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
if(!((data12 === "any") || (data12 === "all"))){
const err35 = {instancePath:instancePath+"/announce_when",schemaPath:"#/properties/announce_when/enum",keyword:"enum",params:{allowedValues: schema40.properties.announce_when.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
}
if(data.owner !== undefined && func0.call(data, "owner")){
let data13 = data.owner;
if(typeof data13 !== "string"){
const err36 = {instancePath:instancePath+"/owner",schemaPath:"#/properties/owner/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
errors++;
}
if(!(data13 === "static")){
const err37 = {instancePath:instancePath+"/owner",schemaPath:"#/properties/owner/enum",keyword:"enum",params:{allowedValues: schema40.properties.owner.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
}
}
else {
const err38 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
errors++;
}
validate25.errors = vErrors;
return errors === 0;
}

const schema45 = {"title":"KernelConfig","description":"Kernel settings. auto sets a switch when a service needs it, keep never touches it; a switch that is taken out of the file stays as it is in the kernel.","type":"object","additionalProperties":false,"properties":{"ip_forward":{"description":"net.ipv4.ip_forward: needed by nat.","default":"auto","$ref":"#/definitions/switch"},"ipv6_forward":{"description":"net.ipv6.conf.all.forwarding: needed by nat with IPv6.","default":"auto","$ref":"#/definitions/switch"},"conntrack":{"description":"net.ipv4.vs.conntrack: needed by snat.","default":"auto","$ref":"#/definitions/switch"},"ping_group_range":{"description":"net.ipv4.ping_group_range, needed by icmp checks: the first and the last group that may ping, auto (all groups), or keep.","type":"string","pattern":"^(auto|keep|[0-9]{1,10} [0-9]{1,10})$","default":"auto","examples":["0 2147483647"]},"accept_local":{"description":"net.ipv4.conf.all.accept_local: needed by checks with via = \"vip\" over IPv4.","default":"auto","$ref":"#/definitions/switch"},"vs":{"description":"net.ipv4.vs.*: any switch that the kernel has, as a number, true, false, text, auto or keep.","type":"object","propertyNames":{"pattern":"^[a-z0-9_]{1,63}$"},"additionalProperties":{"type":["integer","boolean","string"]},"examples":[{"expire_nodest_conn":1,"sloppy_tcp":true}]},"timeouts":{"title":"TimeoutsConfig","description":"Timeouts of idle IPVS connections; whole seconds. One that is absent is left alone.","type":"object","additionalProperties":false,"properties":{"tcp":{"description":"An established TCP connection.","$ref":"#/definitions/duration"},"tcpfin":{"description":"A TCP connection after a FIN.","$ref":"#/definitions/duration"},"udp":{"description":"A UDP flow.","$ref":"#/definitions/duration"}}},"sync":{"description":"Connection synchronisation with other load balancers: at most one master and one backup.","type":"array","items":{"$ref":"#/definitions/sync"}}}};
const schema46 = {"title":"Switch","type":["boolean","string"],"enum":[true,false,"auto","keep"]};
const schema53 = {"title":"SyncConfig","type":"object","required":["role","interface"],"additionalProperties":false,"properties":{"role":{"description":"master sends its connections, backup receives them.","type":"string","enum":["master","backup"]},"interface":{"description":"The link that the messages go over.","type":"string","maxLength":15,"pattern":"^[^/:\\s\\x00-\\x20\\x7f-\\uffff]+$"},"id":{"description":"A backup takes only messages of a master with the same number; 0 takes all.","type":"integer","minimum":0,"maximum":255,"default":0},"group":{"description":"The multicast group.","type":"string","default":"224.0.0.81"},"port":{"description":"The UDP port.","type":"integer","minimum":1,"maximum":65535,"default":8848},"ttl":{"description":"Time to live (hop limit) of the messages.","type":"integer","minimum":1,"maximum":255,"default":1},"maxlen":{"description":"The longest message in bytes, at least 1024 for a backup; 0 = what the link's MTU allows.","type":"integer","minimum":0,"maximum":65535,"default":0}}};
const pattern37 = new RegExp("^(auto|keep|[0-9]{1,10} [0-9]{1,10})$", "u");
const pattern38 = new RegExp("^[a-z0-9_]{1,63}$", "u");

function validate28(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
for(const key0 of Object.keys(data)){
if(!((((((((key0 === "ip_forward") || (key0 === "ipv6_forward")) || (key0 === "conntrack")) || (key0 === "ping_group_range")) || (key0 === "accept_local")) || (key0 === "vs")) || (key0 === "timeouts")) || (key0 === "sync"))){
const err0 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
if(data.ip_forward !== undefined && func0.call(data, "ip_forward")){
let data0 = data.ip_forward;
if((typeof data0 !== "boolean") && (typeof data0 !== "string")){
const err1 = {instancePath:instancePath+"/ip_forward",schemaPath:"#/definitions/switch/type",keyword:"type",params:{type: schema46.type},message:"must be boolean,string"};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
if(!((((data0 === true) || (data0 === false)) || (data0 === "auto")) || (data0 === "keep"))){
const err2 = {instancePath:instancePath+"/ip_forward",schemaPath:"#/definitions/switch/enum",keyword:"enum",params:{allowedValues: schema46.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
if(data.ipv6_forward !== undefined && func0.call(data, "ipv6_forward")){
let data1 = data.ipv6_forward;
if((typeof data1 !== "boolean") && (typeof data1 !== "string")){
const err3 = {instancePath:instancePath+"/ipv6_forward",schemaPath:"#/definitions/switch/type",keyword:"type",params:{type: schema46.type},message:"must be boolean,string"};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
if(!((((data1 === true) || (data1 === false)) || (data1 === "auto")) || (data1 === "keep"))){
const err4 = {instancePath:instancePath+"/ipv6_forward",schemaPath:"#/definitions/switch/enum",keyword:"enum",params:{allowedValues: schema46.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
if(data.conntrack !== undefined && func0.call(data, "conntrack")){
let data2 = data.conntrack;
if((typeof data2 !== "boolean") && (typeof data2 !== "string")){
const err5 = {instancePath:instancePath+"/conntrack",schemaPath:"#/definitions/switch/type",keyword:"type",params:{type: schema46.type},message:"must be boolean,string"};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
if(!((((data2 === true) || (data2 === false)) || (data2 === "auto")) || (data2 === "keep"))){
const err6 = {instancePath:instancePath+"/conntrack",schemaPath:"#/definitions/switch/enum",keyword:"enum",params:{allowedValues: schema46.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
if(data.ping_group_range !== undefined && func0.call(data, "ping_group_range")){
let data3 = data.ping_group_range;
if(typeof data3 === "string"){
if(!pattern37.test(data3)){
const err7 = {instancePath:instancePath+"/ping_group_range",schemaPath:"#/properties/ping_group_range/pattern",keyword:"pattern",params:{pattern: "^(auto|keep|[0-9]{1,10} [0-9]{1,10})$"},message:"must match pattern \""+"^(auto|keep|[0-9]{1,10} [0-9]{1,10})$"+"\""};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
else {
const err8 = {instancePath:instancePath+"/ping_group_range",schemaPath:"#/properties/ping_group_range/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
if(data.accept_local !== undefined && func0.call(data, "accept_local")){
let data4 = data.accept_local;
if((typeof data4 !== "boolean") && (typeof data4 !== "string")){
const err9 = {instancePath:instancePath+"/accept_local",schemaPath:"#/definitions/switch/type",keyword:"type",params:{type: schema46.type},message:"must be boolean,string"};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
if(!((((data4 === true) || (data4 === false)) || (data4 === "auto")) || (data4 === "keep"))){
const err10 = {instancePath:instancePath+"/accept_local",schemaPath:"#/definitions/switch/enum",keyword:"enum",params:{allowedValues: schema46.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
if(data.vs !== undefined && func0.call(data, "vs")){
let data5 = data.vs;
if(data5 && typeof data5 == "object" && !Array.isArray(data5)){
for(const key1 of Object.keys(data5)){
const _errs18 = errors;
if(typeof key1 === "string"){
if(!pattern38.test(key1)){
const err11 = {instancePath:instancePath+"/vs",schemaPath:"#/properties/vs/propertyNames/pattern",keyword:"pattern",params:{pattern: "^[a-z0-9_]{1,63}$"},message:"must match pattern \""+"^[a-z0-9_]{1,63}$"+"\"",propertyName:key1};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
var valid5 = _errs18 === errors;
if(!valid5){
const err12 = {instancePath:instancePath+"/vs",schemaPath:"#/properties/vs/propertyNames",keyword:"propertyNames",params:{propertyName: key1},message:"property name must be valid"};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
for(const key2 of Object.keys(data5)){
let data6 = data5[key2];
if(((!(((typeof data6 == "number") && (!(data6 % 1) && !isNaN(data6))) && (isFinite(data6)))) && (typeof data6 !== "boolean")) && (typeof data6 !== "string")){
const err13 = {instancePath:instancePath+"/vs/" + key2.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/vs/additionalProperties/type",keyword:"type",params:{type: schema45.properties.vs.additionalProperties.type},message:"must be integer,boolean,string"};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
}
else {
const err14 = {instancePath:instancePath+"/vs",schemaPath:"#/properties/vs/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
if(data.timeouts !== undefined && func0.call(data, "timeouts")){
let data7 = data.timeouts;
if(data7 && typeof data7 == "object" && !Array.isArray(data7)){
for(const key3 of Object.keys(data7)){
if(!(((key3 === "tcp") || (key3 === "tcpfin")) || (key3 === "udp"))){
const err15 = {instancePath:instancePath+"/timeouts",schemaPath:"#/properties/timeouts/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key3},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
}
if(data7.tcp !== undefined && func0.call(data7, "tcp")){
let data8 = data7.tcp;
if(typeof data8 === "string"){
if(!pattern4.test(data8)){
const err16 = {instancePath:instancePath+"/timeouts/tcp",schemaPath:"#/definitions/duration/pattern",keyword:"pattern",params:{pattern: "^[0-9]{1,9}(ms|s|m|h|d)$"},message:"must match pattern \""+"^[0-9]{1,9}(ms|s|m|h|d)$"+"\""};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
else {
const err17 = {instancePath:instancePath+"/timeouts/tcp",schemaPath:"#/definitions/duration/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
}
if(data7.tcpfin !== undefined && func0.call(data7, "tcpfin")){
let data9 = data7.tcpfin;
if(typeof data9 === "string"){
if(!pattern4.test(data9)){
const err18 = {instancePath:instancePath+"/timeouts/tcpfin",schemaPath:"#/definitions/duration/pattern",keyword:"pattern",params:{pattern: "^[0-9]{1,9}(ms|s|m|h|d)$"},message:"must match pattern \""+"^[0-9]{1,9}(ms|s|m|h|d)$"+"\""};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
}
else {
const err19 = {instancePath:instancePath+"/timeouts/tcpfin",schemaPath:"#/definitions/duration/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
if(data7.udp !== undefined && func0.call(data7, "udp")){
let data10 = data7.udp;
if(typeof data10 === "string"){
if(!pattern4.test(data10)){
const err20 = {instancePath:instancePath+"/timeouts/udp",schemaPath:"#/definitions/duration/pattern",keyword:"pattern",params:{pattern: "^[0-9]{1,9}(ms|s|m|h|d)$"},message:"must match pattern \""+"^[0-9]{1,9}(ms|s|m|h|d)$"+"\""};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
}
else {
const err21 = {instancePath:instancePath+"/timeouts/udp",schemaPath:"#/definitions/duration/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
}
}
else {
const err22 = {instancePath:instancePath+"/timeouts",schemaPath:"#/properties/timeouts/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
}
if(data.sync !== undefined && func0.call(data, "sync")){
let data11 = data.sync;
if(Array.isArray(data11)){
const len0 = data11.length;
for(let i0=0; i0<len0; i0++){
let data12 = data11[i0];
if(data12 && typeof data12 == "object" && !Array.isArray(data12)){
if((data12.role === undefined) || (!(func0.call(data12, "role")))){
const err23 = {instancePath:instancePath+"/sync/" + i0,schemaPath:"#/definitions/sync/required",keyword:"required",params:{missingProperty: "role"},message:"must have required property '"+"role"+"'"};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
if((data12.interface === undefined) || (!(func0.call(data12, "interface")))){
const err24 = {instancePath:instancePath+"/sync/" + i0,schemaPath:"#/definitions/sync/required",keyword:"required",params:{missingProperty: "interface"},message:"must have required property '"+"interface"+"'"};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
for(const key4 of Object.keys(data12)){
if(!(((((((key4 === "role") || (key4 === "interface")) || (key4 === "id")) || (key4 === "group")) || (key4 === "port")) || (key4 === "ttl")) || (key4 === "maxlen"))){
const err25 = {instancePath:instancePath+"/sync/" + i0,schemaPath:"#/definitions/sync/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key4},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
}
if(data12.role !== undefined && func0.call(data12, "role")){
let data13 = data12.role;
if(typeof data13 !== "string"){
const err26 = {instancePath:instancePath+"/sync/" + i0+"/role",schemaPath:"#/definitions/sync/properties/role/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
if(!((data13 === "master") || (data13 === "backup"))){
const err27 = {instancePath:instancePath+"/sync/" + i0+"/role",schemaPath:"#/definitions/sync/properties/role/enum",keyword:"enum",params:{allowedValues: schema53.properties.role.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
}
if(data12.interface !== undefined && func0.call(data12, "interface")){
let data14 = data12.interface;
if(typeof data14 === "string"){
if(func47(data14) > 15){
const err28 = {instancePath:instancePath+"/sync/" + i0+"/interface",schemaPath:"#/definitions/sync/properties/interface/maxLength",keyword:"maxLength",params:{limit: 15},message:"must NOT have more than 15 characters"};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
if(!pattern26.test(data14)){
const err29 = {instancePath:instancePath+"/sync/" + i0+"/interface",schemaPath:"#/definitions/sync/properties/interface/pattern",keyword:"pattern",params:{pattern: "^[^/:\\s\\x00-\\x20\\x7f-\\uffff]+$"},message:"must match pattern \""+"^[^/:\\s\\x00-\\x20\\x7f-\\uffff]+$"+"\""};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
}
else {
const err30 = {instancePath:instancePath+"/sync/" + i0+"/interface",schemaPath:"#/definitions/sync/properties/interface/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
}
if(data12.id !== undefined && func0.call(data12, "id")){
let data15 = data12.id;
if(!(((typeof data15 == "number") && (!(data15 % 1) && !isNaN(data15))) && (isFinite(data15)))){
const err31 = {instancePath:instancePath+"/sync/" + i0+"/id",schemaPath:"#/definitions/sync/properties/id/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
if((typeof data15 == "number") && (isFinite(data15))){
if(data15 > 255 || isNaN(data15)){
const err32 = {instancePath:instancePath+"/sync/" + i0+"/id",schemaPath:"#/definitions/sync/properties/id/maximum",keyword:"maximum",params:{comparison: "<=", limit: 255},message:"must be <= 255"};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
if(data15 < 0 || isNaN(data15)){
const err33 = {instancePath:instancePath+"/sync/" + i0+"/id",schemaPath:"#/definitions/sync/properties/id/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
}
}
if(data12.group !== undefined && func0.call(data12, "group")){
if(typeof data12.group !== "string"){
const err34 = {instancePath:instancePath+"/sync/" + i0+"/group",schemaPath:"#/definitions/sync/properties/group/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
}
if(data12.port !== undefined && func0.call(data12, "port")){
let data17 = data12.port;
if(!(((typeof data17 == "number") && (!(data17 % 1) && !isNaN(data17))) && (isFinite(data17)))){
const err35 = {instancePath:instancePath+"/sync/" + i0+"/port",schemaPath:"#/definitions/sync/properties/port/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
if((typeof data17 == "number") && (isFinite(data17))){
if(data17 > 65535 || isNaN(data17)){
const err36 = {instancePath:instancePath+"/sync/" + i0+"/port",schemaPath:"#/definitions/sync/properties/port/maximum",keyword:"maximum",params:{comparison: "<=", limit: 65535},message:"must be <= 65535"};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
errors++;
}
if(data17 < 1 || isNaN(data17)){
const err37 = {instancePath:instancePath+"/sync/" + i0+"/port",schemaPath:"#/definitions/sync/properties/port/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
}
}
if(data12.ttl !== undefined && func0.call(data12, "ttl")){
let data18 = data12.ttl;
if(!(((typeof data18 == "number") && (!(data18 % 1) && !isNaN(data18))) && (isFinite(data18)))){
const err38 = {instancePath:instancePath+"/sync/" + i0+"/ttl",schemaPath:"#/definitions/sync/properties/ttl/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
errors++;
}
if((typeof data18 == "number") && (isFinite(data18))){
if(data18 > 255 || isNaN(data18)){
const err39 = {instancePath:instancePath+"/sync/" + i0+"/ttl",schemaPath:"#/definitions/sync/properties/ttl/maximum",keyword:"maximum",params:{comparison: "<=", limit: 255},message:"must be <= 255"};
if(vErrors === null){
vErrors = [err39];
}
else {
vErrors.push(err39);
}
errors++;
}
if(data18 < 1 || isNaN(data18)){
const err40 = {instancePath:instancePath+"/sync/" + i0+"/ttl",schemaPath:"#/definitions/sync/properties/ttl/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err40];
}
else {
vErrors.push(err40);
}
errors++;
}
}
}
if(data12.maxlen !== undefined && func0.call(data12, "maxlen")){
let data19 = data12.maxlen;
if(!(((typeof data19 == "number") && (!(data19 % 1) && !isNaN(data19))) && (isFinite(data19)))){
const err41 = {instancePath:instancePath+"/sync/" + i0+"/maxlen",schemaPath:"#/definitions/sync/properties/maxlen/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err41];
}
else {
vErrors.push(err41);
}
errors++;
}
if((typeof data19 == "number") && (isFinite(data19))){
if(data19 > 65535 || isNaN(data19)){
const err42 = {instancePath:instancePath+"/sync/" + i0+"/maxlen",schemaPath:"#/definitions/sync/properties/maxlen/maximum",keyword:"maximum",params:{comparison: "<=", limit: 65535},message:"must be <= 65535"};
if(vErrors === null){
vErrors = [err42];
}
else {
vErrors.push(err42);
}
errors++;
}
if(data19 < 0 || isNaN(data19)){
const err43 = {instancePath:instancePath+"/sync/" + i0+"/maxlen",schemaPath:"#/definitions/sync/properties/maxlen/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err43];
}
else {
vErrors.push(err43);
}
errors++;
}
}
}
}
else {
const err44 = {instancePath:instancePath+"/sync/" + i0,schemaPath:"#/definitions/sync/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err44];
}
else {
vErrors.push(err44);
}
errors++;
}
}
}
else {
const err45 = {instancePath:instancePath+"/sync",schemaPath:"#/properties/sync/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err45];
}
else {
vErrors.push(err45);
}
errors++;
}
}
}
else {
const err46 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err46];
}
else {
vErrors.push(err46);
}
errors++;
}
validate28.errors = vErrors;
return errors === 0;
}

const schema54 = {"title":"BgpConfig","description":"How routes to VIPs with announce = \"bgp\" are told to the network.","type":"object","additionalProperties":false,"properties":{"as":{"description":"The number of our autonomous system. Needed, but for speaker = \"table\".","type":"integer","minimum":1,"maximum":4294967295,"examples":[65000]},"router_id":{"description":"An IPv4 address that names this machine; when absent, the one that each session is made from.","type":"string"},"speaker":{"description":"Who speaks to the peers: embedded is slb run itself, and its routes end with it; gobgp is a gobgpd; table puts routes into a routing table of the kernel, from which a BIRD or FRR on this host takes them.","type":"string","enum":["embedded","gobgp","table"],"default":"embedded"},"local_address":{"description":"The address that sessions are made from; when absent, the kernel chooses.","type":"string"},"next_hop":{"description":"The addresses that the network shall send packets to; when absent, the address of this machine that each peer knows it by.","$ref":"#/definitions/nextHop"},"hold":{"description":"A peer that has not heard of us for so long forgets our routes; 0s, or 3s to 65535s.","default":"9s","$ref":"#/definitions/duration"},"keepalive":{"description":"How often peers hear of us; at most a third of hold.","default":"3s","$ref":"#/definitions/duration"},"communities":{"description":"Communities of all routes.","$ref":"#/definitions/communities"},"local_pref":{"description":"How much peers in our own AS prefer our routes.","type":"integer","minimum":0,"maximum":4294967295,"default":100},"graceful_shutdown":{"description":"For how long peers are asked to prefer other ways (community graceful-shutdown, RFC 8326) before a route is withdrawn for a drain; at most 5m.","default":"2s","$ref":"#/definitions/duration"},"settle":{"description":"How long after the withdrawal of a route the network is given before what it led to drains or goes; at most 10s: verdicts wait as long.","default":"1s","$ref":"#/definitions/duration"},"table":{"description":"The routing table of speaker = \"table\".","type":"integer","minimum":1,"maximum":4294967295,"default":198},"gobgp":{"description":"Where the gobgpd is, for speaker = \"gobgp\".","$ref":"#/definitions/gobgp"},"peer":{"description":"BGP neighbours by name.","type":"object","propertyNames":{"$ref":"#/definitions/name"},"additionalProperties":{"$ref":"#/definitions/peer"}}}};
const schema55 = {"title":"NextHopConfig","type":"object","additionalProperties":false,"properties":{"ipv4":{"description":"For IPv4 routes.","type":"string"},"ipv6":{"description":"For IPv6 routes.","type":"string"}}};
const schema61 = {"title":"GobgpConfig","type":"object","additionalProperties":false,"properties":{"address":{"description":"unix:/path of a socket, or host:port. With own = true, unix:/run/slb/gobgpd.sock when absent.","type":"string","minLength":1,"maxLength":255,"default":"unix:/run/gobgpd.sock"},"own":{"description":"True = slb run starts a gobgpd of its own, which ends with it; it has to be installed.","type":"boolean","default":false}}};
const schema63 = {"title":"PeerConfig","type":"object","additionalProperties":false,"properties":{"address":{"description":"Its address. Needed, unless preset says it.","type":"string","examples":["10.0.0.1"]},"as":{"description":"The number of its autonomous system; ours for iBGP. Needed, unless preset says it.","type":"integer","minimum":1,"maximum":4294967295},"port":{"description":"The TCP port it listens on.","type":"integer","minimum":1,"maximum":65535,"default":179},"local_address":{"description":"The address that the session is made from; that of [bgp] when absent.","type":"string"},"password":{"description":"Where the password of TCP MD5 signatures (RFC 2385) is. It is read whenever a session is made.","$ref":"#/definitions/password"},"multihop":{"description":"How many hops it is away at most; 1 = on the same network.","type":"integer","minimum":1,"maximum":255,"default":1},"ttl_security":{"description":"Take packets only from a peer that is no further away than multihop says (RFC 5082); the peer has to do the same.","type":"boolean","default":false},"graceful_restart":{"description":"For how long the peer keeps our routes when slb ends without a word (RFC 4724), so that a restart is no gap; off when absent. At most 4095s.","$ref":"#/definitions/duration","examples":["120s"]},"families":{"description":"What it is told of.","type":"array","minItems":1,"uniqueItems":true,"items":{"type":"string","enum":["ipv4","ipv6"]},"default":["ipv4","ipv6"]},"max_prefixes":{"description":"It is never told of more routes than this; 0 = of any number.","type":"integer","minimum":0,"maximum":4294967295,"default":0},"hold":{"description":"Instead of hold of [bgp].","$ref":"#/definitions/duration"},"keepalive":{"description":"Instead of keepalive of [bgp].","$ref":"#/definitions/duration"},"preset":{"description":"What a cloud needs: address, AS and multihop that it prescribes, where nothing else is said here.","type":"string","enum":["vultr","vultr-ipv6","vultr-bare-metal"]}}};
const schema64 = {"title":"PasswordConfig","type":"object","additionalProperties":false,"minProperties":1,"maxProperties":1,"properties":{"file":{"description":"A file that holds it.","type":"string","pattern":"^/[^\\x00]*$","maxLength":4095},"env":{"description":"A variable of slb's environment.","type":"string","pattern":"^[A-Za-z_][A-Za-z0-9_]*$","maxLength":255},"credential":{"description":"A credential of the service manager (LoadCredential= of systemd).","type":"string","pattern":"^[A-Za-z0-9_.-]+$","maxLength":255}}};
const pattern48 = new RegExp("^/[^\\x00]*$", "u");
const pattern49 = new RegExp("^[A-Za-z_][A-Za-z0-9_]*$", "u");

function validate31(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
for(const key0 of Object.keys(data)){
if(!(func0.call(schema63.properties, key0))){
const err0 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
if(data.address !== undefined && func0.call(data, "address")){
if(typeof data.address !== "string"){
const err1 = {instancePath:instancePath+"/address",schemaPath:"#/properties/address/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
if(data.as !== undefined && func0.call(data, "as")){
let data1 = data.as;
if(!(((typeof data1 == "number") && (!(data1 % 1) && !isNaN(data1))) && (isFinite(data1)))){
const err2 = {instancePath:instancePath+"/as",schemaPath:"#/properties/as/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
if((typeof data1 == "number") && (isFinite(data1))){
if(data1 > 4294967295 || isNaN(data1)){
const err3 = {instancePath:instancePath+"/as",schemaPath:"#/properties/as/maximum",keyword:"maximum",params:{comparison: "<=", limit: 4294967295},message:"must be <= 4294967295"};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
if(data1 < 1 || isNaN(data1)){
const err4 = {instancePath:instancePath+"/as",schemaPath:"#/properties/as/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
}
if(data.port !== undefined && func0.call(data, "port")){
let data2 = data.port;
if(!(((typeof data2 == "number") && (!(data2 % 1) && !isNaN(data2))) && (isFinite(data2)))){
const err5 = {instancePath:instancePath+"/port",schemaPath:"#/properties/port/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
if((typeof data2 == "number") && (isFinite(data2))){
if(data2 > 65535 || isNaN(data2)){
const err6 = {instancePath:instancePath+"/port",schemaPath:"#/properties/port/maximum",keyword:"maximum",params:{comparison: "<=", limit: 65535},message:"must be <= 65535"};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
if(data2 < 1 || isNaN(data2)){
const err7 = {instancePath:instancePath+"/port",schemaPath:"#/properties/port/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
}
if(data.local_address !== undefined && func0.call(data, "local_address")){
if(typeof data.local_address !== "string"){
const err8 = {instancePath:instancePath+"/local_address",schemaPath:"#/properties/local_address/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
if(data.password !== undefined && func0.call(data, "password")){
let data4 = data.password;
if(data4 && typeof data4 == "object" && !Array.isArray(data4)){
if(Object.keys(data4).length > 1){
const err9 = {instancePath:instancePath+"/password",schemaPath:"#/definitions/password/maxProperties",keyword:"maxProperties",params:{limit: 1},message:"must NOT have more than 1 properties"};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
if(Object.keys(data4).length < 1){
const err10 = {instancePath:instancePath+"/password",schemaPath:"#/definitions/password/minProperties",keyword:"minProperties",params:{limit: 1},message:"must NOT have fewer than 1 properties"};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
for(const key1 of Object.keys(data4)){
if(!(((key1 === "file") || (key1 === "env")) || (key1 === "credential"))){
const err11 = {instancePath:instancePath+"/password",schemaPath:"#/definitions/password/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
if(data4.file !== undefined && func0.call(data4, "file")){
let data5 = data4.file;
if(typeof data5 === "string"){
if(func47(data5) > 4095){
const err12 = {instancePath:instancePath+"/password/file",schemaPath:"#/definitions/password/properties/file/maxLength",keyword:"maxLength",params:{limit: 4095},message:"must NOT have more than 4095 characters"};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
if(!pattern48.test(data5)){
const err13 = {instancePath:instancePath+"/password/file",schemaPath:"#/definitions/password/properties/file/pattern",keyword:"pattern",params:{pattern: "^/[^\\x00]*$"},message:"must match pattern \""+"^/[^\\x00]*$"+"\""};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
else {
const err14 = {instancePath:instancePath+"/password/file",schemaPath:"#/definitions/password/properties/file/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
if(data4.env !== undefined && func0.call(data4, "env")){
let data6 = data4.env;
if(typeof data6 === "string"){
if(func47(data6) > 255){
const err15 = {instancePath:instancePath+"/password/env",schemaPath:"#/definitions/password/properties/env/maxLength",keyword:"maxLength",params:{limit: 255},message:"must NOT have more than 255 characters"};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
if(!pattern49.test(data6)){
const err16 = {instancePath:instancePath+"/password/env",schemaPath:"#/definitions/password/properties/env/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z_][A-Za-z0-9_]*$"},message:"must match pattern \""+"^[A-Za-z_][A-Za-z0-9_]*$"+"\""};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
else {
const err17 = {instancePath:instancePath+"/password/env",schemaPath:"#/definitions/password/properties/env/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
}
if(data4.credential !== undefined && func0.call(data4, "credential")){
let data7 = data4.credential;
if(typeof data7 === "string"){
if(func47(data7) > 255){
const err18 = {instancePath:instancePath+"/password/credential",schemaPath:"#/definitions/password/properties/credential/maxLength",keyword:"maxLength",params:{limit: 255},message:"must NOT have more than 255 characters"};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
if(!pattern17.test(data7)){
const err19 = {instancePath:instancePath+"/password/credential",schemaPath:"#/definitions/password/properties/credential/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z0-9_.-]+$"},message:"must match pattern \""+"^[A-Za-z0-9_.-]+$"+"\""};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
else {
const err20 = {instancePath:instancePath+"/password/credential",schemaPath:"#/definitions/password/properties/credential/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
}
}
else {
const err21 = {instancePath:instancePath+"/password",schemaPath:"#/definitions/password/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
}
if(data.multihop !== undefined && func0.call(data, "multihop")){
let data8 = data.multihop;
if(!(((typeof data8 == "number") && (!(data8 % 1) && !isNaN(data8))) && (isFinite(data8)))){
const err22 = {instancePath:instancePath+"/multihop",schemaPath:"#/properties/multihop/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
if((typeof data8 == "number") && (isFinite(data8))){
if(data8 > 255 || isNaN(data8)){
const err23 = {instancePath:instancePath+"/multihop",schemaPath:"#/properties/multihop/maximum",keyword:"maximum",params:{comparison: "<=", limit: 255},message:"must be <= 255"};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
if(data8 < 1 || isNaN(data8)){
const err24 = {instancePath:instancePath+"/multihop",schemaPath:"#/properties/multihop/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
}
}
if(data.ttl_security !== undefined && func0.call(data, "ttl_security")){
if(typeof data.ttl_security !== "boolean"){
const err25 = {instancePath:instancePath+"/ttl_security",schemaPath:"#/properties/ttl_security/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
}
if(data.graceful_restart !== undefined && func0.call(data, "graceful_restart")){
let data10 = data.graceful_restart;
if(typeof data10 === "string"){
if(!pattern4.test(data10)){
const err26 = {instancePath:instancePath+"/graceful_restart",schemaPath:"#/definitions/duration/pattern",keyword:"pattern",params:{pattern: "^[0-9]{1,9}(ms|s|m|h|d)$"},message:"must match pattern \""+"^[0-9]{1,9}(ms|s|m|h|d)$"+"\""};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
}
else {
const err27 = {instancePath:instancePath+"/graceful_restart",schemaPath:"#/definitions/duration/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
}
if(data.families !== undefined && func0.call(data, "families")){
let data11 = data.families;
if(Array.isArray(data11)){
if(data11.length < 1){
const err28 = {instancePath:instancePath+"/families",schemaPath:"#/properties/families/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
const len0 = data11.length;
for(let i0=0; i0<len0; i0++){
let data12 = data11[i0];
if(typeof data12 !== "string"){
const err29 = {instancePath:instancePath+"/families/" + i0,schemaPath:"#/properties/families/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
if(!((data12 === "ipv4") || (data12 === "ipv6"))){
const err30 = {instancePath:instancePath+"/families/" + i0,schemaPath:"#/properties/families/items/enum",keyword:"enum",params:{allowedValues: schema63.properties.families.items.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
}
let i1 = data11.length;
let j0;
if(i1 > 1){
const indices0 = {};
for(;i1--;){
let item0 = data11[i1];
if(typeof item0 !== "string"){
continue;
}
if(typeof indices0[item0] == "number"){
j0 = indices0[item0];
const err31 = {instancePath:instancePath+"/families",schemaPath:"#/properties/families/uniqueItems",keyword:"uniqueItems",params:{i: i1, j: j0},message:"must NOT have duplicate items (items ## "+j0+" and "+i1+" are identical)"};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
break;
}
indices0[item0] = i1;
}
}
}
else {
const err32 = {instancePath:instancePath+"/families",schemaPath:"#/properties/families/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
}
if(data.max_prefixes !== undefined && func0.call(data, "max_prefixes")){
let data13 = data.max_prefixes;
if(!(((typeof data13 == "number") && (!(data13 % 1) && !isNaN(data13))) && (isFinite(data13)))){
const err33 = {instancePath:instancePath+"/max_prefixes",schemaPath:"#/properties/max_prefixes/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
if((typeof data13 == "number") && (isFinite(data13))){
if(data13 > 4294967295 || isNaN(data13)){
const err34 = {instancePath:instancePath+"/max_prefixes",schemaPath:"#/properties/max_prefixes/maximum",keyword:"maximum",params:{comparison: "<=", limit: 4294967295},message:"must be <= 4294967295"};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
if(data13 < 0 || isNaN(data13)){
const err35 = {instancePath:instancePath+"/max_prefixes",schemaPath:"#/properties/max_prefixes/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
}
}
if(data.hold !== undefined && func0.call(data, "hold")){
let data14 = data.hold;
if(typeof data14 === "string"){
if(!pattern4.test(data14)){
const err36 = {instancePath:instancePath+"/hold",schemaPath:"#/definitions/duration/pattern",keyword:"pattern",params:{pattern: "^[0-9]{1,9}(ms|s|m|h|d)$"},message:"must match pattern \""+"^[0-9]{1,9}(ms|s|m|h|d)$"+"\""};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
errors++;
}
}
else {
const err37 = {instancePath:instancePath+"/hold",schemaPath:"#/definitions/duration/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
}
if(data.keepalive !== undefined && func0.call(data, "keepalive")){
let data15 = data.keepalive;
if(typeof data15 === "string"){
if(!pattern4.test(data15)){
const err38 = {instancePath:instancePath+"/keepalive",schemaPath:"#/definitions/duration/pattern",keyword:"pattern",params:{pattern: "^[0-9]{1,9}(ms|s|m|h|d)$"},message:"must match pattern \""+"^[0-9]{1,9}(ms|s|m|h|d)$"+"\""};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
errors++;
}
}
else {
const err39 = {instancePath:instancePath+"/keepalive",schemaPath:"#/definitions/duration/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err39];
}
else {
vErrors.push(err39);
}
errors++;
}
}
if(data.preset !== undefined && func0.call(data, "preset")){
let data16 = data.preset;
if(typeof data16 !== "string"){
const err40 = {instancePath:instancePath+"/preset",schemaPath:"#/properties/preset/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err40];
}
else {
vErrors.push(err40);
}
errors++;
}
if(!(((data16 === "vultr") || (data16 === "vultr-ipv6")) || (data16 === "vultr-bare-metal"))){
const err41 = {instancePath:instancePath+"/preset",schemaPath:"#/properties/preset/enum",keyword:"enum",params:{allowedValues: schema63.properties.preset.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err41];
}
else {
vErrors.push(err41);
}
errors++;
}
}
}
else {
const err42 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err42];
}
else {
vErrors.push(err42);
}
errors++;
}
validate31.errors = vErrors;
return errors === 0;
}


function validate30(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
for(const key0 of Object.keys(data)){
if(!(func0.call(schema54.properties, key0))){
const err0 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
if(data.as !== undefined && func0.call(data, "as")){
let data0 = data.as;
if(!(((typeof data0 == "number") && (!(data0 % 1) && !isNaN(data0))) && (isFinite(data0)))){
const err1 = {instancePath:instancePath+"/as",schemaPath:"#/properties/as/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
if((typeof data0 == "number") && (isFinite(data0))){
if(data0 > 4294967295 || isNaN(data0)){
const err2 = {instancePath:instancePath+"/as",schemaPath:"#/properties/as/maximum",keyword:"maximum",params:{comparison: "<=", limit: 4294967295},message:"must be <= 4294967295"};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
if(data0 < 1 || isNaN(data0)){
const err3 = {instancePath:instancePath+"/as",schemaPath:"#/properties/as/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
}
if(data.router_id !== undefined && func0.call(data, "router_id")){
if(typeof data.router_id !== "string"){
const err4 = {instancePath:instancePath+"/router_id",schemaPath:"#/properties/router_id/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
if(data.speaker !== undefined && func0.call(data, "speaker")){
let data2 = data.speaker;
if(typeof data2 !== "string"){
const err5 = {instancePath:instancePath+"/speaker",schemaPath:"#/properties/speaker/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
if(!(((data2 === "embedded") || (data2 === "gobgp")) || (data2 === "table"))){
const err6 = {instancePath:instancePath+"/speaker",schemaPath:"#/properties/speaker/enum",keyword:"enum",params:{allowedValues: schema54.properties.speaker.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
if(data.local_address !== undefined && func0.call(data, "local_address")){
if(typeof data.local_address !== "string"){
const err7 = {instancePath:instancePath+"/local_address",schemaPath:"#/properties/local_address/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
if(data.next_hop !== undefined && func0.call(data, "next_hop")){
let data4 = data.next_hop;
if(data4 && typeof data4 == "object" && !Array.isArray(data4)){
for(const key1 of Object.keys(data4)){
if(!((key1 === "ipv4") || (key1 === "ipv6"))){
const err8 = {instancePath:instancePath+"/next_hop",schemaPath:"#/definitions/nextHop/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
if(data4.ipv4 !== undefined && func0.call(data4, "ipv4")){
if(typeof data4.ipv4 !== "string"){
const err9 = {instancePath:instancePath+"/next_hop/ipv4",schemaPath:"#/definitions/nextHop/properties/ipv4/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
if(data4.ipv6 !== undefined && func0.call(data4, "ipv6")){
if(typeof data4.ipv6 !== "string"){
const err10 = {instancePath:instancePath+"/next_hop/ipv6",schemaPath:"#/definitions/nextHop/properties/ipv6/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
}
else {
const err11 = {instancePath:instancePath+"/next_hop",schemaPath:"#/definitions/nextHop/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
if(data.hold !== undefined && func0.call(data, "hold")){
let data7 = data.hold;
if(typeof data7 === "string"){
if(!pattern4.test(data7)){
const err12 = {instancePath:instancePath+"/hold",schemaPath:"#/definitions/duration/pattern",keyword:"pattern",params:{pattern: "^[0-9]{1,9}(ms|s|m|h|d)$"},message:"must match pattern \""+"^[0-9]{1,9}(ms|s|m|h|d)$"+"\""};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
else {
const err13 = {instancePath:instancePath+"/hold",schemaPath:"#/definitions/duration/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
if(data.keepalive !== undefined && func0.call(data, "keepalive")){
let data8 = data.keepalive;
if(typeof data8 === "string"){
if(!pattern4.test(data8)){
const err14 = {instancePath:instancePath+"/keepalive",schemaPath:"#/definitions/duration/pattern",keyword:"pattern",params:{pattern: "^[0-9]{1,9}(ms|s|m|h|d)$"},message:"must match pattern \""+"^[0-9]{1,9}(ms|s|m|h|d)$"+"\""};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
else {
const err15 = {instancePath:instancePath+"/keepalive",schemaPath:"#/definitions/duration/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
}
if(data.communities !== undefined && func0.call(data, "communities")){
let data9 = data.communities;
if(Array.isArray(data9)){
if(data9.length > 64){
const err16 = {instancePath:instancePath+"/communities",schemaPath:"#/definitions/communities/maxItems",keyword:"maxItems",params:{limit: 64},message:"must NOT have more than 64 items"};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
const len0 = data9.length;
for(let i0=0; i0<len0; i0++){
let data10 = data9[i0];
if(typeof data10 === "string"){
if(func47(data10) > 40){
const err17 = {instancePath:instancePath+"/communities/" + i0,schemaPath:"#/definitions/communities/items/maxLength",keyword:"maxLength",params:{limit: 40},message:"must NOT have more than 40 characters"};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
}
else {
const err18 = {instancePath:instancePath+"/communities/" + i0,schemaPath:"#/definitions/communities/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
}
let i1 = data9.length;
let j0;
if(i1 > 1){
const indices0 = {};
for(;i1--;){
let item0 = data9[i1];
if(typeof item0 !== "string"){
continue;
}
if(typeof indices0[item0] == "number"){
j0 = indices0[item0];
const err19 = {instancePath:instancePath+"/communities",schemaPath:"#/definitions/communities/uniqueItems",keyword:"uniqueItems",params:{i: i1, j: j0},message:"must NOT have duplicate items (items ## "+j0+" and "+i1+" are identical)"};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
break;
}
indices0[item0] = i1;
}
}
}
else {
const err20 = {instancePath:instancePath+"/communities",schemaPath:"#/definitions/communities/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
}
if(data.local_pref !== undefined && func0.call(data, "local_pref")){
let data11 = data.local_pref;
if(!(((typeof data11 == "number") && (!(data11 % 1) && !isNaN(data11))) && (isFinite(data11)))){
const err21 = {instancePath:instancePath+"/local_pref",schemaPath:"#/properties/local_pref/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
if((typeof data11 == "number") && (isFinite(data11))){
if(data11 > 4294967295 || isNaN(data11)){
const err22 = {instancePath:instancePath+"/local_pref",schemaPath:"#/properties/local_pref/maximum",keyword:"maximum",params:{comparison: "<=", limit: 4294967295},message:"must be <= 4294967295"};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
if(data11 < 0 || isNaN(data11)){
const err23 = {instancePath:instancePath+"/local_pref",schemaPath:"#/properties/local_pref/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
}
}
if(data.graceful_shutdown !== undefined && func0.call(data, "graceful_shutdown")){
let data12 = data.graceful_shutdown;
if(typeof data12 === "string"){
if(!pattern4.test(data12)){
const err24 = {instancePath:instancePath+"/graceful_shutdown",schemaPath:"#/definitions/duration/pattern",keyword:"pattern",params:{pattern: "^[0-9]{1,9}(ms|s|m|h|d)$"},message:"must match pattern \""+"^[0-9]{1,9}(ms|s|m|h|d)$"+"\""};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
}
else {
const err25 = {instancePath:instancePath+"/graceful_shutdown",schemaPath:"#/definitions/duration/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
}
if(data.settle !== undefined && func0.call(data, "settle")){
let data13 = data.settle;
if(typeof data13 === "string"){
if(!pattern4.test(data13)){
const err26 = {instancePath:instancePath+"/settle",schemaPath:"#/definitions/duration/pattern",keyword:"pattern",params:{pattern: "^[0-9]{1,9}(ms|s|m|h|d)$"},message:"must match pattern \""+"^[0-9]{1,9}(ms|s|m|h|d)$"+"\""};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
}
else {
const err27 = {instancePath:instancePath+"/settle",schemaPath:"#/definitions/duration/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
}
if(data.table !== undefined && func0.call(data, "table")){
let data14 = data.table;
if(!(((typeof data14 == "number") && (!(data14 % 1) && !isNaN(data14))) && (isFinite(data14)))){
const err28 = {instancePath:instancePath+"/table",schemaPath:"#/properties/table/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
if((typeof data14 == "number") && (isFinite(data14))){
if(data14 > 4294967295 || isNaN(data14)){
const err29 = {instancePath:instancePath+"/table",schemaPath:"#/properties/table/maximum",keyword:"maximum",params:{comparison: "<=", limit: 4294967295},message:"must be <= 4294967295"};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
if(data14 < 1 || isNaN(data14)){
const err30 = {instancePath:instancePath+"/table",schemaPath:"#/properties/table/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
}
}
if(data.gobgp !== undefined && func0.call(data, "gobgp")){
let data15 = data.gobgp;
if(data15 && typeof data15 == "object" && !Array.isArray(data15)){
for(const key2 of Object.keys(data15)){
if(!((key2 === "address") || (key2 === "own"))){
const err31 = {instancePath:instancePath+"/gobgp",schemaPath:"#/definitions/gobgp/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key2},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
}
if(data15.address !== undefined && func0.call(data15, "address")){
let data16 = data15.address;
if(typeof data16 === "string"){
if(func47(data16) > 255){
const err32 = {instancePath:instancePath+"/gobgp/address",schemaPath:"#/definitions/gobgp/properties/address/maxLength",keyword:"maxLength",params:{limit: 255},message:"must NOT have more than 255 characters"};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
if(func47(data16) < 1){
const err33 = {instancePath:instancePath+"/gobgp/address",schemaPath:"#/definitions/gobgp/properties/address/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
}
else {
const err34 = {instancePath:instancePath+"/gobgp/address",schemaPath:"#/definitions/gobgp/properties/address/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
}
if(data15.own !== undefined && func0.call(data15, "own")){
if(typeof data15.own !== "boolean"){
const err35 = {instancePath:instancePath+"/gobgp/own",schemaPath:"#/definitions/gobgp/properties/own/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
}
}
else {
const err36 = {instancePath:instancePath+"/gobgp",schemaPath:"#/definitions/gobgp/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
errors++;
}
}
if(data.peer !== undefined && func0.call(data, "peer")){
let data18 = data.peer;
if(data18 && typeof data18 == "object" && !Array.isArray(data18)){
for(const key3 of Object.keys(data18)){
const _errs49 = errors;
if(typeof key3 === "string"){
if(func47(key3) > 63){
const err37 = {instancePath:instancePath+"/peer",schemaPath:"#/definitions/name/maxLength",keyword:"maxLength",params:{limit: 63},message:"must NOT have more than 63 characters",propertyName:key3};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
if(!pattern0.test(key3)){
const err38 = {instancePath:instancePath+"/peer",schemaPath:"#/definitions/name/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z0-9_][A-Za-z0-9_.-]*$"},message:"must match pattern \""+"^[A-Za-z0-9_][A-Za-z0-9_.-]*$"+"\"",propertyName:key3};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
errors++;
}
}
else {
const err39 = {instancePath:instancePath+"/peer",schemaPath:"#/definitions/name/type",keyword:"type",params:{type: "string"},message:"must be string",propertyName:key3};
if(vErrors === null){
vErrors = [err39];
}
else {
vErrors.push(err39);
}
errors++;
}
var valid13 = _errs49 === errors;
if(!valid13){
const err40 = {instancePath:instancePath+"/peer",schemaPath:"#/properties/peer/propertyNames",keyword:"propertyNames",params:{propertyName: key3},message:"property name must be valid"};
if(vErrors === null){
vErrors = [err40];
}
else {
vErrors.push(err40);
}
errors++;
}
}
for(const key4 of Object.keys(data18)){
if(!(validate31(data18[key4], {instancePath:instancePath+"/peer/" + key4.replace(/~/g, "~0").replace(/\//g, "~1"),parentData:data18,parentDataProperty:key4,rootData}))){
vErrors = append(vErrors, validate31.errors);
errors = vErrors.length;
}
}
}
else {
const err41 = {instancePath:instancePath+"/peer",schemaPath:"#/properties/peer/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err41];
}
else {
vErrors.push(err41);
}
errors++;
}
}
}
else {
const err42 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err42];
}
else {
vErrors.push(err42);
}
errors++;
}
validate30.errors = vErrors;
return errors === 0;
}

const schema68 = {"title":"NodeConfig","description":"This machine.","type":"object","additionalProperties":false,"properties":{"name":{"description":"Its name in messages; the host name when absent.","type":"string","minLength":1,"maxLength":253,"pattern":"^[A-Za-z0-9_.-]+$"},"on_stop":{"description":"What the daemon leaves behind when it is stopped: keep leaves everything as it is, so that traffic goes on; drain takes no new connections and waits up to stop_timeout for those that there are; withdraw takes the VIPs from the links.","type":"string","enum":["keep","drain","withdraw"],"default":"keep"},"stop_timeout":{"description":"How long stopping may take for on_stop = \"drain\"; at most 1h, and less than the service manager allows.","default":"30s","$ref":"#/definitions/duration"},"drift":{"description":"What the daemon does about changes of others to what is ours: repair puts it right, alert only says so.","type":"string","enum":["repair","alert"],"default":"repair"},"drift_interval":{"description":"How often the daemon compares IPVS with the files, 200ms to 1h; longer where looking would take more than a twentieth of the time.","default":"2s","$ref":"#/definitions/duration"},"settle":{"description":"How long a file that is written in place must stand still before the daemon reads it, at most 10s.","default":"250ms","$ref":"#/definitions/duration"},"allow_exec":{"description":"Absolute paths of the programs that exec checks may run; none when absent.","type":"array","uniqueItems":true,"items":{"type":"string","maxLength":4095,"pattern":"^/[^\\x00-\\x1f\\x7f]*$"}}}};

function validate34(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
for(const key0 of Object.keys(data)){
if(!(((((((key0 === "name") || (key0 === "on_stop")) || (key0 === "stop_timeout")) || (key0 === "drift")) || (key0 === "drift_interval")) || (key0 === "settle")) || (key0 === "allow_exec"))){
const err0 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
if(data.name !== undefined && func0.call(data, "name")){
let data0 = data.name;
if(typeof data0 === "string"){
if(func47(data0) > 253){
const err1 = {instancePath:instancePath+"/name",schemaPath:"#/properties/name/maxLength",keyword:"maxLength",params:{limit: 253},message:"must NOT have more than 253 characters"};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
if(func47(data0) < 1){
const err2 = {instancePath:instancePath+"/name",schemaPath:"#/properties/name/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
if(!pattern17.test(data0)){
const err3 = {instancePath:instancePath+"/name",schemaPath:"#/properties/name/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z0-9_.-]+$"},message:"must match pattern \""+"^[A-Za-z0-9_.-]+$"+"\""};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
else {
const err4 = {instancePath:instancePath+"/name",schemaPath:"#/properties/name/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
if(data.on_stop !== undefined && func0.call(data, "on_stop")){
let data1 = data.on_stop;
if(typeof data1 !== "string"){
const err5 = {instancePath:instancePath+"/on_stop",schemaPath:"#/properties/on_stop/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
if(!(((data1 === "keep") || (data1 === "drain")) || (data1 === "withdraw"))){
const err6 = {instancePath:instancePath+"/on_stop",schemaPath:"#/properties/on_stop/enum",keyword:"enum",params:{allowedValues: schema68.properties.on_stop.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
if(data.stop_timeout !== undefined && func0.call(data, "stop_timeout")){
let data2 = data.stop_timeout;
if(typeof data2 === "string"){
if(!pattern4.test(data2)){
const err7 = {instancePath:instancePath+"/stop_timeout",schemaPath:"#/definitions/duration/pattern",keyword:"pattern",params:{pattern: "^[0-9]{1,9}(ms|s|m|h|d)$"},message:"must match pattern \""+"^[0-9]{1,9}(ms|s|m|h|d)$"+"\""};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
else {
const err8 = {instancePath:instancePath+"/stop_timeout",schemaPath:"#/definitions/duration/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
if(data.drift !== undefined && func0.call(data, "drift")){
let data3 = data.drift;
if(typeof data3 !== "string"){
const err9 = {instancePath:instancePath+"/drift",schemaPath:"#/properties/drift/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
if(!((data3 === "repair") || (data3 === "alert"))){
const err10 = {instancePath:instancePath+"/drift",schemaPath:"#/properties/drift/enum",keyword:"enum",params:{allowedValues: schema68.properties.drift.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
if(data.drift_interval !== undefined && func0.call(data, "drift_interval")){
let data4 = data.drift_interval;
if(typeof data4 === "string"){
if(!pattern4.test(data4)){
const err11 = {instancePath:instancePath+"/drift_interval",schemaPath:"#/definitions/duration/pattern",keyword:"pattern",params:{pattern: "^[0-9]{1,9}(ms|s|m|h|d)$"},message:"must match pattern \""+"^[0-9]{1,9}(ms|s|m|h|d)$"+"\""};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
else {
const err12 = {instancePath:instancePath+"/drift_interval",schemaPath:"#/definitions/duration/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
if(data.settle !== undefined && func0.call(data, "settle")){
let data5 = data.settle;
if(typeof data5 === "string"){
if(!pattern4.test(data5)){
const err13 = {instancePath:instancePath+"/settle",schemaPath:"#/definitions/duration/pattern",keyword:"pattern",params:{pattern: "^[0-9]{1,9}(ms|s|m|h|d)$"},message:"must match pattern \""+"^[0-9]{1,9}(ms|s|m|h|d)$"+"\""};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
else {
const err14 = {instancePath:instancePath+"/settle",schemaPath:"#/definitions/duration/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
if(data.allow_exec !== undefined && func0.call(data, "allow_exec")){
let data6 = data.allow_exec;
if(Array.isArray(data6)){
const len0 = data6.length;
for(let i0=0; i0<len0; i0++){
let data7 = data6[i0];
if(typeof data7 === "string"){
if(func47(data7) > 4095){
const err15 = {instancePath:instancePath+"/allow_exec/" + i0,schemaPath:"#/properties/allow_exec/items/maxLength",keyword:"maxLength",params:{limit: 4095},message:"must NOT have more than 4095 characters"};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
if(!pattern18.test(data7)){
const err16 = {instancePath:instancePath+"/allow_exec/" + i0,schemaPath:"#/properties/allow_exec/items/pattern",keyword:"pattern",params:{pattern: "^/[^\\x00-\\x1f\\x7f]*$"},message:"must match pattern \""+"^/[^\\x00-\\x1f\\x7f]*$"+"\""};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
else {
const err17 = {instancePath:instancePath+"/allow_exec/" + i0,schemaPath:"#/properties/allow_exec/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
}
let i1 = data6.length;
let j0;
if(i1 > 1){
const indices0 = {};
for(;i1--;){
let item0 = data6[i1];
if(typeof item0 !== "string"){
continue;
}
if(typeof indices0[item0] == "number"){
j0 = indices0[item0];
const err18 = {instancePath:instancePath+"/allow_exec",schemaPath:"#/properties/allow_exec/uniqueItems",keyword:"uniqueItems",params:{i: i1, j: j0},message:"must NOT have duplicate items (items ## "+j0+" and "+i1+" are identical)"};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
break;
}
indices0[item0] = i1;
}
}
}
else {
const err19 = {instancePath:instancePath+"/allow_exec",schemaPath:"#/properties/allow_exec/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
}
else {
const err20 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
validate34.errors = vErrors;
return errors === 0;
}


function validate10(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
for(const key0 of Object.keys(data)){
if(!(func0.call(schema11.properties, key0))){
const err0 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
if(data.service !== undefined && func0.call(data, "service")){
let data0 = data.service;
if(data0 && typeof data0 == "object" && !Array.isArray(data0)){
for(const key1 of Object.keys(data0)){
const _errs4 = errors;
if(typeof key1 === "string"){
if(func47(key1) > 63){
const err1 = {instancePath:instancePath+"/service",schemaPath:"#/definitions/name/maxLength",keyword:"maxLength",params:{limit: 63},message:"must NOT have more than 63 characters",propertyName:key1};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
if(!pattern0.test(key1)){
const err2 = {instancePath:instancePath+"/service",schemaPath:"#/definitions/name/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z0-9_][A-Za-z0-9_.-]*$"},message:"must match pattern \""+"^[A-Za-z0-9_][A-Za-z0-9_.-]*$"+"\"",propertyName:key1};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
else {
const err3 = {instancePath:instancePath+"/service",schemaPath:"#/definitions/name/type",keyword:"type",params:{type: "string"},message:"must be string",propertyName:key1};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
var valid1 = _errs4 === errors;
if(!valid1){
const err4 = {instancePath:instancePath+"/service",schemaPath:"#/properties/service/propertyNames",keyword:"propertyNames",params:{propertyName: key1},message:"property name must be valid"};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
for(const key2 of Object.keys(data0)){
if(!(validate11(data0[key2], {instancePath:instancePath+"/service/" + key2.replace(/~/g, "~0").replace(/\//g, "~1"),parentData:data0,parentDataProperty:key2,rootData}))){
vErrors = append(vErrors, validate11.errors);
errors = vErrors.length;
}
}
}
else {
const err5 = {instancePath:instancePath+"/service",schemaPath:"#/properties/service/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
if(data.vip !== undefined && func0.call(data, "vip")){
let data2 = data.vip;
if(data2 && typeof data2 == "object" && !Array.isArray(data2)){
for(const key3 of Object.keys(data2)){
const _errs11 = errors;
if(typeof key3 === "string"){
if(func47(key3) > 63){
const err6 = {instancePath:instancePath+"/vip",schemaPath:"#/definitions/name/maxLength",keyword:"maxLength",params:{limit: 63},message:"must NOT have more than 63 characters",propertyName:key3};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
if(!pattern0.test(key3)){
const err7 = {instancePath:instancePath+"/vip",schemaPath:"#/definitions/name/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z0-9_][A-Za-z0-9_.-]*$"},message:"must match pattern \""+"^[A-Za-z0-9_][A-Za-z0-9_.-]*$"+"\"",propertyName:key3};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
else {
const err8 = {instancePath:instancePath+"/vip",schemaPath:"#/definitions/name/type",keyword:"type",params:{type: "string"},message:"must be string",propertyName:key3};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
var valid4 = _errs11 === errors;
if(!valid4){
const err9 = {instancePath:instancePath+"/vip",schemaPath:"#/properties/vip/propertyNames",keyword:"propertyNames",params:{propertyName: key3},message:"property name must be valid"};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
for(const key4 of Object.keys(data2)){
if(!(validate25(data2[key4], {instancePath:instancePath+"/vip/" + key4.replace(/~/g, "~0").replace(/\//g, "~1"),parentData:data2,parentDataProperty:key4,rootData}))){
vErrors = append(vErrors, validate25.errors);
errors = vErrors.length;
}
}
}
else {
const err10 = {instancePath:instancePath+"/vip",schemaPath:"#/properties/vip/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
if(data.defaults !== undefined && func0.call(data, "defaults")){
if(!(validate11(data.defaults, {instancePath:instancePath+"/defaults",parentData:data,parentDataProperty:"defaults",rootData}))){
vErrors = append(vErrors, validate11.errors);
errors = vErrors.length;
}
}
if(data.kernel !== undefined && func0.call(data, "kernel")){
if(!(validate28(data.kernel, {instancePath:instancePath+"/kernel",parentData:data,parentDataProperty:"kernel",rootData}))){
vErrors = append(vErrors, validate28.errors);
errors = vErrors.length;
}
}
if(data.bgp !== undefined && func0.call(data, "bgp")){
if(!(validate30(data.bgp, {instancePath:instancePath+"/bgp",parentData:data,parentDataProperty:"bgp",rootData}))){
vErrors = append(vErrors, validate30.errors);
errors = vErrors.length;
}
}
if(data.node !== undefined && func0.call(data, "node")){
if(!(validate34(data.node, {instancePath:instancePath+"/node",parentData:data,parentDataProperty:"node",rootData}))){
vErrors = append(vErrors, validate34.errors);
errors = vErrors.length;
}
}
if(data.guard !== undefined && func0.call(data, "guard")){
let data8 = data.guard;
if(data8 && typeof data8 == "object" && !Array.isArray(data8)){
for(const key5 of Object.keys(data8)){
if(!(key5 === "max_remove")){
const err11 = {instancePath:instancePath+"/guard",schemaPath:"#/definitions/guard/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key5},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
if(data8.max_remove !== undefined && func0.call(data8, "max_remove")){
let data9 = data8.max_remove;
if((typeof data9 !== "string") && (!(((typeof data9 == "number") && (!(data9 % 1) && !isNaN(data9))) && (isFinite(data9))))){
const err12 = {instancePath:instancePath+"/guard/max_remove",schemaPath:"#/definitions/guard/properties/max_remove/type",keyword:"type",params:{type: schema72.properties.max_remove.type},message:"must be string,integer"};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
if((typeof data9 == "number") && (isFinite(data9))){
if(data9 < 0 || isNaN(data9)){
const err13 = {instancePath:instancePath+"/guard/max_remove",schemaPath:"#/definitions/guard/properties/max_remove/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
if(typeof data9 === "string"){
if(!pattern59.test(data9)){
const err14 = {instancePath:instancePath+"/guard/max_remove",schemaPath:"#/definitions/guard/properties/max_remove/pattern",keyword:"pattern",params:{pattern: "^(100|[0-9]{1,2})%$"},message:"must match pattern \""+"^(100|[0-9]{1,2})%$"+"\""};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
}
}
else {
const err15 = {instancePath:instancePath+"/guard",schemaPath:"#/definitions/guard/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
}
if(data.ownership !== undefined && func0.call(data, "ownership")){
let data10 = data.ownership;
if(data10 && typeof data10 == "object" && !Array.isArray(data10)){
for(const key6 of Object.keys(data10)){
if(!(key6 === "conflict")){
const err16 = {instancePath:instancePath+"/ownership",schemaPath:"#/definitions/ownership/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key6},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
if(data10.conflict !== undefined && func0.call(data10, "conflict")){
let data11 = data10.conflict;
if(typeof data11 !== "string"){
const err17 = {instancePath:instancePath+"/ownership/conflict",schemaPath:"#/definitions/ownership/properties/conflict/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
if(!(((data11 === "refuse") || (data11 === "adopt")) || (data11 === "force"))){
const err18 = {instancePath:instancePath+"/ownership/conflict",schemaPath:"#/definitions/ownership/properties/conflict/enum",keyword:"enum",params:{allowedValues: schema73.properties.conflict.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
}
}
else {
const err19 = {instancePath:instancePath+"/ownership",schemaPath:"#/definitions/ownership/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
if(data.state !== undefined && func0.call(data, "state")){
let data12 = data.state;
if(data12 && typeof data12 == "object" && !Array.isArray(data12)){
for(const key7 of Object.keys(data12)){
if(!(key7 === "history")){
const err20 = {instancePath:instancePath+"/state",schemaPath:"#/definitions/state/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key7},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
}
if(data12.history !== undefined && func0.call(data12, "history")){
let data13 = data12.history;
if(!(((typeof data13 == "number") && (!(data13 % 1) && !isNaN(data13))) && (isFinite(data13)))){
const err21 = {instancePath:instancePath+"/state/history",schemaPath:"#/definitions/state/properties/history/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
if((typeof data13 == "number") && (isFinite(data13))){
if(data13 > 10000 || isNaN(data13)){
const err22 = {instancePath:instancePath+"/state/history",schemaPath:"#/definitions/state/properties/history/maximum",keyword:"maximum",params:{comparison: "<=", limit: 10000},message:"must be <= 10000"};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
if(data13 < 1 || isNaN(data13)){
const err23 = {instancePath:instancePath+"/state/history",schemaPath:"#/definitions/state/properties/history/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
}
}
}
else {
const err24 = {instancePath:instancePath+"/state",schemaPath:"#/definitions/state/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
}
}
else {
const err25 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
validate10.errors = vErrors;
return errors === 0;
}
