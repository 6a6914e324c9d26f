#include "cli/run_output.h"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/log.h"
#include "cli/output.h"
#include "cli/output_folder.h"
#include "cli/run_folder.h"
#include "learn/run_state.h"

namespace r2rank::cli {

void RunOutput::describe(Flags& flags) {
  flags.group("Output");
  flags.fields().add("output", output, "run folder to write").mandatory();
  flags.fields().add("overwrite", overwrite, "start anew in a run folder that exists");
  flags.fields().add("resume", resume, "go on from the run folder's checkpoint");
}

void RunOutput::check_flags() const {
  if (overwrite && resume)
    base::fail_usage(verb, "--overwrite starts anew and --resume goes on: choose one of them");
}

bool RunOutput::check_folder(const std::string& model) const {
  const base::Path folder = output;
  check_place(folder);
  if (!std::filesystem::exists(folder) || std::filesystem::is_empty(folder)) return true;
  if (resume && is_run_folder(folder) && std::filesystem::exists(folder / "model/r2rank.json")) {
    // A process that was killed right after it had finished the model may have left it.
    std::filesystem::remove_all(folder / "checkpoint");
    return false;
  }
  refuse_own_model(model);
  if ((overwrite || resume) && is_run_folder(folder)) return true;
  base::fail_usage(
      verb,
      "{} exists already; choose another --output, or pass --resume to go on or --overwrite to start anew",
      folder.string());
}

void RunOutput::refuse_own_model(const std::string& model) const {
  const auto start = std::filesystem::weakly_canonical(model).string() + '/';
  if (overwrite && start.starts_with(std::filesystem::weakly_canonical(output).string() + '/'))
    base::fail_usage(verb, "--overwrite would delete the model to start from, {}; choose another --output",
                     model);
}

bool RunOutput::resumes() const {
  return resume && learn::has_checkpoint(output);
}

base::Path RunOutput::model_to_open(const std::string& model) const {
  return resumes() ? base::Path(output) / "checkpoint" : base::Path(model);
}

model::ModelOptions RunOutput::options_to_open(model::ModelOptions options) const {
  if (resumes() && options.dtype == "auto") options.dtype = learn::checkpoint_dtype(output, verb);
  return options;
}

void RunOutput::begin(const base::ConfigFields& configuration) const {
  if (resumes()) return;
  clear_run_folder(output);
  record(configuration);
}

void RunOutput::record(const base::ConfigFields& configuration) const {
  base::write_file(base::Path(output) / "config.toml", configuration.as_toml());
}

int RunOutput::already_finished(bool json) const {
  if (!json) print("{} is finished already: its model is in {}/model\n", output, output);
  if (json) print("{}\n", nlohmann::json{{"finished", true}, {"model", output + "/model"}}.dump());
  return 0;
}

void adopt_card(const learn::RankingModel& model, const std::string& verb, const base::ConfigFields& given,
                text::PromptConfig& prompt, model::ModelOptions& options) {
  prompt = model.prompts->config();
  const model::ModelOptions& own = model.model->options();
  options.readout = own.readout;
  options.readout_hidden = own.readout_hidden;
  options.lora_rank = own.lora_rank;
  options.lora_alpha = own.lora_alpha;
  options.lora_targets = own.lora_targets;
  options.trained_layers = own.trained_layers;
  if (own.tuning == options.tuning) return;
  if (given.given("tuning"))
    base::fail_usage(
        verb,
        "{} holds LoRA adapters and is trained on as such: pass --tuning lora, or merge them first with "
        "r2rank model import",
        model.origin);
  base::log_info("tuning {}, as {} was trained", own.tuning, model.origin);
  options.tuning = own.tuning;
}

}  // namespace r2rank::cli
