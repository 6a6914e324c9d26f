#include "experiment/plan_value.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <type_traits>
#include <variant>

#include "base/error.h"
#include "base/error_text.h"
#include "base/toml_text.h"

namespace r2rank::experiment {
namespace {

constexpr const char* kSeeds = "seeds";  // the one list of numbers: ConfigFields have lists of texts alone

/// So that a plan can be passed on: data lies elsewhere for everybody.
std::string with_environment(std::string text, std::vector<std::string>& names) {
  for (size_t begin = text.find("${"); begin != std::string::npos; begin = text.find("${", begin)) {
    const size_t end = text.find('}', begin);
    if (end == std::string::npos) base::fail_usage("compare", "'{}': expected a '}}' after '${{'", text);
    const std::string name = text.substr(begin + 2, end - begin - 2);
    const char* value = std::getenv(name.c_str());
    if (value == nullptr) base::fail_usage("compare", "'{}': set the environment variable {}", text, name);
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    text.replace(begin, end - begin + 1, value);
    begin += std::string_view(value).size();
  }
  return text;
}

const base::ConfigField* find_field(const base::ConfigFields& fields, const std::string& name) {
  for (const base::ConfigField& field : fields.all())
    if (field.name == name) return &field;
  return nullptr;
}

bool fits_element(const base::ConfigField& field, const toml::node& element) {
  return field.name == kSeeds ? element.is_integer() : element.is_string();
}

bool fits(const base::ConfigField& field, const toml::node& node) {
  return std::visit(
      [&]<class T>(const T*) {
        if constexpr (std::is_same_v<T, bool>) {
          return node.is_boolean();
        } else if constexpr (std::is_same_v<T, int64_t>) {
          return node.is_integer();
        } else if constexpr (std::is_same_v<T, double>) {
          return node.is_integer() || node.is_floating_point();
        } else if constexpr (std::is_same_v<T, std::string>) {
          return node.is_string();
        } else {
          const toml::array* list = node.as_array();
          return list != nullptr && std::all_of(list->begin(), list->end(), [&](const toml::node& element) {
                   return fits_element(field, element);
                 });
        }
      },
      field.value);
}

std::string expected_text(const base::ConfigField& field) {
  if (!std::holds_alternative<std::vector<std::string>*>(field.value)) return field.type_name();
  return field.name == kSeeds ? "a list of whole numbers" : "a list of texts";
}

std::string found_text(const base::ConfigField& field, const toml::node& node) {
  constexpr size_t kLongest = 40;
  if (node.is_table()) return "a table";
  if (const toml::array* list = node.as_array()) {
    for (const toml::node& element : *list)
      if (!fits_element(field, element)) return "a list with " + found_text(field, element);
    return "a list";
  }
  if (const auto* text = node.as_string())
    return fmt::format("the text '{}'", text->get().substr(0, kLongest));
  if (const auto* number = node.as_floating_point()) return fmt::format("{:#}", number->get());  // 2.0
  if (!node.is_boolean() && !node.is_integer()) return "a date or time";
  return base::toml_as_text(node, field.name);
}

bool asks_environment(const toml::node& node) {
  const auto* text = node.as_string();
  return text != nullptr && text->get().find("${") != std::string::npos;
}

std::string set_value(base::ConfigFields& fields, const std::string& key, const toml::node& node,
                      PlanFile& file, bool environment) {
  const base::ConfigField* field = find_field(fields, key);
  if (field == nullptr) fields.set(key, "");  // which says what keys there are
  if (!fits(*field, node) && !(environment && asks_environment(node)))
    base::fail_usage("compare", "expected {} for '{}', found {}", expected_text(*field), key,
                     found_text(*field, node));
  std::string text = base::toml_as_text(node, key);
  if (environment) text = with_environment(std::move(text), file.environment);
  fields.set(key, text);
  return text;
}

}  // namespace

void fail_at(const PlanFile& file, const toml::node& node, const std::string& text) {
  base::fail_usage(file.where, "line {} of {}: {}", node.source().begin.line, file.path, text);
}

std::string take_value(base::ConfigFields& fields, const std::string& key, const toml::node& node,
                       PlanFile& file, Environment environment) {
  try {
    return set_value(fields, key, node, file, environment == Environment::kYes);
  } catch (const base::Error& error) {
    fail_at(file, node, base::text_of(error));
  }
}

std::string take_text(const std::string& key, const toml::node& node, PlanFile& file) {
  std::string value;
  base::ConfigFields fields;
  fields.add(key, value, "");
  return take_value(fields, key, node, file);
}

const toml::array& tables_at(const toml::node& node, const std::string& key, const PlanFile& file) {
  if (const auto* list = node.as_array()) return *list;
  fail_at(file, node, fmt::format("expected tables [[{}]], found something else", key));
}

const toml::table& table_at(const toml::node& node, const std::string& key, const PlanFile& file) {
  if (const auto* table = node.as_table()) return *table;
  fail_at(file, node, fmt::format("expected a table [{}], found something else", key));
}

}  // namespace r2rank::experiment
