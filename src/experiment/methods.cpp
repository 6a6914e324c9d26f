#include "experiment/methods.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/error.h"
#include "baselines/llm/llm_methods.h"
#include "baselines/neural/neural_methods.h"
#include "baselines/neural/sequential_methods.h"
#include "baselines/plain_methods.h"
#include "experiment/trained_method.h"

namespace r2rank::experiment {
namespace {

bool has_setting(const std::string& method, const std::vector<std::string>& names) {
  const auto made = make_method(method);
  base::ConfigFields fields;
  made->describe(fields);
  return std::any_of(fields.all().begin(), fields.all().end(), [&](const auto& field) {
    return std::find(names.begin(), names.end(), field.name) != names.end();
  });
}

}  // namespace

std::vector<std::unique_ptr<baselines::Method>> all_methods() {
  std::vector<std::unique_ptr<baselines::Method>> all = baselines::plain_methods();
  for (auto* group : {&baselines::neural_methods, &baselines::sequential_methods, &baselines::llm_methods}) {
    auto more = group();
    std::move(more.begin(), more.end(), std::back_inserter(all));
  }
  all.push_back(std::make_unique<TrainedMethod>());
  return all;
}

std::vector<std::string> method_names() {
  std::vector<std::string> names;
  for (const auto& method : all_methods()) names.emplace_back(method->text().name);
  return names;
}

std::unique_ptr<baselines::Method> make_method(const std::string& name) {
  for (auto& method : all_methods())
    if (method->text().name == name) return std::move(method);
  const auto names = method_names();
  const std::string nearest = base::nearest_name(name, names);
  base::fail_usage("baseline", "there is no method '{}'{}; the methods are {}", name,
                   nearest.empty() ? "" : fmt::format("; did you mean '{}'?", nearest),
                   fmt::join(names, ", "));
}

bool learns_by_epochs(const std::string& name) {
  return has_setting(name, {"learning_rate"});  // what goes step by step, and nothing else, has a rate
}

bool is_language_method(const std::string& name) {
  return has_setting(name, {"model", "endpoint"});
}

void set_settings(baselines::Method& method, const baselines::SettingValues& values) {
  base::ConfigFields fields;
  method.describe(fields);
  for (const auto& [name, value] : values) fields.set(name, value);
}

baselines::SettingValues settings_of(baselines::Method& method) {
  base::ConfigFields fields;
  method.describe(fields);
  baselines::SettingValues values;
  for (const auto& field : fields.all()) {
    std::string text = field.as_text();
    if (std::holds_alternative<std::string*>(field.value)) text = *std::get<std::string*>(field.value);
    if (std::holds_alternative<std::vector<std::string>*>(field.value))
      text = fmt::format("{}", fmt::join(*std::get<std::vector<std::string>*>(field.value), ","));
    values.emplace_back(field.name, std::move(text));
  }
  return values;
}

std::pair<std::string, std::string> parse_setting(const std::string& text) {
  const size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0)
    base::fail_usage("baseline", "--set {}: expected name=value; `r2rank baseline list` shows the names",
                     text);
  return {text.substr(0, equals), text.substr(equals + 1)};
}

}  // namespace r2rank::experiment
