# Sourced by ./run. step LABEL LOG COMMAND...: runs the command with its output in LOG and prints one line: what, how long.
# While it runs a terminal shows the log's last line; anything else gets a plain line each 30 seconds. A build's "[n/m]" adds an
# estimate of the time left.

seconds_since() { awk -v a="$1" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", b - a }'; }

complain() { printf '%s\n' "$*" >&2; }

last_log_line() { tail -c 2000 "$1" 2>/dev/null | tr '\r' '\n' | grep -v '^ *$' | tail -n 1 | cut -c "1-$2" || true; }

# time_left SECONDS LINE: ", about 3 min left" after so many seconds where the line begins with ninja's "[n/m]" and it can be told.
time_left() {
  awk -v passed="$1" '
    match($0, /^\[[0-9]+\/[0-9]+\]/) {
      split(substr($0, 2, RLENGTH - 2), count, "/")
      done = count[1] + 0; all = count[2] + 0
      if (done == 0 || done >= all) exit
      left = passed * (all - done) / done
      if (left < 60) printf ", about %d s left", left + 1
      else printf ", about %d min left", left / 60 + 0.5
    }' <<<"$2"
}

# Reports on LOG until the shell PID is gone; killed by step when the command ends.
watch_log() {
  local label=$1 log=$2 pid=$3 start=$SECONDS interval=30 passed line
  [[ -t 1 ]] && interval=1
  while sleep "$interval" && kill -0 "$pid" 2>/dev/null; do
    passed=$((SECONDS - start))
    line=$(last_log_line "$log" 100)
    if [[ -t 1 ]]; then
      printf '\r\e[K%s (%d s%s) %s' "$label" "$passed" "$(time_left "$passed" "$line")" "${line:0:60}"
    else
      printf '%s: %d s so far%s: %s\n' "$label" "$passed" "$(time_left "$passed" "$line")" "$line"
    fi
  done
}

step() {
  local label=$1 log=$2 start=$EPOCHREALTIME status=0 watcher
  shift 2
  mkdir -p "$(dirname "$log")"
  : >"$log"
  watch_log "$label" "$log" $$ &
  watcher=$!
  "$@" >"$log" 2>&1 </dev/null || status=$?
  kill "$watcher" 2>/dev/null || true
  wait "$watcher" 2>/dev/null || true
  [[ -t 1 ]] && printf '\r\e[K'
  STEP_SECONDS=$(seconds_since "$start")
  if ((status == 0)); then
    printf '%-58s %8s s\n' "$label" "$STEP_SECONDS"
  else
    printf '%s: failed after %s s (status %d); the end of %s:\n' "$label" "$STEP_SECONDS" "$status" "$log" >&2
    tail -n 40 "$log" >&2
  fi
  return "$status"
}
