#include "report/bench_section.h"

#include <set>

namespace r2rank::report {
namespace {

constexpr double kGiga = 1e9, kGibi = 1024.0 * 1024 * 1024;

/// The one field that is called by its unit: "tokens", "slates".
std::string unit_of(const Json& operation) {
  static const std::set<std::string> kOthers = {"work", "seconds",    "median_seconds",
                                                "flop", "peak_share", "peak_bytes"};
  for (const auto& [name, value] : operation.items())
    if (!kOthers.contains(name) && value.is_number()) return name;
  return "";
}

double number(const Json& operation, const char* name) {
  return operation.contains(name) && operation.at(name).is_number() ? operation.at(name).get<double>() : 0;
}

Json known(double value, int digits = 4) {
  return value > 0 ? rounded(value, digits) : Json();
}

Json row_json(const std::string& name, const Json& operation) {
  const double seconds = operation.at("median_seconds").get<double>();
  const std::string unit = unit_of(operation);
  return {{"name", name},
          {"work", operation.value("work", "")},
          {"ms", rounded(1000 * seconds, 4)},
          {"rate", unit.empty() ? Json() : known(number(operation, unit.c_str()) / seconds)},
          {"unit", unit},
          {"gflops", known(number(operation, "flop") / seconds / kGiga)},
          {"share", known(number(operation, "peak_share"), 3)},
          {"gib", known(number(operation, "peak_bytes") / kGibi, 3)}};
}

}  // namespace

Json bench_json(const base::Path& path) {
  const Json bench = read_json(path);
  return reading(path, [&] {
    Json json = {{"name", path.string()},
                 {"model", bench.value("model", "")},
                 {"dtype", bench.value("dtype", "")},
                 {"device", bench.value("device", "")},
                 {"peak_gflops", rounded(bench.at("peak_flops").get<double>() / kGiga, 4)},
                 {"rows", Json::array()}};
    for (const auto& [name, operation] : bench.at("operations").items())
      json["rows"].push_back(row_json(name, operation));
    return json;
  });
}

}  // namespace r2rank::report
