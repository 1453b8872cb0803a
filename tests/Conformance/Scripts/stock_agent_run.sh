#!/bin/sh
# stock_agent_run.sh BINARIES FOLDER: runs AWS's agent with the registration that stock_agent_register.sh kept.
set -eu
binaries=$1 folder=$2
mkdir -p /etc/amazon/ssm /var/lib/amazon/ssm /var/log/amazon/ssm
cp "$folder/amazon-ssm-agent.json" /etc/amazon/ssm/
cp -a "$folder/state/." /var/lib/amazon/ssm/
# Its log goes where the tests can read it.
cat >/etc/amazon/ssm/seelog.xml <<XML
<seelog type="sync" minlevel="info"><outputs formatid="line"><file path="$folder/agent.log"/></outputs>
<formats><format id="line" format="%Date %Time %LEVEL %Msg%n"/></formats></seelog>
XML
exec "$binaries/amazon-ssm-agent"
