#pragma once

#include <toml++/toml.h>

#include <string>
#include <vector>

#include "base/config.h"

namespace r2rank::experiment {

/// A plan's file, for messages, and the variables whose values it asks for.
struct PlanFile {
  std::string path;
  std::string where = "compare";              ///< the verb that reads it
  std::vector<std::string> environment = {};  ///< names, in the order of their first appearance
};

enum class Environment { kNo, kYes };  ///< whether "${NAME}" stands for an environment variable

/// Refuses what stands at a node (kUsage), with verb, file and line: "[compare] line 3 of plan.toml: ...".
[[noreturn]] void fail_at(const PlanFile& file, const toml::node& node, const std::string& text);

/// Sets the field of that name from a key's value, and returns the value as the text that was set. It must be
/// of the field's own type: a whole number where one is counted, a list where there may be several; text that
/// holds "${NAME}" may stand for any value with Environment::kYes. Errors: kUsage naming file, line and
/// key: another type, an unknown key, a choice or range, a variable that is not set.
std::string take_value(base::ConfigFields& fields, const std::string& key, const toml::node& node,
                       PlanFile& file, Environment environment = Environment::kNo);
/// The value of a key that must be text.
std::string take_text(const std::string& key, const toml::node& node, PlanFile& file);

/// The tables of [[key]] / the table [key]. Errors: kUsage for anything else there.
const toml::array& tables_at(const toml::node& node, const std::string& key, const PlanFile& file);
const toml::table& table_at(const toml::node& node, const std::string& key, const PlanFile& file);

}  // namespace r2rank::experiment
