#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/error.h"
#include "base/files.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "cli/command_text.h"
#include "cli/cost_text.h"
#include "cli/eval_config.h"
#include "cli/output.h"
#include "cli/output_folder.h"
#include "cli/shell.h"
#include "cli/verb.h"
#include "data/slate_sample.h"
#include "experiment/baseline_folder.h"
#include "experiment/candidate_order.h"
#include "experiment/catalogue_evaluation.h"
#include "experiment/combination_folder.h"
#include "experiment/combined_scorer.h"
#include "experiment/comparison_plan.h"
#include "experiment/evaluation.h"
#include "experiment/evaluation_page.h"
#include "experiment/named_folder.h"
#include "experiment/outside_scores.h"
#include "experiment/ranking_scorer.h"
#include "experiment/scoring_estimate.h"
#include "metrics/ranking_metrics.h"

namespace r2rank::cli {
namespace {

using metrics::PerUserResults;

constexpr int kListLength = 10;  // of the lists that --beyond describes

class Eval : public Verb {
 public:
  VerbText text() const override {
    return {.name = "eval",
            .group = "Train and evaluate",
            .summary = "score slates with a model, baselines or outside scores; one table",
            .purpose =
                "Measures scorers on the same slates: NDCG, HR, MRR with 95 % bootstrap intervals over "
                "users, paired tests, tokens "
                "and milliseconds per slate. Ties count with their expected value; results on different "
                "slates are never mixed.",
            .examples =
                "# baselines alone\n"
                "r2rank eval data/ml-100k --split data/ml-100k-split --baselines "
                "random,popularity,item-knn,tfidf\n"
                "# a trained model with one rationale an item, results kept\n"
                "r2rank eval data/ml-100k --split data/ml-100k-split --model runs/rl --rationales 1 --output "
                "runs/rl/eval\n"
                "# any other ranker's scores in the same table\n"
                "r2rank eval data/ml-100k --split data/ml-100k-split --scores mine.csv\n"
                "# every baseline against one, by slices of users and items, with all that is not accuracy\n"
                "r2rank eval data/ml-100k --split data/ml-100k-split --baselines popularity,item-knn,tfidf "
                "--reference item-knn --slices history,popularity,cold,category --beyond"};
  }

  void declare(Flags& flags) override {
    flags.group("What is measured");
    config_.describe(flags.fields());
    flags.positional("DATASET", "dataset");
    flags.group("Reasoning");
    reasoning_.describe(flags.fields());
    flags.group("Perturbation (what do the scores rest on?)");
    perturbation_.describe(flags.fields());
    flags.group("Model");
    model_options_.describe_scoring(flags.fields());
    flags.group("Prompt (of a base model; a trained one brings its own)");
    prompt_.describe(flags.fields());
  }

  void check_settings(const base::ConfigFields&) override {
    reasoning_.resolve();
    check_perturbation();
    check_request();
  }

  int run(const Invocation& invocation) override {
    base::catch_interrupts();
    model_options_.tuning = "frozen";
    check_settings(*invocation.config);
    const data::Dataset dataset = data::load_dataset(config_.dataset);
    const data::Split split = data::load_split(config_.split, dataset);
    const data::SlateSet& whole = config_.part == "test" ? split.test : split.valid;
    if (whole.slates.empty())
      base::fail_usage("eval", "the split has no {} slates; make it anew with more users", config_.part);
    std::optional<data::SlateSet> sample;
    if (config_.slates > 0) sample = data::sampled_slates(whole, dataset, config_.slate_sample());
    const data::SlateSet& slates = sample ? *sample : whole;
    check_folder();
    check_catalogue(slates);
    if (invocation.dry_run) return describe_only(dataset, split, slates, invocation);
    std::vector<PerUserResults> results = collect(dataset, split, slates, *invocation.config);
    made_from_ = made_from(*invocation.config, dataset, slates);
    for (size_t i = 1; i < results.size(); ++i) experiment::check_comparable(results.front(), results[i]);
    const auto page = make_page(results, dataset, split, slates);
    if (!config_.output.empty()) write_results(results, page);
    print("{}", invocation.json ? experiment::summary_json(page) + "\n"
                                : experiment::render(page, experiment::table_format(config_.format)));
    return 0;
  }

 private:
  /// Results under a perturbation have names that say so.
  void check_perturbation() {
    const std::string suffix = perturbation_.suffix();
    if (suffix.empty()) return;
    if (config_.model.empty())
      base::fail_usage("eval",
                       "a perturbation ({}) is of a model's prompts and rationales; name one with --model",
                       suffix.substr(1));
    perturbation_.check(reasoning_.rationales);
    config_.name += suffix;
  }

