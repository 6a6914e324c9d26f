// Slates files, candidate files and split.json on arbitrary bytes. The hashes are recomputed, so that they do
// not keep the fuzzer out of what lies behind them.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/hash.h"
#include "base/json.h"
#include "data/candidate_file.h"
#include "data/dataset_checks.h"
#include "data/slate_line.h"
#include "data/slates_format.h"
#include "data/split_folder.h"

namespace base = r2rank::base;
namespace data = r2rank::data;

namespace {

data::Dataset small_dataset() {
  data::Dataset dataset;
  dataset.user_ids = {"0", "1"};
  for (const char* id : {"0", "1", "2", "3"})
    dataset.items.push_back({.id = id, .title = "", .brand = "", .categories = {}, .description = ""});
  for (int32_t user = 0; user < 2; ++user)
    for (int32_t item = 0; item < 3; ++item)
      dataset.interactions.push_back({.user = user, .item = item, .time = item, .rating = 1});
  dataset.has_ratings = true;
  dataset.hash = "h";
  data::finish_dataset(dataset, "fuzz");
  return dataset;
}

void require(bool holds) {
  if (!holds) std::abort();
}

bool same_texts(const std::vector<std::string_view>& found, const nlohmann::json& expected) {
  return std::equal(found.begin(), found.end(), expected.begin(), expected.end(),
                    [](std::string_view a, const nlohmann::json& b) { return b.get<std::string>() == a; });
}

/// What the quick parser takes, the other one reads as the same.
void compare_line(std::string_view text) {
  data::SlateLine line;
  if (!data::read_slate_line(text, line)) return;
  const auto json = nlohmann::json::parse(text);
  require(json.at("id").get<int64_t>() == line.id &&
          json.at("history_end").get<int64_t>() == line.history_end);
  require(json.at("user").get<std::string>() == line.user &&
          same_texts(line.candidates, json.at("candidates")));
  require(same_texts(line.missed, json.value("missed", nlohmann::json::array())));
  require(json.at("relevance").get<std::vector<double>>() == line.relevance);
}

/// The slates of a file with these lines; empty where it is refused.
std::string read_again(const std::string& lines, bool full, const data::Dataset& dataset) {
  data::SlateSet set;
  set.part = "test";
  if (full) set.protocol.negatives = "full";
  set.dataset_hash = dataset.hash;
  set.hash = data::slates_hash(set, lines);
  std::string header = data::slates_text(set, dataset);
  header.replace(header.find("\"slates\":0"), 10, "\"slates\":1");
  try {
    return data::slate_lines(data::parse_slates(header + lines, "fuzz", dataset), dataset);
  } catch (const base::Error&) {
    return "";
  }
}

/// Behind a space the quick parser does not take a line: the other one must say the same of it.
void parse_lines(const std::string& lines, const data::Dataset& dataset) {
  compare_line(std::string_view(lines).substr(0, lines.find('\n')));
  const bool full = lines.size() % 2 == 1;
  const std::string read = read_again(lines, full, dataset);
  if (!lines.starts_with('{')) return;
  require(read_again("{ " + lines.substr(1), full, dataset) == read);
}

/// The text with the hash that belongs to it, so that what the fields hold is looked at too.
std::string sealed_again(const std::string& text) {
  try {
    const auto read = base::parse_json(text, "fuzz", "fuzz");
    auto json = nlohmann::ordered_json::parse(read.dump());
    if (!json.is_object()) return text;
    json.erase("hash");
    json["hash"] = data::split_hash(json);
    return json.dump();
  } catch (const std::exception&) {
    return text;
  }
}

void parse_split(const std::string& text, const data::Dataset& dataset) {
  data::parse_split(sealed_again(text), "fuzz", dataset);
}

void run(int mode, const std::string& text) {
  static const data::Dataset dataset = small_dataset();
  switch (mode) {
    case 0:
      data::parse_slates(text, "fuzz", dataset);
      return;
    case 1:
      parse_lines(text, dataset);
      return;
    case 2:
      data::parse_candidate_file(text, "fuzz", dataset);
      return;
    default:
      parse_split(text, dataset);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  if (size == 0) return 0;
  try {
    run(bytes[0] % 4, std::string(reinterpret_cast<const char*>(bytes) + 1, size - 1));
  } catch (const r2rank::base::Error&) {
  }
  return 0;
}
