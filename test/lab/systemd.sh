#!/bin/bash
# systemd as the first process of namespaces of its own, with the unit slb.service and nothing else.
# usage: systemd.sh PROJECT NODE OUT PROGRAM - what runs instead of `slb run`, and where it all ends up.
# What was seen is in files of OUT; OUT/done comes last.
set -e
project=$1 node=$2 out=$3 program=$4
if [ "$5" != --inside ]; then
  mountpoint -q /sys/fs/cgroup || mount -t cgroup2 cgroup2 /sys/fs/cgroup
  group=/sys/fs/cgroup/slb-test-$$
  mkdir "$group"
  echo $$ >"$group/cgroup.procs"
  exec unshare --cgroup --mount --pid --fork --kill-child=KILL --mount-proc -- "$0" "$@" --inside
fi
umount /sys/fs/cgroup
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mkdir -p /run/etc /run/project
cp -a /etc/. /run/etc/
mount --bind /run/etc /etc
mount --bind "$project" /run/project
touch /run/node && mount --bind "$node" /run/node
for folder in /tmp /var/tmp /var/log /var/lib/slb /var/lib/systemd; do
  mkdir -p "$folder" && mount -t tmpfs -o mode=1777 tmpfs "$folder"
done
systemd-sysusers /run/project/packaging/sysusers.d/slb.conf
rm -rf /etc/slb
systemd-tmpfiles --create /run/project/packaging/tmpfiles.d/slb.conf
cat >/etc/slb/web.toml <<EOF
[service.web]
vip      = "192.0.2.10"
port     = 80
backends = ["10.0.0.11:8080"]
EOF
# As after `sudo slb apply`.
chmod 755 /var/lib/slb
mkdir -m 700 /var/lib/slb/by-root
echo root >/var/lib/slb/by-root/file

units=/run/systemd/system
mkdir -p $units/slb.service.d
cp /run/project/packaging/slb.service $units
cat >$units/slb.service.d/test.conf <<EOF
[Unit]
DefaultDependencies=no
[Service]
ExecStart=
ExecStart=/run/node /run/project/$program
StandardError=append:/run/slb.err
EOF
cat >$units/test.target <<EOF
[Unit]
DefaultDependencies=no
Wants=slb.service after.service
EOF
cat >$units/after.service <<EOF
[Unit]
DefaultDependencies=no
After=slb.service
[Service]
Type=oneshot
StandardError=inherit
StandardOutput=file:$out/log
ExecStart=/bin/sh /run/after.sh
EOF
cat >/run/after.sh <<EOF
show() { systemctl show slb.service -p "\$2" --value >$out/\$1; }
show started ActiveState
show status StatusText
cp /run/slb/probe $out/
ipvsadm -Sn >$out/ipvs
stat -c '%U:%G %a' /run/slb/slb.sock >$out/socket
timeout 10 systemctl reload slb.service
echo \$? >$out/reload
show reloaded StatusText
# Does something to the process, and waits until another has taken its place.
replaced_by() {
  before=\$(systemctl show slb.service -p MainPID --value)
  systemctl kill --kill-whom=main --signal=\$1 slb.service
  for i in \$(seq 300); do
    sleep 0.1
    test "\$(systemctl show slb.service -p MainPID --value)" = "\$before" && continue
    systemctl is-active --quiet slb.service && break
  done
}
replaced_by KILL
show again ActiveState
show restarts NRestarts
ipvsadm -Sn >$out/ipvs-again
printf '[Service]\nWatchdogSec=2\n' >$units/slb.service.d/watchdog.conf
systemctl daemon-reload
systemctl restart slb.service
(cd /var/lib/slb && find . -name '*.json' -path '*/history/*' | sort) >$out/history
replaced_by STOP
show watched ActiveState
show watched-restarts NRestarts
ipvsadm -Sn >$out/ipvs-watched
(cd /var/lib/slb && find . -name '*.json' -path '*/history/*' | sort) >$out/history-watched
systemctl stop slb.service
show stopped Result
ipvsadm -Sn >$out/ipvs-stopped
cp /var/lib/slb/last $out/
cat /run/slb.err >$out/said
touch $out/done
EOF
exec env -i container=test PATH="$PATH" /lib/systemd/systemd --system --unit=test.target \
  --log-target=console --log-level=warning --show-status=no
