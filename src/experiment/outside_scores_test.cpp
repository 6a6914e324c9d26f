#include "experiment/outside_scores.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>

#include "base/error.h"
#include "experiment/test_results.h"

namespace r2rank::experiment {
namespace {

using data::FileKind;

class OutsideScores : public ::testing::Test {
 protected:
  void SetUp() override {
    dataset_ = baselines::testing::dataset_of({{0, 1, 2}, {1, 2, 0}}, 4);
    slates_.hash = "hash";
    slates_.slates = {slate(11, 0, {2, 3}), slate(12, 1, {3, 0})};
    slates_.slates[1].relevance = {0, 1};
  }

  data::Slate slate(int64_t id, int32_t user, std::vector<int32_t> candidates) {
    auto made = baselines::testing::last_event_slate(dataset_, user, std::move(candidates));
    made.id = id;
    return made;
  }

  metrics::PerUserResults parse(const std::string& text, FileKind kind = FileKind::kCsv) {
    return parse_outside_scores(text, kind, "mine.csv", "mine", slates_, dataset_);
  }

  std::string refusal(const std::string& text, FileKind kind = FileKind::kCsv) {
    try {
      parse(text, kind);
    } catch (const base::Error& error) {
      EXPECT_EQ(error.kind(), base::ErrorKind::kData);
      return error.what();
    }
    ADD_FAILURE() << "accepted: " << text;
    return "";
  }

