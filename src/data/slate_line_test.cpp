#include "data/slate_line.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "data/test_support.h"

namespace r2rank::data {
namespace {

using Ids = std::vector<std::string_view>;

constexpr std::string_view kLine =
    R"({"id":13,"user":"u 1","history_end":7,"candidates":["i0","i1","i2"],"relevance":[0.0,1.0,0.25]})";

/// The line with its first `from` replaced.
std::string changed(std::string_view from, std::string_view to) {
  std::string line(kLine);
  line.replace(line.find(from), from.size(), to);
  return line;
}

bool is_read(std::string_view line) {
  SlateLine slate;
  return read_slate_line(line, slate);
}

TEST(SlateLine, HoldsEveryField) {
  SlateLine slate;
  ASSERT_TRUE(read_slate_line(kLine, slate));
  EXPECT_EQ(slate.id, 13);
  EXPECT_EQ(slate.user, "u 1");
  EXPECT_EQ(slate.history_end, 7);
  EXPECT_EQ(slate.candidates, (Ids{"i0", "i1", "i2"}));
  EXPECT_EQ(slate.relevance, (std::vector<double>{0, 1, 0.25}));
  EXPECT_TRUE(slate.missed.empty());
}

TEST(SlateLine, KeepsNothingOfTheLineBefore) {
  SlateLine slate;
  ASSERT_TRUE(read_slate_line(changed("]}", R"(],"missed":["i1","i2"]})"), slate));
  EXPECT_EQ(slate.missed, (Ids{"i1", "i2"}));
  ASSERT_TRUE(read_slate_line(kLine, slate));
  EXPECT_TRUE(slate.missed.empty());
  EXPECT_EQ(slate.candidates.size(), 3U);
}

TEST(SlateLine, HasTheLabelsThatADoubleHolds) {
  SlateLine slate;
  ASSERT_TRUE(read_slate_line(changed("0.25", "0.30000001192092896"), slate));
  EXPECT_EQ(slate.relevance[2], 0.30000001192092896);
  EXPECT_EQ(static_cast<float>(slate.relevance[2]), 0.3F);
}

TEST(SlateLine, IsLeftToTheOtherParserWhereItIsWrittenOtherwise) {
  EXPECT_TRUE(is_read(changed("13", "123456789012345678")));
  for (const char* number : {"1234567890123456789", "-1", "013", "1.0", "1e3", "", "x", "\"1\""})
    EXPECT_FALSE(is_read(changed("13", number))) << number;
  for (const char* label : {"1", "1.", ".5", "1.0e2", "-0.0", "00.5", "nan", "inf", "true", "null", ""})
    EXPECT_FALSE(is_read(changed("0.25", label))) << label;
  for (const char* id :
       {R"("i\u0030")", R"("i\"")", "\"\t\"", "\"\x7f\"", "\"\xc3\xa4\"", "\"i0", "i0\"", "4", "[]"})
    EXPECT_FALSE(is_read(changed("\"i0\"", id))) << id;
  for (const char* list : {"[]", "[,", "[\"i0\" ,", "[\"i0\",]"})
    EXPECT_FALSE(is_read(changed("[\"i0\",", list))) << list;
  EXPECT_FALSE(is_read(changed("\"id\":13,", "")));
  EXPECT_FALSE(is_read(changed("\"user\"", "\"User\"")));
  EXPECT_FALSE(is_read(changed("]}", "]")));
  EXPECT_FALSE(is_read(changed("]}", "]}}")));
  EXPECT_FALSE(is_read(changed("]}", "]} ")));
  EXPECT_FALSE(is_read(changed("]}", R"(],"missed":[]})")));
}

TEST(SlateLine, ThatIsCutIsNotRead) {
  for (size_t size = 0; size < kLine.size(); ++size) EXPECT_FALSE(is_read(kLine.substr(0, size))) << size;
}

/// What nlohmann-json makes of a slate, the reference for our own text.
std::string dumped(const Slate& slate, const Dataset& dataset) {
  nlohmann::ordered_json json{
      {"id", slate.id}, {"user", dataset.user_ids[slate.user]}, {"history_end", slate.history_end}};
  for (const int32_t item : slate.candidates) json["candidates"].push_back(dataset.items[item].id);
  json["relevance"] = slate.relevance;
  for (const int32_t item : slate.missed) json["missed"].push_back(dataset.items[item].id);
  return json.dump() + "\n";
}

std::string written(const Slate& slate, const Dataset& dataset) {
  std::string text = "before ";
  append_slate_line(slate, dataset, text);
  EXPECT_TRUE(text.starts_with("before "));
  return text.substr(7);
}

TEST(SlateLine, IsWrittenAsTheLibraryWritesIt) {
  Dataset dataset = testing::regular_dataset(2, 4, 8);
  const char* ids[] = {"plain",
                       "",
                       "a \"b\"",
                       "back\\slash",
                       "tab\t",
                       "\x7f",
                       "Stra\xc3\x9f"
                       "e",
                       "\x01 {}"};
  for (size_t item = 0; item < dataset.items.size(); ++item) dataset.items[item].id = ids[item];
  dataset.user_ids = {"u/1", "\xe2\x98\x83\n"};
  Slate slate{.id = INT64_MAX,
              .user = 0,
              .history_end = 3,
              .candidates = {0, 1, 2, 3},
              .relevance = {0, 1, 0.3F, 64}};
  EXPECT_EQ(written(slate, dataset), dumped(slate, dataset));
  slate = {.id = 0,
           .user = 1,
           .history_end = 0,
           .candidates = {7, 6, 5, 4},
           .relevance = {0.001F, 3, 2.5F, 0},
           .missed = {6, 7}};
  EXPECT_EQ(written(slate, dataset), dumped(slate, dataset));
}

TEST(SlateLine, ThatIsWrittenIsReadAgain) {
  const Dataset dataset = testing::regular_dataset(2, 4, 8);
  const std::string line =
      written({.id = 5, .user = 1, .history_end = 3, .candidates = {2, 0}, .relevance = {0, 1}}, dataset);
  EXPECT_TRUE(is_read(std::string_view(line).substr(0, line.size() - 1)));
}

}  // namespace
}  // namespace r2rank::data
