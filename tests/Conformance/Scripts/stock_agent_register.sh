#!/bin/sh
# stock_agent_register.sh BINARIES FOLDER ACTIVATION_ID ACTIVATION_CODE: registers AWS's agent, then keeps what it wrote in FOLDER/state.
set -eu
binaries=$1 folder=$2
mkdir -p /etc/amazon/ssm /var/lib/amazon/ssm /var/log/amazon/ssm
cp "$folder/amazon-ssm-agent.json" /etc/amazon/ssm/
"$binaries/amazon-ssm-agent" -register -y -id "$3" -code "$4" -region us-east-1
mkdir -p "$folder/state"
cp -a /var/lib/amazon/ssm/. "$folder/state/"