  /// What would be refused after an hour of scoring is refused before it.
  void check_request() const {
    if (config_.name.empty() || config_.name.find('/') != std::string::npos)
      base::fail_usage("eval", "--name '{}': expected a name that a file can have", config_.name);
    for (const auto& text : config_.scorers) experiment::named_folder(text, "eval");
    experiment::EvaluationPage unused;
    for (const auto& entry : config_.seconds) add_seconds(entry, unused);
    for (const auto& metric : config_.metrics) check_metric(metric);
    if (!config_.pairs.empty() && !config_.reference.empty())
      base::fail_usage("eval", "expected --pairs or --reference (found both); leave one out");
    config_.check_rationales(reasoning_.rationales, perturbation_.change_rationales);
  }

  void check_folder() const {
    if (config_.output.empty()) return;
    check_place(config_.output);
    check_no_other_folder(config_.output);
  }

  static void check_metric(const std::string& name) {
    if (metrics::is_metric(name)) return;
    const auto near = base::nearest_name(name, metrics::metric_names());
    base::fail_usage("eval",
                     "--metrics {}: expected ndcg@k, hr@k, recall@k, precision@k, map@k, mrr@k, mrr or auc{}",
                     name, near.empty() ? "" : fmt::format("; did you mean '{}'?", near));
  }

  /// A language model reads every candidate: the whole catalogue for every user is not for it.
  void check_catalogue(const data::SlateSet& slates) const {
    if (!experiment::ranks_full_catalogue(slates)) return;
    const std::string protocol = slates.protocol.name();
    if (!config_.model.empty())
      base::fail_usage(
          "eval",
          "--model needs slates that list their candidates, found the protocol {} over the full "
          "catalogue; split with --negatives hard: a baseline's best items for the model to rank",
          protocol);
    if (config_.beyond)
      base::fail_usage("eval",
                       "--beyond needs the scores of all candidates, found the protocol {} over the full "
                       "catalogue, of which the relevant items' scores alone are kept; leave it out",
                       protocol);
    if (config_.candidate_order != "given")
      base::fail_usage(
          "eval", "--candidate-order {}: slates over the full catalogue, protocol {}, list no candidates",
          config_.candidate_order, protocol);
    experiment::check_stored(slates, config_.metrics);
  }

  static void check_catalogue_scorer(const experiment::FittedBaseline& one) {
    experiment::refuse_catalogue_of_llm(*one.scorer, fmt::format("--scorers: '{}'", one.method));
    if (experiment::is_combination(one.method))
      base::fail_usage("eval",
                       "--scorers: a combination ('{}') needs slates that list their candidates; split with "
                       "--negatives hard, or evaluate its parts",
                       one.method);
  }

  static std::string candidates_text(const data::SlateSet& slates, const data::Dataset& dataset) {
    if (experiment::ranks_full_catalogue(slates))
      return fmt::format("the {} items of the catalogue", dataset.items.size());
    const auto [fewest, most] = std::minmax_element(
        slates.slates.begin(), slates.slates.end(),
        [](const auto& a, const auto& b) { return a.candidates.size() < b.candidates.size(); });
    const size_t low = fewest->candidates.size(), high = most->candidates.size();
    return low == high ? fmt::format("{} candidates", low) : fmt::format("{} to {} candidates", low, high);
  }

  int describe_only(const data::Dataset& dataset, const data::Split& split, const data::SlateSet& slates,
                    const Invocation& invocation) {
    const bool json = invocation.json;
    const Ranker ranker = open_ranker(dataset, split, *invocation.config);
    if (!json)
      print("{} slates of {}, protocol {}\n", slates.slates.size(), candidates_text(slates, dataset),
            slates.protocol.name());
    if (ranker.model != nullptr) {
      print("{}", scoring_cost_text(*ranker.model, dataset, split, slates.slates, reasoning_, json));
      if (!json && ranker.writer != nullptr)
        print("of one model that writes and reads: with --rationales-by two read all of it\n");
    } else if (json) {
      print("{}\n",
            nlohmann::json{{"slates", slates.slates.size()}, {"protocol", slates.protocol.name()}}.dump());
    }
    if (!json) print("dry run: nothing scored\n");
    return 0;
  }

  /// The model and the scorer that reads it; both null without a model.
  struct Ranker {
    std::unique_ptr<learn::RankingModel> model, writer, judge;
    std::unique_ptr<experiment::RankingScorer> scorer;
  };

