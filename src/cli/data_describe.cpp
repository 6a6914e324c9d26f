#include <nlohmann/json.hpp>
#include <optional>

#include "cli/description_text.h"
#include "cli/output.h"
#include "cli/verb.h"
#include "data/description_json.h"

namespace r2rank::cli {
namespace {

class DataDescribe : public Verb {
 public:
  VerbText text() const override {
    return {
        .name = "data describe",
        .group = "Prepare data",
        .summary = "what a data set is like: sizes, distributions, text, cold items",
        .purpose =
            "Counts users, items and interactions and shows how they are spread: history lengths and "
            "popularity with quantiles, Gini and the head's share, time, equal timestamps, ratings, which "
            "items have text, how much is new at the end. Read it before choosing a protocol.",
        .examples =
            "r2rank data describe data/ml-100k\n"
            "# how many of a split's targets training never saw, too\n"
            "r2rank data describe data/shop --split data/shop-split\n"
            "# for a script\n"
            "r2rank data describe data/shop --json"};
  }

  void declare(Flags& flags) override {
    flags.group("What is described");
    flags.fields().add("dataset", dataset_, "Dataset folder made by import").mandatory();
    flags.positional("DATASET", "dataset");
    flags.fields().add("split", split_,
                       "Split folder made by split, for its cold targets (none: data set alone)");
  }

  int run(const Invocation& invocation) override {
    const data::Dataset dataset = data::load_dataset(dataset_);
    std::optional<data::ColdStart> cold;
    if (!split_.empty()) cold = data::cold_start(dataset, data::load_split(split_, dataset));
    const auto description = data::describe_dataset(dataset);
    if (invocation.json)
      print("{}\n", data::description_json(dataset, description, cold).dump());
    else
      print("{} (hash {})\n{}", dataset.name, dataset.hash, description_text(dataset, description, cold));
    return 0;
  }

 private:
  std::string dataset_, split_;
};

}  // namespace

std::unique_ptr<Verb> make_data_describe() {
  return std::make_unique<DataDescribe>();
}

}  // namespace r2rank::cli
