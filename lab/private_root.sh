#!/bin/sh
# private_root.sh COMMAND...: runs a command that may change /etc, /home, /root and /var (an agent makes a user, keeps a registration)
# without changing this machine: what it writes goes to memory and is gone when it ends. Needs root. Exit 125: this machine does not allow it.
set -eu
if [ "${POSTERN_PRIVATE_ROOT:-}" != here ]; then
    POSTERN_PRIVATE_ROOT=here exec unshare --mount --propagation private "$0" "$@"
fi
unset POSTERN_PRIVATE_ROOT

hosts=$(cat /etc/hosts)
# Any folder that is there: it is covered in this mount namespace only.
layers=/mnt
mount -t tmpfs -o mode=755 tmpfs "$layers" || exit 125
for folder in etc home root var; do
    mkdir -p "$layers/$folder/upper" "$layers/$folder/work"
    chmod --reference="/$folder" "$layers/$folder/upper"
    mount -t overlay overlay -o "lowerdir=/$folder,upperdir=$layers/$folder/upper,workdir=$layers/$folder/work" "/$folder" || exit 125
done
# What `ip netns exec` showed as /etc/hosts is a mount of its own, which the layer does not carry over.
printf '%s\n' "$hosts" >/etc/hosts
exec "$@"
