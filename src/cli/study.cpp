#include <fmt/format.h>

#include <exception>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/files.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "cli/ending.h"
#include "cli/output.h"
#include "cli/output_folder.h"
#include "cli/program_verbs.h"
#include "cli/verb.h"
#include "data/dataset.h"
#include "data/split.h"
#include "study/study_render.h"

namespace r2rank::cli {
namespace {

/// A study that ended with an error.
struct Failure {
  std::string study, text;
  int status = 0;
};

bool is_interrupt(const std::exception& error) {
  const auto* own = dynamic_cast<const base::Error*>(&error);
  return own != nullptr && own->kind() == base::ErrorKind::kInterrupted;
}

Failure failure_of(const std::string& study, const std::exception& error) {
  const Ending ending = ending_of(error);
  return {study, ending.text, ending.status};
}

/// The first failure's status, after a line about each on standard error.
int tell(const std::vector<Failure>& failures, size_t studies) {
  for (const auto& failure : failures)
    base::log_line(base::LogLevel::kError, fmt::format("study {} failed: {}", failure.study, failure.text));
  if (failures.empty()) return 0;
  base::log_line(base::LogLevel::kError,
                 fmt::format("{} of {} studies failed; the same command makes what is missing",
                             failures.size(), studies));
  return failures.front().status;
}

nlohmann::json as_json(const nlohmann::json& studies, const std::vector<Failure>& failures) {
  nlohmann::json all{{"studies", studies}};
  for (const auto& failure : failures)
    all["failures"].push_back(nlohmann::json{{"study", failure.study}, {"error", failure.text}});
  return all;
}

class Study : public Verb {
 public:
  VerbText text() const override {
    return {
        .name = "study",
        .group = "Train and evaluate",
        .summary = "answer a question: a few arms, trained and asked on the same slates",
        .purpose =
            "Trains what a study's arms need, each step once and shared by all studies, scores the same test "
            "slates with every arm, and tells each difference with its interval, corrected p-value and cost. "
            "What is finished is not made again: the same command goes on where it stopped. A study that fails is "
            "left out, and the exit status says so at the end.",
        .examples =
            "# what would be trained and scored\n"
            "r2rank study studies data/shop --split data/shop-split --model model.gguf --output runs/studies "
            "--dry-run\n"
            "# one question\n"
            "r2rank study studies/reasoning.toml data/shop --split data/shop-split --model model.gguf --output "
            "runs/studies\n"
            "# all of them, and their tables for a paper\n"
            "r2rank study studies data/shop --split data/shop-split --model model.gguf --output runs/studies "
            "--tables tables"};
  }

  void declare(Flags& flags) override {
    flags.group("Input and output");
    auto& fields = flags.fields();
    fields.add("plan", plan_, "TOML file of a study, or a folder of them (docs/study.md)").mandatory();
    fields.add("dataset", input_.dataset, "dataset folder made by `r2rank import`").mandatory();
    fields.add("split", input_.split, "split folder made by `r2rank split`").mandatory();
    fields.add("model", input_.model, "the base model: GGUF file, Hugging Face folder or run folder")
        .mandatory();
    fields.add("output", output_, "folder of steps, answers and results; goes on with what it holds")
        .mandatory();
    fields.add("seeds", seeds_, "seeds of training (none: those of each plan)");
    fields.add("tables", tables_,
               "folder for NAME.md, NAME.csv and NAME.json of each study (none: its folder alone)");
    flags.positional("PLAN", "plan");
    flags.positional("DATASET", "dataset");
  }

  int run(const Invocation& invocation) override {
    base::catch_interrupts();
    input_.output = output_;
    const data::Dataset dataset = data::load_dataset(input_.dataset);
    const data::Split split = data::load_split(input_.split, dataset);
    study::StudyTasks tasks(input_, dataset, split, verbs_);
    std::vector<study::StudyPlan> plans;
    const std::vector<int64_t> seeds = study::parse_seeds(seeds_);
    for (const auto& file : study::study_files(plan_)) {
      plans.push_back(study::read_study(file));
      if (!seeds.empty()) plans.back().seeds = seeds;
    }
    for (const auto& plan : plans) study::check_study(plan, input_, tasks, verbs_);
    if (invocation.dry_run) return describe(plans, tasks, invocation.json);
    check_place(output_);
    check_no_other_folder(output_);
    if (!tables_.empty()) check_place(tables_);
    nlohmann::json told = nlohmann::json::array();
    std::vector<Failure> failures;
    for (const auto& plan : plans) {
      const std::string page = page_of(plan, tasks, invocation.json, plans.size() > 1, failures);
      if (page.empty()) continue;
      if (invocation.json)
        told.push_back(nlohmann::json::parse(page));
      else
        print("{}\n", page);
    }
    if (invocation.json)
      print("{}\n", as_json(told, failures).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    return tell(failures, plans.size());
  }

 private:
  /// Makes and writes a study; what is shown of it. With `others` a failure is noted, the page empty, and
  /// they go on. Errors: kInterrupted; without `others` all.
  std::string page_of(const study::StudyPlan& plan, study::StudyTasks& tasks, bool json, bool others,
                      std::vector<Failure>& failures) {
    try {
      const auto result = study::run_study(plan, tasks, verbs_);
      write(result);
      return json ? study::render_json(result) : study::render_text(result);
    } catch (const std::exception& error) {
      if (!others || is_interrupt(error)) throw;
      failures.push_back(failure_of(plan.name, error));
      base::log_warning("study {} failed and is left out: {}", plan.name, failures.back().text);
      return "";
    }
  }

  static int describe(const std::vector<study::StudyPlan>& plans, study::StudyTasks& tasks, bool json) {
    std::string text;
    for (const auto& plan : plans) text += study::describe_study(plan, tasks);
    if (json)
      print("{}\n", nlohmann::json{{"plan", text}}.dump());
    else
      print("{}dry run: nothing made\n", text);
    return 0;
  }

  void write(const study::StudyResult& result) const {
    write_to(base::Path(output_) / result.plan.name / "study", result);
    if (!tables_.empty()) write_to(base::Path(tables_) / result.plan.name, result);
  }

  static void write_to(const base::Path& stem, const study::StudyResult& result) {
    base::write_file(stem.string() + ".md", study::render_markdown(result));
    base::write_file(stem.string() + ".csv", study::render_csv(result));
    base::write_file(stem.string() + ".json", study::render_json(result));
  }

  std::string plan_, output_, tables_;
  std::vector<std::string> seeds_;
  study::StudyInput input_;
  ProgramVerbs verbs_;
};

}  // namespace

std::unique_ptr<Verb> make_study() {
  return std::make_unique<Study>();
}

}  // namespace r2rank::cli
