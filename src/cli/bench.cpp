#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/byte_size.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/progress.h"
#include "cli/output.h"
#include "cli/table.h"
#include "cli/verb.h"
#include "experiment/random_model.h"
#include "experiment/speed.h"
#include "experiment/speed_import.h"
#include "learn/model_folder.h"

namespace r2rank::cli {
namespace {

constexpr const char* kImport = "import";
constexpr int64_t kLeastVocabulary = 256;  // bytes: what a tokenizer has at least

class Bench : public Verb {
 public:
  VerbText text() const override {
    return {
        .name = "bench",
        .group = "About this program",
        .summary = "how fast this machine rolls out, trains and scores with a model",
        .purpose =
            "Times products, prompt processing, decoding, silent scoring, the training pass and a whole RL "
            "step on one slate of random tokens, and says what share of this machine's peak each reaches. "
            "Every rate and every share is from the same run; close other programs first.",
        .examples =
            "r2rank bench model.gguf\nr2rank bench model.gguf --only rl_step --repeats 5 --json\n"
            "# a longer history, more rationales\n"
            "r2rank bench model.gguf --history-tokens 1024 --rationales 16 --only training_pass"};
  }

  void declare(Flags& flags) override {
    flags.group("Model");
    flags.fields().add("model", model_,
                       "GGUF file, Hugging Face folder or run folder; empty: random weights");
    flags.fields()
        .add("random_model", random_model_, "without a model: the size of one with random weights")
        .one_of(experiment::random_model_sizes());
    flags.fields()
        .add("vocabulary", vocabulary_,
             "tokens that the model with random weights knows (0: as that size has)")
        .between(0, 1'000'000);
    flags.positional("MODEL", "model", false);
    options_.describe_scoring(flags.fields());
    flags.group("Work");
    workload_.describe(flags.fields());
    flags.fields().add("only", only_, "operations to time; empty: all").one_of(all_operations());
    flags.fields().add("repeats", repeats_, "timed repetitions; the median counts").between(1, 1000);
  }

  int run(const Invocation& invocation) override {
    if (!model_.empty() && (invocation.config->given("random_model") || vocabulary_ > 0))
      base::fail_usage(
          "bench",
          "--random-model and --vocabulary are for a bench without a model: leave them or MODEL out");
    if (vocabulary_ != 0 && vocabulary_ < kLeastVocabulary)
      base::fail_usage("bench", "--vocabulary: expected 0 or at least {} (found {})", kLeastVocabulary,
                       vocabulary_);
    base::catch_interrupts();
    open_model();
    if (options_.int8_weights) refuse_training();
    const auto names = operations();
    if (invocation.dry_run) return describe_only(names, invocation);
    experiment::SpeedBench bench(*bench_model_, workload_, repeats_);
    const double peak = std::max(peak_of(bench.run("product")), peak_of(bench.run("packed_product")));
    std::vector<experiment::SpeedResult> results;
    base::Progress bar("bench", static_cast<int64_t>(names.size()), "operations");
    for (const auto& name : names) {
      base::stop_if_interrupted("bench");
      results.push_back(name == kImport ? experiment::time_import(repeats_) : bench.run(name));
      bar.advance(1, name);
    }
    bar.finish();
    invocation.json ? print_json(results, peak) : print_table(results, peak);
    return 0;
  }

 private:
  static std::vector<std::string> all_operations() {
    auto names = experiment::SpeedBench::names();
    names.emplace_back(kImport);
    return names;
  }

  static std::vector<std::string> scoring_operations() {
    auto names = all_operations();
    std::erase_if(names, experiment::SpeedBench::trains);
    return names;
  }

  std::vector<std::string> operations() const {
    if (!only_.empty()) return only_;
    return options_.int8_weights ? scoring_operations() : all_operations();
  }

  void refuse_training() const {
    for (const auto& name : only_)
      if (experiment::SpeedBench::trains(name))
        base::fail_usage("bench", "{} trains, and int8 weights have no gradients; choose of {}", name,
                         fmt::join(scoring_operations(), ", "));
  }

  int describe_only(const std::vector<std::string>& names, const Invocation& invocation) const {
    if (invocation.json)
      print("{}\n", nlohmann::ordered_json{{"model", model_name()}, {"operations", names}}.dump());
    else
      print("dry run: would time {} with {}\n", fmt::format("{}", fmt::join(names, ", ")), model_name());
    return 0;
  }

  std::string model_name() const { return model_.empty() ? "random " + random_model_ : model_; }

  void open_model() {
    if (model_.empty()) {
      bench_model_ = experiment::random_model(random_model_, options_, vocabulary_);
      return;
    }
    bench_model_ = std::move(learn::open_ranking_model(model_, options_, {})->model);
  }

  static double peak_of(const experiment::SpeedResult& product) {
    return product.flop / *std::min_element(product.seconds.begin(), product.seconds.end());
  }

  static void print_table(const std::vector<experiment::SpeedResult>& results, double peak) {
    using enum Table::Align;
    Table table({kLeft, kRight, kRight, kRight, kRight, kRight, kLeft});
    table.row({"operation", "ms", "per second", "GFLOP/s", "of peak", "memory", "work"});
    for (const auto& result : results) {
      const double seconds = result.median_seconds();
      table.row({result.name, fmt::format("{:.1f}", 1000 * seconds),
                 result.units > 0
                     ? fmt::format("{} {}", grouped(std::llround(result.units / seconds)), result.unit)
                     : "",
                 result.flop > 0 ? fmt::format("{:.0f}", result.flop / seconds / 1e9) : "",
                 result.flop > 0 ? fmt::format("{:.0f} %", 100 * result.flop / seconds / peak) : "",
                 base::format_gibibytes(result.peak_bytes), result.work});
    }
    print("{}", table.text());
  }

  void print_json(const std::vector<experiment::SpeedResult>& results, double peak) const {
    nlohmann::ordered_json json = {{"model", model_name()},
                                   {"dtype", bench_model_->options().dtype},
                                   {"device", bench_model_->options().device},
                                   {"int8_weights", options_.int8_weights},
                                   {"peak_flops", peak},
                                   {"repeats", repeats_}};
    for (const auto& result : results)
      json["operations"][result.name] = {{"work", result.work},
                                         {"seconds", result.seconds},
                                         {"median_seconds", result.median_seconds()},
                                         {result.unit, result.units},
                                         {"flop", result.flop},
                                         {"peak_share", result.flop / result.median_seconds() / peak},
                                         {"peak_bytes", result.peak_bytes}};
    print("{}\n", json.dump());
  }

  std::string model_, random_model_ = "135m";
  std::unique_ptr<model::LanguageModel> bench_model_;
  model::ModelOptions options_;
  experiment::Workload workload_;
  std::vector<std::string> only_;
  int64_t repeats_ = 3;
  int64_t vocabulary_ = 0;
};

}  // namespace

std::unique_ptr<Verb> make_bench() {
  return std::make_unique<Bench>();
}

}  // namespace r2rank::cli
