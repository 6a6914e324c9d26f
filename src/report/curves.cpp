#include "report/curves.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>

#include "base/toml_text.h"

namespace r2rank::report {
namespace {

constexpr const char* kStep = "step";
constexpr const char* kClock = "clock";
constexpr const char* kSeconds = "seconds";
constexpr const char* kLog = "log.jsonl";
constexpr const char* kConfig = "config.toml";
constexpr int kMostAncestors = 100;                  // more go round in a circle
constexpr const char* kValidNdcg = "valid_ndcg@10";  // one name, so that runs and baselines share a plot

/// Values by column, in the order in which columns appear; NaN where a step did not log one.
class Columns {
 public:
  void add(const std::string& name, double value) {
    auto [found, fresh] = place_of_.try_emplace(name, names_.size());
    if (fresh) {
      names_.push_back(name);
      values_.emplace_back();
    }
    auto& column = values_[found->second];
    column.resize(rows_, NAN);
    column.push_back(value);
  }
  void end_row() {
    ++rows_;
    for (auto& column : values_) column.resize(rows_, NAN);
  }
  size_t rows() const { return rows_; }
  const std::vector<std::string>& names() const { return names_; }
  const std::vector<std::vector<double>>& values() const { return values_; }

 private:
  std::map<std::string, size_t> place_of_;
  std::vector<std::string> names_;
  std::vector<std::vector<double>> values_;
  size_t rows_ = 0;
};

/// The last of a stretch for what counts up, the mean for everything else; NaN do not count.
double summary(const std::string& name, const std::vector<double>& values, size_t begin, size_t end) {
  if (name == kStep || name == kClock || name == "epoch") return values[end - 1];
  double sum = 0, count = 0;
  for (size_t i = begin; i < end; ++i) {
    if (std::isnan(values[i])) continue;
    sum += values[i];
    ++count;
  }
  return count > 0 ? sum / count : NAN;
}

Json as_json(const std::string& name, const char* kind, const Columns& columns) {
  const auto most = static_cast<size_t>(kMostPoints);
  const size_t stretch = std::max<size_t>(1, (columns.rows() + most - 1) / most);
  Json json = {{"name", name},
               {"kind", kind},
               {"steps", columns.rows()},
               {"stretch", stretch},
               {"columns", columns.names()},
               {"values", Json::array()}};
  for (size_t c = 0; c < columns.names().size(); ++c) {
    Json list = Json::array();
    for (size_t begin = 0; begin < columns.rows(); begin += stretch)
      list.push_back(rounded(
          summary(columns.names()[c], columns.values()[c], begin, std::min(begin + stretch, columns.rows())),
          columns.names()[c] == kStep ? 12 : 5));
    json["values"].push_back(std::move(list));
  }
  return json;
}

double number_or(const Json& line, const char* name, double otherwise) {
  return line.contains(name) && line.at(name).is_number() ? line.at(name).get<double>() : otherwise;
}

/// The clock counts steps and measurements alike. What validation slates said is that of the ranking as it is
/// used: after rationales where there are any.
void add_line(const Json& line, double& clock, Columns& columns) {
  columns.add(kStep, line.at(kStep).get<double>());
  clock += number_or(line, kSeconds, 0) + number_or(line, "valid_seconds", 0);
  columns.add(kClock, clock);
  const double valid = number_or(line, "valid_ndcg", number_or(line, "valid_ndcg_silent", NAN));
  if (!std::isnan(valid)) columns.add(kValidNdcg, valid);
  for (const auto& [name, value] : line.items())
    if (name != kStep && name != kClock && (value.is_number() || value.is_null()))
      columns.add(name, value.is_null() ? NAN : value.get<double>());
  columns.end_row();
}

struct RunLog {
  Columns columns;
  double clock = 0;  // when it ended
};

/// `clock`: when it began.
RunLog read_log(const base::Path& path, double clock) {
  RunLog log{.columns = {}, .clock = clock};
  const std::string text = base::read_file(path);
  int64_t number = 0;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = text.find('\n', begin);
    if (end == std::string::npos) break;  // half-written when the process died
    const std::string place = fmt::format("line {} of {}", ++number, path.string());
    const Json line = parse_object(std::string_view(text).substr(begin, end - begin), place);
    if (!line.contains(kStep) || !line[kStep].is_number())
      base::fail_data("report", "expected an object with a number 'step' in {}, found none", place);
    add_line(line, log.clock, log.columns);
    begin = end + 1;
  }
  return log;
}

/// The folder of the run that a run went on from; empty for none, and where it is no longer there.
base::Path ancestor_of(const base::Path& folder) {
  const base::Path config = folder / kConfig;
  if (!std::filesystem::exists(config)) return {};
  const base::Path model = base::read_toml(config.string())["model"].value_or(std::string());
  const bool is_run =
      !model.empty() && std::filesystem::exists(model / kConfig) && std::filesystem::exists(model / kLog);
  return is_run ? model : base::Path();
}

/// What all runs took that a run goes on from, with what they measured after the model that was chosen.
double seconds_before(const base::Path& folder, int most) {
  const base::Path ancestor = ancestor_of(folder);
  if (ancestor.empty() || most == 0) return 0;
  return read_log(ancestor / kLog, seconds_before(ancestor, most - 1)).clock;
}

/// The chosen trial; null where none has epochs.
Json chosen_trial(const Json& report) {
  if (!report.contains("trials") || report.at("trials").empty()) return nullptr;
  const Json& trial = report.at("trials").at(report.value("best", size_t{0}));
  return trial.contains("epochs") && !trial.at("epochs").empty() ? trial : Json();
}

/// Its "seconds" count from the beginning of training.
void add_epoch(const Json& epoch, Columns& columns) {
  columns.add("epoch", epoch.at("epoch").get<double>());
  columns.add(kClock, epoch.at(kSeconds).get<double>());
  for (const auto& [field, name] : {std::pair("loss", "loss"), std::pair("ndcg@10", kValidNdcg)})
    if (epoch.contains(field) && epoch.at(field).is_number())
      columns.add(name, epoch.at(field).get<double>());
  columns.end_row();
}

}  // namespace

Json run_curves(const base::Path& folder) {
  const double before = seconds_before(folder, kMostAncestors);
  const RunLog log = read_log(folder / kLog, before);
  Json json = as_json(folder.string(), "run", log.columns);
  json["before"] = rounded(before);
  return json;
}

Json epoch_curves(const std::string& name, const Json& report, const base::Path& source) {
  return reading(source, [&]() -> Json {
    const Json trial = chosen_trial(report);
    if (trial.is_null()) return nullptr;
    Columns columns;
    for (const auto& epoch : trial.at("epochs")) add_epoch(epoch, columns);
    return as_json(name, "baseline", columns);
  });
}

}  // namespace r2rank::report
