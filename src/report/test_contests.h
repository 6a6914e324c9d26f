#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "data/test_retriever.h"
#include "experiment/sampled_results.h"
#include "report/result_group.h"
#include "report/test_world.h"

namespace r2rank::report::testing {

/// Scorers of known NDCG@10 on the six test slates of a World, one a user.
struct Contenders {
  World world;
  DataShelf shelf;
  std::vector<Measured> measured;

  Contenders() {
    shelf.add_dataset(world.path("data"), "shop");
    shelf.add_split(world.path("split"));
  }

  /// Another split of the data set, with four negatives of that kind. Hard ones are the items with the
  /// smallest indices: two of the six relevant ones are among them.
  data::Split add_split(const std::string& name, const std::string& negatives) {
    data::SplitConfig config;
    config.negative_count = 4;
    config.negatives = negatives;
    if (negatives == "hard") config.retriever = "first";
    const data::Split split = data::make_split(world.dataset, config, [this](const data::Split&) {
      return data::testing::first_items(static_cast<int32_t>(world.dataset.items.size()));
    });
    data::save_split(split, world.dataset, world.path(name), false);
    shelf.add_split(world.path(name));
    return split;
  }

  /// As `eval` leaves it; `slope` makes its scores differ from those of others of the name.
  Measured& evaluated(const std::string& source, const std::string& scorer, std::vector<double> values,
                      double slope = 0) {
    Measured one;
    one.results = world.results(scorer, slope, 1);
    one.results.values["ndcg@10"] = std::move(values);
    one.source = source;
    measured.push_back(std::move(one));
    return measured.back();
  }
  /// As `compare` leaves it.
  Measured& row(const std::string& scorer, const std::string& method, std::vector<double> values) {
    Measured& one = evaluated("compare", scorer, std::move(values));
    one.facts = {{"method", method}};
    return one;
  }
  /// On the slates of three users alone.
  Measured& sampled_row(const std::string& scorer, const std::string& method, std::vector<double> values) {
    Measured& one = row(scorer, method, std::vector<double>(6));
    one.results = experiment::sampled_results(one.results, {.count = 3, .seed = 7});
    one.results.values["ndcg@10"] = std::move(values);
    return one;
  }
  std::vector<ResultGroup> groups() const { return group_results(measured, shelf, ""); }
};

}  // namespace r2rank::report::testing
