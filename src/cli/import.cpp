#include "data/import.h"

#include <chrono>
#include <nlohmann/json.hpp>

#include "base/interrupt.h"
#include "base/progress.h"
#include "cli/dataset_text.h"
#include "cli/output.h"
#include "cli/output_folder.h"
#include "cli/shell.h"
#include "cli/table.h"
#include "cli/verb.h"
#include "data/log_filters.h"

namespace r2rank::cli {
namespace {

using Clock = std::chrono::steady_clock;

nlohmann::ordered_json as_json(const data::Dataset& dataset) {
  auto report = nlohmann::ordered_json::array();
  for (const auto& [step, count] : dataset.report.counts)
    report.push_back({{"step", step}, {"count", count}});
  return {{"name", dataset.name},
          {"users", dataset.users()},
          {"items", dataset.items.size()},
          {"interactions", dataset.interactions.size()},
          {"time", time_kind_name(dataset.time_kind)},
          {"equal_timestamps", data::count_equal_times(dataset.interactions)},
          {"has_ratings", dataset.has_ratings},
          {"hash", dataset.hash},
          {"report", report}};
}

std::string report_table(const data::ImportReport& report) {
  Table table({Table::Align::kLeft, Table::Align::kRight});
  for (const auto& [step, count] : report.counts) table.row({step, grouped(count)});
  return table.text();
}

std::string time_line(const data::Dataset& dataset) {
  return dataset.time_kind == data::TimeKind::kReal ? "real, " + time_span(dataset)
                                                    : "only the order of each user's events";
}

std::string content_table(const data::Dataset& dataset) {
  Table table({Table::Align::kLeft, Table::Align::kLeft});
  table.row({"name", dataset.name});
  table.row({"time", time_line(dataset)});
  table.row({"hash", dataset.hash});
  return table.text();
}

class Import : public Verb {
 public:
  VerbText text() const override {
    return {
        .name = "import",
        .group = "Prepare data",
        .summary = "interaction logs and a catalogue -> dataset folder",
        .purpose =
            "Reads interactions (user, item, time, perhaps a rating) and the items' text, filters "
            "them and writes a dataset folder with a content hash. Prints what was read and what each"
            " step dropped; everything later starts from this folder.",
        .examples =
            "# MovieLens-100K as RecBole's wheel carries it: the folder holds .inter and .item\n"
            "r2rank import .deps/wheels/recbole/dataset_example/ml-100k --output data/ml-100k\n"
            "# your own logs, columns named otherwise; users and items with five events or more\n"
            "r2rank import clicks.csv --items catalogue.csv --user-column customer --item-column sku \\\n"
            "    --timestamp-column ts --item-id-column sku --user-core 5 --item-core 5 --output data/shop\n"
            "# Amazon's reviews as published: columns, Python dicts and HTML are known\n"
            "r2rank import reviews_Beauty_5.json.gz --items meta_Beauty.json.gz --output data/beauty\n"
            "# a log in several files, its unreadable rows left out and counted\n"
            "r2rank import logs/part-*.csv.gz --items items.parquet --bad-rows skip --output data/shop\n"
            "# what would be dropped, without writing anything\n"
            "r2rank import clicks.jsonl --items catalogue.jsonl --user-core 5 --dry-run"};
  }

  void declare(Flags& flags) override {
    flags.group("Input and filters");
    config_.describe(flags.fields());
    flags.positional("SOURCE", "interactions");
    flags.positional("MORE", "more_interactions", /*needed=*/false);
    flags.group("Output");
    flags.output(output_, "the dataset");
  }

  int run(const Invocation& invocation) override {
    base::catch_interrupts();
    if (!invocation.dry_run) check_output(output_, dataset_kind());
    if (config_.name.empty()) config_.name = default_name();
    const auto start = Clock::now();
    data::Dataset dataset = data::import_dataset(config_);
    if (!invocation.dry_run) dataset.hash = data::save_dataset(dataset, output_.output, output_.overwrite);
    seconds_ = std::chrono::duration<double>(Clock::now() - start).count();
    invocation.json ? print_json(dataset, invocation.dry_run)
                    : print_text_report(dataset, invocation.dry_run);
    return 0;
  }

 private:
  std::string default_name() const {
    const base::Path named = output_.output.empty() ? config_.interactions : output_.output;
    return named.has_filename() ? named.filename().string() : named.parent_path().filename().string();
  }

  void print_json(const data::Dataset& dataset, bool dry_run) const {
    auto json = as_json(dataset);
    json["dry_run"] = dry_run;
    json["folder"] = dry_run ? nlohmann::ordered_json() : nlohmann::ordered_json(output_.output);
    json["seconds"] = seconds_;
    print("{}\n", json.dump());
  }

  void print_text_report(const data::Dataset& dataset, bool dry_run) const {
    print("{}\n{}\n", report_table(dataset.report), content_table(dataset));
    if (dry_run) {
      print("dry run: read in {}, nothing written\n", base::format_duration(seconds_));
      return;
    }
    print("wrote {} in {}\n", output_.output, base::format_duration(seconds_));
    print("next: r2rank split {} --output {}\n", shell_word(output_.output), shell_word(split_folder()));
  }

  std::string split_folder() const {
    const base::Path folder = output_.output;
    return (folder.has_filename() ? folder : folder.parent_path()).string() + "-split";
  }

  data::ImportConfig config_;
  OutputFolder output_;
  double seconds_ = 0;
};

}  // namespace

std::unique_ptr<Verb> make_import() {
  return std::make_unique<Import>();
}

}  // namespace r2rank::cli
