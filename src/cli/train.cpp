#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "cli/cost_text.h"
#include "cli/output.h"
#include "cli/output_folder.h"
#include "cli/run_folder.h"
#include "cli/shell.h"
#include "cli/verb.h"
#include "learn/trainer.h"

namespace r2rank::cli {
namespace {

class Train : public Verb {
 public:
  VerbText text() const override {
    return {.name = "train",
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
                "# go on after Ctrl-C or a crash: the same command with --resume"};
  }

  void declare(Flags& flags) override {
    flags.group("Training");
    config_.describe(flags.fields());
    flags.positional("DATASET", "dataset");
    flags.group("Prompt (of a base model; a trained one brings its own)");
    prompt_.describe(flags.fields());
    flags.group("Output");
    flags.fields().add("output", output_, "run folder to write").mandatory();
    flags.fields().add("overwrite", overwrite_, "start anew in a run folder that exists");
    flags.fields().add("resume", resume_, "go on from the run folder's checkpoint");
  }

  int run(const Invocation& invocation) override {
    config_.check();
    config_.resolve();
    if (overwrite_ && resume_)
      base::fail_usage("train", "--overwrite starts anew and --resume goes on: choose one of them");
    const base::Path folder = output_;
    const data::Dataset dataset = data::load_dataset(config_.dataset);
    const data::Split split = data::load_split(config_.split, dataset);
    if (invocation.dry_run) return estimate(dataset, split, invocation);
    if (!check_folder(folder)) return already_finished(invocation);
    learn::check_training_data(config_, dataset, split);
    base::catch_interrupts();
    const bool resumed = resume_ && learn::has_checkpoint(folder);
    model::ModelOptions options = config_.model_options;
    // What `auto` chose at the start stays: another type would be another run.
    if (resumed && options.dtype == "auto") options.dtype = learn::checkpoint_dtype(folder);
    const auto model = learn::open_ranking_model(resumed ? folder / "checkpoint" : base::Path(config_.model),
                                                 options, prompt_);
    learn::refuse_other_training(*model, dataset, split);
    adopt_card(*model);
    learn::check_positions(*model, config_.reasons() ? config_.rationale_tokens : 0);
    learn::plan_memory(config_, *model->model);  // refuses a budget before anything is written
    // Only now, when the new run has its model and data: a mistyped setting must not cost the old run.
    if (!resumed) {
      clear_run_folder(folder);
      base::write_file(folder / "config.toml", invocation.config->as_toml());
    }
    announce(*model, resumed);
    learn::Trainer trainer(config_, *model, dataset, split, folder);
    // A checkpoint that refuses these settings has done so by now.
    if (resumed) base::write_file(folder / "config.toml", invocation.config->as_toml());
    trainer.run();
    return report(trainer.state(), invocation);
  }

 private:
  /// What a trained model brings along is what the run records.
  void adopt_card(const learn::RankingModel& model) {
    prompt_ = model.prompts->config();
    config_.model_options.readout = model.model->options().readout;
    config_.model_options.readout_hidden = model.model->options().readout_hidden;
    config_.model_options.lora_rank = model.model->options().lora_rank;
    config_.model_options.lora_alpha = model.model->options().lora_alpha;
    config_.model_options.lora_targets = model.model->options().lora_targets;
    if (model.model->options().tuning != config_.model_options.tuning)
      base::fail_usage(
          "train",
          "{} holds LoRA adapters and is trained on as such: pass --tuning lora, or merge them first with "
          "r2rank model import",
          config_.model);
    config_.check();
  }

  /// Refuses a folder that is in the way. false: the run is finished already.
  bool check_folder(const base::Path& folder) const {
    check_place(folder);
    if (!std::filesystem::exists(folder) || std::filesystem::is_empty(folder)) return true;
    if (resume_ && is_run_folder(folder) && std::filesystem::exists(folder / "model/r2rank.json")) {
      // A process that was killed right after it had finished the model may have left it.
      std::filesystem::remove_all(folder / "checkpoint");
      return false;
    }
    refuse_own_model(folder);
    if ((overwrite_ || resume_) && is_run_folder(folder)) return true;
    base::fail_usage(
        "train",
        "{} exists already; choose another --output, or pass --resume to go on or --overwrite to start anew",
        folder.string());
  }

  void refuse_own_model(const base::Path& folder) const {
    const auto model = std::filesystem::weakly_canonical(config_.model).string() + '/';
    if (overwrite_ && model.starts_with(std::filesystem::weakly_canonical(folder).string() + '/'))
      base::fail_usage("train",
                       "--overwrite would delete the model to start from, {}; choose another --output",
                       config_.model);
  }

  int already_finished(const Invocation& invocation) const {
    if (!invocation.json) print("{} is finished already: its model is in {}/model\n", output_, output_);
    if (invocation.json)
      print("{}\n", nlohmann::json{{"finished", true}, {"model", output_ + "/model"}}.dump());
    return 0;
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

  int estimate(const data::Dataset& dataset, const data::Split& split, const Invocation& invocation) const {
    const auto model = learn::open_ranking_model(config_.model, config_.model_options, prompt_);
    learn::check_positions(*model, config_.reasons() ? config_.rationale_tokens : 0);
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
          state.step, state.slates, state.seconds, output_, shell_word(config_.dataset),
          shell_word(config_.split), shell_word(output_), reasoning_flags());
    return 0;
  }

  learn::TrainConfig config_;
  text::PromptConfig prompt_;
  std::string output_;
  bool overwrite_ = false, resume_ = false;
};

}  // namespace

std::unique_ptr<Verb> make_train() {
  return std::make_unique<Train>();
}

}  // namespace r2rank::cli
