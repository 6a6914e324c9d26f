#include "report/markdown.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/printable.h"
#include "experiment/table_lines.h"

namespace r2rank::report {
namespace {

using experiment::Line;

/// A text from data within a line.
std::string plain(const std::string& text) {
  std::string result;
  for (const char c : experiment::markdown_text(base::printable(text))) {
    if (c == '<')
      result += "&lt;";
    else if (c == '[' || c == ']')
      result += fmt::format("\\{}", c);
    else
      result += c;
  }
  return result;
}

std::string plain(const Json& value) {
  if (value.is_string()) return plain(value.get<std::string>());
  return value.is_null() ? "" : value.dump();
}

std::string decimal(const Json& value, int digits = 3) {
  return value.is_number() ? fmt::format("{:.{}f}", value.get<double>(), digits) : "";
}

/// "0.541 [0.520, 0.562]"
std::string interval(const Json& mean, const Json& lo, const Json& hi) {
  if (!mean.is_number()) return "";
  if (!lo.is_number() || !hi.is_number()) return decimal(mean);
  return fmt::format("{} [{}, {}]", decimal(mean), decimal(lo), decimal(hi));
}

/// A command as code, whatever backticks are in it.
std::string code(std::string text) {
  std::replace(text.begin(), text.end(), '`', '\'');
  return fmt::format("`{}`", base::printable(text));
}

// ---- headline ----

/// "0.541 [0.520, 0.562]", and where the pair is over fewer users what it is over these.
std::string own_value(const Json& own, const Json& ours, const Json& best) {
  const std::string value = interval(ours, own["lo"], own["hi"]);
  if (best["users"] == own["users"]) return value;
  return fmt::format("{}; {} on these {}", value, decimal(best["ours"]), plain(best["users"]));
}

constexpr size_t kMostNamed = 3;  // of those that ours is not above; the headline's file has them all

/// "a, b, c and 2 more"
std::string first_names(const std::vector<std::string>& list) {
  std::vector<std::string> names;
  for (const auto& name : list)
    if (names.size() < kMostNamed) names.push_back(plain(name));
  const std::string text = fmt::format("{}", fmt::join(names, ", "));
  return list.size() == names.size() ? text : fmt::format("{} and {} more", text, list.size() - names.size());
}

/// "met: above all 12", "missed: not above a; p of .05 or more against b"
std::string in_words(const Json& target) {
  if (target["met"].get<bool>()) return fmt::format("met: above all {}", plain(target["count"]));
  std::vector<std::string> reasons;
  auto not_above = target["not_above"].get<std::vector<std::string>>();
  const auto not_significant = target["not_significant"].get<std::vector<std::string>>();
  if (const Json& best = target["best"]; best["verdict"] == "below") {
    std::erase(not_above, best["scorer"].get<std::string>());
    reasons.push_back(fmt::format("below {}", plain(best["scorer"])));
  }
  if (!not_above.empty()) reasons.push_back(fmt::format("not above {}", first_names(not_above)));
  if (!not_significant.empty())
    reasons.push_back(fmt::format("p of .05 or more against {}", first_names(not_significant)));
  return fmt::format("missed: {}", fmt::join(reasons, "; "));
}

std::string minutes_of(const Json& one) {
  const Json seconds = one.value("training_seconds", Json());
  return seconds.is_number() ? fmt::format("{:.1f}", seconds.get<double>() / 60) : "?";
}

Line target_line(const std::string& dataset, const std::string& kind, const Json& figures, const Json& own,
                 const Json& target) {
  Line line = {plain(dataset), fmt::format("{} ({})", kind, plain(own["scorer"]))};
  const Json& best = target["best"];
  if (best.is_null()) {
    line.insert(line.end(), {interval(figures["ours"], own["lo"], own["hi"]), plain(target["title"]),
                             "none was measured", "", "", "", "", minutes_of(own), ""});
    return line;
  }
  line.insert(line.end(), {own_value(own, figures["ours"], best), plain(target["title"]),
                           plain(best["scorer"]), decimal(best["value"]), plain(best["users"]),
                           interval(best["mean"], best["lo"], best["hi"]), plain(best["p_holm"]),
                           fmt::format("{}; {}", minutes_of(own), minutes_of(best)), in_words(target)});
  return line;
}

/// "loo-hard19-sasrec-seed7, recall 0.412"
std::string slates_name(const Json& details) {
  const auto protocol = details["protocol"].get<std::string>();
  return details.contains("recall") ? fmt::format("{}, recall {}", protocol, decimal(details["recall"]))
                                    : protocol;
}

/// A line a target.
std::string set_lines(const std::string& name, const Json& set) {
  std::string text;
  for (const char* kind : {"text", "hybrid"})
    if (set.contains(kind))
      for (const auto& target : set["details"][kind]["targets"])
        text += experiment::markdown_line(target_line(name, kind, set[kind], set["details"][kind], target));
  return text;
}

/// The language model that comes closest, with its budget beside ours: where it had less, it may be below for
/// that.
std::string budget_line(const std::string& dataset, const Json& own) {
  for (const auto& baseline : own["baselines"]) {  // closest first
    if (baseline["family"] != "language model") continue;
    return fmt::format("- {}: {} was trained for {} minutes, {}, the closest language model, for {}\n",
                       plain(dataset), plain(own["scorer"]), minutes_of(own), plain(baseline["scorer"]),
                       minutes_of(baseline));
  }
  return "";
}

std::string budget_lines(const Json& headline) {
  std::string text;
  for (const auto& [dataset, set] : headline.items())
    if (set.contains("text")) text += budget_line(dataset, set["details"]["text"]);
  return text.empty() ? "" : fmt::format("Budgets:\n\n{}\n", text);
}

std::string headline_section(const Json& headline) {
  const Json& first = headline.begin()->at("details");
  std::string text = fmt::format(
      "## Headline\n\n{}: ours against the best of each kind, the one with the smallest paired difference over the users "
      "that both have. Met: of every baseline of the kind the whole interval of that difference is above 0 and the "
      "corrected p under .05. Intervals: {}. p: {}. Training: minutes of ours; of the other one, its trials "
      "included.\n\n",
      plain(first["metric"]), plain(first["intervals"]), plain(first["tests"]));
  text += experiment::markdown_head({"data set", "ours", plain(first["metric"]), "against the best", "scorer",
                                     "its value", "users", "difference", "p (Holm)", "training, min",
                                     "target: above all"});
  for (const auto& [dataset, set] : headline.items()) {
    text += set_lines(dataset, set);
    for (const auto& other : set["details"].value("others", Json::array()))
      text += set_lines(fmt::format("{}, {}", dataset, slates_name(other["details"])), other);
  }
  return text + "\n" + budget_lines(headline);
}

constexpr size_t kMostMetrics = 7;  // columns of a table; the page has them all

Line head_of(const Json& table) {
  Line head = {"scorer"};
  for (size_t i = 0; i < std::min(kMostMetrics, table["metrics"].size()); ++i)
    head.push_back(table["metrics"][i].get<std::string>());
  head.insert(head.end(), {"tokens", "ms"});
  if (!table["reference"].get<std::string>().empty())
    head.push_back(
        fmt::format("{} - {} (Holm p)", table["main"].get<std::string>(), plain(table["reference"])));
  return head;
}

std::string against(const Json& row, size_t main) {
  if (row["against"].is_null()) return "";
  const Json& values = row["against"][main];
  return fmt::format("{} ({})", interval(values[0], values[1], values[2]), plain(values[4]));
}

std::string table_text(const Json& table) {
  size_t main = 0;
  while (table["metrics"][main] != table["main"]) ++main;
  std::string text =
      fmt::format("## {}\n\n{} on {} users, {} slates (hash {}). {}. {}\n\n", plain(table["title"]),
                  plain(table["protocol"]), plain(table["users"]), plain(table["slates"]),
                  plain(table["slates_hash"]), plain(table["intervals"]), plain(table["tests"]));
  text += experiment::markdown_head(head_of(table));
  for (const auto& row : table["rows"]) {
    Line line = {plain(row["scorer"])};
    for (size_t i = 0; i < std::min(kMostMetrics, row["values"].size()); ++i)
      line.push_back(interval(row["values"][i][0], row["values"][i][1], row["values"][i][2]));
    line.push_back(plain(row["tokens"]));
    line.push_back(plain(row["ms"]));
    if (!table["reference"].get<std::string>().empty()) line.push_back(against(row, main));
    text += experiment::markdown_line(line);
  }
  return text + "\n";
}

/// A table of scorers by columns, as experiment::comparison_json() has it.
std::string cells_text(const Json& table) {
  Line head = {"scorer"};
  for (const auto& column : table["columns"]) head.push_back(plain(column["name"]));
  std::string text = experiment::markdown_head(head);
  for (const auto& row : table["rows"]) {
    Line line = {plain(row["scorer"])};
    for (const auto& cell : row["cells"])
      line.push_back(cell.is_null() ? "" : interval(cell["mean"], cell["lo"], cell["hi"]));
    text += experiment::markdown_line(line);
  }
  return text + "\n";
}

std::string comparison_text(const Json& table) {
  if (table.is_null()) return "";
  return fmt::format("## {} over data sets\n\n", plain(table["metric"])) + cells_text(table);
}

/// The last value of each column of a curve; a page shows the rest.
std::string curves_text(const Json& curves) {
  if (curves.empty()) return "";
  std::string text =
      "## Training: the last logged values\n\n`clock` is in seconds: of a run, its steps and measurements after those "
      "of the runs it goes on from (where their folders are there), but no time of rankers that give it signals; of a "
      "baseline, the epochs of its chosen trial, but not its other trials.\n\n";
  for (const auto& curve : curves) {
    text += fmt::format("- {} ({} steps):", plain(curve["name"]), plain(curve["steps"]));
    for (size_t c = 0; c < curve["columns"].size(); ++c)
      text += fmt::format(" {} {};", plain(curve["columns"][c]), plain(curve["values"][c].back()));
    text.back() = '\n';
  }
  return text + "\n";
}

/// The plan's own pairs, and what the intervals do not cover.
std::string study_notes(const Json& study) {
  std::string text;
  for (const auto& pair : study.value("pairs", Json::array()))
    text += fmt::format("- {} - {}: {}, p (Holm) {}\n", plain(pair["arm"]), plain(pair["to"]),
                        interval(pair["mean"], pair["lo"], pair["hi"]), plain(pair["p_holm"]));
  if (!text.empty()) text += "\n";
  if (study.value("one_training", false))
    text += "One training each; the noise of training is not in the interval.\n\n";
  return text;
}

std::string study_text(const Json& study) {
  std::string text = fmt::format("## Study: {}\n\n", plain(study["title"]));
  if (!study["question"].get<std::string>().empty()) text += plain(study["question"]) + "\n\n";
  text += experiment::markdown_head({"arm", plain(study["axis"]["label"]), plain(study["metric"]),
                                     "difference", "to", "p (Holm)", "tokens", "seconds"});
  for (const auto& arm : study["arms"]) {
    const Json none = Json::object();
    const Json& paired = arm["paired"].is_null() ? none : arm["paired"];
    const auto field = [&](const char* name) { return paired.contains(name) ? paired[name] : Json(); };
    text += experiment::markdown_line(
        {plain(arm["name"]), arm["x"].is_number() ? plain(arm["x"]) : "",
         interval(arm["mean"], arm["lo"], arm["hi"]), interval(field("mean"), field("lo"), field("hi")),
         plain(field("to")), plain(field("p_holm")), plain(arm["tokens_per_slate"]), plain(arm["seconds"])});
  }
  text += fmt::format("\n{}", study_notes(study));
  for (const auto& slice : study["slices"])
    text += fmt::format("### By {}\n\n", plain(slice["title"])) + cells_text(slice);
  return text;
}

std::string bench_text(const Json& bench) {
  std::string text = fmt::format("## Speed: {} ({}, {})\n\n", plain(bench["model"]), plain(bench["dtype"]),
                                 plain(bench["device"]));
  text += experiment::markdown_head({"operation", "ms", "per second", "", "GFLOP/s", "of peak"});
  for (const auto& row : bench["rows"])
    text += experiment::markdown_line({plain(row["name"]), plain(row["ms"]), plain(row["rate"]),
                                       plain(row["unit"]), plain(row["gflops"]), decimal(row["share"], 2)});
  return text + "\n";
}

std::string data_text(const Json& data) {
  if (data.empty()) return "";
  std::string text = "## Data sets\n\n" + experiment::markdown_head({"data set", "users", "items",
                                                                     "interactions", "density", "protocols"});
  for (const auto& one : data) {
    const Json& description = one["description"];
    std::string protocols;
    for (const auto& split : one["splits"])
      protocols += (protocols.empty() ? "" : ", ") + plain(split["protocol"]);
    text += experiment::markdown_line({plain(one["name"]), plain(description["users"]),
                                       plain(description["items"]), plain(description["interactions"]),
                                       plain(rounded(description["density"].get<double>(), 3)), protocols});
  }
  return text + "\n";
}

std::string provenance_text(const Json& model) {
  std::string text = "## How it was made\n\n";
  for (const auto& source : model["provenance"]) {
    text += fmt::format("- {} {}", plain(source["kind"]), code(source["path"].get<std::string>()));
    const auto command = source["command"].get<std::string>();
    text += command.empty() ? "\n" : fmt::format(": {}\n", code(command));
  }
  return text + fmt::format("\nThis report: {} by {}.\n", code(model["command"].get<std::string>()),
                            plain(model["program"]));
}

}  // namespace

std::string render_markdown(const Json& given) {
  // Bytes that are no UTF-8 are replaced once for all.
  const Json model = Json::parse(given.dump(-1, ' ', false, Json::error_handler_t::replace));
  std::string text = fmt::format("{}\n# {}\n\n", kMarkdownMark, plain(model["title"]));
  if (model.contains("headline") && !model["headline"].is_null()) text += headline_section(model["headline"]);
  for (const auto& table : model["tables"]) text += table_text(table);
  text += comparison_text(model["comparison"]);
  for (const auto& study : model["studies"]) text += study_text(study);
  text += curves_text(model["curves"]);
  for (const auto& bench : model["benches"]) text += bench_text(bench);
  return text + data_text(model["data"]) + provenance_text(model);
}

}  // namespace r2rank::report
