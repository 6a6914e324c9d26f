#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/progress.h"
#include "baselines/family.h"
#include "baselines/trainable.h"
#include "cli/output.h"
#include "cli/output_folder.h"
#include "cli/shell.h"
#include "cli/table.h"
#include "cli/verb.h"
#include "experiment/baseline_folder.h"
#include "experiment/methods.h"
#include "experiment/scoring_estimate.h"

namespace r2rank::cli {
namespace {

constexpr const char* kGroup = "Train and evaluate";

class BaselineList : public Verb {
 public:
  VerbText text() const override {
    return {
        .name = "baseline list",
        .group = kGroup,
        .summary = "methods of ranking to compare with, and their settings",
        .purpose =
            "Lists every method that `baseline train`, `compare` and `split --negatives hard` know. With a name it "
            "shows that method's settings, their meaning and what tuning tries.",
        .examples = "r2rank baseline list\nr2rank baseline list sasrec"};
  }

  void declare(Flags& flags) override {
    flags.group("What is shown");
    flags.fields().add("method", method_, "show the settings of this method (none: list all)");
    flags.positional("METHOD", "method", false);
  }

  int run(const Invocation& invocation) override {
    if (method_.empty())
      print("{}", invocation.json ? all_as_json() : all_as_text());
    else
      print("{}", invocation.json ? one_as_json() : one_as_text());
    return 0;
  }

 private:
  static std::string all_as_json() {
    auto list = nlohmann::ordered_json::array();
    for (const auto& method : experiment::all_methods())
      list.push_back({{"method", method->text().name},
                      {"family", family_text(method->text().name)},
                      {"summary", method->text().summary},
                      {"source", method->text().source},
                      {"settings", experiment::settings_json(experiment::settings_of(*method))}});
    return list.dump() + "\n";
  }

  static std::string family_text(std::string_view method) {
    const auto family = baselines::family_of(method);
    R2RANK_CHECK(family);
    return std::string(baselines::family_name(*family));
  }

  static std::string all_as_text() {
    Table table({Table::Align::kLeft, Table::Align::kLeft, Table::Align::kLeft});
    for (const auto& method : experiment::all_methods())
      table.row({std::string(method->text().name), std::string(method->text().summary),
                 std::string(method->text().source)});
    return table.text();
  }

  std::string one_as_json() const {
    const auto method = experiment::make_method(method_);
    auto trials = nlohmann::ordered_json::array();
    for (const auto& trial : method->trials()) trials.push_back(experiment::settings_json(trial));
    return nlohmann::ordered_json{{"method", method_},
                                  {"settings", experiment::settings_json(experiment::settings_of(*method))},
                                  {"trials", trials}}
               .dump() +
           "\n";
  }

  std::string one_as_text() const {
    const auto method = experiment::make_method(method_);
    base::ConfigFields fields;
    method->describe(fields);
    std::string page = fmt::format("{}: {} ({}; {})\n", method->text().name, method->text().summary,
                                   method->text().source, family_text(method->text().name));
    Table table({Table::Align::kLeft, Table::Align::kLeft, Table::Align::kLeft});
    for (const auto& field : fields.all()) table.row({field.name, field.as_text(), field.help});
    page += fields.all().empty() ? "no settings\n" : fmt::format("\n{}", table.text());
    for (const auto& trial : method->trials())
      page += fmt::format("tuning tries {}\n", experiment::settings_json(trial).dump());
    return page;
  }

  std::string method_;
};

class BaselineTrain : public Verb {
 public:
  VerbText text() const override {
    return {
        .name = "baseline train",
        .group = kGroup,
        .summary = "train (and tune) one baseline on a split, and keep it",
        .purpose =
            "Trains a method on the split's training events with early stopping on its validation slates, tries "
            "other settings where --trials allows it, and writes a folder that `eval --scorers` reads.",
        .examples =
            "r2rank baseline train data/shop --split data/shop-split --method sasrec --output runs/sasrec\n"
            "# five settings in at most six minutes\n"
            "r2rank baseline train data/shop --split data/shop-split --method lightgcn --trials 5 --output "
            "runs/lightgcn\n"
            "r2rank baseline train data/shop --split data/shop-split --method ease --set regularisation=500 "
            "--output runs/ease"};
  }

