#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.h"
#include "experiment/baseline_folder.h"
#include "experiment/combination.h"
#include "experiment/file_identities.h"
#include "experiment/named_folder.h"

namespace r2rank::experiment {

/// A ranker that a combination learns from.
struct CombinationPart {
  std::string name = {};      ///< of a method (eval --baselines), of its folder, or as it was named
  base::Path folder = {};     ///< of `baseline train` or `train`; empty for a method without one
  std::string identity = {};  ///< of what the folder holds: another one is another ranker
  std::unique_ptr<baselines::Scorer> scorer = nullptr;
};

/// A method of baseline_names(), made anew from the training events.
CombinationPart method_part(const std::string& method, const baselines::TrainingData& data, uint64_t seed);
/// A baseline, or a trained model, which scores as `eval --model` makes it. Errors: as load_baseline() and
/// TrainedMethod; kUsage for a folder that is neither.
CombinationPart folder_part(const NamedFolder& named, const baselines::TrainingData& data, uint64_t seed,
                            FileIdentities& files);
/// The full rankers of a folder made by `r2rank signals`, each called as its method. Errors: kIo, kData;
/// kUsage for signals that are unfinished or of another data set or split.
std::vector<CombinationPart> signal_parts(const base::Path& folder, const baselines::TrainingData& data,
                                          uint64_t seed, FileIdentities& files);

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
/// What combination.json says, with parts as they are written there: no scorers, folders as seen from its
/// own. `trees` reads trees.txt, where there must be one. Errors: kData for what no combination has written;
/// those of `trees`.
KeptCombination parse_combination(std::string_view text, const std::function<std::string()>& trees,
                                  const std::string& source);
bool is_combination_folder(const base::Path& folder);
/// Reads what its scores need and opens its parts. Errors: kIo; kData for damaged files, and for a part that
/// is not what it learned from; kUsage when it was learned on another dataset or other training events; as
/// folder_part().
KeptCombination load_combination(const base::Path& folder, const baselines::TrainingData& data);

/// What scores slates in a folder, a combination's or a baseline's. Its report is empty. Errors: as
/// load_combination() and load_baseline(); kUsage for a model of `train`.
FittedBaseline load_scorer(const base::Path& folder, const baselines::TrainingData& data);

}  // namespace r2rank::experiment
