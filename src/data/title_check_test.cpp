#include "data/title_check.h"

#include "data/test_support.h"

namespace r2rank::data {
namespace {

/// A user who has taken items 0 and 1; 2 is relevant, 3 is not.
struct TitleCheck : ::testing::Test {
  Dataset dataset = testing::dataset_of({{0, 1, 2}}, 4);
  SlateSet set;
  void SetUp() override {
    set.slates = {
        {.id = 2, .user = 0, .history_end = 2, .candidates = {3, 2}, .relevance = {0, 1}, .missed = {}}};
    title(0, "A book");
    title(1, "Another book");
    title(2, "The Matrix");
    title(3, "Unrelated");
  }
  void title(size_t item, const std::string& text) { dataset.items[item].title = text; }
  int64_t found() const { return check_titles(dataset, set).count; }
};

TEST_F(TitleCheck, FindsWholeTitlesWhateverTheirCaseAndSigns) {
  EXPECT_EQ(found(), 0);
  for (const char* history : {"the matrix", "THE  MATRIX!", "Box: 'The Matrix', 2 discs", "The-Matrix"}) {
    title(0, history);
    EXPECT_EQ(found(), 1) << history;
  }
}

TEST_F(TitleCheck, TakesNoPartOfAWordForATitle) {
  title(2, "It");
  title(0, "Italy with kit");
  EXPECT_EQ(found(), 0);
  title(0, "Stephen King: It");
  EXPECT_EQ(found(), 1);
}

TEST_F(TitleCheck, CountsOtherCandidatesBesideIt) {
  title(1, "unrelated");
  const Finding finding = check_titles(dataset, set);
  EXPECT_EQ(finding.count, 0);
  testing::expect_parts(finding.text, {"one other candidate does in 1 of 1"});
}

TEST_F(TitleCheck, MissingTitlesAreNoTitles) {
  title(2, "");
  title(0, "");
  EXPECT_EQ(found(), 0);
  title(2, "!?");
  EXPECT_EQ(found(), 0);
}

}  // namespace
}  // namespace r2rank::data
