#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# command_lines.sh FOLDER: each bad option of each program is one line on standard error and exit status 2.
set -u
folder=$1
failed=0
export QT_QPA_PLATFORM=offscreen

refuses() { # refuses TEXT OPTION…
  local text=$1 said status
  shift
  said=$("$program" "$@" 2>&1 >/dev/null)
  status=$?
  if [ $status -ne 2 ] || [ "$(wc -l <<<"$said")" -ne 1 ] || [[ "$said" != *"$text"* ]]; then
    echo "$program $*: status $status, said: $said" >&2
    failed=1
  fi
}

introduces_itself() { # introduces_itself OPTION: --help names it, --version tells name and number
  "$program" --help | grep -q -- "$1" || { echo "$program --help says nothing of $1" >&2; failed=1; }
  "$program" --version | grep -qE "^$(basename "$program") [0-9]+\.[0-9]+\.[0-9]+$" ||
    { echo "$program --version says nothing" >&2; failed=1; }
}

program=$folder/surgescope-agent
good=(--pop EWR --connect tcp://127.0.0.1:1)
introduces_itself --nginx-syslog-port
refuses "--pop" --connect tcp://127.0.0.1:1
refuses "three capital letters" --pop ewr --connect tcp://127.0.0.1:1
refuses "three capital letters" --pop NEWARK --connect tcp://127.0.0.1:1
refuses "--connect or --bind" --pop EWR
refuses "--no-such-option" "${good[@]}" --no-such-option
refuses "--nginx-syslog-port" "${good[@]}" --nginx-syslog-port 70000
refuses "--nginx-syslog-port" "${good[@]}" --nginx-syslog-port many
refuses "http://" "${good[@]}" --nginx-status /var/run/nginx
refuses "--link-mbit" "${good[@]}" --interface eth0
refuses "--interface" "${good[@]}" --link-mbit 1000
refuses "--link-mbit" "${good[@]}" --interface eth0 --link-mbit 0
refuses "--max-connections" "${good[@]}" --max-connections -1
refuses "node" "${good[@]}" --node "two words"
refuses "port from 1 to 65535" --pop EWR --connect tcp://wall:0

program=$folder/surgescope-sim
introduces_itself --scenario
refuses "--bind or --connect" --scenario triple-drop
refuses "no scenario named 'calm'" --scenario calm --bind 'tcp://127.0.0.1:*'
refuses "--nodes" --nodes 0 --bind 'tcp://127.0.0.1:*'
refuses "--speed" --speed 0 --bind 'tcp://127.0.0.1:*'
refuses "expected tcp://HOST:PORT" --bind nonsense
"$program" --list | grep -q ^standard-rollout || { echo "--list lacks a scenario" >&2; failed=1; }

program=$folder/surgescope-capture
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
introduces_itself record
echo "no recording" >"$scratch/none.mcap"
refuses "subcommand" # none
refuses "--output" record tcp://127.0.0.1:1
refuses "ENDPOINT or --bind" record -o "$scratch/a.mcap"
refuses "expected tcp://HOST:PORT" record nonsense -o "$scratch/a.mcap"
refuses "cannot create" record tcp://127.0.0.1:1 -o /nowhere/at/all.mcap
refuses "FILE" info
refuses "cannot open" info "$scratch/missing.mcap"
for command in info verify csv; do refuses "no MCAP file" $command "$scratch/none.mcap"; done
for command in recover cut merge; do refuses "no MCAP file" $command "$scratch/none.mcap" -o "$scratch/a.mcap"; done
refuses "--by" csv "$scratch/none.mcap" --by continent
refuses "--bind or --connect" replay "$scratch/none.mcap"
refuses "no MCAP file" replay "$scratch/none.mcap" --bind 'tcp://127.0.0.1:*'
refuses "--speed" replay "$scratch/none.mcap" --bind 'tcp://127.0.0.1:*' --speed 0

program=$folder/surgescope
introduces_itself --screenshot
refuses "no scenario named 'calm'" --simulate calm
refuses "expected tcp://HOST:PORT" --connect nonsense
refuses "port from 1 to 65535" --bind tcp://127.0.0.1:99999
refuses "expected WIDTHxHEIGHT" --size huge
refuses "expected WIDTHxHEIGHT" --size 1920x1080x2
refuses "--after" --after 5
refuses "excludes" --simulate triple-drop --connect tcp://127.0.0.1:1
refuses "PoP code" --select london
refuses "--range" --range 0
refuses "cannot write" --stats /nowhere/at/all
refuses "--no-such-option" --no-such-option
exit $failed
