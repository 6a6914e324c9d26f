#pragma once

#include <string>

#include "cli/flags.h"
#include "learn/model_folder.h"

namespace r2rank::cli {

/// The run folder of a verb that trains: where it is, and what happens to one that exists.
struct RunOutput {
  std::string verb;  ///< of errors
  std::string output;
  bool overwrite = false, resume = false;

  void describe(Flags& flags);
  /// Refuses --overwrite with --resume. Errors: kUsage.
  void check_flags() const;
  /// Refuses a folder that is in the way, and one that holds the model to start from. false: --resume, and
  /// the run is finished already. Errors: kUsage, kIo.
  bool check_folder(const std::string& model) const;
  /// Whether there is a checkpoint to go on from.
  bool resumes() const;
  /// What to open: the checkpoint's model where the run is resumed, else `model`.
  base::Path model_to_open(const std::string& model) const;
  /// Says that the run is finished; the exit status.
  int already_finished(bool json) const;

 private:
  void refuse_own_model(const std::string& model) const;
};

/// What a trained model brings along is what the run records: prompt and readout, and adapters. Where `given`
/// holds no tuning, they are trained on as adapters; another tuning is refused. Errors: kUsage.
void adopt_card(const learn::RankingModel& model, const std::string& verb, const base::ConfigFields& given,
                text::PromptConfig& prompt, model::ModelOptions& options);

}  // namespace r2rank::cli
