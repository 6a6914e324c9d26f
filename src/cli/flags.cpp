#include "cli/flags.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"

namespace r2rank::cli {
namespace {

using Integers = std::numeric_limits<int64_t>;
constexpr double kNoLimit = 1e300;

std::string shown(bool value) {
  return value ? "on" : "off";
}
std::string shown(int64_t value) {
  return value == Integers::min() || value == Integers::max() ? "none" : std::to_string(value);
}
std::string shown(double value) {
  return std::abs(value) >= kNoLimit ? "none" : fmt::format("{}", value);
}
std::string shown(const std::string& value) {
  return value.empty() ? "empty" : value;
}
std::string shown(const std::vector<std::string>& value) {
  return value.empty() ? "empty" : fmt::format("{}", fmt::join(value, ","));
}

}  // namespace

void Flags::group(std::string title) {
  groups_.push_back({std::move(title), fields_.all().size()});
}

void Flags::positional(std::string metavar, std::string_view field, bool needed) {
  R2RANK_CHECK(!needed || positionals_.empty() || positionals_.back().needed);
  if (needed) find(field).mandatory();
  positionals_.push_back({std::move(metavar), std::string(field), needed});
}

void Flags::output(OutputFolder& target, std::string_view what) {
  fields_.add("output", target.output, fmt::format("Folder where to write {}", what)).mandatory();
  fields_.add("overwrite", target.overwrite, "Replace an output folder that exists, if this verb made it");
}

std::vector<const base::ConfigField*> Flags::fields_of(size_t index) const {
  const auto& all = fields_.all();
  const size_t end = index + 1 < groups_.size() ? groups_[index + 1].first : all.size();
  std::vector<const base::ConfigField*> members;
  for (size_t i = groups_[index].first; i < end; ++i) members.push_back(&all[i]);
  return members;
}

base::ConfigField& Flags::find(std::string_view name) {
  return const_cast<base::ConfigField&>(std::as_const(*this).find(name));
}

const base::ConfigField& Flags::find(std::string_view name) const {
  const auto& all = fields_.all();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const auto& field) { return field.name == name; });
  R2RANK_CHECK(found != all.end());
  return *found;
}

std::string shown_value(const base::ConfigField& field) {
  return std::visit([](const auto* value) { return shown(*value); }, field.value);
}

std::string shown_help(const base::ConfigField& field) {
  std::string text = field.help;
  const std::string word = text.substr(0, text.find(' '));
  // Letters of formulas ("k of NDCG@k") and names of choices ("silent: ...") stand as they are.
  const bool ordinary =
      word.size() > 1 && std::all_of(word.begin(), word.end(), [](char c) { return c >= 'a' && c <= 'z'; });
  if (ordinary) text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text;
}

}  // namespace r2rank::cli
