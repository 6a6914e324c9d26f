# Sourced by ./run. step LABEL LOG COMMAND...: runs the command with its output in LOG and prints one line: what, how long.
# While it runs a terminal shows the log's last line; anything else gets a plain line each 30 seconds.

seconds_since() { awk -v a="$1" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", b - a }'; }

complain() { printf '%s\n' "$*" >&2; }

last_log_line() { tail -c 2000 "$1" 2>/dev/null | tr '\r' '\n' | grep -v '^ *$' | tail -n 1 | cut -c "1-$2" || true; }

# Reports on LOG until the shell PID is gone; killed by step when the command ends.
watch_log() {
  local label=$1 log=$2 pid=$3 start=$SECONDS interval=30
  [[ -t 1 ]] && interval=1
  while sleep "$interval" && kill -0 "$pid" 2>/dev/null; do
    if [[ -t 1 ]]; then
      printf '\r\e[K%s (%d s) %s' "$label" $((SECONDS - start)) "$(last_log_line "$log" 60)"
    else
      printf '%s: %d s so far: %s\n' "$label" $((SECONDS - start)) "$(last_log_line "$log" 100)"
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
