#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/config.h"

namespace r2rank::cli {

/// Where a verb writes. Declared by Flags::output, so that every verb spells it alike.
struct OutputFolder {
  std::string output;
  bool overwrite = false;
};

/// What a verb accepts: the fields of its configuration structs under headings, and which of them may be
/// given without a flag. Filled once by Verb::declare; the parser, the help page and the reference page read
/// it.
class Flags {
 public:
  struct Group {
    std::string title;
    size_t first;  ///< index of its first field in fields().all()
  };
  struct Positional {
    std::string metavar;  ///< "SOURCE"
    std::string field;    ///< the field it sets; a list takes all arguments that are left
    bool needed;
  };

  /// Starts a heading; what is added to fields() from here on stands under it.
  void group(std::string title);
  /// Lets `field` (already added) be given by position. Needed ones come first and count as mandatory.
  void positional(std::string metavar, std::string_view field, bool needed = true);
  /// Adds --output (mandatory, but not with --dry-run) and --overwrite. `what` ends "where to write ...".
  void output(OutputFolder& target, std::string_view what);

  base::ConfigFields& fields() { return fields_; }
  const base::ConfigFields& fields() const { return fields_; }
  const std::vector<Group>& groups() const { return groups_; }
  const std::vector<Positional>& positionals() const { return positionals_; }
  /// The fields of group `index`.
  std::vector<const base::ConfigField*> fields_of(size_t index) const;
  base::ConfigField& find(std::string_view name);
  const base::ConfigField& find(std::string_view name) const;

 private:
  base::ConfigFields fields_;
  std::vector<Group> groups_;
  std::vector<Positional> positionals_;
};

/// The value a field holds now, for people: "7", "none" for a limit that is off, "empty" for no text.
std::string shown_value(const base::ConfigField& field);
/// A field's help, beginning with a capital letter where it begins with an ordinary word.
std::string shown_help(const base::ConfigField& field);

}  // namespace r2rank::cli
