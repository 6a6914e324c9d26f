#include "cli/verbs.h"

#include <fmt/format.h>

#include "base/error.h"

namespace r2rank::cli {

std::unique_ptr<Verb> make_import();
std::unique_ptr<Verb> make_generate();
std::unique_ptr<Verb> make_split();
std::unique_ptr<Verb> make_data_describe();
std::unique_ptr<Verb> make_data_check();
std::unique_ptr<Verb> make_model_inspect();
std::unique_ptr<Verb> make_model_import();
std::unique_ptr<Verb> make_signals();
std::unique_ptr<Verb> make_distill();
std::unique_ptr<Verb> make_sft();
std::unique_ptr<Verb> make_train();
std::unique_ptr<Verb> make_eval();
std::unique_ptr<Verb> make_rank();
std::unique_ptr<Verb> make_baseline_list();
std::unique_ptr<Verb> make_baseline_train();
std::unique_ptr<Verb> make_combine();
std::unique_ptr<Verb> make_compare();
std::unique_ptr<Verb> make_study();
std::unique_ptr<Verb> make_report();
std::unique_ptr<Verb> make_doctor();
std::unique_ptr<Verb> make_bench();
std::unique_ptr<Verb> make_config_reference();
std::unique_ptr<Verb> make_completion();

namespace {

constexpr std::unique_ptr<Verb> (*kTable[])() = {
    make_import,         make_generate,
    make_split,          make_data_describe,
    make_data_check,     make_model_inspect,
    make_model_import,   make_signals,
    make_distill,        make_sft,
    make_train,          make_baseline_list,
    make_baseline_train, make_combine,
    make_eval,           make_compare,
    make_study,          make_report,
    make_rank,           make_doctor,
    make_bench,          make_config_reference,
    make_completion,
};

std::string joined(const std::vector<std::string>& arguments, size_t words) {
  return fmt::format("{}",
                     fmt::join(arguments.begin(), arguments.begin() + static_cast<ptrdiff_t>(words), " "));
}

}  // namespace

std::vector<std::unique_ptr<Verb>> all_verbs() {
  std::vector<std::unique_ptr<Verb>> verbs;
  for (const auto make : kTable) verbs.push_back(make());
  return verbs;
}

FoundVerb find_verb(const std::vector<std::string>& arguments) {
  for (const size_t words : {2, 1}) {
    if (arguments.size() < words) continue;
    const std::string name = joined(arguments, words);
    for (auto& verb : all_verbs())
      if (verb->text().name == name) return {std::move(verb), words};
  }
  return {};
}

std::string verb_suggestion(const std::vector<std::string>& arguments) {
  std::vector<std::string> names;
  for (const auto& verb : all_verbs()) names.emplace_back(verb->text().name);
  std::string near;
  if (arguments.size() > 1) near = base::nearest_name(joined(arguments, 2), names);
  if (near.empty() || near.find(' ') == std::string::npos)
    near = base::nearest_name(arguments.front(), names);
  return near.empty() ? "'r2rank --help' lists the verbs" : fmt::format("did you mean '{}'?", near);
}

}  // namespace r2rank::cli
