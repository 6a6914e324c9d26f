#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/files.h"
#include "base/interrupt.h"
#include "base/progress.h"
#include "cli/output.h"
#include "cli/output_folder.h"
#include "cli/shell.h"
#include "cli/verb.h"
#include "experiment/baseline_folder.h"
#include "experiment/comparison.h"
#include "experiment/comparison_data.h"
#include "experiment/comparison_render.h"

namespace r2rank::cli {
namespace {

class Compare : public Verb {
 public:
  VerbText text() const override {
    return {
        .name = "compare",
        .group = "Train and evaluate",
        .summary = "one file of data sets and methods -> one table of all of them",
        .purpose =
            "Imports and splits each data set, trains and tunes each method within its budget, scores the same "
            "slates with all of them, and writes one table with intervals and corrected tests. A row that is "
            "finished is not made again: an interrupted comparison goes on where it was.",
        .examples =
            "# what would be done\n"
            "r2rank compare baselines.toml --output runs/baselines --dry-run\n"
            "# do it, and write the tables for a paper\n"
            "r2rank compare baselines.toml --output runs/baselines --tables tables"};
  }

  void declare(Flags& flags) override {
    flags.group("Input and output");
    flags.fields().add("plan", plan_, "TOML file of data sets and rows (docs/formats.md)").mandatory();
    flags.positional("PLAN", "plan");
    flags.fields()
        .add("output", output_, "folder of data sets, rows and results; goes on with what it holds")
        .mandatory();
    flags.fields().add("tables", tables_,
                       "folder for baselines.md, .tex, .csv and .json (none: into the output folder)");
  }

  int run(const Invocation& invocation) override {
    base::catch_interrupts();
    const auto plan = experiment::read_plan(plan_);
    if (invocation.dry_run) {
      const std::string page = experiment::describe_comparison(plan, output_);
      print("{}", invocation.json ? nlohmann::json{{"plan", page}}.dump() + "\n"
                                  : page + "dry run: nothing made\n");
      return 0;
    }
    const base::Path tables = tables_.empty() ? base::Path(output_) : base::Path(tables_);
    check_place(output_);
    check_place(tables);
    const auto result = experiment::run_comparison(plan, output_);
    const std::string json = as_json(result).dump(1) + "\n";
    base::write_file(tables / "baselines.md", page(result, experiment::TableFormat::kMarkdown));
    base::write_file(tables / "baselines.tex", page(result, experiment::TableFormat::kLatex));
    base::write_file(tables / "baselines.csv", page(result, experiment::TableFormat::kCsv));
    base::write_file(tables / "baselines.json", json);
    print("{}", invocation.json ? json : page(result, experiment::TableFormat::kText));
    return 0;
  }

 private:
  std::string command() const {
    return fmt::format("r2rank compare {} --output {}", shell_word(plan_), shell_word(output_));
  }

  std::string page(const experiment::ComparisonResult& result, experiment::TableFormat format) const {
    std::string text;
    if (format == experiment::TableFormat::kMarkdown)
      text = fmt::format("# Baselines\n\nMade by `{}`.\n\n", command());
    for (const auto& table : result.tables) text += experiment::render(table, format) + "\n";
    if (format == experiment::TableFormat::kMarkdown) text += times(result);
    return text;
  }

  static std::string times(const experiment::ComparisonResult& result) {
    std::string text =
        "## Time and settings of each row\n\n| data set | row | method | training | scoring | trials | validation NDCG@10 | "
        "settings |\n| :--- | :--- | :--- | ---: | ---: | ---: | ---: | :--- |\n";
    double seconds = 0;
    for (const auto& row : result.rows) {
      std::string settings;
      for (const auto& [name, value] : row.settings)
        settings += fmt::format("{}{} = {}", settings.empty() ? "" : ", ", name, value);
      text +=
          fmt::format("| {} | {} | {} | {} | {} | {} | {} | {} |\n", row.dataset, row.row, row.method,
                      base::format_duration(row.training_seconds), base::format_duration(row.scoring_seconds),
                      row.trials, row.valid_ndcg > 0 ? fmt::format("{:.4f}", row.valid_ndcg) : "", settings);
      seconds += row.training_seconds + row.scoring_seconds;
    }
    return text + fmt::format("\nAll rows together: {}.\n", base::format_duration(seconds));
  }

  nlohmann::ordered_json as_json(const experiment::ComparisonResult& result) const {
    nlohmann::ordered_json json = {{"command", command()}};
    auto& tables = json["tables"] = nlohmann::ordered_json::array();
    for (const auto& table : result.tables) tables.push_back(experiment::comparison_json(table));
    auto& rows = json["rows"] = nlohmann::ordered_json::array();
    for (const auto& row : result.rows)
      rows.push_back({{"dataset", row.dataset},
                      {"row", row.row},
                      {"method", row.method},
                      {"settings", experiment::settings_json(row.settings)},
                      {"training_seconds", row.training_seconds},
                      {"scoring_seconds", row.scoring_seconds},
                      {"slates", row.slates},
                      {"trials", row.trials},
                      {"valid_ndcg@10", row.valid_ndcg},
                      {"result", row.result}});
    return json;
  }

  std::string plan_, output_, tables_;
};

}  // namespace

std::unique_ptr<Verb> make_compare() {
  return std::make_unique<Compare>();
}

}  // namespace r2rank::cli
