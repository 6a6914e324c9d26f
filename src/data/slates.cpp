#include "data/slates.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <unordered_set>

#include "base/error.h"
#include "base/hash_stream.h"
#include "data/id_table.h"
#include "data/slate_line.h"
#include "data/slates_format.h"

namespace r2rank::data {
namespace {

constexpr const char* kFormat = "r2rank-slates";
constexpr size_t kBlockBytes = 1 << 20;
constexpr int64_t kMost = std::numeric_limits<int32_t>::max();

/// What a set is besides its lines; the hash covers both. The short hash in a file protocol's name cannot
/// enter itself.
std::string identity(const SlateSet& set) {
  Protocol protocol = set.protocol;
  protocol.file_hash.clear();
  return nlohmann::ordered_json{
      {"part", set.part}, {"protocol", protocol_json(protocol)}, {"dataset_hash", set.dataset_hash}}
      .dump();
}

int32_t known_index(const IdTable& table, const std::string& id, const char* what, const std::string& place) {
  const int32_t index = table.find(id);
  if (index < 0)
    base::fail_data("slates",
                    "expected a {} of the data set in {}, found '{}'; were the slates made for another one?",
                    what, place, id);
  return index;
}

std::vector<int32_t> parse_candidates(const JsonFields& fields, const IdTable& items,
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

bool is_label(double value) {
  return value == 0 || (value >= kSmallestLabel && value <= kLargestLabel);
}

float parse_label(const nlohmann::json& label, const std::string& place) {
  const double value = label.is_number() ? label.get<double>() : -1;
  if (is_label(value)) return static_cast<float>(value);
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

std::vector<int32_t> parse_missed(const JsonFields& fields, const Slate& slate, const IdTable& items,
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

/// Numbers ids by their places. REQUIRES distinct ones, which a data set has.
IdTable table_of(const auto& entries, const auto& id_of) {
  IdTable table;
  for (const auto& entry : entries) table.intern(std::invoke(id_of, entry));
  R2RANK_CHECK(table.size() == static_cast<int64_t>(entries.size()));
  return table;
}

class Parser {
 public:
  Parser(const Dataset& dataset, const std::string& source, bool relevant_only)
      : dataset_(dataset),
        source_(source),
        relevant_only_(relevant_only),
        users_(table_of(dataset.user_ids, std::identity{})),
        items_(table_of(dataset.items, &Item::id)),
        named_in_(dataset.items.size(), 0) {}

  Slate slate(std::string_view line, int64_t number) {
    Slate slate;
    if (!read_slate_line(line, read_) || !take(number, slate)) slate = parse(line, number);
    return slate;
  }

 private:
  /// False where parse() has something to say.
  bool take(int64_t number, Slate& slate) {
    slate.id = read_.id;
    slate.user = users_.find(read_.user);
    if (slate.user < 0 || read_.history_end > last_history_end(slate.user)) return false;
    slate.history_end = static_cast<int32_t>(read_.history_end);
    return take_candidates(number, slate) && take_labels(slate) && take_missed(slate) &&
           ids_.insert(slate.id).second;
  }

  bool take_candidates(int64_t number, Slate& slate) {
    slate.candidates.reserve(read_.candidates.size());
    for (const auto& id : read_.candidates) {
      const int32_t item = items_.find(id);
      if (item < 0 || named_in_[static_cast<size_t>(item)] == number) return false;
      named_in_[static_cast<size_t>(item)] = number;
      slate.candidates.push_back(item);
    }
    return true;
  }

  bool take_labels(Slate& slate) const {
    const auto& labels = read_.relevance;
    if (labels.size() != slate.candidates.size() || !std::all_of(labels.begin(), labels.end(), is_label))
      return false;
    for (const double label : labels) slate.relevance.push_back(static_cast<float>(label));
    const auto relevant = std::count_if(labels.begin(), labels.end(), [](double label) { return label > 0; });
    return relevant > (relevant_only_ ? static_cast<int64_t>(labels.size()) - 1 : 0);
  }

  bool take_missed(Slate& slate) const {
    for (const auto& id : read_.missed) {
      slate.missed.push_back(items_.find(id));
      if (slate.missed.back() < 0 || !is_relevant(slate, slate.missed.back())) return false;
    }
    std::sort(slate.missed.begin(), slate.missed.end());
    return true;
  }

  Slate parse(std::string_view line, int64_t number) {
    const std::string place = fmt::format("line {} of {}", number, source_);
    const JsonFields fields(line, "slates", place);
    Slate slate;
    slate.id = fields.integer("id", 0, INT64_MAX);
    if (!ids_.insert(slate.id).second)
      base::fail_data("slates", "expected distinct slate ids in {}, found {} twice (line {})", source_,
                      slate.id, number);
    slate.user = known_index(users_, fields.id("user"), "user", place);
    slate.history_end = static_cast<int32_t>(fields.integer("history_end", 0, last_history_end(slate.user)));
    slate.candidates = parse_candidates(fields, items_, place);
    slate.relevance = parse_relevance(fields, slate.candidates.size(), place);
    slate.missed = parse_missed(fields, slate, items_, place);
    if (relevant_only_ && std::count(slate.relevance.begin(), slate.relevance.end(), 0.0F) > 0)
      fields.fail_field("relevance",
                        "labels above 0: under the full catalogue only relevant items are named");
    return slate;
  }

  int64_t last_history_end(int32_t user) const {
    return std::min(static_cast<int64_t>(dataset_.events(user).size()) - 1, kMost);
  }

  const Dataset& dataset_;
  const std::string& source_;
  bool relevant_only_;  // the full catalogue: a line names no other candidates
  IdTable users_, items_;
  std::unordered_set<int64_t> ids_;
  std::vector<int64_t> named_in_;  // [items] the last line whose candidate an item was
  SlateLine read_;
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

/// The first line of the file. REQUIRES: sealed.
std::string header_line(const SlateSet& set, const Dataset& dataset) {
  const nlohmann::ordered_json header{{"format", kFormat},
                                      {"version", protocol_version(set.protocol)},
                                      {"part", set.part},
                                      {"protocol", protocol_json(set.protocol)},
                                      {"protocol_name", set.protocol.name()},
                                      {"dataset", dataset.name},
                                      {"dataset_hash", set.dataset_hash},
                                      {"slates", set.slates.size()},
                                      {"hash", set.hash}};
  return header.dump() + "\n";
}

/// The lines after it in blocks of about a megabyte: those of millions of slates are gigabytes.
void for_blocks(const SlateSet& set, const Dataset& dataset, const auto& use) {
  std::string block;
  for (const Slate& slate : set.slates) {
    append_slate_line(slate, dataset, block);
    if (block.size() < kBlockBytes) continue;
    use(std::string_view(block));
    block.clear();
  }
  use(std::string_view(block));
}

}  // namespace

std::string slates_hash(const SlateSet& set, std::string_view lines) {
  base::HashStream hash;
  hash.add(identity(set) + "\n");
  hash.add(lines);
  return hash.hex();
}

std::string slate_lines(const SlateSet& set, const Dataset& dataset) {
  std::string lines;
  for (const Slate& slate : set.slates) append_slate_line(slate, dataset, lines);
  return lines;
}

void seal(SlateSet& set, const Dataset& dataset) {
  set.dataset_hash = dataset.hash;
  base::HashStream hash;
  hash.add(identity(set) + "\n");
  for_blocks(set, dataset, [&](std::string_view lines) { hash.add(lines); });
  set.hash = hash.hex();
  set.protocol.file_hash = set.protocol.negatives == "file" ? set.hash.substr(0, 8) : "";
}

std::string slates_text(const SlateSet& set, const Dataset& dataset) {
  return header_line(set, dataset) + slate_lines(set, dataset);
}

SlateSet parse_slates(std::string_view text, const std::string& source, const Dataset& dataset) {
  const size_t first_end = std::min(text.find('\n'), text.size());
  const JsonFields header(text.substr(0, first_end), "slates", "line 1 of " + source);
  SlateSet set = parse_header(header);
  const std::string_view lines = text.substr(std::min(first_end + 1, text.size()));
  check_hashes(set, lines, source, dataset);
  const int64_t expected = header.integer("slates", 0, kMost);
  Parser parser(dataset, source, set.protocol.negatives == "full");
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
  base::AtomicFile file(path);
  file.write(header_line(set, dataset));
  for_blocks(set, dataset, [&](std::string_view lines) { file.write(lines); });
  file.commit();
}

SlateSet load_slates(const base::Path& path, const Dataset& dataset) {
  return parse_slates(base::read_file(path), path.string(), dataset);
}

}  // namespace r2rank::data