  data::Dataset dataset_;
  data::SlateSet slates_;
};

constexpr const char* kByUser = "user_id,item_id,score\nu0,i2,0.5\nu0,i3,1e-3\nu1,i0,2\nu1,i3,-7\n";

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_F(OutsideScores, IdsAreTrimmedAsThoseOfLogs) {
  EXPECT_EQ(parse("user_id,item_id,score\n u0 , i2, 0.5\nu0,i3 ,1e-3 \nu1,i0,2\nu1,i3,-7\n").scores,
            parse(kByUser).scores);
}

TEST_F(OutsideScores, RefuseASlateOfAnotherUser) {
  EXPECT_TRUE(has(refusal("slate_id,user_id,item_id,score\n11,u0,i2,1\n11,u1,i3,1\n12,u1,i0,1\n12,u1,i3,1\n"),
                  "expected user_id 'u0', whose slate is 11, in line 3"));
}

TEST_F(OutsideScores, AreMeasuredAsOursAre) {
  const auto results = parse(kByUser);
  EXPECT_EQ(results.scorer, "mine");
  EXPECT_EQ(results.slates_hash, "hash");
  EXPECT_EQ(results.slate_ids, (std::vector<int64_t>{11, 12}));
  EXPECT_EQ(results.scores, (std::vector<std::vector<double>>{{0.5, 0.001}, {-7, 2}}));
  EXPECT_EQ(results.values.at("ndcg@10"), (std::vector<double>{1, 1}));
  EXPECT_FALSE(results.values.contains(kMilliseconds));
}

TEST_F(OutsideScores, MayNameSlatesInAnyColumnOrder) {
  const auto results = parse("score,slate_id,item_id\n1,11,i2\n0,11,i3\n1,12,i3\n0,12,i0\n");
  EXPECT_EQ(results.values.at("hr@1"), (std::vector<double>{1, 0}));
}

TEST_F(OutsideScores, ComeAsJsonLinesToo) {
  const auto results = parse(
      "{\"user_id\":\"u0\",\"item_id\":\"i2\",\"score\":0.5}\n{\"slate_id\":11,\"item_id\":\"i3\",\"score\":"
      "1}\n\n"
      "{\"slate_id\":12,\"item_id\":\"i0\",\"score\":\"-3.5\"}\n{\"slate_id\":\"12\",\"item_id\":\"i3\","
      "\"score\":-4}\n",
      FileKind::kJsonl);
  EXPECT_EQ(results.scores, (std::vector<std::vector<double>>{{0.5, 1}, {-4, -3.5}}));
}

TEST_F(OutsideScores, MayBeInfiniteWhereSomethingWasNotRetrieved) {
  const auto results = parse("user_id,item_id,score\nu0,i2,0.5\nu0,i3,-inf\nu1,i0,2\nu1,i3,-inf\n");
  EXPECT_EQ(results.scores[0][1], -INFINITY);
}

TEST_F(OutsideScores, LeaveOutRowsAboutOtherSlatesAndItems) {
  EXPECT_EQ(parse(std::string(kByUser) + "u9,i0,1\nu0,i0,9\nu0,nothing,9\n").scores, parse(kByUser).scores);
}

TEST_F(OutsideScores, AreRefusedWithCountAndPlaceWhenSomeAreMissing) {
  const auto text = refusal("user_id,item_id,score\nu0,i2,0.5\nu1,i0,2\n");
  EXPECT_TRUE(has(text, "2 of 4 candidates without a score (first: slate_id 11, user_id 'u0', item_id 'i3')"))
      << text;
}

TEST_F(OutsideScores, AreRefusedWithLinesWhenOneIsGivenTwice) {
  const auto text = refusal(std::string(kByUser) + "u0,i2,0.7\nu0,i3,1\n");
  EXPECT_TRUE(has(text, "2 scores for a candidate that had one (first: line 6 repeats line 2)")) << text;
}

TEST_F(OutsideScores, AreRefusedWhenTheyAreNoNumbers) {
  for (const char* bad : {"nan", "", "high", "0.5x", "1,5", "0x10", "1e999"}) {
    const auto text =
        refusal(fmt::format("user_id,item_id,score\nu0,i2,\"{}\"\nu0,i3,1\nu1,i0,2\nu1,i3,-7\n", bad));
    EXPECT_TRUE(has(text, fmt::format("1 scores that are no number (first: line 2, '{}')", bad))) << text;
  }
}

TEST_F(OutsideScores, AreRefusedWithoutTheColumnsThatTheyNeed) {
  EXPECT_TRUE(has(refusal("user,item_id,score\nu0,i2,1\n"), "line 2 lacks both slate_id and user_id"));
  EXPECT_TRUE(has(refusal("user_id,item,score\nu0,i2,1\n"), "lacks item_id"));
  EXPECT_TRUE(has(refusal("user_id,item_id,value\nu0,i2,1\n"), "lacks score"));
}

TEST_F(OutsideScores, AreRefusedByUserWhereTheUserHasSeveralSlates) {
  slates_.slates.push_back(slate(13, 0, {3, 1}));
  EXPECT_TRUE(has(refusal(kByUser), "slate_id")) << refusal(kByUser);
}

TEST_F(OutsideScores, SayWhenNoRowIsAboutTheseSlates) {
  const auto text = refusal("slate_id,item_id,score\n1,i2,1\n18446744073709551615,i3,2\nx,i3,1\n");
  EXPECT_TRUE(has(text, "3 rows about other slates or items (first: line 2, slate_id '1')")) << text;
}

TEST_F(OutsideScores, AreRefusedWhenTheFileIsEmptyOrGarbage) {
  refusal("");
  refusal("user_id,item_id,score\n");
  refusal("{\"user_id\": ", FileKind::kJsonl);
  refusal("[1, 2]\n", FileKind::kJsonl);
  refusal("\xFF\xFE\x00user");
}

class OutsideScoresFile : public OutsideScores {
 protected:
  void SetUp() override {
    OutsideScores::SetUp();
    folder_ = std::filesystem::temp_directory_path() / fmt::format("r2rank_outside_scores_{}", getpid());
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  base::Path folder_;
};

TEST_F(OutsideScoresFile, GivesTheScorerItsName) {
  base::write_file(folder_ / "sasrec.csv", kByUser);
  EXPECT_EQ(read_outside_scores(folder_ / "sasrec.csv", slates_, dataset_).scorer, "sasrec");
}

TEST_F(OutsideScoresFile, IsRefusedWithAnUnknownExtensionOrWhenMissing) {
  try {
    read_outside_scores(folder_ / "scores.xlsx", slates_, dataset_);
    FAIL();
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::kUsage);
  }
  try {
    read_outside_scores(folder_ / "absent.csv", slates_, dataset_);
    FAIL();
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::kIo);
  }
}

}  // namespace
}  // namespace r2rank::experiment
