#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# exports.sh FOLDER RECORDING: the dashboard writes views of a recording to files, without a screen.
set -u
program=$1/surgescope
recording=$2
failed=0
unset DISPLAY WAYLAND_DISPLAY QT_QPA_PLATFORM
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

complain() { echo "$*" >&2; failed=1; }
exports() { # exports FILE OPTION…
  local file=$scratch/$1
  shift
  "$program" --replay "$recording" "$@" -o "$file" 2>"$scratch/said" || complain "$*: $(cat "$scratch/said")"
  [ -s "$file" ] || complain "$*: no file"
}
refuses() { # refuses TEXT OPTION…: status 2, and no file
  local text=$1 said
  shift
  said=$("$program" --replay "$recording" "$@" 2>&1 >/dev/null)
  [ $? -eq 2 ] && [[ "$said" == *"$text"* ]] || complain "$*: said: $said"
}

for view in map requests egress metadata latency lag-by-pop lag-distribution hottest health tiles wall; do
  for ending in png svg pdf csv; do exports "$view.$ending" --export "$view"; done
done
[ "$(head -c 4 "$scratch/map.png" | tail -c 3)" = PNG ] || complain "map.png is no PNG"
[ "$(head -c 4 "$scratch/map.pdf")" = %PDF ] || complain "map.pdf is no PDF"
head -1 "$scratch/requests.csv" | grep -q '^time \[UTC\],requests ' || complain "requests.csv: $(head -1 "$scratch/requests.csv")"
grep -q 'replay of' "$scratch/requests.svg" || complain "requests.svg does not say where it is from"

size=$(od -A n -t u1 -j 16 -N 8 "$scratch/requests.png" | tr -s ' ' | sed 's/^ //')
[ "$size" = "0 0 6 64 0 0 3 132" ] || complain "requests.png has another size than 1600x900: $size"
exports size.svg --export metadata --size 900x500 --theme light
grep -q 'width="900" height="500"' "$scratch/size.svg" || complain "size.svg has another size"
exports fine.png --export tiles --size 800x300 --pixel-ratio 3
size=$(od -A n -t u1 -j 16 -N 8 "$scratch/fine.png" | tr -s ' ' | sed 's/^ //')
[ "$size" = "0 0 9 96 0 0 3 132" ] || complain "fine.png has another size than 2400x900: $size"
exports range.csv --export requests --from +00:00:05 --to +00:00:20
lines=$(wc -l <"$scratch/range.csv")
[ "$lines" -ge 15 ] && [ "$lines" -le 18 ] || complain "range.csv has $lines lines for fifteen seconds"
exports same.csv --export requests --from +00:00:05 --to +00:00:20
cmp -s "$scratch/range.csv" "$scratch/same.csv" || complain "the same range is another table"

refuses "no view named 'globe'; there are: map, requests" --export globe -o "$scratch/none.png"
refuses "ending in .png" --export map -o "$scratch/none.jpg"
refuses "--output" --export map
refuses "nothing is recorded from" --export map --from 1999-12-31T23:00:00Z --to 1999-12-31T23:59:00Z -o "$scratch/none.png"
refuses "is no time" --export map --to noon -o "$scratch/none.png"
refuses "10 seconds to 48 hours" --export map --from +00:00:09 --to +00:00:10 -o "$scratch/none.png"
refuses "cannot write" --export tiles -o /nowhere/at/all.png
refuses "--pixel-ratio" --export tiles --pixel-ratio 5 -o "$scratch/none.png"
refuses "knows a PoP 'QQQ'" --export requests --select QQQ -o "$scratch/none.png"
refuses "--baseline" --export requests --baseline "$scratch/none.mcap" -o "$scratch/none.png"
refuses "excludes" --export wall --wall -o "$scratch/none.png"
refuses "excludes" --export wall --workspace map -o "$scratch/none.png"
refuses "dark, light or high-contrast" --theme pink
[ ! -e "$scratch/none.png" ] || complain "a file of what was refused"
[ -z "$(find "$scratch" -name '*.png.*')" ] || complain "left behind: $(ls "$scratch")"
exit $failed
