#include "data/split_folder.h"

#include <limits>

#include "base/error.h"
#include "base/hash.h"
#include "base/interrupt.h"
#include "data/slates_format.h"

namespace r2rank::data {
namespace {

constexpr const char* kFormat = "r2rank-split";
constexpr const char* kFile = "split.json";
using Json = nlohmann::ordered_json;

int32_t events_of(const Dataset& dataset, size_t user) {
  return static_cast<int32_t>(dataset.user_offsets[user + 1] - dataset.user_offsets[user]);
}

/// Held-out events of each user as runs: [[held out, users in a row], ...]. Under leave-one-out nearly
/// everyone has 2.
Json held_out_runs(const Split& split, const Dataset& dataset) {
  Json runs = Json::array();
  int32_t previous = -1;
  for (size_t user = 0; user < split.training_end.size(); ++user) {
    const int32_t held = events_of(dataset, user) - split.training_end[user];
    if (held != previous) runs.push_back({held, 0});
    runs.back()[1] = runs.back()[1].get<int64_t>() + 1;
    previous = held;
  }
  return runs;
}

std::vector<int32_t> parse_runs(const JsonFields& fields, const Dataset& dataset) {
  const auto bad = [&] {
    fields.fail_field("held_out_runs", "pairs [held-out events, users in a row] that fit the data set");
  };
  std::vector<int32_t> training_end;
  for (const auto& run : fields.list("held_out_runs")) {
    if (!run.is_array() || run.size() != 2 || !run[0].is_number_unsigned() || !run[1].is_number_unsigned())
      bad();
    const auto held = run[0].get<uint64_t>(), length = run[1].get<uint64_t>();
    if (length > dataset.user_ids.size() - training_end.size()) bad();
    for (uint64_t i = 0; i < length; ++i) {
      const int32_t events = events_of(dataset, training_end.size());
      if (held > static_cast<uint64_t>(events)) bad();
      training_end.push_back(events - static_cast<int32_t>(held));
    }
  }
  if (training_end.size() != dataset.user_ids.size()) bad();
  return training_end;
}

std::vector<std::pair<std::string, int64_t>> parse_counts(const JsonFields& fields) {
  std::vector<std::pair<std::string, int64_t>> counts;
  for (const auto& entry : fields.list("counts")) {
    if (!entry.is_array() || entry.size() != 2 || !entry[0].is_string() || !entry[1].is_number_integer())
      fields.fail_field("counts", "pairs of text and whole number");
    counts.emplace_back(entry[0].get<std::string>(), entry[1].get<int64_t>());
  }
  return counts;
}

void check_hash(std::string_view text, const JsonFields& fields, const std::string& source) {
  const std::string found = split_hash(Json::parse(text));
  if (const std::string expected = fields.text("hash"); expected != found)
    base::fail_data("split",
                    "expected the content hash {} for {}, found {}: the file was changed; split anew",
                    expected, source, found);
}

SlateSet load_part(const base::Path& folder, const SlateSet& expected, const Dataset& dataset) {
  const base::Path path = folder / (expected.part + ".slates.jsonl");
  SlateSet set = load_slates(path, dataset);
  if (set.hash != expected.hash || set.part != expected.part)
    base::fail_data("split", "expected the {} slates with hash {} in {}, found {} with {}; split anew",
                    expected.part, expected.hash, path.string(), set.part, set.hash);
  return set;
}

}  // namespace

std::string split_hash(Json json) {
  json.erase("hash");
  return base::hash_hex(json.dump());
}

std::string split_json(const Split& split, const Dataset& dataset) {
  Json json{{"format", kFormat},
            {"version", protocol_version(split.protocol)},
            {"protocol", protocol_json(split.protocol)},
            {"protocol_name", split.protocol.name()},
            {"dataset", dataset.name},
            {"dataset_hash", dataset.hash},
            {"valid_hash", split.valid.hash},
            {"test_hash", split.test.hash},
            {"counts", split.counts},
            {"held_out_runs", held_out_runs(split, dataset)}};
  json["hash"] = split_hash(json);
  return json.dump() + "\n";
}

Split parse_split(std::string_view text, const std::string& source, const Dataset& dataset) {
  const JsonFields fields(text, "split", source);
  fields.check_format(kFormat, kSplitVersion);
  check_hash(text, fields, source);
  if (const std::string hash = fields.text("dataset_hash"); hash != dataset.hash)
    base::fail_data(
        "split",
        "expected a split of the data set '{}' (hash {}) in {}, found hash {}; split this data set anew",
        dataset.name, dataset.hash, source, hash);
  Split split;
  split.protocol = parse_protocol(fields.object("protocol"));
  split.training_end = parse_runs(fields, dataset);
  split.counts = parse_counts(fields);
  split.valid.part = "valid";
  split.valid.hash = fields.text("valid_hash");
  split.test.part = "test";
  split.test.hash = fields.text("test_hash");
  return split;
}

void save_split(const Split& split, const Dataset& dataset, const base::Path& folder, bool overwrite) {
  base::AtomicFolder target(folder, overwrite);
  save_slates(split.valid, dataset, target.path() / "valid.slates.jsonl");
  save_slates(split.test, dataset, target.path() / "test.slates.jsonl");
  base::write_file(target.path() / kFile, split_json(split, dataset));
  base::stop_if_interrupted("split");
  target.commit();
}

Split load_split(const base::Path& folder, const Dataset& dataset) {
  const base::Path file = folder / kFile;
  std::error_code code;
  const auto type = std::filesystem::status(file, code).type();
  if (type == std::filesystem::file_type::none || !std::filesystem::exists(folder, code))
    base::fail_io("split", "cannot open {}: {}; name a folder made with `r2rank split`", file.string(),
                  code ? code.message() : "there is no such folder");
  if (type != std::filesystem::file_type::regular)
    base::fail_data("split",
                    "expected a split folder with {} at {}, found none; make one with `r2rank split`", kFile,
                    folder.string());
  Split split = parse_split(base::read_file(file), file.string(), dataset);
  split.valid = load_part(folder, split.valid, dataset);
  split.test = load_part(folder, split.test, dataset);
  return split;
}

}  // namespace r2rank::data
