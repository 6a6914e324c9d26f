#include "cli/program_verbs.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <sstream>

#include "base/error.h"
#include "cli/flags.h"
#include "cli/output.h"
#include "cli/parse.h"
#include "cli/shell.h"
#include "cli/verbs.h"
#include "model/compute_type.h"

namespace r2rank::cli {
namespace {

/// A verb with its flags declared.
struct Declared {
  std::unique_ptr<Verb> verb;
  Flags flags;
};

std::unique_ptr<Declared> declare(const std::string& name) {
  std::istringstream stream(name);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  FoundVerb found = find_verb(words);
  if (found.verb == nullptr || found.words != words.size())
    base::fail_usage("r2rank", "unknown verb '{}'; {}", name, verb_suggestion(words));
  auto declared = std::make_unique<Declared>();
  declared->verb = std::move(found.verb);
  declared->verb->declare(declared->flags);
  return declared;
}

void set(Flags& flags, const study::Settings& settings) {
  for (const auto& [name, value] : settings) flags.fields().set(name, value);
}

/// "--resume", "--no-beyond", "--minutes 12".
std::string flag_text(const base::ConfigField& field, const std::string& value) {
  if (!std::holds_alternative<bool*>(field.value)) return field.flag() + " " + shell_word(value);
  return value == "true" ? field.flag() : "--no-" + field.flag().substr(2);
}

}  // namespace

void ProgramVerbs::check(const std::string& verb, const study::Settings& settings) const {
  const auto declared = declare(verb);
  set(declared->flags, settings);
  check_complete(declared->flags, {});
  declared->verb->check_settings(declared->flags.fields());
}

std::string ProgramVerbs::auto_dtype(const std::string& device) const {
  return model::resolve_dtype("auto", device) == at::kFloat ? "f32" : "bf16";
}

bool ProgramVerbs::has(const std::string& verb, const std::string& setting) const {
  const auto declared = declare(verb);
  const auto& fields = declared->flags.fields().all();
  return std::any_of(fields.begin(), fields.end(), [&](const auto& field) { return field.name == setting; });
}

std::string ProgramVerbs::usual(const std::string& verb, const std::string& setting) const {
  const auto declared = declare(verb);
  const auto& field = declared->flags.find(setting);
  const auto* text = std::get_if<std::string*>(&field.value);  // as_text() would quote it
  return text != nullptr ? **text : field.as_text();
}

void ProgramVerbs::run(const std::string& verb, const study::Settings& settings) {
  const auto declared = declare(verb);
  set(declared->flags, settings);
  check_complete(declared->flags, {});
  const MutedOutput muted;
  declared->verb->run({.json = false, .dry_run = false, .quiet = false, .config = &declared->flags.fields()});
}

std::string ProgramVerbs::command(const std::string& verb, const study::Settings& settings) const {
  const auto declared = declare(verb);
  const auto& positionals = declared->flags.positionals();
  std::string places, flags;
  for (const auto& [name, value] : settings) {
    const bool positional = std::any_of(positionals.begin(), positionals.end(),
                                        [&](const auto& one) { return one.field == name; });
    if (positional)
      places += fmt::format(" {}", shell_word(value));
    else
      flags += fmt::format(" {}", flag_text(declared->flags.find(name), value));
  }
  return fmt::format("r2rank {}{}{}", verb, places, flags);
}

}  // namespace r2rank::cli
