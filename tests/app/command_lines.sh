#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# command_lines.sh FOLDER: each bad option of each program, and each mistake of a file, is one line on standard error, and the exit
# status is 2.
set -u
folder=$1
failed=0
export QT_QPA_PLATFORM=offscreen
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export XDG_CONFIG_HOME=$scratch # keys are none of ours

refuses() { # refuses TEXT OPTION…; lines=2 where a file has two mistakes
  local text=$1 said status
  shift
  said=$("$program" "$@" 2>&1 >/dev/null)
  status=$?
  if [ $status -ne 2 ] || [ "$(wc -l <<<"$said")" -ne "${lines:-1}" ] || [[ "$said" != *"$text"* ]]; then
    echo "$program $*: status $status, said: $said" >&2
    failed=1
  fi
}

sends_to_help() { # sends_to_help yes|no OPTION…: a command line that is wrong is, and what fails otherwise is not
  local expected=$1 found=no
  shift
  "$program" "$@" 2>&1 >/dev/null | grep -qF "(see $(basename "$program") --help)" && found=yes
  [ $found = "$expected" ] || { echo "$program $*: sent to --help: $found, expected $expected" >&2; failed=1; }
}

introduces_itself() { # introduces_itself OPTION: --help names it, --version tells name and number
  "$program" --help | grep -q -- "$1" || { echo "$program --help says nothing of $1" >&2; failed=1; }
  "$program" --version | grep -qE "^$(basename "$program") [0-9]+\.[0-9]+\.[0-9]+ \\(([0-9a-f]{7,}( and changes)?, [0-9]{4}-[0-9]{2}-[0-9]{2}|unknown commit)\\)$" ||
    { echo "$program --version says nothing" >&2; failed=1; }
}

