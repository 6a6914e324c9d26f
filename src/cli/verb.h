#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cli/flags.h"

// How a verb is added (`train`, say); nothing registers itself, so the order of linking never matters:
//   1. src/cli/train.cpp
//        class Train : public Verb {
//         public:
//          VerbText text() const override { return {.name = "train", .group = "Train", ...}; }
//          void declare(Flags& flags) override {
//            flags.group("Schedule");            // a heading of the help page
//            config_.describe(flags.fields());   // learn::TrainConfig: the only place where its parameters
//            exist flags.group("Files"); flags.fields().add("dataset", dataset_, "folder made by import");
//            flags.positional("DATASET", "dataset");
//            flags.output(output_, "the run");   // --output and --overwrite
//          }
//          int run(const Invocation& invocation) override;   // the configuration is set and checked by now
//         private:
//          learn::TrainConfig config_;
//          ...
//        };
//        std::unique_ptr<Verb> make_train() { return std::make_unique<Train>(); }
//   2. verbs.cpp: its declaration and one line in the table.
// A name may have two words ("model inspect"): `r2rank model` then lists all verbs that begin so.

namespace r2rank::cli {

/// What is said about a verb.
struct VerbText {
  std::string_view name;     ///< one word, or two ("model inspect")
  std::string_view group;    ///< heading in the list of verbs
  std::string_view summary;  ///< one line, at most 70 characters, no full stop
  std::string_view purpose;  ///< two sentences: what it does, what to use it for
  /// Commands that work, one a line; lines that start with '#' are comments.
  std::string_view examples;
  /// false for a verb that has neither configuration nor results to give as JSON (completion).
  bool common_flags = true;
};

/// How a verb was called, beyond its own configuration. --quiet and --verbose are already applied to log and
/// progress.
struct Invocation {
  bool json = false;     ///< one JSON object on standard output instead of text
  bool dry_run = false;  ///< check, say what would be done and what it costs, write nothing
  bool quiet = false;
  const base::ConfigFields* config =
      nullptr;  ///< the resolved values, for a run folder to record; never null in run()
};

/// One command of the program. An object serves one call.
class Verb {
 public:
  virtual ~Verb() = default;
  virtual VerbText text() const = 0;
  /// Adds the verb's parameters; called once, before anything is parsed.
  virtual void declare(Flags& flags) = 0;
  /// Refuses what run() would refuse before it opens a file, such as settings that exclude each other; may
  /// put what they mean in their place. `fields` hold the values, all that are mandatory among them. Called
  /// at most once: by run() itself, or by who asks what run() would say (a study). Errors: kUsage.
  virtual void check_settings(const base::ConfigFields& fields) { static_cast<void>(fields); }
  /// Does the work: results to standard output (output.h), everything else to the log. Returns the exit
  /// status, 0 when done; errors are thrown as base::Error. A verb that looks at base::interrupt_requested()
  /// calls base::catch_interrupts() first.
  virtual int run(const Invocation& invocation) = 0;
};

}  // namespace r2rank::cli
