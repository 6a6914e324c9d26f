#include "rollout/rationale_set.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/json.h"
#include "base/sha256.h"
#include "base/trim.h"
#include "data/json_fields.h"

namespace r2rank::rollout {
namespace {

using nlohmann::ordered_json;

constexpr const char* kWhere = "rationales";
constexpr const char* kFormat = "r2rank-rationales";
constexpr int64_t kVersion = 1;
constexpr const char* kHeader = "rationales.json";
constexpr const char* kLines = "rationales.jsonl";
constexpr const char* kGain = "utility_gain";
constexpr const char* kNextSlate = "next_slate";
constexpr int64_t kMostRounds = 1'000'000;

ordered_json line_of(const WrittenRationale& rationale, const data::Dataset& dataset) {
  ordered_json line = {{"user_id", dataset.user_ids.at(rationale.user)},
                       {"item_id", dataset.items.at(rationale.item).id},
                       {"history_end", rationale.history_end},
                       {"label", rationale.label ? 1 : 0},
                       {"verdict", rationale.label ? "yes" : "no"},
                       {"rationale", rationale.text},
                       {"source", rationale.source},
                       {"round", rationale.round}};
  if (rationale.gain && std::isfinite(*rationale.gain)) line[kGain] = *rationale.gain;
  return line;
}

/// Reads lines one by one, everything checked against dataset and split.
class LineReader {
 public:
  LineReader(const std::string& source, const data::Dataset& dataset, const data::Split& split)
      : source_(source),
        dataset_(dataset),
        split_(split),
        users_(data::index_users(dataset)),
        items_(data::index_items(dataset)) {}

  WrittenRationale read(std::string_view line, int64_t number) const {
    const std::string what = fmt::format("line {} of {}", number, source_);
    const data::JsonFields fields(line, kWhere, what);
    WrittenRationale rationale;
    rationale.user = find(users_, fields.id("user_id"), "user", what);
    rationale.item = find(items_, fields.id("item_id"), "item", what);
    rationale.history_end = history_end(fields, rationale.user, what);
    rationale.label = label(fields, what);
    check_label(rationale, what);
    rationale.text = text(fields, what);
    rationale.source = fields.text("source");
    rationale.round = fields.integer("round", 0, kMostRounds);
    rationale.gain = gain(fields);
    return rationale;
  }

 private:
  using Index = std::map<std::string, int32_t, std::less<>>;

  int32_t find(const Index& index, const std::string& id, const char* kind, const std::string& what) const {
    const auto found = index.find(id);
    if (found != index.end()) return found->second;
    base::fail_data(
        kWhere,
        "expected an id of data set '{1}' as '{0}_id' in {2}, found {3}; write rationales for this data set",
        kind, dataset_.name, what, base::json_excerpt(id));
  }

  int32_t history_end(const data::JsonFields& fields, int32_t user, const std::string& what) const {
    const int64_t end = fields.integer("history_end", 0, INT32_MAX);
    const int32_t seen = split_.training_end[user];
    if (end < seen) return static_cast<int32_t>(end);
    base::fail_data(
        kWhere,
        "expected 'history_end' below {} in {}, found {}: user '{}' has {} training events, and what "
        "comes later is held out by this split",
        seen, what, end, dataset_.user_ids[user], seen);
  }

  static bool label(const data::JsonFields& fields, const std::string& what) {
    const bool label = fields.integer("label", 0, 1) == 1;
    const std::string verdict = fields.text("verdict"), expected = label ? "yes" : "no";
    if (verdict == expected) return label;
    base::fail_data(kWhere,
                    "expected the verdict \"{}\" beside label {} in {}, found {}; leave out rationales that "
                    "conclude otherwise than their label",
                    expected, label ? 1 : 0, what, base::json_excerpt(verdict));
  }

  void check_label(const WrittenRationale& rationale, const std::string& what) const {
    const auto& event = dataset_.events(rationale.user)[rationale.history_end];
    const bool chosen = event.item == rationale.item;
    if (rationale.label == chosen) return;
    base::fail_data(
        kWhere,
        "expected label {} in {}, found {}: after {} events user '{}' chose '{}', and the line is "
        "about '{}'",
        chosen ? 1 : 0, what, rationale.label ? 1 : 0, rationale.history_end,
        dataset_.user_ids[rationale.user], dataset_.items[event.item].id, dataset_.items[rationale.item].id);
  }