program=$folder/surgescope-agent
good=(--pop EWR --connect tcp://127.0.0.1:1)
introduces_itself --collect
refuses "--pop" --connect tcp://127.0.0.1:1
refuses "capital letters, digits and hyphens" --pop ewr --connect tcp://127.0.0.1:1
refuses "2 to 16 capital letters" --pop NEWARK-NEW-JERSEY --connect tcp://127.0.0.1:1
refuses "--connect, --relay or --bind" --pop EWR
refuses "excludes" "${good[@]}" --relay tcp://127.0.0.1:2
refuses "--no-such-option" "${good[@]}" --no-such-option
refuses "udp:PORT" "${good[@]}" --collect "nginx lines=udp:70000"
refuses "udp:PORT" "${good[@]}" --collect "nginx lines=many"
refuses "from 1 to 65535" "${good[@]}" --collect "nginx lines=udp:0"
refuses "http://" "${good[@]}" --collect "nginx status=/var/run/nginx"
refuses "link-mbit" "${good[@]}" --collect "host interface=eth0"
refuses "interface" "${good[@]}" --collect "host link-mbit=1000"
refuses "link-mbit" "${good[@]}" --collect "host interface=eth0 link-mbit=0"
refuses "expected one of nginx" "${good[@]}" --collect apache
refuses "expected one of status" "${good[@]}" --collect "nginx url=http://a/"
refuses "--config" --connect tcp://127.0.0.1:1 --config /nowhere/agent.toml
refuses "--pop" --connect tcp://127.0.0.1:1 --config /nowhere/agent.toml --pop EWR
refuses "max-connections" "${good[@]}" --collect "nginx lines=udp:15140 max-connections=-1"
refuses "node" "${good[@]}" --node "two words"
refuses "port from 1 to 65535" --pop EWR --connect tcp://wall:0
edge=$(dirname "$0")/../../resources/edge.toml
refuses "no such file" "${good[@]}" --edge /nowhere/edge.toml
refuses "has no PoP EWR" "${good[@]}" --edge "$edge"
refuses "too long for a node in FRA-2" --pop FRA-2 --node "$(printf 'x%.0s' {1..60})" --connect tcp://127.0.0.1:1

refuses "surgescope-keys pair KEY --at tcp://wall:5556" --pop EWR --connect tcp://wall:5556

program=$folder/surgescope-keys
key='8lsvvZ4=/M(6ll=u-Sjh5=>dOf>R!hqImy<7&$dp'
introduces_itself revoke
refuses "A subcommand is required"
refuses "own.key: no such file" show
refuses "expected a key of 40 characters" allow short EWR/edge-1
refuses "NAME is required" allow "$key"
refuses "what may wall do" allow "$key" wall
refuses "'ewr' is no PoP" allow "$key" wall --publish ewr
refuses "one word" allow "$key" "two words" --listen
refuses "nobody of that name or key" revoke EWR/edge-1
refuses "no such file; --next makes it" new --switch
refuses "nothing to follow" new --next
refuses "expected a key of 40 characters" pair short

program=$folder/surgescope-sim
introduces_itself --scenario
refuses "--bind or --connect" --scenario triple-drop
refuses "no scenario named 'calm'" --scenario calm --bind 'tcp://127.0.0.1:*'
refuses "--nodes" --nodes 0 --bind 'tcp://127.0.0.1:*'
refuses "--speed" --speed 0 --bind 'tcp://127.0.0.1:*'
refuses "expected tcp://HOST:PORT" --bind nonsense
refuses "expected tcp://HOST:PORT" --control nonsense --bind 'tcp://127.0.0.1:*'
refuses "no answer from" lever prewarm=0.5 --control tcp://127.0.0.1:1
refuses "--control" lever prewarm=0.5
refuses "no scenario named 'calm'" compare standard-rollout calm
refuses "--format" compare standard-rollout --format xml
refuses "--until" compare standard-rollout --until 0
refuses "scenarios" compare
refuses "--by" compare standard-rollout --by planet
refuses "--series needs --format csv" compare standard-rollout --series 10
refuses "expected a shorter --until" compare standard-rollout --by pop --until 86400
refuses "scenario" sweep --vary prewarm=0..1:5
refuses "--vary" sweep triple-drop
for axis in prewarm prewarm= prewarm=a prewarm=0..1 prewarm=0..1:1 prewarm=0..1:2.5 prewarm=0..1:1001 =0..1:2 prewarm=0..inf:2; do
  refuses "expected KEY=FROM..TO:STEPS" sweep triple-drop --vary "$axis"
done
refuses "expected a number from 0 to 1" sweep triple-drop --vary prewarm=0..2:3
refuses "expected a whole number from 1 to 20" sweep triple-drop --vary release.albums=1..2:3
refuses "no number is called 'release.tempo'" sweep triple-drop --vary release.tempo=1..2:3
refuses "more than 4096 launches" sweep triple-drop --vary prewarm=0..1:100 --vary metadata_scale=1..4:100
refuses "nothing is called 'mood'; there are: invalidations_issued_peak" sweep triple-drop --vary prewarm=0..1:2 --measure mood
refuses "--check: /nowhere/edge.toml: no such file" edge --check /nowhere/edge.toml
broken=$(mktemp --suffix=.toml)
printf 'summary = "Mine."\n[release]\nalbums = 40\n' >"$broken"
refuses "$broken:3: release.albums is 40, expected a number from 1 to 20" --scenario "$broken" --bind 'tcp://127.0.0.1:*'
refuses "$broken:3: release.albums is 40" compare "$broken"
refuses "no such file" --edge /nowhere/edge.toml --bind 'tcp://127.0.0.1:*'
lines=2 refuses "regional-failure.toml:17: failure.pops: no PoP 'FRA', 'MUC', 'STR' and 5 more in" --edge "$edge" --scenario regional-failure --bind 'tcp://127.0.0.1:*'
lines=2 refuses "no PoP 'FRA'" compare regional-failure --edge "$edge"
refuses "--publishers needs --connect" --publishers 3 --bind 'tcp://127.0.0.1:*'
refuses "--publishers" --publishers 0 --connect tcp://127.0.0.1:1
refuses "40 publishers for 39 nodes" --publishers 40 --edge "$edge" --connect tcp://127.0.0.1:1
refuses "expected at most 200 straight to NATS" --publishers 300 --connect nats://127.0.0.1:1
refuses "--faults requires --publishers" --faults "$broken" --connect tcp://127.0.0.1:1
lines=2 refuses "expected sections [[fault]]" --publishers 3 --faults "$broken" --connect tcp://127.0.0.1:1
for name in standard-rollout triple-drop triple-drop-prepared botnet-in-the-spike origin-outage purge-storm regional-failure; do
  "$program" --list | grep -q "^$name	" || { echo "--list lacks $name" >&2; failed=1; }
done
"$program" --keys | grep -q ^release.opens_per_s || { echo "--keys lacks a key" >&2; failed=1; }

# A short comparison in each format: text with a line a measure, CSV that says the same, JSON with units.
compare=(compare standard-rollout --until 5 --nodes 391)
text=$("$program" "${compare[@]}" 2>&1) || failed=1
csv=$("$program" "${compare[@]}" --format csv) || failed=1
json=$("$program" "${compare[@]}" --format json) || failed=1
[ "$(wc -l <<<"$text")" -eq "$(wc -l <<<"$csv")" ] || { echo "text and CSV differ in length" >&2; failed=1; }
grep -q '^api_change_peak,"%",[0-9]' <<<"$csv" || { echo "CSV lacks api_change_peak: $csv" >&2; failed=1; }
grep -q '"api_change_peak"' <<<"$json" || { echo "JSON lacks api_change_peak" >&2; failed=1; }
[[ "$text" != *$'\r'* ]] || { echo "a progress bar where there is no terminal" >&2; failed=1; }

program=$folder/surgescope-relay
sends_to_help yes --name x
sends_to_help no --name x --bind tcp://127.0.0.1:* --connect nats://127.0.0.1 --nats-credentials /nowhere/relay.pass --jetstream
rosters=$(mktemp)
good=(--name EWR/relay-1 --bind 'tcp://127.0.0.1:*' --connect tcp://127.0.0.1:1)
introduces_itself --state
refuses "--name" --bind 'tcp://127.0.0.1:*' --connect tcp://127.0.0.1:1
refuses "without blanks" --name "two words" --bind 'tcp://127.0.0.1:*' --connect tcp://127.0.0.1:1
refuses "--bind or --from" --name r --connect tcp://127.0.0.1:1
refuses "--connect or --publish" --name r --bind 'tcp://127.0.0.1:*'
refuses "expected tcp://HOST:PORT" --name r --bind nonsense --connect tcp://127.0.0.1:1
refuses "expected one --connect nats://" "${good[@]}" --jetstream
refuses "--replicas requires --jetstream" "${good[@]}" --replicas 3
refuses "{1,3,5}" --name r --connect nats://127.0.0.1:1 --jetstream --replicas 2
refuses "--keep" --name r --connect nats://127.0.0.1:1 --jetstream --keep 26
refuses "NATS on one side only" --name r --from nats://127.0.0.1:1 --connect nats://127.0.0.1:1
refuses "expected tls://" --name r --bind 'tcp://127.0.0.1:*' --connect nats://wall
refuses "--nats-credentials FILE" --name r --bind 'tcp://127.0.0.1:*' --connect tls://me:secret@wall
refuses "/nowhere/at.all" --name r --bind 'tcp://127.0.0.1:*' --connect tls://wall --nats-credentials /nowhere/at.all
refuses "no such file" "${good[@]}" --edge /nowhere/edge.toml
refuses "cannot create" "${good[@]}" --state /nowhere/at/all
echo "no rosters" >"$rosters"
refuses "$rosters: no rosters of a relay" "${good[@]}" --state "$rosters"
refuses "cannot write" "${good[@]}" --stats /nowhere/at/all
refuses "--record: cannot create" "${good[@]}" --record /nowhere/at/all.mcap
refuses "--remote-write: 'store:8428' is no URL" "${good[@]}" --remote-write store:8428 --remote-write-queue "$scratch/queue"
refuses "--remote-write: cannot make" "${good[@]}" --remote-write http://store/ --remote-write-queue /proc/at/all
refuses "/nowhere/token" "${good[@]}" --remote-write http://store/ --remote-write-queue "$scratch/queue" --store-bearer /nowhere/token
refuses "--store-histograms" "${good[@]}" --remote-write http://store/ --store-histograms round
rm -f "$rosters" "$rosters.lock"

program=$folder/surgescope-capture
for answer in rules "rules --format json"; do # each tells by itself, and an answer that is not written is none
  said=$("$program" $answer 2>&1 >/dev/full) && { echo "$program $answer >/dev/full: status 0" >&2; failed=1; }
  [[ "$said" == *"cannot write the whole answer"* ]] || { echo "$program $answer >/dev/full: said: $said" >&2; failed=1; }
done
recording=$(dirname "$0")/../data/captures/mcap/surgescope_1.mcap
for output in "cut -o $scratch/part.mcap" "merge -o $scratch/part.mcap" "baseline -o $scratch/part.mcap" "csv -o $scratch/part.csv"; do
  for kilobytes in 1 2 8; do # of a disk that is full then; what is half written is gone
    said=$(trap '' XFSZ; ulimit -f "$kilobytes"; "$program" $output "$recording" 2>&1) && { echo "$output to a full disk: status 0" >&2; failed=1; }
    [[ "$said" == *"cannot write"* ]] || { echo "$output to a full disk: said: $said" >&2; failed=1; }
    [[ ! -e ${output##* } ]] || { echo "$output to a full disk left a file" >&2; failed=1; rm -f "${output##* }"; }
  done
done
sends_to_help yes info
sends_to_help no info /nowhere/night.mcap
introduces_itself record
refuses "expected a NATS cluster" record tcp://127.0.0.1:1 --from 2026-11-24T20:00:00Z -o "$scratch/past.mcap"
refuses "since 2020, got" record nats://127.0.0.1:1 --from 1066-11-28T09:00:00Z -o "$scratch/past.mcap"
refuses "a time that has been" record nats://127.0.0.1:1 --from 2999-11-28T09:00:00Z -o "$scratch/past.mcap"
refuses "is not after --from" record nats://127.0.0.1:1 --from 2026-11-24T20:00:00Z --to 2026-11-24T19:00:00Z -o "$scratch/past.mcap"
refuses "--from: expected a time such as 2026-11-27T05:00:00Z, since 2020, got '+00:10:00'" record nats://127.0.0.1:1 --from +00:10:00 -o "$scratch/past.mcap"
refuses "expected one cluster" record nats://127.0.0.1:1 tcp://127.0.0.1:1 -o "$scratch/past.mcap"
echo "no recording" >"$scratch/none.mcap"
refuses "subcommand" # none
refuses "--output" record tcp://127.0.0.1:1
refuses "ENDPOINT or --bind" record -o "$scratch/a.mcap"
refuses "expected tcp://HOST:PORT" record nonsense -o "$scratch/a.mcap"
refuses "cannot create" record tcp://127.0.0.1:1 -o /nowhere/at/all.mcap
refuses "FILE" info
refuses "URL" remote-write "$scratch/none.mcap"
refuses "is no URL" remote-write "$folder/../../../tests/data/captures/mcap/surgescope_1.mcap" store:8428
refuses "--from: expected a time such as" fetch http://store:8428 --from T+00:01:00 --to 2026-11-27T05:00:00Z -o "$scratch/a.mcap"
refuses "expected an end behind" fetch http://store:8428 --from 2026-11-27T05:00:00Z --to 2026-11-27T05:00:00Z -o "$scratch/a.mcap"
refuses "cannot open" info "$scratch/missing.mcap"
for command in info verify csv; do refuses "no MCAP file" $command "$scratch/none.mcap"; done
for command in recover cut merge; do refuses "no MCAP file" $command "$scratch/none.mcap" -o "$scratch/a.mcap"; done
refuses "no such file" csv "$scratch/none.mcap" --edge /nowhere/edge.toml
refuses "--by" csv "$scratch/none.mcap" --by continent
refuses "--bind or --connect" replay "$scratch/none.mcap"
refuses "no MCAP file" replay "$scratch/none.mcap" --bind 'tcp://127.0.0.1:*'
refuses "--speed" replay "$scratch/none.mcap" --bind 'tcp://127.0.0.1:*' --speed 0
refuses "no such file" rules /nowhere/rules.toml
refuses "--format" rules --format csv
refuses "no MCAP file" judge "$scratch/none.mcap"
refuses "no such file" judge "$scratch/none.mcap" --rules /nowhere/rules.toml
printf 'version = 1\n[[rule]]\nid = "pops/silent"\nhold = 3\n' >"$scratch/rules.toml"
refuses "$scratch/rules.toml:4: " judge "$scratch/none.mcap" --rules "$scratch/rules.toml"
refuses "--format" judge "$scratch/none.mcap" --format xml

program=$folder/surgescope
introduces_itself --screenshot
refuses "no scenario named 'calm'" --simulate calm
refuses "$broken:3: release.albums is 40" --simulate "$broken"
refuses "port from 1 to 65535" --control tcp://127.0.0.1:99999
refuses "excludes" --control tcp://127.0.0.1:5557 --connect tcp://127.0.0.1:1
refuses "--from and --to require" --simulate triple-drop --from 2026-11-27T05:00:00Z
refuses "--history: 'store' is no URL" --history store --from 2026-11-27T05:00:00Z --to 2026-11-27T06:00:00Z
refuses "--baseline: http://store@T-0: expected a time such as" --baseline http://store
refuses "--history: --to: expected a time such as" --history http://store --from 2026-11-27T05:00:00Z
refuses "excludes" --history http://store --connect tcp://127.0.0.1:1
refuses "--history: 'store' is no URL" --history store --from 2026-11-27T05:00:00Z --to 2026-11-27T06:00:00Z --recordings "$scratch"
rm -f "$broken"
refuses "expected tcp://HOST:PORT" --connect nonsense
refuses "port from 1 to 65535" --bind tcp://127.0.0.1:99999
refuses "expected WIDTHxHEIGHT" --size huge
refuses "expected WIDTHxHEIGHT" --size 1920x1080x2
refuses "--after" --after 5
refuses "expected metres such as 4m" --viewing near
refuses "expected metres such as 4m" --viewing 4ft
refuses "0.5 to 30 metres" --viewing -4m
refuses "20 to 400 inches" --diagonal 5
refuses "at most 4.4 m, or at least 116 inches" --viewing 8m --diagonal 65
refuses "excludes" --simulate triple-drop --connect tcp://127.0.0.1:1
refuses "code of a region, or of a PoP of 2 to 16 capital letters" --select london
refuses "no PoP or region 'FRX'; the nearest PoPs are" --select FRX
refuses "the regions AF, AS, EU" --select FRX
refuses "--baseline: cannot open '/nowhere.mcap'" --baseline /nowhere.mcap
refuses "is no MCAP file" --baseline "$0" --flight-bytes 0
XDG_RUNTIME_DIR=$scratch refuses "no workspace named 'overveiw', expected overview, map" --workspace overveiw --flight-bytes 0
XDG_RUNTIME_DIR=$scratch refuses "/nowhere/mine.json: " --workspace /nowhere/mine.json --flight-bytes 0
refuses "no such file" --edge /nowhere/edge.toml
lines=2 refuses "no PoP 'FRA'" --edge "$edge" --simulate regional-failure
refuses "--range" --range 0
refuses "--theme" --theme blue
refuses "requires --wall" --rotate 30
refuses "--rotate" --wall --rotate 0
refuses "--screen" --wall --screen 0
XDG_RUNTIME_DIR=$scratch refuses "expected 1 to 1, as many as there are" --wall --screen 9
refuses "excludes" --wall --full-screen
refuses "cannot write" --stats /nowhere/at/all
refuses "--no-such-option" --no-such-option
exit $failed
