#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/files.h"
#include "base/interrupt.h"
#include "cli/output.h"
#include "cli/output_folder.h"
#include "cli/program_verbs.h"
#include "cli/verb.h"
#include "data/dataset.h"
#include "data/split.h"
#include "study/study_render.h"

namespace r2rank::cli {
namespace {

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
            "What is finished is not made again: the same command goes on where it stopped.",
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
    for (const auto& file : study::study_files(plan_)) plans.push_back(study::read_study(file));
    for (const auto& plan : plans) study::check_study(plan, input_, tasks, verbs_);
    if (invocation.dry_run) return describe(plans, tasks, invocation.json);
    check_place(output_);
    check_no_other_folder(output_);
    if (!tables_.empty()) check_place(tables_);
    nlohmann::json all = nlohmann::json::array();
    for (const auto& plan : plans) {
      const auto result = study::run_study(plan, tasks, verbs_);
      write(result);
      if (invocation.json)
        all.push_back(nlohmann::json::parse(study::render_json(result)));
      else
        print("{}\n", study::render_text(result));
    }
    if (invocation.json) print("{}\n", nlohmann::json{{"studies", all}}.dump());
    return 0;
  }

 private:
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
  study::StudyInput input_;
  ProgramVerbs verbs_;
};

}  // namespace

std::unique_ptr<Verb> make_study() {
  return std::make_unique<Study>();
}

}  // namespace r2rank::cli
