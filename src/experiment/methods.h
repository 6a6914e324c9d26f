#pragma once

#include <memory>
#include <string>
#include <vector>

#include "baselines/method.h"

namespace r2rank::experiment {

/// Every method of ranking that can be made from a dataset and a split, with its default settings.
std::vector<std::unique_ptr<baselines::Method>> all_methods();
std::vector<std::string> method_names();
/// Errors: kUsage for an unknown name, with the nearest one.
std::unique_ptr<baselines::Method> make_method(const std::string& name);

/// Sets some of a method's settings. Errors: kUsage for an unknown one (with the nearest), a wrong type or
/// range.
void set_settings(baselines::Method& method, const baselines::SettingValues& values);
/// All settings of a method as they stand.
baselines::SettingValues settings_of(baselines::Method& method);
/// "name=value" as a pair. Errors: kUsage without '='.
std::pair<std::string, std::string> parse_setting(const std::string& text);

}  // namespace r2rank::experiment
