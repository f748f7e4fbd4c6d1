#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# more_machines.sh FOLDER SOURCES: the commands of the README's "More than one machine", as they stand there but for addresses:
# three servers, a relay that keeps the night and writes history, a wall that comes late; then what was kept is read.
set -u
folder=$1
sources=$2
for program in nats-server victoria-metrics; do
  command -v $program >/dev/null || { echo "skipped: no $program here" >&2; exit 77; }
done
scratch=$(mktemp -d)
export XDG_CONFIG_HOME=$scratch/config XDG_STATE_HOME=$scratch/state XDG_DATA_HOME=$scratch/data QT_QPA_PLATFORM=offscreen
export PATH=$folder:$PATH
set -m # each that runs beside has a group of its own, which ends with all that is in it
trap 'for job in $(jobs -p); do kill -9 -- "-$job"; done 2>/dev/null; wait 2>/dev/null; rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1

fail() {
  echo "$*" >&2
  tail -n 5 "$scratch"/*.log >&2
  exit 1
}
until_true() { # until_true SECONDS WHAT COMMAND…
  local end=$(($(date +%s) + $1)) what=$2
  shift 2
  until "$@" 2>/dev/null; do
    [ "$(date +%s)" -lt "$end" ] || fail "waited in vain: $what"
    sleep 0.3
  done
}
command_of() { # the README's line that begins so
  sed -n '/^## More than one machine/,/^## How it works/p' "$sources/README.md" | grep -m1 "^$1" | sed 's/ *# .*//'
}

read -ra port < <(python3 -c '
import socket
held = [socket.create_server(("127.0.0.1", 0)) for _ in range(9)]
print(*(s.getsockname()[1] for s in held))')
servers=127.0.0.1:${port[0]},127.0.0.1:${port[1]},127.0.0.1:${port[2]}
store=127.0.0.1:${port[6]}
here() { # our addresses in place of the README's; within a machine nothing is encrypted
  sed "s#tls://nats-1,nats-2,nats-3#nats://$servers#; s#store:8428#$store#; s#tcp://\*:5556#tcp://127.0.0.1:${port[7]}#" <<<"$1"
}

for n in 0 1 2; do
  sed "s#0.0.0.0:4222#127.0.0.1:${port[n]}#; s#0.0.0.0:6222#127.0.0.1:${port[n + 3]}#; s#/var/lib/nats#$scratch/nats-$n#
       s#nats-1:6222#127.0.0.1:${port[3]}#; s#nats-2:6222#127.0.0.1:${port[4]}#; s#nats-3:6222#127.0.0.1:${port[5]}#
       s#max_file_store: .*#max_file_store: 1GB#; /^tls {/,/^}/d" "$sources/resources/nats/surgescope.conf" >nats-$n.conf
  eval "$(command_of NATS_NAME | sed "s#=nats-1#=nats-$((n + 1))#; s#resources/nats/surgescope.conf#nats-$n.conf#")" >nats-$n.log 2>&1 &
done
echo relay:relay-secret >relay.pass
echo wall:wall-secret >wall.pass
chmod 600 ./*.pass
victoria-metrics -storageDataPath="$scratch/store" -httpListenAddr="$store" -retentionPeriod=100y >store.log 2>&1 &
until_true 60 "a leader of three servers" grep -q "JetStream cluster new metadata leader" nats-0.log nats-1.log nats-2.log
until_true 60 "the store" grep -q "started VictoriaMetrics" store.log

relay=$(here "$(command_of surgescope-relay)")
eval "$relay --keep-bytes 500MiB --stats relay.json" >relay.log 2>&1 &
surgescope-sim --scenario triple-drop --publishers 50 --nodes 1000 --connect "tcp://127.0.0.1:${port[7]}" >sim.log 2>&1 &
began=$(date +%s)

stored() {
  tail -n 2 relay.json | head -n 1 | python3 -c "import json,sys; assert json.load(sys.stdin)[\"history\"][\"points\"] >= 2"
}
until_true 120 "two points in the store" stored

# A wall that comes late has what was before it.
wall=$(here "$(command_of 'surgescope --connect')")
eval "$wall --stats wall.json --flight-bytes 0 --after 100000 --screenshot never.png" >wall.log 2>&1 &
watches() {
  tail -n 1 wall.json | python3 -c '
import json, sys
wall = json.load(sys.stdin)
assert wall["pops"]["live"] > 10 and wall["world"]["requests_per_second"]["value"] > 0'
}
until_true 60 "a wall that shows the feed" watches

record=$(here "$(command_of 'surgescope-capture record')" | sed "s#--from [^ ]*#--from $(date -u -d "@$began" +%FT%TZ) --to $(date -u -d "@$((began + 15))" +%FT%TZ)#")
eval "$record" >record.log 2>&1 || fail "the night was not recorded: $record"
surgescope-capture info night.mcap >info.log 2>&1 || fail "no recording"

history=$(here "$(command_of 'surgescope --history')" | sed "s#--from [^ ]*#--from $(date -u -d "@$((began - 30))" +%FT%TZ)#; s#--to [^ ]*#--to $(date -u +%FT%TZ)#
  s#--release-at [^ ]*#--release-at $(date -u -d "@$began" +%FT%TZ)#")
eval "$history --export requests -o requests.csv" >history.log 2>&1 || fail "history was not read: $history"
[ "$(wc -l <requests.csv)" -gt 5 ] || fail "history is empty"
exit 0
