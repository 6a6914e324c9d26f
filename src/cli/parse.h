#pragma once

#include <string>
#include <vector>

#include "cli/flags.h"

namespace r2rank::cli {

/// The flags every verb has. They belong to the call, not to the configuration: no TOML file sets them.
struct CommonFlags {
  std::string config;
  bool print_config = false, json = false, dry_run = false, quiet = false, verbose = false, profile = false;

  void describe(base::ConfigFields& fields);
};

/// Whether --help or -h is among the arguments (before a "--").
bool asks_for_help(const std::vector<std::string>& arguments);

/// Reads the arguments of one verb: first the TOML file of --config, then flags and positional arguments,
/// which win. Errors: kUsage for anything unknown (with the nearest name), doubled, ill-typed or out of
/// range; kData for bad TOML.
CommonFlags parse_arguments(const std::vector<std::string>& arguments, Flags& flags,
                            bool common_flags = true);

/// Checks that everything mandatory is set, the output only when it will be written. Errors: kUsage.
void check_complete(Flags& flags, const CommonFlags& common);

}  // namespace r2rank::cli
