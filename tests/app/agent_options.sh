#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# agent_options.sh PROGRAM: each bad option is one line on standard error and exit status 2.
set -u
program=$1
failed=0
good=(--pop EWR --connect tcp://127.0.0.1:1)

refuses() { # refuses TEXT OPTION…
  local text=$1 said status
  shift
  said=$("$program" "$@" 2>&1 >/dev/null)
  status=$?
  if [ $status -ne 2 ] || [ "$(wc -l <<<"$said")" -ne 1 ] || [[ "$said" != *"$text"* ]]; then
    echo "surgescope-agent $*: status $status, said: $said" >&2
    failed=1
  fi
}

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
"$program" --help | grep -q -- --nginx-syslog-port || { echo "--help says nothing" >&2; failed=1; }
"$program" --version | grep -qE '^surgescope-agent [0-9]+\.[0-9]+\.[0-9]+$' || { echo "--version says nothing" >&2; failed=1; }
exit $failed
