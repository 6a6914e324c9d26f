#include "base/error.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "cli/cost_text.h"
#include "cli/output.h"
#include "cli/run_output.h"
#include "cli/shell.h"
#include "cli/verb.h"
#include "learn/sft_trainer.h"

namespace r2rank::cli {
namespace {

class Sft : public Verb {
 public:
  VerbText text() const override {
    return {.name = "sft",
            .group = "Train and evaluate",
            .summary = "teach a language model to write given rationales and conclude",
            .purpose =
                "Trains on rationales that `distill` collected: their words, the verdict after each, and "
                "the score read there. The run folder is one of `train`, which starts RL from it.",
            .examples =
                "r2rank sft data/ml-100k --split data/ml-100k-split --model model.gguf "
                "--rationale-set runs/rationales --output runs/sft\n"
                "# then RL from it\n"
                "r2rank train data/ml-100k --split data/ml-100k-split --model runs/sft --stage rl "
                "--output runs/rl\n"
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
    output_.check_flags();
  }

  int run(const Invocation& invocation) override {
    check_settings(*invocation.config);
    const data::Dataset dataset = data::load_dataset(config_.dataset);
    const data::Split split = data::load_split(config_.split, dataset);
    learn::check_validation_slates(config_, split);
    const auto rationales = rollout::load_rationales(config_.rationale_set, dataset, split);
    if (!invocation.dry_run && !output_.check_folder(config_.model))
      return output_.already_finished(invocation.json);
    base::catch_interrupts();
    const bool resumed = !invocation.dry_run && output_.resumes();
    const auto model = open_model(dataset, split, resumed, *invocation.config);
    const auto memory = learn::plan_memory(config_, *model->model);
    const auto examples =
        learn::make_sft_examples(rationales, dataset, split, *model, learn::example_options(config_, memory));
    if (invocation.dry_run) {
      print("{}", sft_cost_text(config_, *model, examples, invocation.json));
      return 0;
    }
    // Only now, when the new run has its model and data: a mistyped setting must not cost the old run.
    output_.begin(*invocation.config);
    announce(*model, examples, resumed);
    learn::SftTrainer trainer(config_, *model, dataset, split, examples, rationales.hash, output_.output);
    // A checkpoint that refuses these settings has done so by now.
    if (resumed) output_.record(*invocation.config);
    trainer.run();
    return report(trainer.state(), invocation);
  }

 private:
  std::unique_ptr<learn::RankingModel> open_model(const data::Dataset& dataset, const data::Split& split,
                                                  bool resumed, const base::ConfigFields& given) {
    auto model = learn::open_ranking_model(
        resumed ? output_.model_to_open(config_.model) : base::Path(config_.model),
        resumed ? output_.options_to_open(config_.model_options) : config_.model_options, prompt_);
    learn::refuse_other_training(*model, dataset, split);
    learn::refuse_signals("sft", *model);
    adopt_card(*model, "sft", given, prompt_, config_.model_options);
    config_.check();
    learn::check_positions(*model, config_.rationale_tokens);
    return model;
  }

  static int64_t rationales_of(const std::vector<learn::SftExample>& trees) {
    int64_t count = 0;
    for (const auto& tree : trees) count += tree.count;
    return count;
  }

  void announce(const learn::RankingModel& model, const learn::SftExamples& examples, bool resumed) const {
    base::log_info(
        "{} sft: {} rationales in {} trees, {} in {} held out, {} cut at {} tokens; {} in {}, {:.1f} M of "
        "parameters trained",
        resumed ? "resuming" : "training", rationales_of(examples.training), examples.training.size(),
        rationales_of(examples.valid), examples.valid.size(), examples.cut, config_.rationale_tokens,
        model.model->options().tuning, model.model->options().dtype,
        static_cast<double>(model.model->parameters().trainable_elements()) / 1e6);
  }

  int report(const learn::RunState& state, const Invocation& invocation) const {
    const std::string best = state.best ? fmt::format("\"best_step\":{},\"best_{}\":{},", state.best->step,
                                                      config_.select, state.best->value)
                                        : "";
    if (invocation.json) {
      print("{{\"steps\":{},\"trees\":{},{}\"seconds\":{:.1f},\"nonfinite_steps\":{}}}\n", state.step,
            state.slates, best, state.seconds, state.nonfinite_steps);
      return 0;
    }
    const std::string kept =
        state.best ? fmt::format(", that of step {}, the best by {}", state.best->step, config_.select) : "";
    print("{} steps, {} trees in {:.0f} s; model in {}/model{}\n", state.step, state.slates, state.seconds,
          output_.output, kept);
    const std::string data =
        fmt::format("{} --split {}", shell_word(config_.dataset), shell_word(config_.split));
    print("RL from it: r2rank train {} --model {} --stage rl --steps 200 --output RUN\n", data,
          shell_word(output_.output));
    print("next: r2rank eval {} --model {} --rationales 1 --rationale-tokens {} --temperature {}\n", data,
          shell_word(output_.output), config_.rationale_tokens, config_.temperature);
    return 0;
  }

  learn::SftConfig config_;
  text::PromptConfig prompt_;
  RunOutput output_{.verb = "sft", .output = ""};
};

}  // namespace

std::unique_ptr<Verb> make_sft() {
  return std::make_unique<Sft>();
}

}  // namespace r2rank::cli
