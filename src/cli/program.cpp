#include "cli/program.h"

#include <csignal>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <memory>
#include <new>
#include <string_view>

#include "base/error.h"
#include "base/log.h"
#include "base/progress.h"
#include "cli/help.h"
#include "cli/output.h"
#include "cli/parse.h"
#include "cli/profile_text.h"
#include "cli/verbs.h"

namespace r2rank::cli {
namespace {

using Arguments = std::vector<std::string>;

constexpr int kInternalError = 1;
constexpr const char* kOutOfMemory =
    "out of memory; 'r2rank doctor' shows what there is, smaller settings need less";

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

int report(const Arguments& arguments, int status, std::string text) {
  // libtorch appends a stack trace to its errors; only its first line is about the problem.
  text = text.substr(0, text.find('\n'));
  base::clear_progress_line();
  std::fprintf(stderr, "%s: %s\n", speaker(arguments).c_str(), text.c_str());
  return status;
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
  } catch (const base::Error& error) {
    return report(arguments, error.exit_code(), error.what());
  } catch (const std::bad_alloc&) {
    return report(arguments, static_cast<int>(base::ErrorKind::kResource), kOutOfMemory);
  } catch (const std::filesystem::filesystem_error& error) {
    return report(arguments, static_cast<int>(base::ErrorKind::kIo), error.what());
  } catch (const std::exception& error) {
    // libtorch has no type of its own for it on the CPU.
    if (std::string_view(error.what()).find("can't allocate memory") != std::string_view::npos)
      return report(arguments, static_cast<int>(base::ErrorKind::kResource), kOutOfMemory);
    return report(arguments, kInternalError, std::string("unexpected error: ") + error.what());
  }
}

}  // namespace r2rank::cli
