#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/files.h"
#include "experiment/baseline_folder.h"
#include "experiment/combination.h"
#include "experiment/file_identities.h"

namespace r2rank::experiment {

/// A ranker that a combination learns from.
struct CombinationPart {
  std::string name;      ///< of a method (eval --baselines), or of its folder
  base::Path folder;     ///< of `baseline train` or `train`; empty for a method without one
  std::string identity;  ///< of what the folder holds: another one is another ranker
  std::unique_ptr<baselines::Scorer> scorer;
};

/// The last part of the way to a folder, with or without a slash at its end: what a scorer is called.
std::string folder_name(const base::Path& folder);

/// A method of baseline_names(), made anew from the training events.
CombinationPart method_part(const std::string& method, const baselines::TrainingData& data, uint64_t seed);
/// A baseline, or a trained model, which scores as `eval --model` makes it. Errors: as load_baseline() and
/// TrainedMethod; kUsage for a folder that is neither.
CombinationPart folder_part(const base::Path& folder, const baselines::TrainingData& data, uint64_t seed,
                            FileIdentities& files);

/// A combination, its parts and where they come from.
struct KeptCombination {
  Combination combination;
  baselines::SettingValues settings = {};  ///< all of them; of one that was read: none
  uint64_t seed = 7;
  std::string valid_hash;  ///< of the validation slates that it learned from
  std::vector<CombinationPart> parts;
};

/// Writes a combination folder (docs/formats.md): combination.json, and trees.txt of LambdaMART. Folders of
/// parts are named by the way to them from there. Errors: kIo; kUsage when it exists and `overwrite` is
/// false.
void save_combination(const KeptCombination& kept, const baselines::TrainingData& data,
                      const base::Path& folder, bool overwrite);
bool is_combination_folder(const base::Path& folder);
/// Reads what its scores need and opens its parts. Errors: kIo; kData for damaged files, and for a part that
/// is not what it learned from; kUsage when it was learned on another dataset or other training events; as
/// folder_part().
KeptCombination load_combination(const base::Path& folder, const baselines::TrainingData& data);

/// What scores slates in a folder, a combination's or a baseline's. Its report is empty. Errors: as
/// load_combination() and load_baseline(); kUsage for a model of `train`.
FittedBaseline load_scorer(const base::Path& folder, const baselines::TrainingData& data);

}  // namespace r2rank::experiment
