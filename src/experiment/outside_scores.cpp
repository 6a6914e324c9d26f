#include "experiment/outside_scores.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <iterator>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "base/error.h"
#include "base/log.h"
#include "base/trim.h"
#include "data/input_file.h"
#include "experiment/catalogue_evaluation.h"
#include "experiment/evaluation.h"

namespace r2rank::experiment {
namespace {

constexpr int32_t kSeveralSlates = -2;

/// How often something is wrong, and where first.
struct Fault {
  int64_t count = 0;
  std::string first;
  template <class... Args>
  void add(fmt::format_string<Args...> text, Args&&... args) {
    if (count++ == 0) first = fmt::format(text, std::forward<Args>(args)...);
  }
};

template <class Number>
std::optional<Number> parse(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// Puts the rows of a file into the places of the slates' candidates.
class ScoreGatherer {
 public:
  ScoreGatherer(const data::SlateSet& slates, const data::Dataset& dataset, std::string source)
      : slates_(slates), dataset_(dataset), source_(std::move(source)) {
    for (size_t item = 0; item < dataset.items.size(); ++item) {
      item_of_.emplace(dataset.items[item].id, static_cast<int32_t>(item));
    }
    for (size_t index = 0; index < slates.slates.size(); ++index) add_slate(static_cast<int32_t>(index));
  }

  void add(const data::Record& record) {
    const auto& [slate_id, user_id, item_id, score] = cells_of(record);
    const int32_t slate =
        slate_id ? slate_by_id(*slate_id, record.line) : slate_by_user(*user_id, record.line);
    if (slate < 0) return;
    if (slate_id && user_id) check_user(slate, *user_id, record.line);
    const auto item = item_of_.find(std::string(*item_id));
    const auto place = item == item_of_.end() ? places_.end() : places_.find(key(slate, item->second));
    if (place == places_.end()) {
      elsewhere_.add("line {}, item '{}' is no candidate of the slate", record.line, *item_id);
      return;
    }
    put(scores_[slate][place->second], lines_[slate][place->second], *score, record.line);
  }

  metrics::PerUserResults finish(const std::string& scorer) {
    check_complete();
    if (elsewhere_.count > 0) {
      base::log_warning("[eval] left out {} rows of {} that name other slates or items (first: {})",
                        elsewhere_.count, source_, elsewhere_.first);
    }
    auto results = results_without_rows(scorer, slates_);
    for (size_t slate = 0; slate < scores_.size(); ++slate) {
      append_slate(results, slates_.slates[slate], dataset_, std::move(scores_[slate]));
    }
    return results;
  }

 private:
  struct Cells {
    std::optional<std::string_view> slate_id, user_id, item_id, score;
  };

  static uint64_t key(int32_t slate, int32_t item) {
    return static_cast<uint64_t>(slate) << 32 | static_cast<uint32_t>(item);
  }

  void add_slate(int32_t index) {
    const data::Slate& slate = slates_.slates[index];
    slate_of_id_.emplace(slate.id, index);
    const auto [user, added] = slate_of_user_.try_emplace(dataset_.user_ids.at(slate.user), index);
    if (!added) user->second = kSeveralSlates;
    for (size_t place = 0; place < slate.candidates.size(); ++place) {
      places_.emplace(key(index, slate.candidates[place]), static_cast<int32_t>(place));
    }
    scores_.emplace_back(slate.candidates.size(), 0.0);
    lines_.emplace_back(slate.candidates.size(), 0);
  }

  Cells cells_of(const data::Record& record) const {
    Cells cells = {record.cells[0], record.cells[1], record.cells[2], record.cells[3]};
    for (auto* cell : {&cells.slate_id, &cells.user_id, &cells.item_id, &cells.score})
      if (*cell) *cell = base::trimmed(**cell);
    if ((cells.slate_id || cells.user_id) && cells.item_id && cells.score) return cells;
    base::fail_data("eval",
                    "expected the columns slate_id (or user_id), item_id and score in {} (line {} lacks {}); "
                    "name them so",
                    source_, record.line,
                    !cells.item_id ? "item_id"
                    : !cells.score ? "score"
                                   : "both slate_id and user_id");
  }

  int32_t slate_by_id(std::string_view text, int64_t line) {
    const auto id = parse<int64_t>(text);
    const auto found = id ? slate_of_id_.find(*id) : slate_of_id_.end();
    if (found != slate_of_id_.end()) return found->second;
    elsewhere_.add("line {}, slate_id '{}'", line, text);
    return -1;
  }

  int32_t slate_by_user(std::string_view id, int64_t line) {
    const auto found = slate_of_user_.find(std::string(id));
    if (found == slate_of_user_.end()) {
      elsewhere_.add("line {}, user_id '{}'", line, id);
      return -1;
    }
    if (found->second != kSeveralSlates) return found->second;
    base::fail_data(
        "eval",
        "expected one slate for user '{}' of {} (line {}), but this user has several; name the slate with "
        "a column slate_id",
        id, source_, line);
  }

  void check_user(int32_t slate, std::string_view id, int64_t line) const {
    const std::string& user = dataset_.user_ids[slates_.slates[slate].user];
    if (id != user)
      base::fail_data(
          "eval",
          "expected user_id '{}', whose slate is {}, in line {} of {}, found '{}'; are these scores "
          "of another split? correct the line or leave one of the columns out",
          user, slates_.slates[slate].id, line, source_, id);
  }

  void put(double& score, int64_t& line, std::string_view text, int64_t new_line) {
    const auto value = parse<double>(text);
    if (line != 0) repeated_.add("line {} repeats line {}", new_line, line);
    if (!value || std::isnan(*value)) malformed_.add("line {}, '{}'", new_line, text);
    score = value.value_or(0);
    line = new_line;
  }

  Fault missing() const {
    Fault fault;
    for (size_t slate = 0; slate < lines_.size(); ++slate) {
      for (size_t place = 0; place < lines_[slate].size(); ++place) {
        if (lines_[slate][place] != 0) continue;
        const data::Slate& incomplete = slates_.slates[slate];
        fault.add("slate_id {}, user_id '{}', item_id '{}'", incomplete.id,
                  dataset_.user_ids[incomplete.user], dataset_.items[incomplete.candidates[place]].id);
      }
    }
    return fault;
  }

  void check_complete() const {
    const Fault missing_ones = missing();
    if (missing_ones.count + repeated_.count + malformed_.count == 0) return;
    fmt::memory_buffer parts;  // g++ 12 takes a vector of texts here for an overflow
    const auto describe = [&](const Fault& fault, std::string_view what) {
      if (fault.count == 0) return;
      fmt::format_to(std::back_inserter(parts), "{}{} {} (first: {})", parts.size() > 0 ? ", " : "",
                     fault.count, what, fault.first);
    };
    describe(missing_ones, fmt::format("of {} candidates without a score", places_.size()));
    describe(repeated_, "scores for a candidate that had one");
    describe(malformed_, "scores that are no number");
    describe(elsewhere_, "rows about other slates or items");
    base::fail_data(
        "eval",
        "expected one numeric score for every candidate of every slate in {}, found {}; write each "
        "candidate of the slates file once (protocol {}, hash {}: scores of another protocol's candidates "
        "are not comparable)",
        source_, fmt::to_string(parts), slates_.protocol.name(), slates_.hash);
  }

  const data::SlateSet& slates_;
  const data::Dataset& dataset_;
  std::string source_;
  std::unordered_map<std::string, int32_t> item_of_, slate_of_user_;
  std::unordered_map<int64_t, int32_t> slate_of_id_;
  std::unordered_map<uint64_t, int32_t> places_;  // (slate, item) -> place among the candidates
  std::vector<std::vector<double>> scores_;       // [slates][K]
  std::vector<std::vector<int64_t>> lines_;       // [slates][K] line of the score, 0: none yet
  Fault repeated_, malformed_, elsewhere_;
};

data::FileKind kind_of(const base::Path& path) {
  const std::string extension = data::data_extension(path);
  if (extension == ".csv") return data::FileKind::kCsv;
  if (extension == ".jsonl" || extension == ".ndjson" || extension == ".json") return data::FileKind::kJsonl;
  base::fail_usage("eval", "expected scores in a .csv or .jsonl file (found: {}); convert it", path.string());
}

}  // namespace

metrics::PerUserResults parse_outside_scores(std::string bytes, data::FileKind kind,
                                             const std::string& source, const std::string& scorer,
                                             const data::SlateSet& slates, const data::Dataset& dataset) {
  if (ranks_full_catalogue(slates))
    base::fail_usage("eval",
                     "expected slates that list their candidates for the scores in {}, found the protocol {} "
                     "over the full catalogue; split with drawn, hard or listed candidates",
                     source, slates.protocol.name());
  ScoreGatherer gatherer(slates, dataset, source);
  const auto reader =
      data::open_records(kind, std::move(bytes), source, {"slate_id", "user_id", "item_id", "score"});
  data::Record record;
  while (reader->next(record)) gatherer.add(record);
  return gatherer.finish(scorer);
}

metrics::PerUserResults read_outside_scores(const base::Path& path, const data::SlateSet& slates,
                                            const data::Dataset& dataset) {
  const data::FileKind kind = kind_of(path);
  return parse_outside_scores(data::read_input(path), kind, path.string(), path.stem().string(), slates,
                              dataset);
}

}  // namespace r2rank::experiment
