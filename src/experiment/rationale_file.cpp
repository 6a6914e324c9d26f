#include "experiment/rationale_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "data/json_fields.h"

namespace r2rank::experiment {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kFormat = "r2rank-rationales";
constexpr int64_t kVersion = 1;

std::string line_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json slate_json(const SlateRationales& slate) {
  return {{"slate_id", slate.slate_id},
          {"silent", slate.silent},
          {"texts", slate.texts},
          {"scores", slate.scores}};
}

// ---- reading: the file is untrusted ----

double number(const nlohmann::json& value, const data::JsonFields& fields, const char* name) {
  if (value.is_null()) return NAN;
  if (!value.is_number()) fields.fail_field(name, "numbers (null for none)");
  return value.get<double>();
}

std::vector<double> numbers(const nlohmann::json& list, const data::JsonFields& fields, const char* name) {
  if (!list.is_array()) fields.fail_field(name, "lists of numbers");
  std::vector<double> values;
  for (const auto& value : list) values.push_back(number(value, fields, name));
  return values;
}

std::vector<std::string> texts(const nlohmann::json& list, const data::JsonFields& fields) {
  if (!list.is_array()) fields.fail_field("texts", "lists of texts");
  std::vector<std::string> values;
  for (const auto& value : list) {
    if (!value.is_string()) fields.fail_field("texts", "lists of texts");
    values.push_back(value.get<std::string>());
  }
  return values;
}

/// A score for each text, and lists of both for each candidate.
void check_shape(const SlateRationales& slate, const data::JsonFields& fields) {
  if (slate.texts.size() != slate.silent.size() || slate.scores.size() != slate.silent.size())
    fields.fail_field("texts", fmt::format("a list for each of {} candidates", slate.silent.size()));
  for (size_t i = 0; i < slate.texts.size(); ++i)
    if (slate.texts[i].size() != slate.scores[i].size())
      fields.fail_field("scores", "a score for each rationale of a candidate");
}

SlateRationales parse_slate(const data::JsonFields& fields) {
  SlateRationales slate{
      .slate_id = fields.integer("slate_id", 0, INT64_MAX), .silent = {}, .texts = {}, .scores = {}};
  slate.silent = numbers(fields.list("silent"), fields, "silent");
  for (const auto& list : fields.list("texts")) slate.texts.push_back(texts(list, fields));
  for (const auto& list : fields.list("scores")) slate.scores.push_back(numbers(list, fields, "scores"));
  check_shape(slate, fields);
  return slate;
}

}  // namespace

std::string rationale_file_name(const std::string& scorer) {
  return scorer + ".rationales.jsonl";
}

void save_rationales(const KeptRationales& kept, const base::Path& path) {
  base::AtomicFile file(path);
  file.write(line_of({{"format", kFormat},
                      {"version", kVersion},
                      {"scorer", kept.scorer},
                      {"slates_hash", kept.slates_hash},
                      {"slates", kept.slates.size()}}));
  for (const auto& slate : kept.slates) file.write(line_of(slate_json(slate)));
  file.commit();
}

KeptRationales parse_rationales(std::string_view text, const std::string& source) {
  KeptRationales kept;
  int64_t number = 0, expected = 0;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    const data::JsonFields fields(text.substr(begin, end - begin), "rationales",
                                  fmt::format("line {} of {}", ++number, source));
    begin = end + 1;
    if (number > 1) {
      kept.slates.push_back(parse_slate(fields));
      continue;
    }
    fields.check_format(kFormat, kVersion);
    kept.scorer = fields.text("scorer");
    kept.slates_hash = fields.text("slates_hash");
    expected = fields.integer("slates", 0, INT32_MAX);
  }
  if (number == 0 || static_cast<int64_t>(kept.slates.size()) != expected)
    base::fail_data("rationales",
                    "expected a header and {} slates in {}, found {} lines: the file was cut; evaluate again",
                    expected, source, number);
  return kept;
}

KeptRationales load_rationales(const base::Path& path) {
  return parse_rationales(base::read_file(path), path.string());
}

}  // namespace r2rank::experiment
