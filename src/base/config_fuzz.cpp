// Any bytes as the file behind --config: taken or refused with base::Error. What was taken and is printed as
// TOML (config.toml of a run) must be read again as the same values.
#include <cstdint>

#include "base/config.h"
#include "base/error.h"
#include "base/fuzz_folder.h"

using namespace r2rank;

namespace {

/// A field of each type, with each kind of limit.
struct Settings {
  bool shuffle = true;
  int64_t steps = 10, seed = 7;
  double rate = 6e-6, alpha = 32;
  std::string credit = "marginal", cue = " Answer:";
  std::vector<std::string> cuts = {"5", "10"}, users;

  void describe(base::ConfigFields& fields) {
    fields.add("shuffle", shuffle, "True or false.");
    fields.add("steps", steps, "A whole number in a range.").between(1, 100);
    fields.add("seed", seed, "Any whole number.").mandatory();
    fields.add("rate", rate, "A number of 0 or more.").at_least(0);
    fields.add("alpha", alpha, "Any number.");
    fields.add("credit", credit, "One of some words.").one_of({"none", "shared", "marginal"});
    fields.add("cue", cue, "Any text.");
    fields.add("cuts", cuts, "A list of some words.").one_of({"1", "5", "10", "20"});
    fields.add("users", users, "Any list.");
  }
};

/// The values after reading one file.
struct Resolved {
  std::string toml, json;
};

Resolved resolve(const base::Path& path) {
  Settings settings;
  base::ConfigFields fields;
  settings.describe(fields);
  fields.load_toml(path);
  return {fields.as_toml(), fields.as_json()};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  static const base::FuzzFolder folder;
  Resolved found;
  try {
    found = resolve(folder.write("config.toml", {reinterpret_cast<const char*>(bytes), size}));
  } catch (const base::Error&) {
    return 0;
  }
  const Resolved again = resolve(folder.write("printed.toml", found.toml));
  R2RANK_CHECK(again.json == found.json && again.toml == found.toml);
  return 0;
}
