#include "data/slates.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_set>

#include "base/error.h"
#include "base/hash.h"
#include "data/slates_format.h"

namespace r2rank::data {
namespace {

constexpr const char* kFormat = "r2rank-slates";
constexpr int64_t kMost = std::numeric_limits<int32_t>::max();
using Index = std::map<std::string, int32_t, std::less<>>;

nlohmann::ordered_json slate_json(const Slate& slate, const Dataset& dataset) {
  nlohmann::ordered_json json;
  json["id"] = slate.id;
  json["user"] = dataset.user_ids[slate.user];
  json["history_end"] = slate.history_end;
  for (const int32_t item : slate.candidates) json["candidates"].push_back(dataset.items[item].id);
  json["relevance"] = slate.relevance;
  for (const int32_t item : slate.missed) json["missed"].push_back(dataset.items[item].id);
  return json;
}

/// What a set is besides its lines; the hash covers both. The short hash in a file protocol's name cannot
/// enter itself.
std::string identity(const SlateSet& set) {
  Protocol protocol = set.protocol;
  protocol.file_hash.clear();
  return nlohmann::ordered_json{
      {"part", set.part}, {"protocol", protocol_json(protocol)}, {"dataset_hash", set.dataset_hash}}
      .dump();
}

int32_t known_index(const Index& index, const std::string& id, const char* what, const std::string& place) {
  const auto found = index.find(id);
  if (found == index.end())
    base::fail_data("slates",
                    "expected a {} of the data set in {}, found '{}'; were the slates made for another one?",
                    what, place, id);
  return found->second;
}

std::vector<int32_t> parse_candidates(const JsonFields& fields, const Index& items,
                                      const std::string& place) {
  std::vector<int32_t> candidates;
  std::unordered_set<int32_t> seen;
  for (const auto& id : fields.list("candidates")) {
    if (!id.is_string()) fields.fail_field("candidates", "a list of item ids");
    candidates.push_back(known_index(items, id.get<std::string>(), "candidate", place));
    if (!seen.insert(candidates.back()).second)
      base::fail_data("slates", "expected distinct candidates in {}, found '{}' twice", place,
                      id.get<std::string>());
  }
  return candidates;
}

float parse_label(const nlohmann::json& label, const std::string& place) {
  const double value = label.is_number() ? label.get<double>() : -1;
  if (value == 0 || (value >= kSmallestLabel && value <= kLargestLabel)) return static_cast<float>(value);
  base::fail_data(
      "slates",
      "expected 'relevance' labels of 0, or from {} to {}, in {}, found {}: NDCG counts a label as "
      "2^label - 1; rescale them",
      kSmallestLabel, kLargestLabel, place,
      label.is_number() ? label.dump() : fmt::format("a JSON {}", label.type_name()));
}

std::vector<float> parse_relevance(const JsonFields& fields, size_t count, const std::string& place) {
  std::vector<float> labels;
  for (const auto& label : fields.list("relevance")) labels.push_back(parse_label(label, place));
  if (labels.size() != count)
    base::fail_data("slates", "expected {} labels for {} candidates in {}, found {}", count, count, place,
                    labels.size());
  if (std::none_of(labels.begin(), labels.end(), [](float label) { return label > 0; }))
    base::fail_data("slates", "expected at least one relevant candidate in {}, found none", place);
  return labels;
}

bool is_relevant(const Slate& slate, int32_t item) {
  const auto found = std::find(slate.candidates.begin(), slate.candidates.end(), item);
  return found != slate.candidates.end() &&
         slate.relevance[static_cast<size_t>(found - slate.candidates.begin())] > 0;
}

std::vector<int32_t> parse_missed(const JsonFields& fields, const Slate& slate, const Index& items,
                                  const std::string& place) {
  std::vector<int32_t> missed;
  if (!fields.value().contains("missed")) return missed;
  for (const auto& id : fields.list("missed")) {
    if (!id.is_string()) fields.fail_field("missed", "a list of item ids");
    missed.push_back(known_index(items, id.get<std::string>(), "missed item", place));
    if (!is_relevant(slate, missed.back()))
      fields.fail_field("missed", "relevant candidates of the same slate");
  }
  std::sort(missed.begin(), missed.end());
  return missed;
}

struct Parser {
  const Dataset& dataset;
  const std::string& source;
  bool relevant_only;  // the full catalogue: a line names no other candidates
  Index users = index_users(dataset), items = index_items(dataset);
  std::unordered_set<int64_t> ids;

