#include "experiment/beyond_render.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/progress.h"
#include "experiment/test_results.h"
#include "experiment/test_tables.h"

namespace r2rank::experiment {
namespace {

using testing::expect_part, testing::lines_of;

BeyondTable example() {
  base::set_progress_enabled(false);
  const auto dataset = baselines::testing::random_dataset(1, 30, 25);
  const auto split = baselines::testing::leave_last_two(dataset);
  const auto slates = testing::slates_of(dataset);
  std::vector<metrics::PerUserResults> results;
  for (const char* name : {"popularity", "random"})
    results.push_back(evaluate(*baselines::make_baseline(name, {dataset, split}, 7), slates, dataset, name));
  return beyond_accuracy(results, dataset, split, slates, 2, {.resamples = 200});
}

TEST(BeyondTable, IsWrittenInEveryFormat) {
  const auto both = example();
  const auto text = render(both, TableFormat::kText);
  expect_part(text, "coverage@2");
  expect_part(text, "ece-top-scaled");
  for (const auto& line : lines_of(text)) EXPECT_LE(testing::width_of(line), 120) << line;
  expect_part(render(both, TableFormat::kMarkdown), "| popularity |");
  expect_part(render(both, TableFormat::kLatex), "\\begin{tabular}{lrrrrrrr}");
  const auto lines = lines_of(render(both, TableFormat::kCsv));
  ASSERT_EQ(lines.size(), 1U + 2 * 15);
  EXPECT_TRUE(lines[4].starts_with("popularity,count@2,")) << lines[4];
  EXPECT_EQ(lines[6], "popularity,category-distance@2,,,");
  const auto json = nlohmann::json::parse(render(both, TableFormat::kJson));
  EXPECT_TRUE(json[0]["category-distance@2"].is_null());
  EXPECT_EQ(json[0]["percentile@2"]["mean"].get<double>(), both.rows[0].percentile.mean);
  EXPECT_EQ(json[1]["reliability"].size(), 10U);
}

}  // namespace
}  // namespace r2rank::experiment
