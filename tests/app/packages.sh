#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# packages.sh BUILD-FOLDER SOURCE-FOLDER: what is installed is whole and works without the source tree, says of its options what
# the programs say, and becomes Debian packages that lintian finds no fault with.
set -u
build=$1 source=$2
failed=0
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
complain() { echo "$*" >&2; failed=1; }
have() { command -v "$1" >/dev/null || { echo "not tried: no $1 here"; return 1; }; }

root=$scratch/root
DESTDIR=$root cmake --install "$build" --prefix /usr >"$scratch/installed" || { cat "$scratch/installed"; exit 1; }
bin=$root/usr/bin share=$root/usr/share
programs=(surgescope surgescope-agent surgescope-capture surgescope-keys surgescope-relay surgescope-sim)

for file in lib/systemd/system/surgescope-{agent,relay}.service share/applications/org.surgescope.surgescope{,.replay}.desktop \
    share/icons/hicolor/{48x48,256x256}/apps/org.surgescope.surgescope.png share/icons/hicolor/scalable/apps/org.surgescope.surgescope.svg \
    share/metainfo/org.surgescope.surgescope.metainfo.xml share/surgescope/{nginx/surgescope.conf,varnish/surgescope.vcl} \
    share/surgescope/{edge.toml,alarms.toml,agent/agent.toml} share/doc/surgescope/{README.md,feeds/agent/AGENTS.md,widgets/WALL.md}; do
  [ -s "$root/usr/$file" ] || complain "not installed: $file"
done
[ -z "$(find "$root/usr" -path '*test*' -o -name '*.h' -o -name '*.a' -o -name '*.cmake')" ] || complain "too much is installed"

# Links between documents hold, but for those into the sources.
while read -r document; do
  grep -oE '\]\([^):#]+' "$document" | cut -c3- | grep -v '\.h$\|^https*$' | while read -r link; do
    [ -e "$(dirname "$document")/$link" ] || echo "$document: $link"
  done
done < <(find "$share/doc/surgescope" -name '*.md') >"$scratch/broken"
[ ! -s "$scratch/broken" ] || complain "broken links: $(cat "$scratch/broken")"

# ---- programs, with the source and build folders out of sight where this may be done
cat >"$scratch/run" <<'RUN'
[ "$3" = hidden ] && { mount -t tmpfs none "$1" || exit 9; }
cd / && unset XDG_CONFIG_HOME XDG_STATE_HOME
export HOME=$2/home PATH=$2/root/usr/bin:$PATH QT_QPA_PLATFORM=offscreen XDG_RUNTIME_DIR=$2
mkdir -p "$HOME"
surgescope-sim --list | grep -q '^triple-drop' || echo "no scenarios"
[ "$(surgescope-keys new | wc -c)" -eq 41 ] || echo "no key"
surgescope-capture rules >/dev/null || echo "no rules"
surgescope-agent --pop EWR --once | grep -q . || echo "the agent says nothing"
surgescope-sim compare standard-rollout --until 3 --nodes 391 --edge "$2/root/usr/share/surgescope/edge.toml" --format csv 2>&1 |
  grep -q egress || echo "nothing simulated"
surgescope --screenshot "$2/wall.png" --after 2 --flight-bytes 0 2>"$2/said" || echo "no picture: $(cat "$2/said")"
RUN
within=(bash) hidden=seen
for own in -m -rm; do # mounts of its own, as root or as whoever may be root of his own
  unshare $own mount -t tmpfs none /mnt 2>/dev/null && within=(unshare $own bash) hidden=hidden && break
done
[ $hidden = hidden ] || echo "not tried: programs with the sources out of sight"
said=$("${within[@]}" "$scratch/run" "$source" "$scratch" $hidden 2>&1)
[ -z "$said" ] || complain "installed programs: $said"
[ "$(head -c 4 "$scratch/wall.png" | tail -c 3)" = PNG ] || complain "no picture of the wall"

