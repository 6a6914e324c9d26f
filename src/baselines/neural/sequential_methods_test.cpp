#include "baselines/neural/sequential_methods.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "baselines/test_data.h"

namespace r2rank::baselines {
namespace {

TEST(SequentialMethods, TryAtMostFiveSettingsThatTheyHave) {
  for (const auto& method : sequential_methods()) {
    EXPECT_LE(method->trials().size(), 5U) << method->text().name;
    for (const auto& trial : method->trials()) {
      base::ConfigFields fields;
      method->describe(fields);
      for (const auto& [key, value] : trial) EXPECT_NO_THROW(fields.set(key, value)) << key;
    }
  }
}

TEST(SequentialMethods, RefuseHeadsThatDoNotDivideTheDimensions) {
  const auto dataset = testing::random_dataset(1, 5, 9);
  const auto split = testing::leave_last_two(dataset);
  for (const auto& method : sequential_methods()) {
    if (method->text().name != "sasrec") continue;
    base::ConfigFields fields;
    method->describe(fields);
    fields.set("heads", "3");
    EXPECT_THROW(method->make({dataset, split}, 1), base::Error);
  }
}

}  // namespace
}  // namespace r2rank::baselines