  static std::string text(const data::JsonFields& fields, const std::string& what) {
    std::string text = fields.text("rationale");
    if (base::trimmed(text).empty())
      base::fail_data(kWhere, "expected a text as 'rationale' in {}, found a blank one; leave the line out",
                      what);
    if (text.size() > kLongestRationale)
      base::fail_data(kWhere, "expected at most {} bytes of 'rationale' in {}, found {}; shorten it",
                      kLongestRationale, what, text.size());
    return text;
  }

  /// Whoever has no utility leaves it out.
  static std::optional<double> gain(const data::JsonFields& fields) {
    if (!fields.value().contains(kGain)) return std::nullopt;
    const auto& value = fields.value().at(kGain);
    if (!value.is_number()) fields.fail_field(kGain, "a number, or nothing at all");
    return value.get<double>();
  }

  const std::string& source_;
  const data::Dataset& dataset_;
  const data::Split& split_;
  Index users_, items_;
};

}  // namespace

std::string rationale_lines(const std::vector<WrittenRationale>& rationales, const data::Dataset& dataset) {
  std::string lines;
  for (const auto& rationale : rationales)
    lines += line_of(rationale, dataset).dump(-1, ' ', false, ordered_json::error_handler_t::replace) + '\n';
  return lines;
}

std::vector<WrittenRationale> parse_rationale_lines(std::string_view text, const std::string& source,
                                                    const data::Dataset& dataset, const data::Split& split) {
  const LineReader reader(source, dataset, split);
  std::vector<WrittenRationale> rationales;
  for (int64_t number = 1; !text.empty(); ++number) {
    const size_t end = text.find('\n');
    if (end == std::string_view::npos)
      base::fail_data(kWhere,
                      "expected line {} of {} to end in a line break, found the end of the file; it is "
                      "truncated",
                      number, source);
    rationales.push_back(reader.read(text.substr(0, end), number));
    text.remove_prefix(end + 1);
  }
  if (rationales.empty())
    base::fail_data(kWhere, "expected rationales in {}, found none; write some with r2rank distill", source);
  return rationales;
}

std::string parse_rationale_header(std::string_view text, const std::string& source,
                                   const data::Dataset& dataset, const data::Split& split) {
  const data::JsonFields header(text, kWhere, source);
  header.check_format(kFormat, kVersion);
  if (header.text("dataset_hash") != dataset.hash)
    base::fail_usage(kWhere,
                     "{} holds rationales for data set {}, not for this one ('{}'); use theirs, or write "
                     "new ones",
                     source, base::json_excerpt(header.text("dataset")), dataset.name);
  if (header.text("training_hash") != data::training_hash(split))
    base::fail_usage(
        kWhere,
        "{} holds rationales for a split that trains on other events, so that they may tell what is "
        "held out here; use that split, or write new ones",
        source);
  return header.text("sha256");
}

RationaleSet load_rationales(const base::Path& folder, const data::Dataset& dataset,
                             const data::Split& split) {
  const base::Path header = folder / kHeader, lines = folder / kLines;
  RationaleSet set;
  const std::string card = base::read_file(header);
  set.hash = parse_rationale_header(card, header.string(), dataset, split);
  if (const data::JsonFields fields(card, kWhere, header.string()); fields.value().contains(kNextSlate))
    set.next_slate = fields.integer(kNextSlate, 0, INT64_MAX / 2);
  const std::string text = base::read_file(lines);
  if (const std::string found = base::sha256_hex(text); found != set.hash)
    base::fail_data(
        kWhere,
        "expected {} with SHA-256 {} as {} says, found {}: it was altered or cut; write the folder anew",
        lines.string(), base::json_excerpt(set.hash), kHeader, found);
  set.rationales = parse_rationale_lines(text, lines.string(), dataset, split);
  return set;
}

std::string save_rationales(const std::vector<WrittenRationale>& rationales, const data::Dataset& dataset,
                            const data::Split& split, const base::Path& folder, const std::string& about,
                            bool overwrite) {
  const std::string lines = rationale_lines(rationales, dataset);
  ordered_json header = {{"format", kFormat},
                         {"version", kVersion},
                         {"dataset", dataset.name},
                         {"dataset_hash", dataset.hash},
                         {"training_hash", data::training_hash(split)},
                         {"rationales", rationales.size()},
                         {"sha256", base::sha256_hex(lines)}};
  const ordered_json more = ordered_json::parse(about);
  for (const auto& [key, value] : more.items())
    if (!header.contains(key)) header[key] = value;
  base::AtomicFolder whole(folder, overwrite);
  base::write_file(whole.path() / kHeader, header.dump(2) + '\n');
  base::write_file(whole.path() / kLines, lines);
  whole.commit();
  return header["sha256"].get<std::string>();
}

}  // namespace r2rank::rollout
