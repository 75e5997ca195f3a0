#!/bin/sh
# Measures our Fountain parser and its peers on the same made-up scripts; see README.md.
set -eu
cd "$(dirname "$0")"
root=$(cd ../.. && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

[ -d node_modules ] || npm ci --no-audit --no-fund >/dev/null
printf '%-8s %-12s %-8s %10s %8s\n' bytes parser version MB/s scenes
for bytes in 120000 600000; do
	script=$work/$bytes.fountain
	(cd "$root" && CINEFORGE_BENCH_SCRIPT=$script CINEFORGE_BENCH_BYTES=$bytes \
		go test -count 1 -run TestWriteSyntheticScript ./screenplay/fountain >/dev/null)
	(cd "$root" && CINEFORGE_BENCH_FILE=$script go test -run '^$' -bench Decode/file -benchtime 3s ./screenplay/fountain) |
		awk -v n="$bytes" '/^BenchmarkDecode/ { for (i = 3; i <= NF; i++) got[$i] = $(i-1)
			printf "%-8d %-12s %-8s %10.2f %8d\n", n, "cineforge", "-", got["MB/s"], got["scenes"] }'
	node runner.mjs "$script" | awk -F '\t' -v n="$bytes" '{ printf "%-8d %-12s %-8s %10.2f %8d\n", n, $1, $2, $3, $4 }'
done
