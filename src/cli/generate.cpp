#include <nlohmann/json.hpp>

#include "base/interrupt.h"
#include "cli/output.h"
#include "cli/output_folder.h"
#include "cli/shell.h"
#include "cli/table.h"
#include "cli/verb.h"
#include "data/synthetic_files.h"

namespace r2rank::cli {
namespace {

nlohmann::ordered_json as_json(const data::SyntheticReport& report) {
  const auto known = [&](double value) {
    return report.optimum_users > 0 ? nlohmann::ordered_json(value) : nlohmann::ordered_json();
  };
  return {{"users", report.users},
          {"items", report.items},
          {"interactions", report.interactions},
          {"optimum_users", report.optimum_users},
          {"ndcg_optimum", known(report.optimum.mean)},
          {"ndcg_optimum_standard_error", known(report.optimum.standard_error)},
          {"ndcg_by_popularity", known(report.popularity.mean)},
          {"ndcg_random", report.random}};
}

class Generate : public Verb {
 public:
  VerbText text() const override {
    return {
        .name = "generate",
        .group = "Prepare data",
        .summary = "made-up interactions and catalogue whose best ranking is known",
        .purpose =
            "Writes a log and a catalogue with known structure: item popularity, clusters of items met one "
            "after the other, titles whose words tell the cluster. Reports the NDCG that the best possible "
            "ranker reaches, so that a ranker's distance from it can be measured.",
        .examples =
            "# a million interactions, then the usual way\n"
            "r2rank generate --output data/made-up\n"
            "r2rank import data/made-up --output data/made-up-set\n"
            "# a large packed file, for timing\n"
            "r2rank generate --interactions 10000000 --items 100000 --format jsonl \\\n"
            "    --compression gzip --output data/large"};
  }

  void declare(Flags& flags) override {
    flags.group("World");
    config_.describe(flags.fields());
    flags.group("Files and report");
    files_.describe(flags.fields());
    flags.group("Output");
    flags.output(output_, "the files");
  }

  int run(const Invocation& invocation) override {
    base::catch_interrupts();
    if (invocation.dry_run) {
      data::check_world(config_);
      data::check_candidates(files_.candidates, config_.items);
      print("dry run: {} interactions of {} items, nothing written\n", grouped(config_.interactions),
            grouped(config_.items));
      return 0;
    }
    check_output(output_, synthetic_kind());
    const auto report = data::write_synthetic(config_, files_, output_.output, output_.overwrite);
    invocation.json ? print("{}\n", as_json(report).dump()) : print_report(report);
    return 0;
  }

 private:
  void print_report(const data::SyntheticReport& report) const {
    Table table({Table::Align::kLeft, Table::Align::kRight});
    table.row({"users", grouped(report.users)});
    table.row({"items", grouped(report.items)});
    table.row({"interactions", grouped(report.interactions)});
    const bool known = report.optimum_users > 0;
    const std::string name = fmt::format("NDCG@{} of {} candidates", files_.k, files_.candidates);
    table.row({name + ", best possible",
               known ? fmt::format("{:.4f} +- {:.4f}", report.optimum.mean, report.optimum.standard_error)
                     : "none (no user looked at)"});
    table.row({name + ", by popularity", known ? fmt::format("{:.4f}", report.popularity.mean) : "none"});
    table.row({name + ", at random", fmt::format("{:.4f}", report.random)});
    print("{}\nwrote {}\nnext: r2rank import {} --output {}-set\n", table.text(), output_.output,
          shell_word(output_.output), shell_word(output_.output));
  }

  data::SyntheticConfig config_;
  data::SyntheticFiles files_;
  OutputFolder output_;
};

}  // namespace

std::unique_ptr<Verb> make_generate() {
  return std::make_unique<Generate>();
}

}  // namespace r2rank::cli
