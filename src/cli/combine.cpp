#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>

#include "base/error.h"
#include "base/files.h"
#include "base/hash.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "cli/output.h"
#include "cli/output_folder.h"
#include "cli/shell.h"
#include "cli/table.h"
#include "cli/verb.h"
#include "data/slate_sample.h"
#include "experiment/catalogue_evaluation.h"
#include "experiment/combination_folder.h"
#include "experiment/comparison_plan.h"
#include "experiment/comparison_row.h"
#include "experiment/evaluation.h"
#include "experiment/methods.h"
#include "experiment/named_folder.h"
#include "experiment/scoring_estimate.h"

namespace r2rank::cli {
namespace {

constexpr const char* kMetric = "ndcg@10";

class Combine : public Verb {
 public:
  VerbText text() const override {
    return {
        .name = "combine",
        .group = "Train and evaluate",
        .summary = "learn from several rankers' scores: one ranker of all of them",
        .purpose =
            "Scores the validation slates with rankers that are trained already, a language model among them if you "
            "like, and learns how they go together: LambdaMART over their scores, popularity and history, or a "
            "weighted sum. `eval --scorers` reads the folder. What a part scored stays beside the output, so that an "
            "interrupted run, another method, or another combination in the same place, does not score it again.",
        .examples =
            "r2rank combine data/shop --split data/shop-split --scorers runs/text,runs/sasrec,runs/lightgcn --baselines "
            "tfidf,popularity --output runs/combined\n"
            "r2rank eval data/shop --split data/shop-split --scorers runs/combined,runs/sasrec --baselines popularity"};
  }

  void declare(Flags& flags) override {
    flags.group("Data");
    flags.fields().add("dataset", dataset_, "dataset folder made by `r2rank import`").mandatory();
    flags.positional("DATASET", "dataset");
    flags.fields().add("split", split_, "split folder made by `r2rank split`").mandatory();
    flags.group("Rankers");
    flags.fields().add(
        "scorers", scorers_,
        "folders of `baseline train` and `train` (asked silently, on the CPU); each is called as its folder is, or "
        "NAME=FOLDER");
    flags.fields().add("signals", signals_,
                       "folder of `r2rank signals`: each of its rankers, called as its method is");
    flags.fields()
        .add("baselines", baselines_, "rankers that are made at once, as in `eval`")
        .one_of(baselines::baseline_names());
    flags.group("Combination");
    flags.fields()
        .add("method", method_, "lambdamart: boosted trees; blend: a weighted sum")
        .one_of({"lambdamart", "blend"});
    flags.fields().add("set", set_, "settings of the method, each name=value (docs/baselines.md)");
    flags.fields()
        .add("valid_slates", valid_slates_, "learn from a sample of so many validation slates (0: all)")
        .at_least(0);
    flags.fields().add("seed", seed_, "of the sample, of the trees and of parts that draw").at_least(0);
    flags.output(output_, "the combination");
  }

  void check_settings(const base::ConfigFields&) override {
    if (scorers_.empty() && baselines_.empty() && signals_.empty())
      base::fail_usage("combine",
                       "expected rankers to combine (found none): name some with --scorers, --signals or "
                       "--baselines");
    for (const auto& text : scorers_) experiment::named_folder(text, "combine");
    given_.clear();
    for (const auto& entry : set_) given_.push_back(experiment::parse_setting(entry));
    if (method_ == "lambdamart" && experiment::given_setting(given_, "seed").empty())
      given_.emplace_back("seed", fmt::format("{}", seed_));
    experiment::combination_settings(method_, given_);
  }

  int run(const Invocation& invocation) override {
    base::catch_interrupts();
    check_settings(*invocation.config);
    if (!invocation.dry_run) check_output(output_, combination_kind());
    const data::Dataset dataset = data::load_dataset(dataset_);
    const data::Split split = data::load_split(split_, dataset);
    const data::SlateSet slates =
        data::sampled_slates(split.valid, dataset, {valid_slates_, static_cast<uint64_t>(seed_)});
    check_slates(slates);
    experiment::KeptCombination kept;
    kept.seed = static_cast<uint64_t>(seed_);
    kept.parts = open_parts({dataset, split});
    warn_of_popularity(kept.parts, slates.protocol);
    if (invocation.dry_run) return show_dry_run(kept, slates, invocation);
    const auto results = score(kept.parts, slates, dataset, split);
    kept.settings = experiment::combination_settings(method_, given_);
    kept.valid_hash = slates.hash;
    kept.combination = experiment::learn_combination(method_, given_, seed_, results, slates, dataset, split);
    experiment::save_combination(kept, {dataset, split}, output_.output, output_.overwrite);
    show(kept.combination, results, invocation);
    return 0;
  }

