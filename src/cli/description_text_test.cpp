#include "cli/description_text.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <sstream>

#include "data/dataset_checks.h"

namespace r2rank::cli {
namespace {

struct DescriptionText : ::testing::Test {
  data::Dataset dataset;
  void SetUp() override {
    dataset.name = "shop";
    for (int32_t item = 0; item < 4; ++item)
      dataset.items.push_back({fmt::format("i{}", item), "A title", "", {}, ""});
    for (int32_t user = 0; user < 3; ++user) {
      dataset.user_ids.push_back(fmt::format("u{}", user));
      for (int32_t event = 0; event <= user; ++event)
        dataset.interactions.push_back({user, event, 86400 * (1 + event), 5});
    }
    dataset.has_ratings = true;
    data::set_offsets(dataset);
  }
  std::string text(const std::optional<data::ColdStart>& cold = {}) const {
    return description_text(dataset, data::describe_dataset(dataset), cold);
  }
};

TEST_F(DescriptionText, DrawsHistogramsWhoseLongestBarIsTheMostFrequentValue) {
  EXPECT_NE(text().find("6  " + std::string(40, '#')), std::string::npos) << text();
  EXPECT_NE(text().find("1970-01-02 to 1970-01-04"), std::string::npos);
}

TEST_F(DescriptionText, KeepsItsLinesShort) {
  std::istringstream lines(text(data::ColdStart{.targets = 3, .cold_items = 1, .cold_users = 0}));
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 100U) << line;
}

TEST_F(DescriptionText, SaysWhatASplitHasNotSeen) {
  EXPECT_NE(text(data::ColdStart{.targets = 3, .cold_items = 1, .cold_users = 0}).find("item new in 33.3 %"),
            std::string::npos);
}

TEST_F(DescriptionText, OfAnEmptyDatasetIsNoTrouble) {
  dataset = {};
  data::set_offsets(dataset);
  EXPECT_FALSE(text().empty());
}

}  // namespace
}  // namespace r2rank::cli
