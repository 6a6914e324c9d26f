#include "experiment/split_findings.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"

namespace r2rank::experiment {
namespace {

using data::Finding;
using data::Verdict;

Verdict verdict_of(const std::string& name) {
  for (const Verdict verdict : {Verdict::kFine, Verdict::kNote, Verdict::kWarning})
    if (data::verdict_name(verdict) == name) return verdict;
  return Verdict::kFailure;  // an unknown word must not pass for something better
}

}  // namespace

Verdict worst_of(const std::vector<Finding>& findings) {
  Verdict verdict = Verdict::kFine;
  for (const Finding& finding : findings) verdict = std::max(verdict, finding.verdict);
  return verdict;
}

nlohmann::ordered_json findings_json(const std::vector<Finding>& findings) {
  auto list = nlohmann::ordered_json::array();
  for (const Finding& finding : findings)
    list.push_back({{"name", finding.name},
                    {"verdict", data::verdict_name(finding.verdict)},
                    {"count", finding.count},
                    {"of", finding.of},
                    {"text", finding.text}});
  return list;
}

std::vector<Finding> parse_findings(const nlohmann::json& json, const std::string& source) {
  std::vector<Finding> findings;
  try {
    for (const auto& entry : json)
      findings.push_back({entry.at("name").get<std::string>(),
                          verdict_of(entry.at("verdict").get<std::string>()),
                          entry.at("count").get<int64_t>(), entry.at("of").get<int64_t>(),
                          entry.at("text").get<std::string>()});
  } catch (const nlohmann::json::exception&) {
    base::fail_data("compare", "{}: expected a list of findings; remove the file to look anew", source);
  }
  return findings;
}

}  // namespace r2rank::experiment
