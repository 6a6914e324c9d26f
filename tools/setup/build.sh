# Sourced by ./run: set-up, configuration, build and tests.

# set_up GROUP...: Debian packages and the pinned wheels of these groups (core, demo). Costs under a second when all is there.
set_up() {
  require_platform
  install_packages tools/setup/apt.txt
  step "Set-up: wheels ($*)" "$LOGS/wheels.log" python3 tools/setup/fetch.py wheels "$@"
  require_npm
  step "Set-up: plotting library of the report" "$LOGS/page.log" python3 tools/setup/fetch.py page d3 plot
}

# A machine may have npm from elsewhere.
require_npm() { command -v npm >/dev/null || install_packages tools/setup/apt-npm.txt; }

require_platform() {
  [[ $(uname -sm) == "Linux x86_64" || -n ${LIBTORCH:-} ]] && return
  complain "[set-up] the pinned torch and pyarrow wheels are for Linux on x86_64; this is $(uname -sm)."
  complain "  Build on an x86_64 machine, or see docs/dependencies.md for what to put into .deps/ by hand."
  return 1
}

# Tokenizer files and the checks of pages are for tests alone; without them everything else still builds and runs.
set_up_test_files() {
  step "Set-up: checks of pages" "$LOGS/axe.log" python3 tools/setup/fetch.py page axe ||
    complain "[set-up] going on without axe: the report's page will not be checked in a browser"
  step "Set-up: tokenizer files for tests" "$LOGS/tokenizers.log" python3 tools/setup/fetch.py tokenizers all ||
    complain "[set-up] going on without the tokenizer files: the tests that need them will fail"
}

configure() { step "Configure: $1" "$LOGS/configure-$1.log" cmake --preset "$1"; }

# A unit that includes libtorch takes up to 1.5 GB, so memory bounds the number of compilers too.
parallel_jobs() {
  local by_memory
  by_memory=$(awk '/MemAvailable/ { print int($2 / 1500000) }' /proc/meminfo)
  local by_processor
  by_processor=$(nproc)
  local jobs=$((by_memory < by_processor ? by_memory : by_processor))
  echo $((jobs > 0 ? jobs : 1))
}

# build PRESET [TARGET...]
build() {
  local preset=$1
  shift
  configure "$preset"
  step "Build: $preset" "$LOGS/build-$preset.log" \
    cmake --build "build/$preset" --parallel "$(parallel_jobs)" ${1:+--target "$@"}
}

# The options under which our own code must be clean. libtorch and Arrow are not instrumented, which needs no exception:
# libstdc++ annotates its containers only on request, so that mixing both kinds of code raises no false container-overflow,
# and what libtorch keeps for ever stays reachable. tools/setup/lsan.supp names the known exceptions, with reasons.
sanitizer_options() {
  export ASAN_OPTIONS="detect_stack_use_after_return=1:strict_string_checks=1:check_initialization_order=1"
  export UBSAN_OPTIONS="print_stacktrace=1:halt_on_error=1"
  export LSAN_OPTIONS="suppressions=$PWD/tools/setup/lsan.supp:print_suppressions=0"
}

# run_tests PRESET [REGEX]: every test, the unit tests of a layer in one process; with a regular expression those whose name matches, each
# in its own.
run_tests() {
  local preset=$1 log=$LOGS/test-$1.log status=0
  [[ $preset == sanitize ]] && sanitizer_options
  local chosen=(-LE one)
  (($# > 1)) && [[ -n $2 ]] && chosen=(-LE whole -R "$2")
  # Two tests at once already use both cores; threads inside each would only wait for one another.
  step "Tests: $preset" "$log" env OMP_NUM_THREADS=1 ctest --test-dir "build/$preset" --output-on-failure -j2 --no-tests=error \
    "${chosen[@]}" || status=$?
  ((status != 0)) || sed -n '/tests passed/,$p' "$log"
  count_unit_tests "build/$preset/Testing/Temporary/LastTest.log"
  return "$status"
}

# count_unit_tests LOG: how many unit tests ran in it, and how many were skipped for which reason.
count_unit_tests() {
  [[ -f $1 ]] || return 0
  awk '/^\[==========\] [0-9]+ tests? from .* ran/ { ran += $2 }
    reason { n++; if (!count[$0]++) reasons[++kinds] = $0; reason = 0 }
    /: Skipped$/ { reason = 1 }
    END {
      if (ran > 0) printf "%d unit tests ran, %d of them skipped\n", ran, n
      for (i = 1; i <= kinds; i++) printf "  %d: %s\n", count[reasons[i]], reasons[i]
    }' "$1"
}

# nearest WORD CANDIDATE...: the candidate with the smallest edit distance.
nearest() {
  awk -v word="$1" -v candidates="${*:2}" '
    function least(a, b) { return a < b ? a : b }
    function distance(a, b,    i, j, d) {
      for (i = 0; i <= length(a); i++) d[i, 0] = i
      for (j = 0; j <= length(b); j++) d[0, j] = j
      for (i = 1; i <= length(a); i++)
        for (j = 1; j <= length(b); j++)
          d[i, j] = least(least(d[i - 1, j], d[i, j - 1]) + 1, d[i - 1, j - 1] + (substr(a, i, 1) != substr(b, j, 1)))
      return d[length(a), length(b)]
    }
    BEGIN {
      best = 999
      for (k = split(candidates, all, " "); k > 0; k--)
        if (distance(word, all[k]) <= best) { best = distance(word, all[k]); name = all[k] }
      print name
    }'
}