# ---- manual pages and completions say what --help says
helped() { "$bin/$1" ${2:+"$2"} --help | grep -oE '^  (-[a-z],)?--[a-z,-]+' | tr ', ' '\n\n' | grep '^--' | sort; }
commands() { "$bin/$1" --help | sed -n '/^Subcommands:/,/^$/s/^  \([a-z]\+\) .*/\1/p'; }
manual() { # of a command, or of the program itself: the options in its part of the page
  zcat "$share/man/man1/$1.1.gz" | sed 's/\\-/-/g; s/\\fB//g; s/\\f[RI]//g' |
    awk -v command="${2:-}" '/^\.SH/ { part = $2 == "OPTIONS" ? "" : "none" } /^\.SS/ { part = $2 } part == command && heads { print } { heads = /^\.TP/ }' |
    grep -oE -- '--[a-z-]+' | sort
}
completed() { # what bash completes of the words given, the last of them
  bash -c 'name=$1; source "$0/$name"; shift; COMP_WORDS=("$name" "$@"); COMP_CWORD=$#; _${name//-/_}; printf "%s\n" "${COMPREPLY[@]}"' \
    "$share/bash-completion/completions" "$@" | sort
}
export QT_QPA_PLATFORM=offscreen
for program in "${programs[@]}"; do
  [ "$("$bin/$program" --help | grep -c .)" -gt 5 ] || complain "$program --help is short"
  for command in "" $(commands "$program"); do
    options=$(helped "$program" "$command")
    [ -n "$options" ] || complain "$program $command --help has no options"
    [ "$options" = "$(manual "$program" "$command")" ] || complain "$program $command: manual and --help differ: $(diff <(echo "$options") <(manual "$program" "$command"))"
    missing=$(comm -23 <(echo "$options") <(completed "$program" $command --))
    [ -z "$missing" ] || complain "$program $command: bash does not complete $missing"
  done
  ! have man || [ -z "$(zcat "$share/man/man1/$program.1.gz" | MANROFFSEQ='' MANWIDTH=80 man --warnings -l - 2>&1 >/dev/null)" ] ||
    complain "$program.1: $(zcat "$share/man/man1/$program.1.gz" | MANWIDTH=80 man --warnings -l - 2>&1 >/dev/null)"
  zcat "$share/man/man1/$program.1.gz" | grep -q "^$(sed 's/-/\\\\-/g' <<<"$program") \\\\- [a-z]" || complain "$program.1 has no name that whatis finds"
  ! grep -q "$HOME/\|$(hostname)" <(zcat "$share/man/man1/$program.1.gz") || [ "$(hostname)" = vm ] || complain "$program.1 speaks of this machine"
