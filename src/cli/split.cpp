#include "data/split.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/interrupt.h"
#include "cli/output.h"
#include "cli/output_folder.h"
#include "cli/shell.h"
#include "cli/table.h"
#include "cli/verb.h"
#include "data/candidates.h"
#include "experiment/baseline_folder.h"
#include "experiment/methods.h"

namespace r2rank::cli {
namespace {

nlohmann::ordered_json recall_json(const data::SlateSet& set) {
  const auto recall = data::retriever_recall(set);
  return {{"relevant", recall.relevant}, {"found", recall.found}, {"share", recall.share()}};
}

nlohmann::ordered_json as_json(const data::Split& split) {
  auto counts = nlohmann::ordered_json::array();
  for (const auto& [what, number] : split.counts) counts.push_back({{"what", what}, {"count", number}});
  nlohmann::ordered_json json{{"protocol", split.protocol.name()},
                              {"valid_slates", split.valid.slates.size()},
                              {"test_slates", split.test.slates.size()},
                              {"valid_hash", split.valid.hash},
                              {"test_hash", split.test.hash},
                              {"report", counts}};
  if (split.protocol.negatives == "hard")
    json["retriever"] = {{"name", split.protocol.retriever},
                         {"valid_recall", recall_json(split.valid)},
                         {"test_recall", recall_json(split.test)}};
  return json;
}

std::string counts_table(const data::Split& split) {
  Table table({Table::Align::kLeft, Table::Align::kRight});
  for (const auto& [what, number] : split.counts) table.row({what, grouped(number)});
  return table.text();
}

std::string recall_text(const data::SlateSet& set) {
  const auto recall = data::retriever_recall(set);
  return fmt::format("{:.1f} % ({} of {}) of the relevant items are among the best; the others were put in",
                     100 * recall.share(), recall.found, recall.relevant);
}

std::string protocol_table(const data::Split& split) {
  Table table({Table::Align::kLeft, Table::Align::kLeft});
  table.row({"protocol", split.protocol.name()});
  if (split.protocol.negatives == "hard") {
    table.row({"valid recall", recall_text(split.valid)});
    table.row({"test recall", recall_text(split.test)});
  }
  table.row({"valid hash", split.valid.hash});
  table.row({"test hash", split.test.hash});
  return table.text();
}

class SplitVerb : public Verb {
 public:
  VerbText text() const override {
    return {
        .name = "split",
        .group = "Prepare data",
        .summary = "dataset -> training events, and slates to validate and test on",
        .purpose =
            "Decides which events training may see and writes the slates (a user, the history before "
            "the target, K candidates, labels) that everything is measured on, with a protocol name "
            "and a hash. Results are compared only where that hash is equal.",
        .examples =
            "# leave one out: the last event of each user against 19 uniform negatives\n"
            "r2rank split data/ml-100k --output data/ml-100k-split\n"
            "# harder negatives, 500 users drawn at random\n"
            "r2rank split data/shop --negatives popularity --test-users 500 --output data/shop-pop\n"
            "# by time: the last tenth of all targets is tested\n"
            "r2rank split data/shop --method temporal --output data/shop-temporal\n"
            "# hard: what item-knn puts first; the target is added where it is not among them\n"
            "r2rank split data/shop --negatives hard --retriever item-knn --output data/shop-hard\n"
            "# what a trained and tuned baseline puts first\n"
            "r2rank split data/shop --negatives hard --retriever runs/sasrec --output data/shop-top\n"
            "# the events and users of an earlier split, with other candidates: trained rankers stay valid\n"
            "r2rank split data/shop --held-out-by data/shop-split --negatives popularity --output "
            "data/shop-pop\n"
            "# the whole catalogue but for what a user knows, in one slate a user with graded labels\n"
            "r2rank split data/shop --method ratio --targets together --labels ratings --negatives full "
            "\\\n"
            "    --output data/shop-full"};
  }

