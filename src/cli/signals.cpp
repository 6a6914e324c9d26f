#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/interrupt.h"
#include "cli/output.h"
#include "cli/output_folder.h"
#include "cli/shell.h"
#include "cli/table.h"
#include "cli/verb.h"
#include "experiment/baseline_folder.h"
#include "experiment/signal_training.h"

namespace r2rank::cli {
namespace {

class Signals : public Verb {
 public:
  VerbText text() const override {
    return {
        .name = "signals",
        .group = "Train and evaluate",
        .summary = "train other rankers whose scores a language model uses",
        .purpose =
            "Trains each method twice: on all training events, and on those before the events that training "
            "slates take as targets, so that no ranker is asked about what it has learned from. `train --signals` "
            "adds their scores to the language model's.",
        .examples =
            "r2rank signals data/shop --split data/shop-split --methods lightgcn,sasrec,tfidf --output runs/signals\n"
            "# go on after Ctrl-C or a crash, or with one method more: what is trained is kept\n"
            "r2rank signals data/shop --split data/shop-split --methods lightgcn,sasrec,tfidf,ease --output "
            "runs/signals --resume\n"
            "# then a language model beside them\n"
            "r2rank train data/shop --split data/shop-split --model model.gguf --signals runs/signals --output "
            "runs/hybrid"};
  }

  void declare(Flags& flags) override {
    flags.group("Data");
    flags.fields().add("dataset", dataset_, "dataset folder made by `r2rank import`").mandatory();
    flags.positional("DATASET", "dataset");
    flags.fields().add("split", split_, "split folder made by `r2rank split`").mandatory();
    flags.group("Signals");
    request_.describe(flags.fields());
    flags.group("Budget of each ranker");
    request_.fit.describe(flags.fields());
    request_.tune.describe(flags.fields());
    flags.group("Output");
    flags.output(output_, "the signals");
    flags.fields().add("resume", resume_,
                       "go on in a folder that was begun: rankers that are trained are kept");
  }

  void check_settings(const base::ConfigFields&) override {
    if (output_.overwrite && resume_)
      base::fail_usage("signals", "--overwrite starts anew and --resume goes on: choose one of them");
    request_.check();
  }

  int run(const Invocation& invocation) override {
    base::catch_interrupts();
    check_settings(*invocation.config);
    if (!invocation.dry_run) check_output({output_.output, output_.overwrite || resume_}, signals_kind());
    const data::Dataset dataset = data::load_dataset(dataset_);
    const data::Split split = data::load_split(split_, dataset);
    const baselines::TrainingData data{dataset, split};
    const bool finished = experiment::check_signal_folder(request_, data, output_.output, resume_);
    if (invocation.dry_run) return describe_only(finished, invocation);
    const auto set = finished ? rollout::load_signal_set(output_.output) : train(data);
    show(set, invocation);
    return 0;
  }

 private:
  rollout::SignalSet train(const baselines::TrainingData& data) const {
    try {
      return experiment::train_signals(request_, data, output_.output, resume_);
    } catch (const base::Error& error) {
      if (error.kind() != base::ErrorKind::kInterrupted) throw;
      base::fail(
          base::ErrorKind::kInterrupted, "signals",
          "stopped; the rankers that are trained are kept in {}. To go on, run the same command again with "
          "--resume",
          output_.output);
    }
  }

  int describe_only(bool finished, const Invocation& invocation) const {
    if (invocation.json) {
      print("{}\n", nlohmann::ordered_json{{"methods", request_.methods}, {"finished", finished}}.dump());
      return 0;
    }
    for (const auto& method : request_.methods)
      print(
          "{}: trained on all training events (up to {} settings tried), then on those before the last {} of "
          "each user\n",
          method, request_.tune.trials, request_.withhold);
    print("{}dry run: nothing trained\n", finished ? "all of it is there already\n" : "");
    return 0;
  }

  void show(const rollout::SignalSet& set, const Invocation& invocation) const {
    if (invocation.json) {
      print("{}\n", json_of(set).dump());
      return;
    }
    Table table({Table::Align::kLeft, Table::Align::kRight, Table::Align::kRight, Table::Align::kRight});
    table.row({"signal", "epochs", "weight", "NDCG@10"});
    for (const auto& signal : set.signals)
      table.row({signal.method, signal.epochs > 0 ? std::to_string(signal.epochs) : "-",
                 fmt::format("{:.3f}", signal.weight), fmt::format("{:.4f}", signal.valid_ndcg)});
    table.row({"weighted sum", "", "", fmt::format("{:.4f}", set.valid_ndcg)});
    print(
        "on validation slates:\n{}weighted sum on training slates, by rankers that do not know them: {:.4f}\n",
        table.text(), set.training_ndcg);
    print("wrote {}\nnext: r2rank train {} --split {} --signals {} --model model.gguf --output runs/hybrid\n",
          output_.output, shell_word(dataset_), shell_word(split_), shell_word(output_.output));
  }

  nlohmann::ordered_json json_of(const rollout::SignalSet& set) const {
    auto signals = nlohmann::ordered_json::array();
    for (const auto& signal : set.signals)
      signals.push_back({{"method", signal.method},
                         {"settings", experiment::settings_json(signal.settings)},
                         {"epochs", signal.epochs},
                         {"weight", signal.weight},
                         {"valid_ndcg@10", signal.valid_ndcg}});
    return {{"folder", output_.output},
            {"signals", signals},
            {"valid_ndcg@10", set.valid_ndcg},
            {"training_ndcg@10", set.training_ndcg},
            {"withhold", set.withhold},
            {"min_history", set.min_history},
            {"hash", set.hash}};
  }

  experiment::SignalRequest request_;
  std::string dataset_, split_;
  OutputFolder output_;
  bool resume_ = false;
};

}  // namespace

std::unique_ptr<Verb> make_signals() {
  return std::make_unique<Signals>();
}

}  // namespace r2rank::cli
