#!/bin/bash
# The first process of a lab kernel: mounts, modules, then the one command of the job.
# The boot line gives SLB_JOB (the job's folder, see job.ts) and SLB_MODULES (a folder with
# lib/modules of this kernel). The root file system is the host's own.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev 2>/dev/null
mkdir -p /dev/shm /dev/pts
mount -t tmpfs shm /dev/shm
mount -t devpts pts /dev/pts
ln -sfn /proc/self/fd /dev/fd
mount -t tmpfs run /run
mkdir -m 1777 /run/tmp
mkdir -p /run/netns /run/lock /var/lib/slb
mount -t tmpfs -o mode=755 state /var/lib/slb # the file system is the host's: its state is not ours to change
# QEMU: what is written here must be seen at once, so it is a share of its own without a cache.
grep -q '^[^ ]* / 9p' /proc/mounts &&
  mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144,cache=none job "$SLB_JOB"
echo 1 >/proc/sys/kernel/panic_on_oops # an oops is a failure, not a line that nobody reads

modules=$SLB_MODULES/lib/modules/$(uname -r)
ipvs=$(ls "$modules/kernel/net/netfilter/ipvs" | sed 's/\.ko.*//')
# Those that this kernel does not have are missed by the tests that need them.
modprobe -d "$SLB_MODULES" -q -a $ipvs dummy veth bridge ipip ip6_tunnel fou ip_gre sit \
  nf_tables nft_masq nft_ct nft_nat nft_chain_nat
ip link set lo up
uname -r >"$SLB_JOB/kernel"

mapfile -d '' -t command <"$SLB_JOB/command"
mapfile -d '' -t environment <"$SLB_JOB/environment"
mapfile -d '' -t directory <"$SLB_JOB/directory"
cd "${directory[0]}" || exit 1
env -i "${environment[@]}" "${command[@]}" </dev/null >"$SLB_JOB/stdout" 2>"$SLB_JOB/stderr"
echo $? >"$SLB_JOB/status"
sync
echo o >/proc/sysrq-trigger # power off: there is nobody to tell
sleep 60
