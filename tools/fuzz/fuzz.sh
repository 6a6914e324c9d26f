#!/usr/bin/env bash
# fuzz.sh [SECONDS] [TARGET]: runs each libFuzzer program (or those whose name matches TARGET) for SECONDS (default 60).
# What it learns stays in build/fuzz-corpus/<target>; tests/fuzz/<target> holds seeds. A crash keeps its input and fails.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

seconds=${1:-60}
filter=${2:-}
[[ $seconds =~ ^[1-9][0-9]*$ ]] || { echo "[fuzz] expected a whole number of seconds, found '$seconds'" >&2; exit 2; }

symbolizer=/usr/lib/llvm-19/bin/llvm-symbolizer  # names in stack traces; another version's may not read clang 19's
if [[ -x $symbolizer ]]; then export ASAN_SYMBOLIZER_PATH=$symbolizer; fi

# A reader that asks for memory its input cannot justify is a bug too: hence the limits.
limits=(-rss_limit_mb=2048 -malloc_limit_mb=512 -timeout=20 -max_len=65536)

run_target() {
  local program=$1 name corpus crashes seeds=() log status=0
  name=$(basename "$program")
  corpus=build/fuzz-corpus/$name
  crashes=build/fuzz-crashes/$name
  log=build/logs/fuzz-$name.log
  mkdir -p "$corpus" "$crashes" build/logs
  [[ -d tests/fuzz/$name ]] && seeds=("tests/fuzz/$name")
  UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1 "$program" "$corpus" ${seeds[@]+"${seeds[@]}"} "${limits[@]}" \
    -max_total_time="$seconds" -print_final_stats=1 -artifact_prefix="$crashes/" >"$log" 2>&1 </dev/null || status=$?
  if ((status != 0)); then
    report_crash "$program" "$crashes" "$log"
    return 1
  fi
  printf '%-40s %s s, %s inputs, corpus of %s: no crash\n' "$name" "$seconds" \
    "$(awk '/stat::number_of_executed_units/ { print $2 }' "$log")" "$(find "$corpus" -type f | wc -l)"
}

report_crash() {
  local program=$1 crashes=$2 log=$3 input
  input=$(find "$crashes" -type f -printf '%T@ %p\n' | sort -n | tail -n 1 | cut -d' ' -f2-)
  {
    grep -E 'ERROR|runtime error|SUMMARY|^    #[0-9]' "$log" | head -n 25 || tail -n 25 "$log"
    echo "$(basename "$program"): failed; log in $log; reproduce with: $program $input"
  } >&2
}

failed=0
found=0
for program in build/fuzz/*_fuzz; do
  [[ -x $program && $(basename "$program") == *"$filter"* ]] || continue
  found=1
  run_target "$program" || failed=1
done
((found)) || { echo "[fuzz] there is no target${filter:+ that matches '$filter'}: they are the *_fuzz.cpp files of src/" >&2; exit 2; }
exit "$failed"
