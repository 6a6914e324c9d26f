#include <fmt/format.h>

#include "cli/output.h"
#include "cli/parse.h"
#include "cli/verbs.h"

namespace r2rank::cli {
namespace {

void append_flags(std::string& words, const base::ConfigFields& fields) {
  for (const auto& field : fields.all()) words += field.flag() + " ";
}

std::string words_of(Verb& verb) {
  Flags flags;
  verb.declare(flags);
  std::string words;
  append_flags(words, flags.fields());
  CommonFlags common;
  base::ConfigFields fields;
  if (verb.text().common_flags) common.describe(fields);
  append_flags(words, fields);
  return words + "--help";
}

/// Before a verb its names are offered, after it the flags once a '-' is typed; bash itself completes file
/// names (-o default).
std::string bash_script() {
  std::string names, cases;
  for (const auto& verb : all_verbs()) {
    const std::string name(verb->text().name);
    names += name + " ";
    cases += fmt::format("    \"{0}\"|\"{0} \"*) flags=\"{1}\" ;;\n", name, words_of(*verb));
  }
  return fmt::format(
      "_r2rank() {{\n"
      "  local word=\"${{COMP_WORDS[COMP_CWORD]}}\" flags=\n"
      "  case \"${{COMP_WORDS[*]:1:COMP_CWORD-1}}\" in\n{}  esac\n"
      "  if [[ -z $flags ]]; then\n"
      "    COMPREPLY=($(compgen -W \"{}help --help --version\" -- \"$word\"))\n"
      "  elif [[ $word == -* ]]; then\n"
      "    COMPREPLY=($(compgen -W \"$flags\" -- \"$word\"))\n"
      "  fi\n"
      "}}\n"
      "complete -o default -F _r2rank r2rank\n",
      cases, names);
}

class Completion : public Verb {
 public:
  VerbText text() const override {
    return {.name = "completion",
            .group = "About this program",
            .summary = "a script that completes verbs and flags in bash",
            .purpose =
                "Prints a bash script that completes verbs and flags with the tab key. Load it in "
                "~/.bashrc.",
            .examples = "source <(r2rank completion)",
            .common_flags = false};
  }
  void declare(Flags&) override {}
  int run(const Invocation&) override {
    print_text(bash_script());
    return 0;
  }
};

}  // namespace

std::unique_ptr<Verb> make_completion() {
  return std::make_unique<Completion>();
}

}  // namespace r2rank::cli
