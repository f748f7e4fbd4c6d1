#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# agent.sh FOLDER: surgescope-agent as an operator tries it: --once, --check, purge, and a file that is read again.
set -u
program=$(cd "$1" && pwd)/surgescope-agent
resources=$(cd "$(dirname "$0")/../../resources" && pwd)
failed=0
scratch=$(mktemp -d)
agent=
trap '[ -n "$agent" ] && kill "$agent" 2>/dev/null; rm -rf "$scratch"' EXIT
complain() {
  echo "FAILED: $*" >&2
  failed=1
}
says() { # says TEXT FILE
  grep -q -- "$1" "$2" || complain "nothing says '$1' in: $(cat "$2")"
}

# A second of this machine alone: what is measured has its source, what is not has its reason.
"$program" --pop EWR --node edge-1 --once >"$scratch/once" || complain "--once ended with $?"
says '^EWR/edge-1$' "$scratch/once"
says 'memory_permille_seconds .* host$' "$scratch/once"
says 'ttfb_hit  *not measured, because: ' "$scratch/once"

# A server that is not there: the status says so, and --check what to do about the rest.
"$program" --pop EWR --collect 'nginx status=http://127.0.0.1:1/' --check >"$scratch/check" && complain "--check is content"
says 'not heard: .*127.0.0.1:1' "$scratch/check"
says 'to change that: set lines=udp:15140' "$scratch/check"

# The example of everything can be read: it is refused for nothing but having nowhere to listen twice.
"$program" --config "$resources/agent/agent.toml" --check >"$scratch/example" 2>&1
says 'LHR/edge-9' "$scratch/example"

# A file that is read again: one mistake, and all goes on.
printf 'bind = ["tcp://127.0.0.1:*"]\npop = "EWR"\nnode = "a"\n[[collect]]\nfrom = "host"\n' >"$scratch/agent.toml"
"$program" --config "$scratch/agent.toml" 2>"$scratch/log" &
agent=$!
waits() { # waits TEXT: until the log says it, 20 s at most
  timeout 20 grep -qm1 -- "$1" <(tail -n +1 --pid=$$ -F "$scratch/log" 2>/dev/null) ||
    complain "the log never says '$1': $(cat "$scratch/log")"
}
waits 'reports as EWR/a'
waits 'EWR/a: host is heard'
sed -i 's/"host"/"hots"/' "$scratch/agent.toml"
kill -HUP "$agent"
waits "goes on as before: .*agent.toml:4: 'hots'"
sed -i 's/"hots"/"host"/; s/"a"/"b"/' "$scratch/agent.toml"
kill -HUP "$agent"
waits 'EWR/b: host is heard'
kill -TERM "$agent"
wait "$agent" || complain "asked to stop, it ended with $?"
agent=

# Purges to servers of a list; what is not sent takes no number.
mkdir "$scratch/state"
cd "$scratch" || exit 1
echo 'EWR 127.0.0.1:1' >edges.txt
"$program" purge http://www.example.com/a --to edges.txt --pop EWR --sequence-file state/other >purge
says 'EWR .*127.0.0.1:1 .*NOT APPLIED' purge
"$program" purge ftp://www.example.com/a --to edges.txt --sequence-file state/other >purge 2>&1
says 'expected http://HOST/PATH' purge
[ "$(cat state/other)" = 1 ] || complain "a purge that was not sent took a number"

# A purge to nobody says whom it did not reach; its numbers go on.
for number in 1 2; do
  "$program" purge http://www.example.com/a --to 127.0.0.1:1 --sequence-file "$scratch/state/sequence" >"$scratch/purge" &&
    complain "a purge that reached nobody is a success"
  says 'NOT APPLIED .*127.0.0.1' "$scratch/purge"
  says 'applied 0 of 1' "$scratch/purge"
  [ "$(cat "$scratch/state/sequence")" = "$number" ] || complain "the sequence is $(cat "$scratch/state/sequence"), expected $number"
done
"$program" purge http://www.example.com/a --to 127.0.0.1:1 --pop LHR >"$scratch/purge" 2>&1
[ $? -eq 2 ] || complain "a purge without a server is sent"
says 'no server of LHR is listed' "$scratch/purge"
exit $failed