  void declare(Flags& flags) override {
    request_.tune.trials = 1;
    flags.group("Data");
    flags.fields().add("dataset", dataset_, "dataset folder made by `r2rank import`").mandatory();
    flags.positional("DATASET", "dataset");
    flags.fields().add("split", split_, "split folder made by `r2rank split`").mandatory();
    flags.group("Method");
    flags.fields().add("method", request_.method, "what to train (`r2rank baseline list`)").mandatory();
    flags.fields().add("set", set_,
                       "settings of the method, each name=value (`r2rank baseline list METHOD`)");
    flags.fields().add("seed", seed_, "seed of every random draw").at_least(0);
    flags.group("Budget");
    request_.fit.describe(flags.fields());
    request_.tune.describe(flags.fields());
    flags.output(output_, "the baseline");
  }

  void check_settings(const base::ConfigFields&) override {
    for (const auto& entry : set_) request_.settings.push_back(experiment::parse_setting(entry));
    request_.seed = static_cast<uint64_t>(seed_);
    method_with_settings();
  }

  int run(const Invocation& invocation) override {
    base::catch_interrupts();
    check_settings(*invocation.config);
    if (!invocation.dry_run) check_output(output_, baseline_kind());
    const data::Dataset dataset = data::load_dataset(dataset_);
    const data::Split split = data::load_split(split_, dataset);
    if (invocation.dry_run) {
      const auto settings = experiment::settings_json(experiment::settings_of(*method_with_settings()));
      print("{}\n", invocation.json ? settings.dump()
                                    : fmt::format("settings {}\ndry run: nothing trained", settings.dump()));
      return 0;
    }
    bool announced = false;
    request_.made = [&](const baselines::Scorer& scorer) {
      if (!announced) announce(scorer, split);
      announced = true;
    };
    const auto fitted = experiment::fit_baseline(request_, {dataset, split});
    experiment::save_baseline(fitted, {dataset, split}, output_.output, output_.overwrite);
    show(fitted, invocation);
    return 0;
  }

 private:
  /// How long a language model will be at it, before it begins.
  void announce(const baselines::Scorer& scorer, const data::Split& split) const {
    const std::span<const data::Slate> valid = split.valid.slates;
    const auto looked_at = static_cast<size_t>(request_.fit.valid_slates);
    const auto validated = looked_at > 0 ? valid.first(std::min(valid.size(), looked_at)) : valid;
    const bool looks =
        request_.tune.trials > 1 || dynamic_cast<const baselines::Trainable*>(&scorer) != nullptr;
    if (const auto work = experiment::describe_work(scorer, validated); looks && !work.empty())
      base::log_info("{}: a look at the validation slates takes {}", request_.method, work);
    if (const std::string work = experiment::describe_work(scorer, split.test.slates); !work.empty())
      base::log_info("{}: scoring the test slates, with eval, takes {}", request_.method, work);
  }

  /// Errors: kUsage for an unknown method or setting.
  std::unique_ptr<baselines::Method> method_with_settings() const {
    auto method = experiment::make_method(request_.method);
    experiment::set_settings(*method, request_.settings);
    return method;
  }

  void show(const experiment::FittedBaseline& fitted, const Invocation& invocation) const {
    if (invocation.json) {
      print("{}\n", nlohmann::ordered_json{{"method", fitted.method},
                                           {"settings", experiment::settings_json(fitted.settings)},
                                           {"folder", output_.output},
                                           {"report", experiment::report_json(fitted.report)}}
                        .dump());
      return;
    }
    print("{}wrote {}\nnext: r2rank eval {} --split {} --scorers {}\n", baselines::tune_text(fitted.report),
          output_.output, shell_word(dataset_), shell_word(split_), shell_word(output_.output));
  }

  experiment::BaselineRequest request_;
  std::string dataset_, split_;
  std::vector<std::string> set_;
  int64_t seed_ = 7;
  OutputFolder output_;
};

}  // namespace

std::unique_ptr<Verb> make_baseline_list() {
  return std::make_unique<BaselineList>();
}
std::unique_ptr<Verb> make_baseline_train() {
  return std::make_unique<BaselineTrain>();
}

}  // namespace r2rank::cli
