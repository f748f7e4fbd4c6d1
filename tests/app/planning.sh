#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# planning.sh FOLDER: an edge is explained, launches are compared by place and over a grid, as the README says.
set -u
export LC_ALL=C.UTF-8
cd "$(dirname "$0")/../.."
PATH=$1:$PATH
failed=0
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
twelve=resources/edge-twelve.toml

wrong() {
  echo "$*" >&2
  failed=1
}
expect() { # expect TEXT IN WHAT
  [[ "$2" == *"$1"* ]] || wrong "$3 lacks '$1': $2"
}

# The README's two commands. An edge that is odd ends with 1.
commands=$(sed -n '/^## Plan your own edge/,/^## /p' README.md | sed -n '/^```sh/,/^```/p' | grep '^surgescope-sim')
[ "$(wc -l <<<"$commands")" -eq 2 ] || wrong "expected two commands: $commands"
while read -r line; do
  said=$(eval "${line%%  #*}" 2>&1)
  status=$?
  [[ $status -eq 0 || ($status -eq 1 && "$line" == *"edge --check"*) ]] || wrong "$line: status $status: $said"
  [[ "$said" != *$'\r'* ]] || wrong "$line: a progress bar where there is no terminal"
done <<<"$commands"

# What the README says of them.
checked=$(surgescope-sim edge --check $twelve)
[ $? -eq 1 ] || wrong "an odd edge does not end with 1"
expect "12 PoPs in 3 regions, 42 nodes, 2 origins; built for 400 k listeners" "$checked" "edge --check"
expect "GRU: at 0.9" "$checked" "edge --check"
expect "(uplink)" "$checked" "edge --check"
errors() { awk -v lever="$1" '$1 == lever { print $4 }' <<<"$checked"; }
awk -v without="$(errors '(none)')" -v with="$(errors metadata_scale=4)" 'BEGIN { exit !(without > 1 && with < 0.1) }' ||
  wrong "a larger metadata service should take the errors away: $checked"
sound=$scratch/sound.toml
sed '/^code = "GRU"/,/^$/s/^shield = .*/uplink_gbit_per_s = 30/; /^code = "GRU"/,/^$/s/^uplink_gbit_per_s = 20.*//' $twelve >"$sound"
said=$(surgescope-sim edge --check "$sound" --until 60) || wrong "nothing is odd, and yet: $said"
expect "Nothing is odd." "$said" "edge --check of a sound edge"
surgescope-sim edge --check /nowhere.toml 2>/dev/null
[ $? -eq 2 ] || wrong "an edge that is not there should end with 2"
printf '[regions]\nEU = "Europe"\n[[pop]]\ncode = "FRA"\nname = 3\nlatitude = 95\n' >"$scratch/broken.toml"
said=$(surgescope-sim edge --check "$scratch/broken.toml" 2>&1)
[ "$(grep -c "broken.toml:" <<<"$said")" -eq 5 ] || wrong "each mistake should be told: $said"

# What is odd is found.
odd=$scratch/odd.toml
sed '/^code = "FRA"/,/^$/{s/^nodes = 5/nodes = 1\nnode = { cache_bytes = 1e12, gbit_per_s = 2 }/;s/^uplink.*//}
     /^code = "LHR"/,/^$/s/^uplink.*/uplink_gbit_per_s = 2/; s/^connections.*//; s/^requests_per_s.*/requests_per_s = 1/' $twelve >"$odd"
said=$(surgescope-sim edge --check "$odd" --until 10)
for text in "nobody says all that a node can do" "FRA: one node" "FRA: a shield that holds 1 TB, less than a PoP behind it" \
  "FRA: a shield that sends 2 Gbit/s at most" "LHR: its uplink carries 2 Gbit/s of the 50" "GRU: its shield IAD is" "origins: "; do
  expect "$text" "$said" "edge --check of an odd edge"
done

# By place: a line a group and measure; parts that add up to the whole; curves.
short=(standard-rollout --edge $twelve --until 5 --format csv)
world=$(surgescope-sim compare "${short[@]}")
pops=$(surgescope-sim compare "${short[@]}" --by pop)
regions=$(surgescope-sim compare "${short[@]}" --by region)
expect "pop,measure,unit" "$pops" "compare --by pop"
[ "$(grep -c ',egress_peak,' <<<"$pops")" -eq 12 ] || wrong "twelve PoPs: $pops"
[ "$(grep -c ',egress_peak,' <<<"$regions")" -eq 3 ] || wrong "three regions: $regions"
sum() { awk -F, '/egress_peak/ { sum += $NF } END { print sum }' <<<"$1"; }
for parts in "$pops" "$regions"; do
  awk -v a="$(sum "$parts")" -v b="$(sum "$world")" 'BEGIN { exit !(a > 0.99 * b && a < 1.05 * b) }' ||
    wrong "egress of the parts is $(sum "$parts"), of the world $(sum "$world")"
done
series=$(surgescope-sim compare "${short[@]}" --by region --series 10)
[ "$(wc -l <<<"$series")" -eq $((1 + 3 * 7)) ] || wrong "a row for each ten seconds of 66 and region: $series"
expect "scenario,region,s_after_release" "$series" "compare --series"

# A grid: the same lines whatever the number of threads, the last axis the quickest; levers and keys alike.
grid=(sweep triple-drop --edge $twelve --until 60 --vary release.albums=1..3:3 --vary prewarm=0..1:2 --format csv)
alone=$(taskset -c 0 surgescope-sim "${grid[@]}")
together=$(surgescope-sim "${grid[@]}")
[ "$alone" == "$together" ] || wrong "one thread says otherwise than several"
[ "$(cut -d, -f1,2 <<<"$together" | tr '\n' ' ')" == '"release.albums","prewarm" 1,0 1,1 2,0 2,1 3,0 3,1 ' ] ||
  wrong "not the grid: $together"
awk -F, 'NR == 6 { cold = $9 } NR == 7 { exit !($9 > cold) }' <<<"$together" || wrong "prewarming should raise the hit ratio: $together"
said=$(surgescope-sim sweep triple-drop --edge $twelve --until 5 --vary prewarm=0.5 --measure egress_peak,errors_peak)
expect "prewarm  egress_peak    errors_peak" "$said" "sweep --measure"

# Ctrl+C.
timeout --preserve-status -s INT 1 surgescope-sim sweep triple-drop --vary prewarm=0..1:500 >/dev/null 2>&1
[ $? -eq 130 ] || wrong "Ctrl+C should end a sweep with 130"
exit $failed
