#include <algorithm>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "cli/cost_text.h"
#include "cli/output.h"
#include "cli/run_output.h"
#include "cli/shell.h"
#include "cli/verb.h"
#include "experiment/signal_reader.h"
#include "learn/learned_reasoning.h"
#include "learn/trainer.h"

namespace r2rank::cli {
namespace {

class Train : public Verb {
 public:
  VerbText text() const override {
    return {
        .name = "train",
        .group = "Train and evaluate",
        .summary = "train a language model to rank by what it concludes",
        .purpose =
            "Runs one stage of training: `silent` trains the score read right after the prompt, `rl` "
            "samples rationales "
            "for each user and item and trains them and the score with the ranking metric itself. A run "
            "folder holds "
            "the log, TensorBoard events, checkpoints and at the end the model.",
        .examples =
            "# a quick silent warm-up, then RL from it\n"
            "r2rank train data/ml-100k --split data/ml-100k-split --model model.gguf --minutes 5 --steps "
            "0 --output runs/warm\n"
            "r2rank train data/ml-100k --split data/ml-100k-split --model runs/warm --stage rl "
            "--steps 100 --output runs/rl\n"
            "# beside the scores of other rankers, made by `r2rank signals`\n"
            "r2rank train data/ml-100k --split data/ml-100k-split --model model.gguf --signals runs/signals "
            "--output runs/hybrid\n"
            "# taught by them: the model that comes out reads text alone\n"
            "r2rank train data/ml-100k --split data/ml-100k-split --model model.gguf --signals runs/signals "
            "--signal-use teach --output runs/taught\n"
            "# go on after Ctrl-C or a crash: the same command with --resume"};
  }

  void declare(Flags& flags) override {
    flags.group("Training");
    config_.describe(flags.fields());
    flags.positional("DATASET", "dataset");
    flags.group("Prompt (of a base model; a trained one brings its own)");
    prompt_.describe(flags.fields());
    output_.describe(flags);
  }

  void check_settings(const base::ConfigFields&) override {
    config_.check();
    config_.resolve();
    output_.check_flags();
  }

  int run(const Invocation& invocation) override {
    check_settings(*invocation.config);
    const data::Dataset dataset = data::load_dataset(config_.dataset);
    const data::Split split = data::load_split(config_.split, dataset);
    follow_signals(dataset, split, *invocation.config);
    if (invocation.dry_run) return estimate(dataset, split, invocation);
    if (!output_.check_folder(config_.model)) return output_.already_finished(invocation.json);
    learn::check_training_data(config_, dataset, split);
    base::catch_interrupts();
    const bool resumed = output_.resumes();
    const auto model = learn::open_ranking_model(output_.model_to_open(config_.model),
                                                 output_.options_to_open(config_.model_options), prompt_);
    learn::refuse_other_training(*model, dataset, split);
    adopt(*model, dataset, split, *invocation.config);
    const auto signals = experiment::open_signals(*model, dataset, split, true);
    const auto teaching = experiment::open_teaching(config_.signals, dataset, split);
    if (teaching) {  // refuses what cannot be drawn before anything is written
      const learn::TaughtSlates drawable(dataset, split, *teaching, config_.taught_drawing());
    }
    learn::plan_memory(config_, *model->model);  // refuses a budget before anything is written
    // Only now, when the new run has its model and data: a mistyped setting must not cost the old run.
    output_.begin(*invocation.config);
    announce(*model, resumed);
    learn::Trainer trainer(config_, *model, dataset, split, output_.output, signals.get(), teaching.get());
    // A checkpoint that refuses these settings has done so by now.
    if (resumed) output_.record(*invocation.config);
    trainer.run();
    return report(trainer.state(), invocation);
  }

 private:
  /// Training slates take targets that the signals' early rankers do not know: where the settings were not
  /// given they are the signals' own.
  void follow_signals(const data::Dataset& dataset, const data::Split& split,
                      const base::ConfigFields& fields) {
    if (!config_.signals.on() || config_.signals.uses("teach")) return;
    const auto set = rollout::load_signal_set(config_.signals.folder);
    rollout::check_signal_set(set, config_.signals.folder, dataset, split);
    const auto follow = [&](const char* key, int64_t& value, int64_t own, bool fits) {
      if (fits || fields.given(key)) return;
      base::log_info("{} {}, as the signals were made with", key, own);
      value = own;
    };
    follow("recent_targets", config_.recent_targets, std::max<int64_t>(1, set.withhold - config_.withhold),
           config_.withhold + config_.recent_targets <= set.withhold);
    follow("min_history", config_.min_history, set.min_history, config_.min_history >= set.min_history);
    learn::check_signal_targets(set, config_.withhold + config_.recent_targets, config_.min_history);
  }