  Slate slate(std::string_view line, int64_t number) {
    const std::string place = fmt::format("line {} of {}", number, source);
    const JsonFields fields(line, "slates", place);
    Slate slate;
    slate.id = fields.integer("id", 0, INT64_MAX);
    if (!ids.insert(slate.id).second)
      base::fail_data("slates", "expected distinct slate ids in {}, found {} twice (line {})", source,
                      slate.id, number);
    slate.user = known_index(users, fields.id("user"), "user", place);
    const auto events = static_cast<int64_t>(dataset.events(slate.user).size());
    slate.history_end = static_cast<int32_t>(fields.integer("history_end", 0, std::min(events - 1, kMost)));
    slate.candidates = parse_candidates(fields, items, place);
    slate.relevance = parse_relevance(fields, slate.candidates.size(), place);
    slate.missed = parse_missed(fields, slate, items, place);
    if (relevant_only && std::count(slate.relevance.begin(), slate.relevance.end(), 0.0F) > 0)
      fields.fail_field("relevance",
                        "labels above 0: under the full catalogue only relevant items are named");
    return slate;
  }
};

SlateSet parse_header(const JsonFields& fields) {
  fields.check_format(kFormat, kSlatesVersion);
  SlateSet set;
  set.part = fields.text("part");
  set.protocol = parse_protocol(fields.object("protocol"));
  set.dataset_hash = fields.text("dataset_hash");
  set.hash = fields.text("hash");
  return set;
}

void check_hashes(const SlateSet& set, std::string_view lines, const std::string& source,
                  const Dataset& dataset) {
  if (set.dataset_hash != dataset.hash)
    base::fail_data(
        "slates",
        "expected slates of the data set '{}' (hash {}) in {}, found hash {}; split this data set anew",
        dataset.name, dataset.hash, source, set.dataset_hash);
  if (const std::string found = slates_hash(set, lines); set.hash != found)
    base::fail_data("slates",
                    "expected the content hash {} for {}, found {}: the file was cut or changed; split anew",
                    set.hash, source, found);
  if (set.protocol.negatives == "file" && set.protocol.file_hash != set.hash.substr(0, 8))
    base::fail_data("slates", "expected file_hash {} in {}, found {}", set.hash.substr(0, 8), source,
                    set.protocol.file_hash);
}

}  // namespace

std::string slates_hash(const SlateSet& set, std::string_view lines) {
  return base::hash_hex(identity(set) + "\n" + std::string(lines));
}

std::string slate_lines(const SlateSet& set, const Dataset& dataset) {
  std::string lines;
  for (const Slate& slate : set.slates) lines += slate_json(slate, dataset).dump() + "\n";
  return lines;
}

void seal(SlateSet& set, const Dataset& dataset) {
  set.dataset_hash = dataset.hash;
  set.hash = slates_hash(set, slate_lines(set, dataset));
  set.protocol.file_hash = set.protocol.negatives == "file" ? set.hash.substr(0, 8) : "";
}

std::string slates_text(const SlateSet& set, const Dataset& dataset) {
  const nlohmann::ordered_json header{{"format", kFormat},
                                      {"version", protocol_version(set.protocol)},
                                      {"part", set.part},
                                      {"protocol", protocol_json(set.protocol)},
                                      {"protocol_name", set.protocol.name()},
                                      {"dataset", dataset.name},
                                      {"dataset_hash", set.dataset_hash},
                                      {"slates", set.slates.size()},
                                      {"hash", set.hash}};
  return header.dump() + "\n" + slate_lines(set, dataset);
}

SlateSet parse_slates(std::string_view text, const std::string& source, const Dataset& dataset) {
  const size_t first_end = std::min(text.find('\n'), text.size());
  const JsonFields header(text.substr(0, first_end), "slates", "line 1 of " + source);
  SlateSet set = parse_header(header);
  const std::string_view lines = text.substr(std::min(first_end + 1, text.size()));
  check_hashes(set, lines, source, dataset);
  const int64_t expected = header.integer("slates", 0, kMost);
  Parser parser{
      .dataset = dataset, .source = source, .relevant_only = set.protocol.negatives == "full", .ids = {}};
  for (size_t begin = 0; begin < lines.size();) {
    const size_t end = std::min(lines.find('\n', begin), lines.size());
    set.slates.push_back(
        parser.slate(lines.substr(begin, end - begin), static_cast<int64_t>(set.slates.size()) + 2));
    begin = end + 1;
  }
  if (static_cast<int64_t>(set.slates.size()) != expected)
    base::fail_data("slates", "expected {} slates in {}, found {}", expected, source, set.slates.size());
  return set;
}

void save_slates(const SlateSet& set, const Dataset& dataset, const base::Path& path) {
  base::write_file(path, slates_text(set, dataset));
}

SlateSet load_slates(const base::Path& path, const Dataset& dataset) {
  return parse_slates(base::read_file(path), path.string(), dataset);
}

}  // namespace r2rank::data
