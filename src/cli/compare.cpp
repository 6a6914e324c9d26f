#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "base/files.h"
#include "base/interrupt.h"
#include "cli/output.h"
#include "cli/output_folder.h"
#include "cli/shell.h"
#include "cli/verb.h"
#include "experiment/comparison.h"
#include "experiment/comparison_outlook.h"
#include "experiment/comparison_report.h"

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
            "finished is not made again: an interrupted comparison goes on where it was. A row that fails is left "
            "out, and the exit status says so at the end.",
        .examples =
            "# what would be done\n"
            "r2rank compare baselines.toml --output runs/baselines --dry-run\n"
            "# do it, and write the tables for a paper\n"
            "r2rank compare baselines.toml --output runs/baselines --tables tables\n"
            "# your row beside published ones, which are not made again\n"
            "r2rank compare mine.toml --output runs/mine --ranks published/ranks"};
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
    flags.fields().add(
        "ranks", ranks_,
        "folder of ranks, a file a data set, to publish: rows in them count as finished, and finished "
        "ones are added (docs/formats.md)");
  }

  int run(const Invocation& invocation) override {
    base::catch_interrupts();
    const auto plan = experiment::read_plan(plan_);
    if (invocation.dry_run) {
      const std::string page = experiment::describe_comparison(plan, output_, ranks_);
      print("{}", invocation.json ? nlohmann::json{{"plan", page}}.dump() + "\n"
                                  : page + "dry run: nothing made\n");
      return 0;
    }
    check_place(output_);
    check_place(tables_folder());
    if (!ranks_.empty()) check_place(ranks_);
    const auto result = experiment::run_comparison(plan, output_, ranks_);
    write_tables(result, made_by(plan));
    print("{}", invocation.json ? json_text(result, made_by(plan))
                                : experiment::render(result, made_by(plan), experiment::TableFormat::kText));
    return status_of(result);
  }

 private:
  base::Path tables_folder() const { return tables_.empty() ? base::Path(output_) : base::Path(tables_); }

  /// The command, and the variables that its plan asks for: their values are places on one machine.
  std::string made_by(const experiment::ComparisonPlan& plan) const {
    std::string text = fmt::format("`r2rank compare {} --output {}", shell_word(plan_), shell_word(output_));
    if (!tables_.empty()) text += " --tables " + shell_word(tables_);
    if (!ranks_.empty()) text += " --ranks " + shell_word(ranks_);
    text += "`";
    if (plan.environment.empty()) return text;
    return fmt::format("{} with the environment variable{} {} set (see the plan)", text,
                       plan.environment.size() == 1 ? "" : "s", fmt::join(plan.environment, ", "));
  }

  static std::string json_text(const experiment::ComparisonResult& result, const std::string& made_by) {
    return experiment::report_json(result, made_by)
               .dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) +
           "\n";
  }

  void write_tables(const experiment::ComparisonResult& result, const std::string& made_by) const {
    using experiment::TableFormat;
    const base::Path folder = tables_folder();
    base::write_file(folder / "baselines.md", experiment::render(result, made_by, TableFormat::kMarkdown));
    base::write_file(folder / "baselines.tex", experiment::render(result, made_by, TableFormat::kLatex));
    base::write_file(folder / "baselines.csv", experiment::render(result, made_by, TableFormat::kCsv));
    base::write_file(folder / "baselines.json", json_text(result, made_by));
  }

  /// A table with rows missing is no success: that of the first row that failed.
  static int status_of(const experiment::ComparisonResult& result) {
    for (const auto& row : result.rows)
      if (!row.failure.empty()) return row.status;
    return 0;
  }

  std::string plan_, output_, tables_, ranks_;
};

}  // namespace

std::unique_ptr<Verb> make_compare() {
  return std::make_unique<Compare>();
}

}  // namespace r2rank::cli