  /// What the model to start from, or the checkpoint, settles.
  void adopt(learn::RankingModel& model, const data::Dataset& dataset, const data::Split& split,
             const base::ConfigFields& given) {
    adopt_card(model, "train", given, prompt_, config_.model_options);
    learn::use_signals(config_.signals, dataset, split, model);
    follow_learned_length(model, given);
    config_.check();
    check_shared_history(model);
    learn::check_positions(model, config_.reasons() ? config_.rationale_tokens : 0);
  }

  /// The earliest of a user's slates shows so many fewer past items as others follow it.
  void check_shared_history(const learn::RankingModel& model) const {
    const int64_t shown = model.prompts->config().history_items;
    if (config_.targets_per_user > 1 && config_.targets_per_user > shown)
      base::fail_usage(
          "train",
          "targets_per_user = {} would leave the earlier slates without a history of their own, as "
          "history_items = {} are shown; lower it to at most {}",
          config_.targets_per_user, shown, std::max<int64_t>(1, shown));
  }

  /// A model that learned longer rationales than this run lets it write would hardly end one.
  void follow_learned_length(const learn::RankingModel& model, const base::ConfigFields& given) {
    const auto learned = config_.reasons() ? learn::learned_reasoning(model) : std::nullopt;
    if (!learned || learned->rationale_tokens == config_.rationale_tokens) return;
    if (!given.given("rationale_tokens")) {
      config_.rationale_tokens = learned->rationale_tokens;
      base::log_info("rationale_tokens {}, as {} was trained", config_.rationale_tokens, model.origin);
    } else if (learned->rationale_tokens > config_.rationale_tokens) {
      base::log_warning("rationale_tokens {} as given cuts what {} learned to write in up to {} tokens",
                        config_.rationale_tokens, model.origin, learned->rationale_tokens);
    }
  }

  void announce(const learn::RankingModel& model, bool resumed) const {
    const int64_t paths =
        config_.slates_per_step * (config_.negative_count + 1) * (config_.reasons() ? config_.rationales : 1);
    base::log_info(
        "{} {}: {} slates a step of {} candidates{}: {} paths a step; {} in {}, {:.1f} M of parameters "
        "trained",
        resumed ? "resuming" : "training", config_.stage, config_.slates_per_step, config_.negative_count + 1,
        config_.reasons() ? fmt::format(" with {} rationales of up to {} tokens", config_.rationales,
                                        config_.rationale_tokens)
                          : "",
        paths, model.model->options().tuning, model.model->options().dtype,
        static_cast<double>(model.model->parameters().trainable_elements()) / 1e6);
  }

  int estimate(const data::Dataset& dataset, const data::Split& split, const Invocation& invocation) {
    const auto model = learn::open_ranking_model(config_.model, config_.model_options, prompt_);
    adopt(*model, dataset, split, *invocation.config);
    print("{}", training_cost_text(config_, *model, dataset, split, invocation.json));
    return 0;
  }

  /// The flags with which `eval` and `rank` use the model the way it was trained.
  std::string reasoning_flags() const {
    if (!config_.reasons()) return "";
    return fmt::format(" --rationales {} --rationale-tokens {} --temperature {}",
                       config_.objective == "jg" ? config_.rationales : 1, config_.rationale_tokens,
                       config_.temperature);
  }

  int report(const learn::RunState& state, const Invocation& invocation) const {
    if (invocation.json)
      print("{{\"steps\":{},\"slates\":{},\"seconds\":{:.1f},\"nonfinite_steps\":{}}}\n", state.step,
            state.slates, state.seconds, state.nonfinite_steps);
    else
      print(
          "{} steps, {} slates in {:.0f} s; model in {}/model\nnext: r2rank eval {} --split {} --model "
          "{}{}\n",
          state.step, state.slates, state.seconds, output_.output, shell_word(config_.dataset),
          shell_word(config_.split), shell_word(output_.output), reasoning_flags());
    return 0;
  }

  learn::TrainConfig config_;
  text::PromptConfig prompt_;
  RunOutput output_{.verb = "train", .output = ""};
};

}  // namespace

std::unique_ptr<Verb> make_train() {
  return std::make_unique<Train>();
}

}  // namespace r2rank::cli