  /// A base model is asked with the evaluated model's prompt; another must have that prompt.
  std::unique_ptr<learn::RankingModel> open_writer(const learn::RankingModel& model,
                                                   const data::Dataset& dataset,
                                                   const data::Split& split) const {
    const auto prompt =
        learn::has_own_prompt(config_.rationales_by) ? text::PromptConfig() : model.prompts->config();
    auto writer = learn::open_ranking_model(config_.rationales_by, model_options_, prompt);
    learn::refuse_other_training(*writer, dataset, split);
    return writer;
  }

  Ranker open_ranker(const data::Dataset& dataset, const data::Split& split,
                     const base::ConfigFields& fields) {
    Ranker ranker;
    if (config_.model.empty()) return ranker;
    ranker.model = learn::open_ranking_model(config_.model, model_options_, prompt_);
    learn::refuse_other_training(*ranker.model, dataset, split);
    reasoning_.follow_training(*ranker.model, fields);
    dtype_ = ranker.model->model->options().dtype;
    ranker.scorer = std::make_unique<experiment::RankingScorer>(config_.name, *ranker.model, dataset, split,
                                                                reasoning_, perturbation_);
    if (!config_.rationales_by.empty()) {
      ranker.writer = open_writer(*ranker.model, dataset, split);
      ranker.scorer->take_rationales_of(*ranker.writer);
    }
    if (config_.perplexity_model.empty()) return ranker;
    // It reads the other model's prompts: its own, or the prompt's settings, have no say.
    ranker.judge = learn::open_ranking_model(config_.perplexity_model, model_options_, {});
    ranker.scorer->judge_rationales(*ranker.judge);
    return ranker;
  }

  /// Everything that can be refused is opened and read before the first slate is scored.
  std::vector<PerUserResults> collect(const data::Dataset& dataset, const data::Split& split,
                                      const data::SlateSet& slates, const base::ConfigFields& fields) {
    std::vector<PerUserResults> results, outside;
    const std::string training = data::training_hash(split);
    for (const auto& path : config_.with) results.push_back(earlier_results(path, slates, training));
    for (const auto& path : config_.scores)
      outside.push_back(experiment::read_outside_scores(path, slates, dataset));
    check_names(results, outside);
    std::vector<experiment::FittedBaseline> trained;
    for (const auto& text : config_.scorers)
      trained.push_back(
          experiment::load_scorer(experiment::named_folder(text, "eval").folder, {dataset, split}));
    for (const auto& one : trained)
      if (experiment::ranks_full_catalogue(slates)) check_catalogue_scorer(one);
    const Ranker ranker = open_ranker(dataset, split, fields);
    const auto measure = [&](baselines::Scorer& own, const std::string& own_name) {
      experiment::ReorderedScorer reordered(own, experiment::candidate_order(config_.candidate_order));
      const bool given = config_.candidate_order == "given";
      baselines::Scorer& scorer = given ? own : reordered;
      const std::string name = own_name + order_suffix();
      results.push_back(experiment::evaluate(scorer, slates, dataset, name));
      results.back().scorer = name;
      results.back().training_hash = training;
      if (auto notes = experiment::notes_of(own); !notes.empty()) notes_[name] = std::move(notes);
    };
    for (const auto& name : config_.baselines)
      measure(*baselines::make_baseline(name, {dataset, split}, static_cast<uint64_t>(config_.baseline_seed)),
              name);
    for (size_t i = 0; i < trained.size(); ++i) {
      const std::string name = experiment::named_folder(config_.scorers[i], "eval").name;
      experiment::warn_if_learned_from(*trained[i].scorer, name, slates);
      if (const auto work = experiment::describe_work(*trained[i].scorer, slates.slates); !work.empty())
        base::log_info("{}: scoring takes {}", name, work);
      measure(*trained[i].scorer, name);
    }
    std::move(outside.begin(), outside.end(), std::back_inserter(results));
    if (ranker.scorer != nullptr) {
      if (config_.keep_rationales) ranker.scorer->keep_rationales();
      measure(*ranker.scorer, config_.name);
      kept_ = {config_.name, slates.hash, ranker.scorer->kept()};
    }
    for (auto& result : results)
      experiment::complete_results(result, slates, measured_metrics(), result.scorer);
    return results;
  }

  /// Scores of slates in another order have names that say so.
  std::string order_suffix() const {
    return config_.candidate_order == "given" ? "" : "-" + config_.candidate_order;
  }

