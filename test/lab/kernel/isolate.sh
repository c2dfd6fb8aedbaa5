#!/bin/bash
# Run a command in network, mount and process namespaces of its own: nothing of it can be left
# behind, and its IPVS table is empty. usage: isolate.sh COMMAND [ARG...]
if [ "$1" != --inside ]; then
  exec unshare --net --mount --pid --fork --kill-child=KILL --mount-proc -- "$0" --inside "$@"
fi
shift
mount -t tmpfs run /run
mkdir -m 1777 /run/tmp
mkdir -p /run/netns /run/lock /var/lib/slb
mount -t tmpfs -o mode=755 state /var/lib/slb # a real slb's state is neither read nor changed
mount -t sysfs sys /sys # shows the links of this network namespace only
ip link set lo up
exec "$@"
