// Slates files, candidate files and split.json on arbitrary bytes. The hashes are recomputed, so that they do
// not keep the fuzzer out of what lies behind them.
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/hash.h"
#include "base/json.h"
#include "data/candidate_file.h"
#include "data/dataset_checks.h"
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

void parse_lines(const std::string& lines, const data::Dataset& dataset) {
  data::SlateSet set;
  set.part = "test";
  if (lines.size() % 2 == 1) set.protocol.negatives = "full";
  set.dataset_hash = dataset.hash;
  set.hash = data::slates_hash(set, lines);
  std::string header = data::slates_text(set, dataset);
  header.replace(header.find("\"slates\":0"), 10, "\"slates\":1");
  data::parse_slates(header + lines, "fuzz", dataset);
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