  /// Every scorer has a name of its own, and every pair is of two of them.
  void check_names(const std::vector<PerUserResults>& earlier,
                   const std::vector<PerUserResults>& outside) const {
    std::vector<std::string> names = config_.baselines;
    for (const auto& text : config_.scorers) names.push_back(experiment::named_folder(text, "eval").name);
    if (!config_.model.empty()) names.push_back(config_.name);
    for (auto& name : names) name += order_suffix();
    for (const auto* group : {&earlier, &outside})
      for (const auto& results : *group) names.push_back(results.scorer);
    const auto count = [](const auto& list, const std::string& name) {
      return std::count(list.begin(), list.end(), name);
    };
    for (const auto& name : names)
      if (count(names, name) > 1 && count(config_.seeds, name) == 0)
        base::fail_usage(
            "eval",
            "two scorers are called '{}'; give the model another --name, one of --scorers a name (NAME=FOLDER), rename "
            "a file, or say that "
            "they are training seeds of one scorer: --seeds {}",
            name, name);
    for (const auto& pair : config_.pairs) parse_pair(pair, names);
    for (const auto& name : config_.seeds)
      if (count(names, name) == 0)
        base::fail_usage("eval", "--seeds {}: expected the name of a scorer", name);
    if (!config_.reference.empty() && count(names, config_.reference) == 0)
      base::fail_usage("eval", "--reference {}: expected the name of a scorer in the table",
                       config_.reference);
  }

  /// What every table needs of each scorer.
  std::vector<std::string> measured_metrics() const {
    auto names = metrics::metric_names();
    for (const auto& name : config_.metrics)
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    return names;
  }

  PerUserResults earlier_results(const std::string& path, const data::SlateSet& slates,
                                 const std::string& training) const {
    PerUserResults results = metrics::load_per_user(path);
    if (results.slates_hash != slates.hash)
      base::fail_usage(
          "eval",
          "--with {}: expected results of protocol {} on the slates with hash {}, found protocol {} on {}; "
          "other users or candidates make other numbers: evaluate that scorer on these slates",
          path, slates.protocol.name(), slates.hash, results.protocol, results.slates_hash);
    check_training(path, results, training);
    experiment::complete_results(results, slates, measured_metrics(), path);
    return results;
  }

  /// The slates do not tell what was learned from: other --valid-users leave others' events in training.
  static void check_training(const std::string& path, const PerUserResults& results,
                             const std::string& training) {
    if (results.training_hash.empty())
      return base::log_warning(
          "{} does not say what its scorer learned from (it is of an older version, or of scores from "
          "outside): make sure that it was what this split trains on",
          path);
    if (results.training_hash != training)
      base::fail_usage(
          "eval",
          "--with {}: expected results of a scorer that learned from this split's training events (hash {}), "
          "found {}: a split with --train-on-unvalidated, or with that and other --valid-users, trains on other "
          "events, though its slates are these; train and evaluate that scorer on this split",
          path, training, results.training_hash);
  }

  std::vector<std::pair<std::string, std::string>> pairs_of(
      const std::vector<PerUserResults>& results) const {
    std::vector<std::pair<std::string, std::string>> pairs;
    std::vector<std::string> names;
    for (const auto& result : results) names.push_back(result.scorer);
    for (const auto& pair : config_.pairs) pairs.push_back(parse_pair(pair, names));
    const std::string reference = reference_name();
    if (!pairs.empty() || reference.empty()) return pairs;
    for (const auto& other : names)
      if (other != reference &&
          std::find(pairs.begin(), pairs.end(), std::pair(reference, other)) == pairs.end())
        pairs.emplace_back(reference, other);
    return pairs;
  }

  /// What summary.json says of where its figures come from.
  std::vector<std::pair<std::string, std::string>> made_from(const base::ConfigFields& fields,
                                                             const data::Dataset& dataset,
                                                             const data::SlateSet& slates) const {
    return {{"command", command_text("eval", fields)},
            {"program", fmt::format("r2rank {}", R2RANK_VERSION)},
            {"dataset", config_.dataset},
            {"dataset_hash", dataset.hash},
            {"split", config_.split},
            {"part", config_.part},
            {"slates_hash", slates.hash}};
  }

  std::string reference_name() const {
    if (!config_.reference.empty() || config_.model.empty()) return config_.reference;
    return config_.name + order_suffix();
  }

