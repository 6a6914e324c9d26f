#include "baselines/plain_methods.h"

#include <gtest/gtest.h>

#include <set>

#include "base/error.h"
#include "baselines/test_data.h"

namespace r2rank::baselines {
namespace {

class PlainMethods : public ::testing::Test {
 protected:
  data::Dataset dataset_ = testing::random_dataset(1, 20, 12);
  data::Split split_ = testing::leave_last_two(dataset_);
  std::vector<std::unique_ptr<Method>> methods_ = plain_methods();

  Method& method(std::string_view name) {
    for (auto& candidate : methods_) {
      if (candidate->text().name == name) return *candidate;
    }
    base::fail_usage("test", "no method {}", name);
  }
};

TEST_F(PlainMethods, HaveNamesOfTheirOwnThatTheirScorersShow) {
  std::set<std::string> names;
  for (const auto& method : methods_) {
    const std::string name(method->text().name);
    EXPECT_TRUE(names.insert(name).second) << name;
    EXPECT_EQ(method->make({dataset_, split_}, 7)->name(), name);
  }
}

TEST_F(PlainMethods, AcceptEveryTrialTheyPropose) {
  for (const auto& method : methods_) {
    for (const auto& trial : method->trials()) {
      base::ConfigFields fields;
      method->describe(fields);
      for (const auto& [name, value] : trial) fields.set(name, value);
      EXPECT_NE(method->make({dataset_, split_}, 7), nullptr) << method->text().name;
    }
  }
}

TEST_F(PlainMethods, MakeWhatTheirSettingsSay) {
  Method& knn = method("item-knn-pop");
  base::ConfigFields fields;
  knn.describe(fields);
  EXPECT_EQ(knn.make({dataset_, split_}, 7)->name(), "item-knn-pop");
  fields.set("ties_by_popularity", "false");
  EXPECT_EQ(knn.make({dataset_, split_}, 7)->name(), "item-knn");
}

TEST_F(PlainMethods, RefuseASettingTheyLack) {
  base::ConfigFields fields;
  method("bm25").describe(fields);
  EXPECT_THROW(fields.set("k2", "1"), base::Error);
}

}  // namespace
}  // namespace r2rank::baselines
