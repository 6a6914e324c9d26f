#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/files.h"
#include "data/dataset.h"
#include "data/split.h"

namespace r2rank::rollout {

/// One signal: a method of ranking, trained twice.
struct Signal {
  std::string method;                                              ///< what it is called everywhere
  std::vector<std::pair<std::string, std::string>> settings = {};  ///< that tuning chose
  int64_t epochs = 0;  ///< of the full ranker; 0 where it does not learn by epochs
  std::string full = {},
              early = {};  ///< hashes of the two folders' baseline.json; "" while it is not trained
  double floor = 1;        ///< least deviation a score is divided by, above 0
  double weight = 0;       ///< that a run starts with
  double valid_ndcg = 0;   ///< NDCG@10 of this signal alone on the validation slates
};

/// A number is standardised as (number - mean) / deviation.
struct Standard {
  double mean = 0, deviation = 1;  ///< deviation above 0
};

/// What SIGNALS/signals.json tells (docs/formats.md, docs/signals.md).
struct SignalSet {
  bool finished = false;
  std::string dataset;  ///< its name
  std::string dataset_hash, training_hash;
  int64_t withhold = 1, min_history = 3;  ///< data::early_split
  int64_t references = 200;               ///< R
  uint64_t seed = 7;
  std::string request;  ///< how the rankers are trained, a JSON object: what is resumed must be the same
  std::vector<Signal> signals = {};
  Standard count = {}, history = {};         ///< of log(1 + n)
  double valid_ndcg = 0, training_ndcg = 0;  ///< NDCG@10 of the weighted sum
  std::string hash = {};                     ///< of the file; set by load and save

  std::vector<std::string> names() const;
  std::vector<float> weights() const;
  /// F: the signals, the item's count, the history's length.
  int64_t features() const { return static_cast<int64_t>(signals.size()) + 2; }
};

inline constexpr const char* kSignalFile = "signals.json";
/// Where the rankers of a signal lie below the folder of the set.
base::Path full_folder(const base::Path& folder, const std::string& method);
base::Path early_folder(const base::Path& folder, const std::string& method);

/// Reads text of signals.json; `what` names it in errors. Errors: kData.
SignalSet parse_signal_set(std::string_view text, const std::string& what);
/// Reads one, finished or not. Errors: kIo, kData.
SignalSet load_signal_set(const base::Path& folder);
/// Writes it and sets its hash. Errors: kIo.
void save_signal_set(SignalSet& set, const base::Path& folder);
/// Its text.
std::string signal_set_text(const SignalSet& set);

/// Refuses a set that is unfinished, or was made for another data set or split. Errors: kUsage.
void check_signal_set(const SignalSet& set, const base::Path& folder, const data::Dataset& dataset,
                      const data::Split& split);

}  // namespace r2rank::rollout
