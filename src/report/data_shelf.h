#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "data/split.h"
#include "report/json_file.h"

namespace r2rank::report {

/// Slates and what they were made of; points into the shelf.
struct SlatesPlace {
  const data::Dataset* dataset = nullptr;
  const data::Split* split = nullptr;
  const data::SlateSet* slates = nullptr;
};

/// The data sets of a report with their splits. Nothing on it moves once it is there.
class DataShelf {
 public:
  struct SplitPlace {
    base::Path path;
    data::Split split;
  };
  struct DatasetPlace {
    std::string name;  ///< as the report calls it
    base::Path path;
    data::Dataset dataset;
    std::vector<std::unique_ptr<SplitPlace>> splits;
    Json findings = nullptr;  ///< what `data check` found, as its JSON has it; null where nobody looked
  };

  /// The data set of a folder; one of the same content that is there already stays the only one. `name`: as
  /// the report calls it ("": as it calls itself). Errors: kData, kIo.
  DatasetPlace& add_dataset(const base::Path& folder, const std::string& name = "");
  /// Errors: kData, kIo; kUsage where its data set is not on the shelf.
  void add_split(const base::Path& folder);

  const std::vector<std::unique_ptr<DatasetPlace>>& datasets() const { return datasets_; }
  /// The slates of that hash: those of the split that trains on `training_hash` where there are several. A
  /// sample ("...:sample300-seed7") is drawn again from the whole and kept.
  std::optional<SlatesPlace> find(const std::string& slates_hash, const std::string& training_hash) const;
  /// What the report calls a data set of this shelf.
  std::string name_of(const data::Dataset& dataset) const;

 private:
  DatasetPlace* with_hash(const std::string& hash) const;
  std::optional<SlatesPlace> find_whole(const std::string& slates_hash,
                                        const std::string& training_hash) const;

  std::vector<std::unique_ptr<DatasetPlace>> datasets_;
  mutable std::vector<std::unique_ptr<data::SlateSet>> samples_;  // what find() has drawn
};

}  // namespace r2rank::report
