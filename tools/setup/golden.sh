#!/usr/bin/env bash
# golden.sh [SCRIPT [ARGUMENT...]]: computes golden values anew with independent implementations, in an environment of its own
# (.deps/golden-venv, with the versions of tools/golden/requirements*.txt; several GB, for it carries PyTorch and transformers).
# Without SCRIPT every script of tools/golden runs; of the check_*.py, which need arguments, check_saved_model.py on models that the
# program saves for it. That one needs the tests to be built.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tools/setup/step.sh

LOGS=build/logs
VENV=.deps/golden-venv

set_up_environment() {
  local wanted
  wanted=$(cat tools/golden/requirements*.txt | sha256sum)
  [[ -f $VENV/complete && $(<"$VENV/complete") == "$wanted" ]] && return
  python3 -m venv --help >/dev/null 2>&1 || { complain "[golden] Python has no venv; apt-get install python3-venv"; return 1; }
  local lists=()
  for list in tools/golden/requirements*.txt; do lists+=(-r "$list"); done
  step "Set-up: Python environment" "$LOGS/golden-venv.log" make_environment "${lists[@]}"
  echo "$wanted" >"$VENV/complete"
}

make_environment() {
  rm -rf "$VENV" && python3 -m venv "$VENV" && "$VENV/bin/python" -m pip install --disable-pip-version-check "$@"
}

scripts() { grep -l '__name__ == "__main__"' tools/golden/*.py | grep -v '/check_' | sort; }

# transformers must load what the program saves, with the same logits.
check_saved_models() {
  local saved=$PWD/build/saved-models family
  rm -rf "$saved" && mkdir -p "$saved"
  R2RANK_KEEP_SAVED=$saved build/release/r2rank_model_test --gtest_filter='*SavedModel.ReadsBackWithEqualLogits*' || return 1
  for family in "$saved"/*/; do "$VENV/bin/python" tools/golden/check_saved_model.py "$family" || return 1; done
}

failed=0
set_up_environment
if (($# > 0)); then
  script=tools/golden/$(basename "$1" .py).py
  [[ -f $script ]] || { complain "[golden] there is no $script; there are:" "$(scripts)"; exit 2; }
  exec "$VENV/bin/python" "$script" "${@:2}"
fi
for script in $(scripts); do
  step "Golden: $(basename "$script" .py)" "$LOGS/golden-$(basename "$script" .py).log" "$VENV/bin/python" "$script" || failed=1
done
step "Golden: saved models" "$LOGS/golden-saved-models.log" check_saved_models || failed=1
git diff --stat -- tests/golden || true
exit "$failed"
