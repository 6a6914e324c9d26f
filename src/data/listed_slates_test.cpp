#include "data/listed_slates.h"

#include "data/split_check.h"
#include "data/split_folder.h"
#include "data/test_support.h"

namespace r2rank::data {
namespace {

using testing::error_of;
using testing::expect_parts;
using testing::TemporaryFolder;

struct FromFile : ::testing::Test {
  TemporaryFolder folder;
  Dataset dataset = testing::dataset_of({{0, 1, 2, 3, 4}, {5, 6, 7, 8, 9}, {4, 5, 6, 7, 8}, {1, 2}}, 12);
  SplitConfig config;
  void SetUp() override {
    config.negatives = "file";
    use("{\"user_id\": \"u2\", \"positive\": \"i8\", \"candidates\": [\"i0\", \"i8\", \"i1\"]}\n"
        "{\"user_id\": \"u0\", \"positive\": \"i4\", \"candidates\": [\"i4\", \"i9\", \"i8\"]}\n");
  }
  void expect_no_failure(const Split& split) {
    for (const Finding& finding : check_split(dataset, split))
      EXPECT_NE(finding.verdict, Verdict::kFailure) << finding.name;
  }
  void use(const std::string& lines) { config.candidates_file = folder.write("c.jsonl", lines); }
};

TEST_F(FromFile, TheListedSlatesAreTheTestSetAsTheyStand) {
  const Split split = make_split(dataset, config);
  ASSERT_EQ(split.test.slates.size(), 2U);
  EXPECT_EQ(split.test.slates[0].user, 2);
  EXPECT_EQ(split.test.slates[0].candidates, (std::vector<int32_t>{0, 8, 1}));
  EXPECT_EQ(split.test.slates[0].history_end, 4);
  EXPECT_EQ(split.test.slates[1].relevance, (std::vector<float>{1, 0, 0}));
  EXPECT_EQ(split.protocol.name(), "loo-file2-" + split.test.hash.substr(0, 8));
  expect_no_failure(split);
}

TEST_F(FromFile, ValidationTakesTheOtherUsersWithUniformNegatives) {
  const Split split = make_split(dataset, config);
  ASSERT_EQ(split.valid.slates.size(), 1U);
  EXPECT_EQ(split.valid.slates[0].user, 1);
  EXPECT_EQ(split.valid.protocol.name(), "loo-uni2-seed7");
}

TEST_F(FromFile, AShortHistoryThatIsListedIsHeldOutToo) {
  use("{\"user_id\": \"u3\", \"positive\": \"i2\", \"candidates\": [\"i2\", \"i9\"]}\n");
  const Split split = make_split(dataset, config);
  EXPECT_EQ(split.training_end[3], 0);
  expect_no_failure(split);
}

TEST_F(FromFile, APositiveThatIsNotTheLastItemIsExplained) {
  use("{\"user_id\": \"u2\", \"positive\": \"i7\", \"candidates\": [\"i7\", \"i0\"]}\n");
  expect_parts(error_of(base::ErrorKind::kData, [&] { make_split(dataset, config); }),
               {"last item 'i8' of user 'u2'", "line 1 of c.jsonl", "found 'i7'", "--duplicates"});
}

TEST_F(FromFile, MoreCandidatesThanValidationCanDrawAreToBeFewerInTheFile) {
  use("{\"user_id\": \"u2\", \"positive\": \"i8\", \"candidates\": [\"i8\", \"i0\", \"i1\", \"i2\", \"i3\", "
      "\"i9\", \"i10\"]}\n");
  const std::string text = error_of(base::ErrorKind::kUsage, [&] { make_split(dataset, config); });
  expect_parts(text, {"expected 6 negatives", "found 5 items", "--candidates-file",
                      "list at most 6 candidates a line", "list such users too"});
  EXPECT_EQ(text.find("--negative-count"), std::string::npos) << text;
}

TEST_F(FromFile, KnownNegativesShowInTheProtocol) {
  use("{\"user_id\": \"u2\", \"positive\": \"i8\", \"candidates\": [\"i8\", \"i4\"]}\n");
  const Split split = make_split(dataset, config);
  EXPECT_EQ(split.test.protocol.exclude, "none");
  EXPECT_EQ(split.protocol.name(), "loo-file1-" + split.test.hash.substr(0, 8) + "-seen");
  save_split(split, dataset, folder.path() / "split", false);
  EXPECT_EQ(load_split(folder.path() / "split", dataset).protocol.name(), split.protocol.name());
}

}  // namespace
}  // namespace r2rank::data