  /// Names may hold dashes themselves ("item-knn"): the split is where both sides are known.
  static std::pair<std::string, std::string> parse_pair(const std::string& pair,
                                                        const std::vector<std::string>& names) {
    const auto known = [&](const std::string& name) {
      return std::find(names.begin(), names.end(), name) != names.end();
    };
    for (size_t dash = pair.find('-'); dash != std::string::npos; dash = pair.find('-', dash + 1))
      if (known(pair.substr(0, dash)) && known(pair.substr(dash + 1)) &&
          pair.substr(0, dash) != pair.substr(dash + 1))
        return {pair.substr(0, dash), pair.substr(dash + 1)};
    base::fail_usage("eval",
                     "--pairs {}: expected 'a-b' with the names of two different scorers in the table", pair);
  }

  static void add_seconds(const std::string& entry, experiment::EvaluationPage& page) {
    const size_t equals = entry.find('=');
    if (equals == std::string::npos) base::fail_usage("eval", "--seconds {}: expected name=seconds", entry);
    if (equals + 1 == entry.size()) return;  // a time that was not measured
    char* end = nullptr;
    const double seconds = std::strtod(entry.c_str() + equals + 1, &end);
    if (*end != '\0' || !std::isfinite(seconds) || seconds < 0)
      base::fail_usage("eval", "--seconds {}: expected a number of 0 or more after '='", entry);
    page.seconds[entry.substr(0, equals)] = seconds;
  }

  experiment::EvaluationPage make_page(const std::vector<PerUserResults>& results,
                                       const data::Dataset& dataset, const data::Split& split,
                                       const data::SlateSet& slates) const {
    experiment::TableOptions options;
    options.metrics = measured_metrics();
    options.pairs = pairs_of(results);
    options.seeds = config_.seeds;
    options.resampling.seed = static_cast<uint64_t>(config_.bootstrap_seed);
    const auto columns = config_.metrics.empty() ? experiment::default_columns() : config_.metrics;
    experiment::EvaluationPage page{experiment::make_table(results, options), columns};
    for (const auto& name : config_.slices)
      page.slices.push_back(experiment::compare_in_slice(experiment::make_slice(name, dataset, split, slates),
                                                         results, slice_options(options)));
    if (config_.beyond)
      page.beyond =
          experiment::beyond_accuracy(results, dataset, split, slates, kListLength, options.resampling);
    for (const auto& entry : config_.seconds) add_seconds(entry, page);
    page.dtype = dtype_;
    page.notes = notes_;
    page.made_from = made_from_;
    return page;
  }

  experiment::ComparisonOptions slice_options(const experiment::TableOptions& options) const {
    experiment::ComparisonOptions sliced;
    sliced.reference = reference_name();
    sliced.seeds = options.seeds;
    sliced.resampling = options.resampling;
    return sliced;
  }

  /// Several seeds of a scorer are numbered in their order.
  void write_results(const std::vector<PerUserResults>& results,
                     const experiment::EvaluationPage& page) const {
    const base::Path folder = config_.output;
    std::map<std::string, int> runs;
    for (const auto& result : results) {
      const bool several =
          std::find(config_.seeds.begin(), config_.seeds.end(), result.scorer) != config_.seeds.end();
      const std::string number = several ? fmt::format(".{}", ++runs[result.scorer]) : "";
      metrics::save_per_user(result, folder / (result.scorer + number + ".parquet"));
    }
    if (config_.keep_rationales)
      experiment::save_rationales(kept_, folder / experiment::rationale_file_name(config_.name));
    base::write_file(folder / "summary.json", experiment::summary_json(page) + "\n");
    write_tables(folder, page);
  }

  static void write_tables(const base::Path& folder, const experiment::EvaluationPage& page) {
    using experiment::TableFormat;
    base::write_file(folder / "table.md", experiment::render(page, TableFormat::kMarkdown));
    base::write_file(folder / "table.tex", experiment::render(page, TableFormat::kLatex));
    base::write_file(folder / "table.csv", experiment::render(page, TableFormat::kCsv));
  }

  EvalConfig config_;
  std::string dtype_;                                                         // of the model, resolved
  std::map<std::string, std::vector<std::pair<std::string, double>>> notes_;  // of language models
  std::vector<std::pair<std::string, std::string>> made_from_;
  experiment::KeptRationales kept_;
  experiment::ReasoningOptions reasoning_;
  experiment::Perturbation perturbation_;
  model::ModelOptions model_options_;
  text::PromptConfig prompt_;
};

}  // namespace

std::unique_ptr<Verb> make_eval() {
  return std::make_unique<Eval>();
}

}  // namespace r2rank::cli
