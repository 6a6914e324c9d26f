#include "cli/help.h"

#include <fmt/format.h>

#include <sstream>

#include "cli/parse.h"
#include "cli/table.h"
#include "cli/verbs.h"

namespace r2rank::cli {
namespace {

using base::ConfigField;

constexpr size_t kWidth = 100;
constexpr size_t kLeftColumn = 30;
constexpr std::string_view kExitCodes =
    "\nExit codes:\n"
    "  0 done   2 wrong flag or configuration value   3 malformed input file\n"
    "  4 file system (missing, unwritable, full)   5 too little memory, absent device, spending limit\n"
    "  130 interrupted   1 internal error (please report it)\n";

std::string metavar(const ConfigField& field) {
  if (!field.choices.empty()) return " NAME";
  if (field.name == "output") return field.help.find("older") == std::string::npos ? " FILE" : " FOLDER";
  switch (field.value.index()) {
    case 1:
      return " N";
    case 2:
      return " X";
    case 3:
      return " TEXT";
    case 4:
      return " A,B,...";
    default:
      return "";
  }
}

std::string left_column(const ConfigField& field) {
  if (!std::holds_alternative<bool*>(field.value)) return field.flag() + metavar(field);
  return fmt::format("--[no-]{}", field.flag().substr(2));
}

std::string range(const ConfigField& field) {
  if (field.low <= -1e300 && field.high >= 1e300) return "";
  if (field.high >= 1e300) return fmt::format("at least {}", field.low);
  if (field.low <= -1e300) return fmt::format("at most {}", field.high);
  return fmt::format("{} to {}", field.low, field.high);
}

std::string details(const ConfigField& field) {
  std::string text = field.required ? "needed" : "default: " + shown_value(field);
  if (const std::string limits = range(field); !limits.empty()) text += "; " + limits;
  if (!field.choices.empty()) text += fmt::format("; one of {}", fmt::join(field.choices, ", "));
  return fmt::format("({})", text);
}

std::string entry(const std::string& left, const std::string& right) {
  std::string text = "  " + left;
  size_t at = text_width(text);
  for (const auto& line : wrapped(right, kWidth - kLeftColumn)) {
    if (at + 1 >= kLeftColumn) text += '\n', at = 0;
    text += std::string(kLeftColumn - at, ' ') + line;
    at = kLeftColumn;
  }
  return text + '\n';
}

std::string paragraph(std::string_view text) {
  return fmt::format("{}\n", fmt::join(wrapped(std::string(text), kWidth), "\n"));
}

std::string usage_line(const VerbText& text, const Flags& flags) {
  std::string line = fmt::format("r2rank {}", text.name);
  for (const auto& positional : flags.positionals())
    line +=
        positional.needed ? fmt::format(" {}", positional.metavar) : fmt::format(" [{}]", positional.metavar);
  for (const auto& field : flags.fields().all()) {
    bool by_position = false;
    for (const auto& positional : flags.positionals()) by_position |= positional.field == field.name;
    if (field.required && !by_position) line += fmt::format(" {}{}", field.flag(), metavar(field));
  }
  return line + " [flags]";
}

std::string positional_entries(const Flags& flags) {
  std::string text;
  for (const auto& positional : flags.positionals()) {
    const ConfigField& field = flags.find(positional.field);
    text += entry(positional.metavar, fmt::format("{} (also: {})", shown_help(field), field.flag()));
  }
  return text.empty() ? "" : "\nArguments:\n" + text;
}

bool is_positional(const Flags& flags, const ConfigField& field) {
  for (const auto& positional : flags.positionals())
    if (positional.field == field.name) return true;
  return false;
}

std::string group_entries(const Flags& flags) {
  std::string text;
  for (size_t g = 0; g < flags.groups().size(); ++g) {
    std::string entries;
    for (const ConfigField* field : flags.fields_of(g))
      if (!is_positional(flags, *field))
        entries += entry(left_column(*field), shown_help(*field) + " " + details(*field));
    if (!entries.empty()) text += fmt::format("\n{}:\n{}", flags.groups()[g].title, entries);
  }
  return text;
}

std::string common_entries() {
  CommonFlags common;
  base::ConfigFields fields;
  common.describe(fields);
  std::string text = "\nEvery verb has:\n";
  for (const auto& field : fields.all())
    text += entry(field.flag() + (field.name == "config" ? " FILE" : ""), field.help);
  return text + entry("--help", "this page");
}

/// A long command continues on the next line, as one would type it; only in front of a flag is that always
/// right.
std::string continued(std::string line) {
  std::string text;
  while (line.size() + 2 > kWidth) {
    const size_t space = line.rfind(" --", kWidth - 4);
    if (space == std::string::npos || space == 0) break;
    text += fmt::format("  {} \\\n", line.substr(0, space));
    line = fmt::format("   {}", line.substr(space));
  }
  return text + fmt::format("  {}\n", line);
}

std::string example_lines(std::string_view examples) {
  std::istringstream lines{std::string(examples)};
  std::string text, line;
  while (std::getline(lines, line)) text += continued(line);
  return text.empty() ? "" : "\nExamples:\n" + text;
}

template <class Keep>
std::string verb_list(Keep keep) {
  std::string text, heading;
  for (const auto& verb : all_verbs()) {
    const VerbText about = verb->text();
    if (!keep(about)) continue;
    if (heading != about.group) text += fmt::format("\n{}:\n", heading = about.group);
    text += fmt::format("  {:<18}{}\n", about.name, about.summary);
  }
  return text;
}

}  // namespace

std::string program_help() {
  std::string text = paragraph("r2rank " R2RANK_VERSION
                               " trains a language model to reason about one user and one item at a time, "
                               "and to rank by what it concluded.");
  text += "\nUsage: r2rank VERB [arguments] [flags]\n";
  text += verb_list([](const VerbText&) { return true; });
  text +=
      "\nStart here: './run demo' does all of it on MovieLens-100K; by hand, begin with 'r2rank doctor' and\n"
      "'r2rank import --help'. Every verb explains itself with --help.\n";
  return text.append(kExitCodes);
}

std::string family_help(const std::string& word) {
  const std::string verbs =
      verb_list([&](const VerbText& about) { return about.name.substr(0, word.size() + 1) == word + " "; });
  return verbs.empty() ? "" : fmt::format("Usage: r2rank {} VERB [arguments] [flags]\n{}", word, verbs);
}

std::string verb_help(const VerbText& text, const Flags& flags) {
  std::string page = fmt::format("r2rank {}: {}\n\n{}\nUsage: {}\n", text.name, text.summary,
                                 paragraph(text.purpose), usage_line(text, flags));
  page += positional_entries(flags) + example_lines(text.examples) + group_entries(flags);
  page += text.common_flags ? common_entries() : fmt::format("\n{}", entry("--help", "this page"));
  return page.append(kExitCodes);
}

}  // namespace r2rank::cli
