#pragma once

#include <string>
#include <vector>

#include "base/files.h"
#include "baselines/scorer.h"
#include "data/split.h"
#include "data/split_check.h"
#include "experiment/comparison_plan.h"
#include "experiment/file_identities.h"

namespace r2rank::experiment {

/// A data set of a comparison, ready to be trained and measured on.
struct Place {
  const DatasetPlan* plan = nullptr;
  base::Path folder;  ///< holds data/, split/, rows/
  data::Dataset dataset;
  data::Split split;
  std::vector<data::Finding> findings;  ///< of `data check`

  baselines::TrainingData training() const { return {dataset, split}; }
};

/// Makes `root` a folder of comparisons, or finds that it is one. Errors: kUsage for a folder that holds
/// something else: nothing in it is touched.
void claim_root(const base::Path& root);

/// What a data set is made from: settings, and size and hash of every file read. Another answer means another
/// data set. Errors: kIo, kUsage where files are missing.
std::string dataset_key(const DatasetPlan& plan, FileIdentities& files);

/// Whether `root` holds the data set of this key.
bool is_made(const DatasetPlan& plan, const base::Path& root, FileIdentities& files);

/// Imports, splits and checks the data set unless it is there already, and logs what the check found. Errors:
/// kData where the check finds that figures would be wrong, kUsage for a split without slates of a part;
/// whatever import and split throw. All name the data set.
void make_place(const DatasetPlan& plan, const base::Path& root, FileIdentities& files);

/// Reads what make_place() left. Errors: kIo, kData.
Place open_place(const DatasetPlan& plan, const base::Path& root);

}  // namespace r2rank::experiment