 private:
  static void check_slates(const data::SlateSet& slates) {
    if (slates.slates.empty())
      base::fail_usage("combine",
                       "the split has no validation slates to learn from; make it anew with more users");
    if (experiment::ranks_full_catalogue(slates))
      base::fail_usage(
          "combine",
          "expected validation slates that list their candidates, found the full catalogue; split with "
          "--negatives uniform, popularity or hard");
  }

  std::vector<experiment::CombinationPart> open_parts(const baselines::TrainingData& data) const {
    std::vector<experiment::CombinationPart> parts;
    experiment::FileIdentities files;
    const auto seed = static_cast<uint64_t>(seed_);
    for (const auto& text : scorers_)
      parts.push_back(experiment::folder_part(experiment::named_folder(text, "combine"), data, seed, files));
    if (!signals_.empty())
      for (auto& part : experiment::signal_parts(signals_, data, seed, files))
        parts.push_back(std::move(part));
    for (const auto& method : baselines_) parts.push_back(experiment::method_part(method, data, seed));
    for (const auto& part : parts)
      if (std::count_if(parts.begin(), parts.end(),
                        [&](const auto& other) { return other.name == part.name; }) > 1)
        base::fail_usage("combine",
                         "two rankers are called '{}': name one of --scorers NAME=FOLDER, or leave one out",
                         part.name);
    return parts;
  }

  static void warn_of_popularity(const std::vector<experiment::CombinationPart>& parts,
                                 const data::Protocol& protocol) {
    if (!protocol.draws_by_popularity()) return;
    for (const auto& part : parts)
      if (experiment::scores_by_popularity(part.scorer->name()))
        base::log_warning(
            "{} scores by popularity, and by popularity the negatives of these slates were drawn: the combination "
            "will learn how, which holds of no other candidates; leave it out",
            part.name);
  }

  // ---- scores of the parts ----

  base::Path output_folder() const {
    const base::Path given = output_.output;
    return given.has_filename() ? given : given.parent_path();
  }
  base::Path scores_folder() const {
    const base::Path folder = output_folder();
    return folder.parent_path() /
           fmt::format(".{}.scores", experiment::folder_name(folder));  // no results of its own
  }
  /// A name that says what decides a part's scores: another one is of others.
  std::string scores_name(const experiment::CombinationPart& part, const data::SlateSet& slates,
                          const data::Split& split) const {
    const std::string key =
        base::hash_hex(fmt::format("{} {} {} {} {} {}", part.name, part.identity, seed_, slates.hash,
                                   data::training_hash(split), experiment::kResultsVersion));
    return fmt::format("{}-{}.parquet", part.name, key.substr(0, 16));
  }
  /// Where that part was scored for this output or for another one beside it; else where to write.
  base::Path scores_file(const std::string& name) const {
    const base::Path own = scores_folder() / name;
    const base::Path around = output_folder().parent_path();
    std::error_code error;
    if (std::filesystem::exists(own, error)) return own;
    for (std::filesystem::directory_iterator entry(around.empty() ? "." : around, error), end;
         !error && entry != end; entry.increment(error)) {
      const base::Path folder = entry->path();
      if (folder.filename().string().starts_with('.') && folder.extension() == ".scores" &&
          std::filesystem::exists(folder / name, error))
        return folder / name;
    }
    return own;
  }

