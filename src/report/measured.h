#pragma once

#include <optional>
#include <string>
#include <vector>

#include "metrics/per_user.h"
#include "report/data_shelf.h"
#include "report/json_file.h"
#include "report/source.h"

namespace r2rank::report {

/// Results of one scorer in a source, and what the source says about them.
struct Measured {
  metrics::PerUserResults results;
  base::Path source;            ///< the folder of `eval` or `compare`
  base::Path rationales = {};   ///< the file of what it wrote about the candidates; empty without one
  std::optional<int64_t> seed;  ///< of training, where the source names it
  bool ranks_only = false;      ///< its scores say no more than where the relevant item came
  Json facts = Json::object();  ///< method, settings, seconds, trials, notes: what is known of it
  Json curves = nullptr;        ///< epoch_curves() of its training, where the source has them
  std::string reference = {};   ///< the scorer that the source tests against; empty where it names none
};

/// The per-user results of an evaluation folder. Errors: kIo, kData naming the file.
std::vector<Measured> read_evaluation(const base::Path& folder);

/// The finished rows of a comparison folder; its data sets and splits are put on the shelf. Errors: kIo;
/// kData naming the file, also for a table that row.json does not name.
std::vector<Measured> read_comparison(const base::Path& folder, DataShelf& shelf);

}  // namespace r2rank::report
