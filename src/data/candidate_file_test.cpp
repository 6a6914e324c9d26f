#include "data/candidate_file.h"

#include "data/test_support.h"

namespace r2rank::data {
namespace {

using testing::expect_parts;

const Dataset& dataset() {
  static const Dataset instance = testing::dataset_of({{0, 1}, {1, 2}}, 4);
  return instance;
}

std::string refused(const std::string& text) {
  return testing::error_of(base::ErrorKind::kData, [&] { parse_candidate_file(text, "c.jsonl", dataset()); });
}

TEST(CandidateFile, KeepsTheOrderOfLinesAndCandidates) {
  const auto lines = parse_candidate_file(
      "{\"user_id\": \"u1\", \"positive\": \"i2\", \"candidates\": [\"i3\", \"i2\"]}\n\n"
      "{\"user_id\": \"u0\", \"positive\": \"i1\", \"candidates\": [\"i1\", \"i0\"]}",
      "c.jsonl", dataset());
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].user, 1);
  EXPECT_EQ(lines[0].positive, 2);
  EXPECT_EQ(lines[0].candidates, (std::vector<int32_t>{3, 2}));
  EXPECT_EQ(lines[1].line, 3);
}

TEST(CandidateFile, TakesNumbersAsIds) {
  Dataset numbered = dataset();
  numbered.user_ids[0] = "10";
  numbered.items[1].id = "21";
  numbered.items[0].id = "20";
  EXPECT_EQ(
      parse_candidate_file(R"({"user_id": 10, "positive": 21, "candidates": [20, 21]})", "c", numbered)[0]
          .positive,
      1);
}

TEST(CandidateFile, RefusesWhatDoesNotFit) {
  expect_parts(refused(R"({"user_id": "u9", "positive": "i1", "candidates": ["i1", "i2"]})"),
               {"user", "line 1 of c.jsonl", "'u9'"});
  expect_parts(refused(R"({"user_id": "u0", "positive": "i9", "candidates": ["i1", "i2"]})"), {"'i9'"});
  expect_parts(refused(R"({"user_id": "u0", "positive": "i1", "candidates": ["i1", 3.5]})"),
               {"items of the data set"});
  expect_parts(refused(R"({"user_id": "u0", "positive": "i1", "candidates": ["i0", "i2"]})"),
               {"positive 'i1'", "missing"});
  expect_parts(refused(R"({"user_id": "u0", "positive": "i1", "candidates": ["i1", "i0", "i0"]})"),
               {"distinct", "2 different ones of 3"});
  expect_parts(refused(R"({"user_id": "u0", "positive": "i1", "candidates": ["i1"]})"), {"at least 2"});
  expect_parts(refused(R"({"user_id": "u0", "positive": "i1"})"), {"'candidates'"});
  expect_parts(refused("\n \n"), {"found none"});
}

TEST(CandidateFile, RefusesAUserTwiceAndUnevenLines) {
  const std::string first = R"({"user_id": "u0", "positive": "i1", "candidates": ["i1", "i2"]})";
  expect_parts(refused(first + "\n" + first), {"each user once", "'u0' again in line 2"});
  expect_parts(
      refused(first + "\n" + R"({"user_id": "u1", "positive": "i2", "candidates": ["i1", "i2", "i3"]})"),
      {"expected 2 candidates in line 2", "found 3"});
}

}  // namespace
}  // namespace r2rank::data
