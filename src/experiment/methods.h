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

/// Whether a method's scorers are Trainables: they learn by epochs, within a budget of time. Others are made
/// at once. Errors: as make_method.
bool learns_by_epochs(const std::string& name);

/// Whether it wants a language model: one that runs here ("model") or a server's ("endpoint"). Errors: as
/// make_method.
bool is_language_method(const std::string& name);

/// Sets some of a method's settings. Errors: kUsage for an unknown one (with the nearest), a wrong type or
/// range.
void set_settings(baselines::Method& method, const baselines::SettingValues& values);
/// All settings of a method as they stand.
baselines::SettingValues settings_of(baselines::Method& method);
/// "name=value" as a pair. Errors: kUsage without '='.
std::pair<std::string, std::string> parse_setting(const std::string& text);

}  // namespace r2rank::experiment
