#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "base/files.h"
#include "baselines/method.h"
#include "baselines/tune.h"
#include "data/json_fields.h"
#include "data/retriever.h"

namespace r2rank::experiment {

/// What a baseline is made of.
struct BaselineRequest {
  std::string method;
  baselines::SettingValues settings;
  uint64_t seed = 7;
  baselines::FitOptions fit;
  baselines::TuneOptions tune;                        ///< trials = 1: the settings as they are
  std::function<void(baselines::Scorer&)> made = {};  ///< told of each scorer before it learns
};

/// A baseline that can score, and how it came about.
struct FittedBaseline {
  std::string method;
  baselines::SettingValues settings;  ///< all of them, tuned ones included
  uint64_t seed = 7;
  baselines::TuneReport report;
  std::unique_ptr<baselines::Scorer> scorer;
};

/// Makes and trains a method. Errors: as make_method, set_settings and tune.
FittedBaseline fit_baseline(const BaselineRequest& request, const baselines::TrainingData& data);

/// Retrieval by a method with its default settings, trained where it learns (data/retriever.h): within
/// epochs, not minutes, so that a slow machine makes the same candidates. `scorer` receives what the
/// retriever asks, and must outlive it. Errors: kUsage for a language model, which cannot score a whole
/// catalogue; as fit_baseline.
data::Retriever fitted_retriever(const std::string& method, const baselines::TrainingData& data,
                                 uint64_t seed, std::unique_ptr<baselines::Scorer>& scorer);

/// Whether the retriever that is named is a baseline folder, not a method.
bool is_baseline_folder(const std::string& retriever);
/// The name that protocols give to a folder's baseline: "sasrec-1a2b3c4d", its method and the beginning of
/// its card's hash. Errors: kData, kIo; kUsage for a language model.
std::string folder_retriever_name(const base::Path& folder);
/// Retrieval by the baseline of a folder. `scorer` as above. Errors: as load_baseline(), so also where it was
/// trained on other events; kUsage for a language model.
data::Retriever folder_retriever(const base::Path& folder, const baselines::TrainingData& data, uint64_t seed,
                                 std::unique_ptr<baselines::Scorer>& scorer);

/// Writes a baseline folder (docs/formats.md): baseline.json, and weights.safetensors of a Trainable.
/// Errors: kIo; kUsage when the folder exists and `overwrite` is false.
void save_baseline(const FittedBaseline& baseline, const baselines::TrainingData& data,
                   const base::Path& folder, bool overwrite);
/// Reads one. Its report is empty. Errors: kIo; kData for damaged or foreign files; kUsage when it was
/// trained on another dataset or other training events than `data` has.
FittedBaseline load_baseline(const base::Path& folder, const baselines::TrainingData& data);

/// Refuses what was learned on another dataset or other training events than `data` has, by the card's
/// `dataset_hash` and `training_hash`. Errors: kUsage; kData where the card lacks them.
void check_trained_on(const data::JsonFields& card, const baselines::TrainingData& data,
                      const std::string& source);

/// Trials and epochs as JSON, for baseline.json and the rows of a comparison.
nlohmann::ordered_json report_json(const baselines::TuneReport& report);
/// Settings as a JSON object of texts.
nlohmann::ordered_json settings_json(const baselines::SettingValues& settings);

}  // namespace r2rank::experiment
