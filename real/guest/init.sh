#!/bin/busybox sh
# The first process of a guest: loads modules, gives it its address, and becomes the workload's init.
/bin/busybox mkdir -p /proc /sys /dev /tmp
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sysfs /sys
/bin/busybox mount -t devtmpfs devtmpfs /dev
while read -r module; do /bin/busybox insmod "/modules/$module" || echo "init: $module is not loaded"; done </modules/order

settings=/sys/firmware/qemu_fw_cfg/by_name/opt/snapback/settings/raw
address=$(/bin/busybox sed -n 's/^address //p' "$settings")
/bin/busybox ip link set lo up
if [ -n "$address" ]; then
  /bin/busybox ip address add "$address" dev eth0
  /bin/busybox ip link set eth0 up
fi

# The port has a name only where udev gives it one.
for port in /sys/class/virtio-ports/*; do
  [ "$(/bin/busybox cat "$port/name")" = snapback ] && device=/dev/${port##*/}
done
# Redis keeps its data in memory alone: what a restore brings back of it is what a snapshot held.
redis=$(/bin/busybox sed -n 's/^redis //p' "$settings")
if [ -n "$redis" ]; then
  set -- $redis
  /usr/bin/redis-server --port 0 --unixsocket /redis.socket --save '' --appendonly no >/dev/null &
  until [ -S /redis.socket ]; do kill -0 $! || break; /bin/busybox usleep 20000; done
  [ "$3" -gt 0 ] && /bin/busybox nice -n 10 /usr/bin/redis-benchmark -s /redis.socket -t set,get -c "$3" -r "$4" -d "$5" -l -q >/dev/null &
fi

# Else who loses the page with its area of restartable sequences dies of SIGSEGV, as who reads what it did not write may do, too.
export GLIBC_TUNABLES=glibc.pthread.rseq=0
exec /bin/workload "$settings" /dev/vda "$device"
