#include "experiment/rationale_file.h"

#include <gtest/gtest.h>

#include <cmath>

#include "data/test_support.h"

namespace r2rank::experiment {
namespace {

using data::testing::error_of, data::testing::expect_parts, data::testing::TemporaryFolder;

KeptRationales example() {
  return {"model", "0123", {{7, {0.5, -1.25}, {{"likes \"space\"\n</script>", "no"}, {}}, {{1.5, NAN}, {}}}}};
}

constexpr const char* kHeader =
    R"({"format":"r2rank-rationales","version":1,"scorer":"m","slates_hash":"h","slates":1})";

std::string refusal(const std::string& text) {
  return error_of(base::ErrorKind::kData, [&] { parse_rationales(text, "x.jsonl"); });
}

std::string refusal_of_line(const std::string& line) {
  return refusal(std::string(kHeader) + "\n" + line + "\n");
}

TEST(RationaleFile, ComesBackAsItWasWritten) {
  const TemporaryFolder folder;
  const auto path = folder.path() / rationale_file_name("model");
  EXPECT_EQ(path.filename(), "model.rationales.jsonl");
  save_rationales(example(), path);
  const auto read = load_rationales(path);
  EXPECT_EQ(read.scorer, "model");
  EXPECT_EQ(read.slates_hash, "0123");
  ASSERT_EQ(read.slates.size(), 1U);
  EXPECT_EQ(read.slates[0].slate_id, 7);
  EXPECT_EQ(read.slates[0].silent, example().slates[0].silent);
  EXPECT_EQ(read.slates[0].texts, example().slates[0].texts);
  EXPECT_EQ(read.slates[0].scores[0][0], 1.5);
  EXPECT_TRUE(std::isnan(read.slates[0].scores[0][1]));
}

TEST(RationaleFile, BytesThatAreNoTextAreReplacedAndNotRefused) {
  const TemporaryFolder folder;
  KeptRationales broken = example();
  broken.slates[0].texts[0][0] = "\xff half";
  save_rationales(broken, folder.path() / "x.jsonl");
  EXPECT_EQ(load_rationales(folder.path() / "x.jsonl").slates[0].texts[0][0], "\xef\xbf\xbd half");
}

TEST(RationaleFile, OneThatWasCutIsRefused) {
  expect_parts(refusal(std::string(kHeader) + "\n"), {"header and 1 slates", "x.jsonl", "cut"});
  expect_parts(refusal(""), {"x.jsonl"});
  expect_parts(refusal_of_line(R"({"slate_id":1,"sil)"), {"line 2 of x.jsonl"});
}

TEST(RationaleFile, AnotherFormatOrANewerVersionIsRefused) {
  expect_parts(refusal(R"({"format":"r2rank-slates","version":1})"), {"r2rank-rationales"});
  expect_parts(refusal(R"({"format":"r2rank-rationales","version":2})"), {"version"});
}

TEST(RationaleFile, ListsOfOtherShapesAreRefused) {
  expect_parts(refusal_of_line(R"({"slate_id":1,"silent":[1],"texts":[["a"]],"scores":[[]]})"), {"scores"});
  expect_parts(refusal_of_line(R"({"slate_id":1,"silent":[1],"texts":[],"scores":[]})"), {"texts"});
  expect_parts(refusal_of_line(R"({"slate_id":1,"silent":[1],"texts":[[3]],"scores":[[1]]})"), {"texts"});
  expect_parts(refusal_of_line(R"({"slate_id":1,"silent":["a"],"texts":[[]],"scores":[[]]})"), {"silent"});
  expect_parts(refusal_of_line(R"({"slate_id":-1,"silent":[],"texts":[],"scores":[]})"), {"slate_id"});
}

}  // namespace
}  // namespace r2rank::experiment
