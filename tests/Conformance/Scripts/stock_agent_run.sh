#!/bin/sh
# stock_agent_run.sh BINARIES FOLDER: runs AWS's agent with the registration that stock_agent_register.sh kept.
set -eu
binaries=$1 folder=$2
mkdir -p /etc/amazon/ssm /var/lib/amazon/ssm /var/log/amazon/ssm
cp "$folder/amazon-ssm-agent.json" /etc/amazon/ssm/
cp -a "$folder/state/." /var/lib/amazon/ssm/
exec "$binaries/amazon-ssm-agent"