  std::vector<metrics::PerUserResults> score(const std::vector<experiment::CombinationPart>& parts,
                                             const data::SlateSet& slates, const data::Dataset& dataset,
                                             const data::Split& split) const {
    std::vector<metrics::PerUserResults> results;
    for (const auto& part : parts) {
      if (base::interrupt_requested())
        base::fail(base::ErrorKind::kInterrupted, "combine",
                   "interrupted after {} of {} rankers; the same command goes on from there", results.size(),
                   parts.size());
      const std::string name = scores_name(part, slates, split);
      auto found = scored_before(scores_file(name), slates);
      if (!found) {
        if (const auto work = experiment::describe_work(*part.scorer, slates.slates); !work.empty())
          base::log_info("{}: scoring the validation slates takes {}", part.name, work);
        found = experiment::evaluate(*part.scorer, slates, dataset, part.name + ", valid");
        found->scorer = part.name;
        found->training_hash = data::training_hash(split);
        metrics::save_per_user(*found, scores_folder() / name);
      }
      results.push_back(std::move(*found));
    }
    return results;
  }

  /// A damaged file is scored anew.
  static std::optional<metrics::PerUserResults> scored_before(const base::Path& path,
                                                              const data::SlateSet& slates) {
    if (!std::filesystem::exists(path)) return std::nullopt;
    try {
      auto results = metrics::load_per_user(path);
      experiment::complete_results(results, slates, {kMetric}, path.string());
      base::log_info("{}: scores of an earlier run", path.string());
      return results;
    } catch (const base::Error& error) {
      if (error.kind() != base::ErrorKind::kData) throw;
      base::log_warning("{}; it is scored anew", error.what());
      return std::nullopt;
    }
  }

  // ---- what is told ----

  static int show_dry_run(const experiment::KeptCombination& kept, const data::SlateSet& slates,
                          const Invocation& invocation) {
    std::vector<std::string> names;
    for (const auto& part : kept.parts) names.push_back(part.name);
    if (invocation.json)
      print("{}\n", nlohmann::ordered_json{{"parts", names}, {"slates", slates.slates.size()}}.dump());
    else
      cli::print("{} rankers on {} validation slates: {}\ndry run: nothing scored\n", names.size(),
                 slates.slates.size(), fmt::join(names, ", "));
    return 0;
  }

  void show(const experiment::Combination& combination, const std::vector<metrics::PerUserResults>& results,
            const Invocation& invocation) const {
    const auto described = experiment::describe_combination(combination);
    auto parts = nlohmann::ordered_json::object();
    for (const auto& result : results) {
      const auto values = experiment::user_means(result, kMetric);
      parts[result.scorer] =
          std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
    }
    if (invocation.json) {
      nlohmann::ordered_json json = {{"folder", output_.output},
                                     {"method", combination.method},
                                     {"valid_ndcg@10", parts},
                                     {"cross_fitted_ndcg@10", combination.cross_fitted_ndcg()}};
      json.update(described);
      print("{}\n", json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
      return;
    }
    Table table({Table::Align::kLeft, Table::Align::kRight});
    table.row({"on the validation slates", "NDCG@10"});
    for (const auto& [name, value] : parts.items())
      table.row({name, fmt::format("{:.4f}", value.get<double>())});
    table.row({combination.method + ", of users it did not learn from",
               fmt::format("{:.4f}", combination.cross_fitted_ndcg())});
    print("{}{}\nwrote {}\nnext: r2rank eval {} --split {} --scorers {}\n", table.text(),
          shares_text(described), output_.output, shell_word(dataset_), shell_word(split_),
          shell_word(output_.output));
  }

  static std::string shares_text(const nlohmann::ordered_json& described) {
    const bool weights = described.contains("weights");
    std::string text =
        weights ? "weights:" : fmt::format("{} trees; importance:", described.at("trees").dump());
    size_t shown = 0;
    for (const auto& [name, share] : described.at(weights ? "weights" : "importance").items()) {
      if (++shown > 10) return text + " ...";
      text += fmt::format("{} {} {:.3f}", shown > 1 ? "," : "", name, share.get<double>());
    }
    return text;
  }

  std::string dataset_, split_, signals_, method_ = "lambdamart";
  std::vector<std::string> scorers_, baselines_, set_;
  int64_t valid_slates_ = 0, seed_ = 7;
  baselines::SettingValues given_;
  OutputFolder output_;
};

}  // namespace

std::unique_ptr<Verb> make_combine() {
  return std::make_unique<Combine>();
}

}  // namespace r2rank::cli
