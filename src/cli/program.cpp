#include "cli/program.h"

#include <csignal>
#include <cstdio>
#include <exception>
#include <memory>

#include "base/error.h"
#include "base/log.h"
#include "base/progress.h"
#include "cli/ending.h"
#include "cli/help.h"
#include "cli/output.h"
#include "cli/parse.h"
#include "cli/profile_text.h"
#include "cli/verbs.h"

namespace r2rank::cli {
namespace {

using Arguments = std::vector<std::string>;

int print_page(const std::string& page) {
  print_text(page);
  return 0;
}

void apply_loudness(const CommonFlags& common) {
  if (common.quiet && common.verbose)
    base::fail_usage("flags", "--quiet and --verbose exclude each other; choose one");
  if (common.quiet) base::set_log_level(base::LogLevel::kWarning);
  if (common.verbose) base::set_log_level(base::LogLevel::kDebug);
  base::set_progress_enabled(!common.quiet);
}

int run_verb(Verb& verb, const Arguments& arguments) {
  Flags flags;
  verb.declare(flags);
  const VerbText text = verb.text();
  if (asks_for_help(arguments)) return print_page(verb_help(text, flags));
  const CommonFlags common = parse_arguments(arguments, flags, text.common_flags);
  apply_loudness(common);
  if (common.print_config)
    return print_page(common.json ? flags.fields().as_json() + '\n' : flags.fields().as_toml());
  check_complete(flags, common);
  const auto profile = common.profile ? std::make_unique<model::Profile>() : nullptr;
  const int status = verb.run(
      {.json = common.json, .dry_run = common.dry_run, .quiet = common.quiet, .config = &flags.fields()});
  if (profile) std::fputs(profile_text(*profile).c_str(), stderr);
  return status;
}

int dispatch(const Arguments& arguments) {
  if (arguments.empty() || arguments[0] == "--help" || arguments[0] == "-h")
    return print_page(program_help());
  if (arguments[0] == "--version") return print_page("r2rank " R2RANK_VERSION "\n");
  if (arguments[0] == "help") {
    Arguments rest(arguments.begin() + 1, arguments.end());
    rest.emplace_back("--help");
    return dispatch(rest);
  }
  const FoundVerb found = find_verb(arguments);
  if (found.verb)
    return run_verb(*found.verb,
                    Arguments(arguments.begin() + static_cast<ptrdiff_t>(found.words), arguments.end()));
  const std::string family = family_help(arguments[0]);
  if (!family.empty() && (arguments.size() == 1 || asks_for_help(arguments))) return print_page(family);
  base::fail_usage("r2rank", "unknown verb '{}'; {}", arguments[0], verb_suggestion(arguments));
}

/// "r2rank import", or "r2rank" where no verb was found.
std::string speaker(const Arguments& arguments) {
  const FoundVerb found = find_verb(arguments);
  return found.verb ? "r2rank " + std::string(found.verb->text().name) : "r2rank";
}

int report(const Arguments& arguments, const Ending& ending) {
  base::clear_progress_line();
  std::fprintf(stderr, "%s: %s\n", speaker(arguments).c_str(), ending.text.c_str());
  return ending.status;
}

}  // namespace

int run_program(const Arguments& arguments) {
  // Both then come back as errors of write(), which end in one clear line and leave no temporary files.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  try {
    const int status = dispatch(arguments);
    flush_output();
    return status;
  } catch (const ReaderGone&) {
    return 0;
  } catch (const std::exception& error) {
    return report(arguments, ending_of(error));
  }
}

}  // namespace r2rank::cli
