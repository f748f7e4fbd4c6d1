#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# keys.sh FOLDER: surgescope-keys as people use it, on a node, a relay and a wall: what one prints is pasted at the other.
set -u
programs=$1
failed=0
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1
PATH=$programs:$PATH

fails() {
  echo "FAILED: $*" >&2
  failed=1
}
keys() { # keys WHOSE OPTION…
  local of=$1
  shift
  surgescope-keys --key-folder "$scratch/$of" "$@"
}
said() { # said WHOSE TEXT OPTION…: with this text
  local text=$2 out
  out=$(keys "$1" "${@:3}" 2>&1) || fails "$* ends with an error: $out"
  [[ "$out" == *"$text"* ]] || fails "$*: $out"
}
files() { find "$scratch/$1" -name '*.toml' -type f -exec cat {} + 2>/dev/null; } # but pipes, which would be waited for
refused() { # refused WHOSE TEXT OPTION…: in one line with this text, and no file is another one
  local text=$2 out status before
  before=$(files "$1")
  out=$(keys "$1" "${@:3}" 2>&1)
  status=$?
  [ $status -eq 2 ] && [ "$(wc -l <<<"$out")" -eq 1 ] && [[ "$out" == *"$text"* ]] || fails "$*: status $status, said: $out"
  [[ "$out" != *$'\e'* ]] || fails "$*: a raw escape character"
  [ "$before" = "$(files "$1")" ] || fails "$*: was refused, and changed a file"
}
# What `pair` prints is pasted into a shell, where it runs the real program with the wall's folder.
pasted() { # pasted WHOSE TEXT
  local line
  line=$(grep surgescope-keys <<<"$2")
  bash -c "surgescope-keys() { command surgescope-keys --key-folder '$scratch/$1' \"\$@\"; }; $line" 2>&1
}
shown() { keys "$1" show | grep -F -- "$2"; }

wall_key=$(keys wall new)
refused wall "surgescope-keys show prints it" new

# ---- a node, a relay, a wall that comes and fetches

line=$(keys node pair "$wall_key" --as EWR/edge-1)
out=$(pasted wall "$line") || fails "what pair prints is refused: $line: $out"
node_key=$(keys node show | head -1)
[[ "$(shown wall "$node_key")" == *"EWR/edge-1: publishes EWR (edge-1); good" ]] || fails "the node: $(keys wall show)"

line=$(keys relay pair "$wall_key" --as EWR/relay-1 --relay --publish EWR --publish LHR)
out=$(pasted wall "$line") || fails "what pair prints for a relay is refused: $line: $out"
relay_key=$(keys relay show | head -1)
[[ "$(shown wall "$relay_key")" == *"EWR/relay-1: publishes EWR, LHR, relays; good" ]] || fails "the relay: $(keys wall show)"

line=$(keys reader pair "$wall_key" --as reader --listen)
out=$(pasted wall "$line") || fails "what pair prints for a listener is refused: $line: $out"
[[ "$(keys wall show)" == *"reader: listens; good"* ]] || fails "the listener: $(keys wall show)"

# Nobody is taken for somebody: without a name there is a place for one.
line=$(keys nameless pair "$wall_key")
[[ "$line" == *"' NAME" ]] || fails "pair without a name: $line"
[[ "$(pasted wall "$line")" == *"NAME: stands for the name it reports as"* ]] || fails "NAME is taken for a name"
[[ "$(pasted wall "$line --listen")" == *"stands for"* ]] || fails "NAME is taken for a name that listens"
refused node "what may wall do" pair "$wall_key" --as wall # nor is the line printed that would be refused there

# ---- names and endpoints of others

quote="EWR/it's"
line=$(keys odd pair "$wall_key" --as "$quote")
pasted wall "$line" >/dev/null || fails "a quote in a name: $line"
shown wall "$quote: publishes" >/dev/null || fails "a quote in a name is lost: $(keys wall show)"
for name in 'EWR/e;touch${IFS}pwn' 'EWR/$(touch${IFS}pwn)' 'EWR/`touch${IFS}pwn`' "EWR/';touch\${IFS}pwn;'" 'EWR/"\'; do
  line=$(keys odd pair "$wall_key" --as "$name") || fails "$name"
  rm -rf pasting
  keys pasting new >/dev/null
  pasted pasting "$line" >/dev/null || fails "$name is not taken as it was said: $line"
  shown pasting "$name: publishes" >/dev/null || fails "$name is another one: $(keys pasting show)"