done
expect() { # expect "COMPLETED…" WORD…
  local wanted=$1; shift
  [ "$(completed "$@" | xargs)" = "$wanted" ] || complain "$*: completed to '$(completed "$@" | xargs)', expected '$wanted'"
}
expect "--collect --config --connect" surgescope-agent --co
expect "purge" surgescope-agent ""
expect "BAN GET PURGE" surgescope-agent purge --method ""
expect "judge" surgescope-capture ju
expect "csv json text" surgescope-capture judge night.mcap --format ""
expect "--help --key-folder --next --switch" surgescope-keys new --
expect "" surgescope-sim --scenario ed # a value, not the command
"$bin/surgescope-agent" --describe troff >/dev/null 2>&1
[ $? -eq 2 ] || complain "--describe takes what it does not know"
if have zsh; then
  for file in "$share"/zsh/site-functions/_*; do zsh -n "$file" || complain "$file: no zsh"; done
  line=$(PATH=$bin:$PATH zsh -f -c '
    zmodload zsh/zpty; zpty -b z zsh -f -i; zpty -w z "PS1=; fpath=($1 \$fpath); autoload -U compinit; compinit -u -D; stty columns 200; echo rea\"\"dy"
    while zpty -r z line "*ready*"; do break; done
    zpty -w -n z "surgescope-agent --coll$(print -n "\t")EWR\n"
    for i in {1..100}; do zpty -r -t z line && print -rn -- $line; [[ $line == *EWR* ]] && break; zselect -t 5 2>/dev/null || sleep 0.05; done; zpty -d z' \
    _ "$share/zsh/site-functions" 2>&1)
  [[ "$line" == *"--collect"*EWR* ]] || complain "zsh does not complete --coll: $line"
fi

# ---- what desktops and systemd read
! have desktop-file-validate || desktop-file-validate "$share"/applications/*.desktop || failed=1
# It has no homepage, which newer ones warn of and older ones cannot be asked not to.
if have appstreamcli; then
  homeless=(); appstreamcli validate --help | grep -q override && [ ! "$(appstreamcli --version | grep -oE '[0-9]+' | head -1)" = 0 ] &&
    homeless=(--override url-homepage-missing=info)
  appstreamcli validate --no-net "${homeless[@]}" "$share"/metainfo/*.xml >"$scratch/said" 2>&1 || complain "$(cat "$scratch/said")"
fi
if have update-mime-database; then
  XDG_DATA_DIRS=$share update-mime-database "$share/mime" || failed=1
  cp "$source/tests/data/captures/mcap/surgescope_1.mcap" "$scratch/unnamed"
  if have gio; then
    XDG_DATA_DIRS=$share gio info -a standard::content-type "$scratch/unnamed" | grep -q 'application/vnd.mcap$' ||
      complain "a recording is not known by its first bytes"
  fi
fi
if have systemd-analyze; then
  # What is none of ours is not in that root.
  systemd-analyze verify --man=no --root="$root" "$root"/usr/lib/systemd/system/*.service >"$scratch/said" 2>&1
  ! grep surgescope "$scratch/said" | grep -v 'sysinit.target\|/bin/kill' >&2 || complain "units: $(cat "$scratch/said")"
fi

# ---- the version is the commit's, and asked for again
if have git; then
  tree=$scratch/tree
  mkdir -p "$tree/app" && cp "$source/app/version.cmake" "$tree/app" && cp "$source/.gitattributes" "$tree"
  version() { cmake -DNUMBER=1.2.3 -DSOURCE="$1" -DOUTPUT="$scratch/version.cpp" -P "$1/app/version.cmake" && grep -o '1\.2\.3 (.*)' "$scratch/version.cpp"; }
  [ "$(version "$tree")" = "1.2.3 (unknown commit)" ] || complain "no repository: $(version "$tree")"
  git() { command git -c user.name=a -c user.email=a@example.org -c init.defaultBranch=main -C "$tree" "$@" >>"$scratch/git" 2>&1; }
  git init && git add . && GIT_COMMITTER_DATE=2026-01-02T03:04:05Z git commit -m one
  [[ "$(version "$tree")" =~ ^1\.2\.3\ \([0-9a-f]{7},\ 2026-01-02\)$ ]] || complain "a commit: $(version "$tree")"
  touch -d 2001-01-01 "$scratch/version.cpp"; version "$tree" >/dev/null
  [ "$(date -r "$scratch/version.cpp" +%Y)" = 2001 ] || complain "written again though nothing is new"
  echo >>"$tree/app/version.cmake"
  [[ "$(version "$tree")" == *" and changes, 2026-01-02)" ]] || complain "a change: $(version "$tree")"
  GIT_COMMITTER_DATE=2026-02-03T03:04:05Z git commit -am two
  [[ "$(version "$tree")" == *", 2026-02-03)" ]] || complain "another commit: $(version "$tree")"
  mkdir "$scratch/tar" && command git -C "$tree" archive HEAD | tar -x -C "$scratch/tar"
  [[ "$(version "$scratch/tar")" =~ ^1\.2\.3\ \([0-9a-f]{7,},\ 2026-02-03\)$ ]] || complain "an archive: $(version "$scratch/tar")"
fi

# ---- packages
case $build in *release) ;; *) exit $failed ;; esac
if have dpkg-deb && have dpkg-shlibdeps && have file; then
  cmake --build "$build" --target packages >"$scratch/made" 2>&1 || complain "$(tail -20 "$scratch/made")"
  wall=$(echo "$build"/packages/surgescope_*.deb) tools=$(echo "$build"/packages/surgescope-tools_*.deb)
  depends() { dpkg-deb -f "$1" Depends; }
  ! depends "$tools" | grep -i qt || complain "the tools need Qt"
  depends "$wall" | grep -q libqt6widgets6 || complain "the wall needs no Qt"
  depends "$wall" | grep -q "surgescope-tools (= $(dpkg-deb -f "$wall" Version))" || complain "the wall does without its tools"
  for package in "$wall" "$tools"; do
    name=$(dpkg-deb -f "$package" Package)
    list=$(dpkg-deb -c "$package")
    for file in "doc/$name/copyright" "doc/$name/changelog.Debian.gz" "zsh/vendor-completions/_"; do
      grep -q " ./usr/share/$file" <<<"$list" || complain "$name lacks $file"
    done
    ! grep -q site-functions <<<"$list" || complain "$name brings what is completed to a wrong folder"
  done
  # It is uploaded nowhere that counts bugs; what AppStream finds was looked at above.
  if have lintian; then
    lintian --allow-root "$wall" "$tools" >"$scratch/said" 2>&1 || [ $? -eq 2 ] || complain "lintian: $(cat "$scratch/said")"
    faults=$(grep '^[EW]: ' "$scratch/said" | grep -v 'initial-upload-closes-no-bugs\|appstream-metadata-validation-failed')
    [ -z "$faults" ] || complain "lintian finds fault: $faults"
  fi
fi
exit $failed
