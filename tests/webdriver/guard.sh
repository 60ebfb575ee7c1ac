#!/usr/bin/env bash
# guard.sh PROGRAM [ARGUMENT...]
# Runs the program in a process group and a temporary directory of its own. Ends the group and removes the directory as
# soon as stdin closes: when the test asks for it, and also when the test process dies, however it dies. A line on stdin
# names the signal to end it with.
set -m

directory=$(mktemp -d "${TMPDIR:-/tmp}/sluicegate.XXXXXX")
TMPDIR=$directory "$@" </dev/null &
leader=$!
# With our ends of the pipes closed, the reader sees the end of the output when the program ends.
exec >/dev/null 2>&1
# Interrupts `read` too. Not ignored, since the program would inherit that.
trap : INT TERM HUP
read -r signal

kill "-${signal:-TERM}" -- "-$leader"
for _ in {1..60}; do
  kill -0 "$leader" || break
  sleep 0.05
done
# What is left are a program that does not listen, and browsers whose driver died without closing them.
kill -KILL -- "-$leader"
# A file may still appear in a folder that is being removed.
rm -rf "$directory" || { sleep 0.5 && rm -rf "$directory"; }