  void declare(Flags& flags) override {
    flags.group("Protocol");
    config_.describe(flags.fields());
    flags.fields().add(
        "held_out_by", held_out_by_,
        "Split folder that has decided what is held out: training events, users and targets are its "
        "own, and only the candidates are made anew (none: decided here)");
    flags.group("Input and output");
    flags.fields().add("dataset", dataset_, "Dataset folder made by import");
    flags.positional("DATASET", "dataset");
    flags.output(output_, "the slates");
  }

  int run(const Invocation& invocation) override {
    base::catch_interrupts();
    if (!held_out_by_.empty() &&
        std::filesystem::weakly_canonical(held_out_by_) == std::filesystem::weakly_canonical(output_.output))
      base::fail_usage("split", "--output {} is the split that --held-out-by names: choose another folder",
                       output_.output);
    if (!invocation.dry_run) check_output(output_, split_kind());
    const data::Dataset dataset = data::load_dataset(dataset_);
    settle_retriever();
    const data::Split split = split_of(dataset, *invocation.config);
    if (!invocation.dry_run) data::save_split(split, dataset, output_.output, output_.overwrite);
    invocation.json ? print_json(split, invocation.dry_run) : print_report(split, invocation.dry_run);
    return 0;
  }

 private:
  data::Split split_of(const data::Dataset& dataset, const base::ConfigFields& given) {
    const data::RetrieverMaker retriever = [&](const data::Split& training) {
      return make_retriever(dataset, training);
    };
    if (held_out_by_.empty()) return data::make_split(dataset, config_, retriever);
    for (const char* name :
         {"method", "targets", "labels", "train_on_unvalidated", "min_history", "test_users", "valid_users",
          "valid_from", "test_from", "shares", "candidates_file"})
      if (given.given(name))
        base::fail_usage("split",
                         "{} is decided by --held-out-by {}: leave it out, or make a split of its own", name,
                         held_out_by_);
    return data::with_other_candidates(dataset, data::load_split(held_out_by_, dataset), config_, retriever);
  }

  void print_json(const data::Split& split, bool dry_run) const {
    auto json = as_json(split);
    json["dry_run"] = dry_run;
    json["folder"] = dry_run ? nlohmann::ordered_json() : nlohmann::ordered_json(output_.output);
    print("{}\n", json.dump());
  }

  void print_report(const data::Split& split, bool dry_run) const {
    print("{}\n{}\n", counts_table(split), protocol_table(split));
    if (dry_run)
      print("dry run: nothing written\n");
    else
      print("wrote {}\nnext: r2rank eval {} --split {} --baselines random,popularity,item-knn,tfidf\n",
            output_.output, shell_word(dataset_), shell_word(output_.output));
  }

  /// A name that no baseline has is refused before the data set is split. A folder gives way to the name of
  /// what is in it.
  void settle_retriever() {
    if (config_.retriever.empty()) return;
    const auto methods = experiment::method_names();
    const bool method = std::find(methods.begin(), methods.end(), config_.retriever) != methods.end();
    if (method || !experiment::is_baseline_folder(config_.retriever)) {
      experiment::make_method(config_.retriever);
      return;
    }
    retriever_folder_ = config_.retriever;
    config_.retriever = experiment::folder_retriever_name(retriever_folder_);
  }

  data::Retriever make_retriever(const data::Dataset& dataset, const data::Split& training) {
    if (!retriever_folder_.empty())
      return experiment::folder_retriever(retriever_folder_, {dataset, training},
                                          static_cast<uint64_t>(config_.seed), scorer_);
    return experiment::fitted_retriever(config_.retriever, {dataset, training},
                                        static_cast<uint64_t>(config_.seed), scorer_);
  }

  data::SplitConfig config_;
  std::unique_ptr<baselines::Scorer> scorer_;
  std::string dataset_, retriever_folder_, held_out_by_;
  OutputFolder output_;
};

}  // namespace

std::unique_ptr<Verb> make_split() {
  return std::make_unique<SplitVerb>();
}

}  // namespace r2rank::cli