done
[ ! -e pwn ] || fails "a name was run by the shell"
long=EWR/$(printf 'x%.0s' {1..70})
for name in 'EWR/e;touch pwn' $'EWR/e\e[31m' $'EWR/e\n' '' "$long"; do
  refused node "expected one word" pair "$wall_key" --as "$name"
  refused wall "expected one word" allow "$node_key" "$name"
  for option in --as --node; do
    [[ "$option$name" == "--node$long" ]] || refused wall "expected one word" allow "$node_key" EWR/edge-1 $option "$name"
  done
done
for pop in $'EWR"]\nglobal=true\n#' 'EWR"]' ewr ''; do
  refused wall "is no PoP" allow "$node_key" EWR/edge-1 --publish "$pop"
done
refused wall "one word" allow "$node_key" EWR/edge-1 --publish EWR --node $'e"]\nglobal=true\n#'

said node "" pair "$wall_key" --at tcp://wall:5556 --as EWR/edge-1
for at in garbage $'tcp://x"\n[[server]]' $'tcp://x"\n:5556' 'tcp://*:5556' 'tcp://wall:*' 'tcp://wall:0' tcp://wall 'ipc:///tmp/wall' ''; do
  refused node "expected tcp://HOST:PORT" pair "$wall_key" --at "$at"
done
said node "connects  $wall_key  tcp://wall:5556" show

# A key of another implementation may look like an option.
keys dashing new >/dev/null
for dashed in '-lsvvZ4=/M(6ll=u-Sjh5=>dOf>R!hqImy<7&$dp' '--svvZ4=/M(6ll=u-Sjh5=>dOf>R!hqImy<7&$dp'; do
  keys dashing allow "$dashed" EWR/edge-1 --valid 1 >/dev/null
  [[ "$(shown dashing "$dashed")" == *"EWR/edge-1: publishes EWR (edge-1); until 20"* ]] || fails "a key with a hyphen before: $dashed"
  said dashing "of EWR/edge-1 is revoked" revoke "$dashed"
  said dashing "surgescope-keys allow" pair "$dashed" --as EWR/edge-1
done

# ---- whose key it is, and for how long

keys names new >/dev/null
said names "EWR/relay-3 publishes EWR, relays" allow "$node_key" EWR/relay-3 --relay --publish EWR
refused names "is the key of EWR/relay-3; to give it to EWR/edge-9, surgescope-keys revoke '$node_key' first" allow "$node_key" EWR/edge-9
said names "EWR/relay-3 publishes EWR, LHR, relays" allow "$node_key" EWR/relay-3 --relay --publish EWR --publish LHR
said names "of EWR/relay-3 is revoked" revoke "$node_key"
said names "EWR/edge-9 publishes EWR (edge-9)" allow "$node_key" EWR/edge-9
[ "$(shown names "$node_key" | wc -l)" -eq 1 ] || fails "one key, two names: $(keys names show)"
for hours in 0 0.001 -1 nan inf soon; do
  refused names "--valid: expected 0.01 to 1000000 hours" allow "$node_key" EWR/edge-9 --valid=$hours
done
refused names "--overlap: expected 0 to 1000000 hours" allow "$relay_key" EWR/edge-9 --overlap nan
said names "EWR/edge-9 publishes" allow "$node_key" EWR/edge-9 --valid 0.5
[[ "$(shown names "$node_key")" == *"; until 20"* ]] || fails "--valid: $(keys names show)"
said names "of EWR/edge-9 is good NO: its key was good until 20" allow "$relay_key" EWR/edge-9 --overlap 0

# ---- files that others may write, or that are none

chmod 666 names/allowed.toml
refused names "allowed.toml: others may write it" show
refused names "allowed.toml: others may write it" allow "$node_key" EWR/edge-9
chmod 600 names/allowed.toml
chmod 777 names
refused names "/names: others may write it" show
refused names "/names: others may write it" pair "$wall_key"
chmod 700 names
said names "EWR/edge-9" show
mkdir other other/allowed.toml
chmod 700 other other/allowed.toml
keys other new >/dev/null
refused other "allowed.toml: is a folder" show
rmdir other/allowed.toml
mkfifo -m 600 other/allowed.toml
refused other "allowed.toml: is no file" show
exit $failed
