#!/bin/bash
# Makes a data directory with a run in each status: golden.sh PROGRAM FILE.db.gz
# PROGRAM is cineforge of the version whose directory it is.
set -u
P=$1; OUT=$2; W=$(mktemp -d); cd "$W"
cat > two.fountain <<'S'
INT. KITCHEN - DAY

Rain on the window.

ANNA
It is late.

EXT. YARD - NIGHT

A lamp.

BEN
Come in.
S
sim() { "$P" simulate --addr 127.0.0.1:$1 --scenario "$2" > /dev/null 2>&1 & }
sim 19301 healthy; sim 19302 slow; sim 19303 S24; sim 19304 S27
sleep 2
on() { export ANTHROPIC_API_KEY=simulated OPENAI_API_KEY=simulated GEMINI_API_KEY=simulated ANTHROPIC_BASE_URL=http://127.0.0.1:$1/anthropic OPENAI_BASE_URL=http://127.0.0.1:$1/openai/v1 GOOGLE_GEMINI_BASE_URL=http://127.0.0.1:$1/google; }
C="$P --data data"
mkdir -p data/recipes
sed 's/^recipe_id: .*/recipe_id: pausing/; s/on_exhausted: fail/on_exhausted: pause/; s/max_wait_seconds: 21600/max_wait_seconds: 0/' <("$P" recipes show mvp_ingest) > data/recipes/pausing.yaml
sed 's/^recipe_id: .*/recipe_id: lone/; s/stage_fallback_models: {}/stage_fallback_models: {extract_scenes: ["claude-sonnet-4-6"], project_config: ["claude-sonnet-4-6"]}/' <("$P" recipes show mvp_ingest) > data/recipes/lone.yaml
run() { echo "== $*"; timeout 30 $C run two.fountain "$@" > log 2>&1; echo "exit $?"; tail -2 log; }
stopped() { local s=$1 t=$2; shift 2; timeout -s $s $t $C run two.fountain "$@" > log 2>&1; }
on 19301
run --project done
run --project dry --dry-run
run --project confirm --param accept_config=false
run --project drill --drill healthy
env -u ANTHROPIC_API_KEY -u OPENAI_API_KEY -u GEMINI_API_KEY $C run two.fountain --project offline > /dev/null 2>&1
env -u ANTHROPIC_API_KEY -u OPENAI_API_KEY -u GEMINI_API_KEY $C run two.fountain --project offline-confirm --param accept_config=false > /dev/null 2>&1
on 19304
run --project failed --recipe lone --force
run --project retried --recipe lone --force
on 19303
run --project exhausted --recipe pausing --force
stopped INT 1.5 --project waiting --force
on 19302
stopped INT 1.2 --project interrupted --force
stopped INT 1.2 --project cancelled --force
stopped INT 0.5 --project running --force
id() { $C runs list --project $1 --json | grep -o '"run_id": *"[^"]*"' | head -1 | cut -d'"' -f4; }
$C runs cancel $(id cancelled)
on 19301
$C retry $(id retried) > /dev/null 2>&1
$C serve --addr 127.0.0.1:0 > /dev/null 2>&1 & S=$!
sleep 1; kill -STOP $S
on 19301
$C run two.fountain --project queued --detach --force
on 19302
timeout -s KILL 0.6 $C runs resume $(id running) > log 2>&1
on 19303
timeout -s KILL 3 $C runs resume $(id waiting) > log 2>&1
kill -KILL $S
$C runs list
$C data backup "$W/golden.db"
gzip -9 -n < "$W/golden.db" > "$OUT"
kill $(jobs -p) 2>/dev/null
ls -l "$OUT"
