#include "baselines/neural/neural_methods.h"

#include <gtest/gtest.h>

#include "baselines/test_data.h"
#include "baselines/trainable.h"

namespace r2rank::baselines {
namespace {

TEST(NeuralMethods, HaveTheNamesTheirScorersShow) {
  const auto dataset = testing::random_dataset(1, 30, 12);
  const auto split = testing::leave_last_two(dataset);
  std::vector<std::string> names;
  for (const auto& method : neural_methods()) {
    names.emplace_back(method->text().name);
    EXPECT_EQ(method->make({dataset, split}, 7)->name(), names.back());
  }
  EXPECT_EQ(names, (std::vector<std::string>{"ease", "bpr-mf", "lightgcn"}));
}

TEST(NeuralMethods, AcceptEveryTrialTheyPropose) {
  const auto dataset = testing::random_dataset(1, 30, 12);
  const auto split = testing::leave_last_two(dataset);
  for (const auto& method : neural_methods()) {
    for (const auto& trial : method->trials()) {
      base::ConfigFields fields;
      method->describe(fields);
      for (const auto& [name, value] : trial) fields.set(name, value);
      EXPECT_NE(method->make({dataset, split}, 7), nullptr) << method->text().name;
    }
  }
}

TEST(NeuralMethods, SeeNoHeldOutEventOfAnyOtherUser) {
  const auto dataset = testing::random_dataset(4, 30, 12);
  auto other = dataset;
  for (int64_t user = 1; user < dataset.users(); ++user) {
    for (int64_t back = 1; back <= 2; ++back) {
      auto& item = other.interactions[other.user_offsets[user + 1] - back].item;
      item = (item + 5) % 12;
    }
  }
  const auto split = testing::leave_last_two(dataset);
  const auto slate = testing::last_event_slate(dataset, 0, testing::all_items(dataset));
  for (const auto& method : neural_methods()) {
    const auto scores = [&](const data::Dataset& data) {
      const auto scorer = method->make({data, split}, 7);
      if (auto* model = dynamic_cast<Trainable*>(scorer.get())) model->train_epoch(0, [](int64_t) {});
      return scorer->score(slate);
    };
    EXPECT_EQ(scores(dataset), scores(other)) << method->text().name;
  }
}

}  // namespace
}  // namespace r2rank::baselines
