#include "experiment/rank_request.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "learn/tiny_ranking_model.h"

namespace r2rank::experiment {
namespace {

using data::testing::expect_parts;

std::string refused(std::string_view text) {
  return data::testing::error_of(base::ErrorKind::kData, [&] { parse_rank_request(text); });
}

TEST(RankRequest, ReadsEveryFieldOfAnItem) {
  const auto request = parse_rank_request(R"({
    "history": [{"title": "Old", "rating": 4.5, "days_ago": 3}],
    "items": [{"id": "a", "title": "New", "brand": "B", "categories": ["x", "y"], "description": "long", "count": 12,
               "mean_rating": 3.5}]})");
  ASSERT_EQ(request.history.size(), 1U);
  EXPECT_EQ(request.history[0].rating, 4.5);
  EXPECT_EQ(request.history[0].days_ago, 3);
  EXPECT_EQ(request.ids, std::vector<std::string>{"a"});
  const auto& item = request.items.at(0);
  EXPECT_EQ(item.title, "New");
  EXPECT_EQ(item.brand, "B");
  EXPECT_EQ(item.categories, (std::vector<std::string>{"x", "y"}));
  EXPECT_EQ(item.description, "long");
  EXPECT_EQ(item.count, 12);
  EXPECT_EQ(item.mean_rating, 3.5);
  EXPECT_LT(item.rating, 0);
}

TEST(RankRequest, TakesNumbersAsIdsAndThePlaceWhereThereIsNone) {
  const auto request =
      parse_rank_request(R"({"history": [], "items": [{"id": 17, "title": "a"}, {"title": "b"}]})");
  EXPECT_EQ(request.ids, (std::vector<std::string>{"17", "1"}));
}

TEST(RankRequest, RefusesUnknownKeysWithTheNearestName) {
  expect_parts(refused(R"({"history": [], "itms": []})"), {"unknown key 'itms'", "the request", "'items'"});
  expect_parts(refused(R"({"history": [], "items": [{"titel": "a"}]})"),
               {"unknown key 'titel'", "items[0]", "'title'"});
  expect_parts(refused(R"({"history": [{"title": "a", "ratng": 4}], "items": []})"),
               {"history[0]", "'rating'"});
}

TEST(RankRequest, RefusesItemsWithoutATitle) {
  expect_parts(refused(R"({"history": [], "items": [{"title": "a"}, {"id": "b"}]})"),
               {"items[1]", "no title"});
  expect_parts(refused(R"({"history": [{}], "items": []})"), {"history[0]", "no title"});
  expect_parts(refused(R"({"history": [], "items": ["a"]})"), {"items[0]", "expected an object", "string"});
}

TEST(RankRequest, RefusesIdsThatStandTwice) {
  expect_parts(refused(R"({"history": [], "items": [{"id": "x", "title": "a"}, {"id": "x", "title": "b"}]})"),
               {"'x'", "twice"});
}

TEST(RankRequest, RefusesRequestsWithoutItemsOrHistory) {
  expect_parts(refused(R"({"history": [], "items": []})"), {"no items"});
  expect_parts(refused(R"({"items": [{"title": "a"}]})"), {"expected a list 'history'"});
  expect_parts(refused(R"({"history": [], "items": {}})"), {"expected a list 'items'"});
}

TEST(RankRequest, RefusesWhatIsNotTheJsonItExpects) {
  expect_parts(refused("not json"), {"[rank] expected JSON in the request"});
  expect_parts(refused(""), {"[rank] expected JSON in the request"});
  expect_parts(refused("[]"), {"expected a JSON object", "array"});
  expect_parts(refused(R"({"history": [], "items": [{"title": 5}]})"), {"not the JSON", "string"});
  expect_parts(refused(R"({"history": [{"title": "a", "rating": "good"}], "items": []})"),
               {"not the JSON", "number"});
}

std::string refused_item(const std::string& fields) {
  return refused(R"({"history": [], "items": [{"title": "a", )" + fields + "}]}");
}

TEST(RankRequest, RefusesACountThatIsNoWholeNumber) {
  for (const std::string count : {"12.9", "12.0", "1e+300", "true", "null", "18446744073709551615"})
    expect_parts(refused_item("\"count\": " + count),
                 {"expected a whole number", "'count' in items[0]", "found " + count.substr(0, 4)});
  expect_parts(refused_item(R"("count": "many")"), {"found \"many\""});
  expect_parts(refused(R"({"history": [{"title": "a", "count": 0.5}], "items": []})"), {"history[0]"});
}

TEST(RankRequest, RefusesAnIdThatIsNeitherTextNorAWholeNumber) {
  for (const std::string id : {"1.5", "true", "null", "\"\""})
    expect_parts(refused_item("\"id\": " + id),
                 {"expected text or a whole number as 'id' in items[0]", "found " + id});
  expect_parts(refused_item(R"("id": ["a"])"), {"found a list"});
  expect_parts(refused(R"({"history": [{"title": "a", "id": {}}], "items": []})"),
               {"history[0]", "an object"});
}

TEST(RankRequest, RefusesDeepNestingWithoutACrash) {
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  for (const char* key : {"id", "count", "categories", "unknown"})
    expect_parts(refused_item(fmt::format("\"{}\": {}", key, deep)), {"64 levels deep in the request"});
}

TEST(RankedItems, StandBestFirstAndTiesKeepTheirOrder) {
  const auto ranked = ranked_items({{"a", "", 1, {}}, {"b", "", 3, {}}, {"c", "", 1, {}}});
  EXPECT_EQ(ranked[0].id, "b");
  EXPECT_EQ(ranked[1].id, "a");
  EXPECT_EQ(ranked[2].id, "c");
}

TEST(RankedItems, WithoutANumberStandLast) {
  const auto ranked =
      ranked_items({{"a", "", NAN, {}}, {"b", "", -3, {}}, {"c", "", NAN, {}}, {"d", "", 2, {}}});
  EXPECT_EQ(ranked[0].id + ranked[1].id + ranked[2].id + ranked[3].id, "dbac");
}

TEST(RankedItems, AreWrittenAsJsonEvenWhenARationaleEndsWithinACharacter) {
  const auto document = nlohmann::json::parse(ranked_json("", {{"a", "Title", 1.5, {"good \xc3"}}}));
  const auto& item = document.at("ranking").at(0);
  EXPECT_EQ(item.at("rank"), 1);
  EXPECT_EQ(item.at("id"), "a");
  EXPECT_EQ(item.at("title"), "Title");
  EXPECT_EQ(item.at("score"), 1.5);
  EXPECT_EQ(item.at("reasons").at(0), "good \xef\xbf\xbd");
}

TEST(RankedItems, OfADataSetsUserCarryTheUserAndWhatTheyChose) {
  const auto document =
      nlohmann::json::parse(ranked_json("u7", {{"a", "Title", 1.5, {}, true}, {"b", "", 1, {}}}));
  EXPECT_EQ(document.at("user"), "u7");
  EXPECT_EQ(document.at("ranking").at(0).at("chosen"), true);
  EXPECT_EQ(document.at("ranking").at(1).at("chosen"), false);
  const auto request = nlohmann::json::parse(ranked_json("", {{"a", "Title", 1.5, {}}}));
  EXPECT_FALSE(request.contains("user") || request.at("ranking").at(0).contains("chosen"));
}

class RankByModel : public ::testing::Test {
 protected:
  RankByModel() {
    learn::testing::write_tiny_base(folder_.path() / "base");
    model_ = learn::testing::open_tiny(folder_.path() / "base");
    for (const char* title : {"red1", "blue2", "green", "a much longer title", "red1"}) {
      request_.items.push_back({.title = title});
      request_.ids.push_back(fmt::format("id{}", request_.ids.size()));
    }
    request_.history.push_back({.title = "red7"});
  }

  static RankRequest reversed(RankRequest request) {
    std::reverse(request.items.begin(), request.items.end());
    std::reverse(request.ids.begin(), request.ids.end());
    return request;
  }

  static std::map<std::string, RankedItem> by_id(const std::vector<RankedItem>& items) {
    std::map<std::string, RankedItem> named;
    for (const auto& item : items) named[item.id] = item;
    return named;
  }

  void expect_independent_of_order(const ReasoningOptions& options) {
    const auto one = by_id(rank_request(request_, *model_, options));
    const auto other = by_id(rank_request(reversed(request_), *model_, options));
    ASSERT_EQ(one.size(), request_.ids.size());
    for (const auto& [id, item] : one) {
      EXPECT_EQ(item.score, other.at(id).score) << id;
      EXPECT_EQ(item.title, other.at(id).title) << id;
      EXPECT_EQ(item.rationales, other.at(id).rationales) << id;
    }
  }

  data::testing::TemporaryFolder folder_;
  std::unique_ptr<learn::RankingModel> model_;
  RankRequest request_;
};

TEST_F(RankByModel, TheOrderOfTheRequestChangesNoSilentScore) {
  expect_independent_of_order({});
}

TEST_F(RankByModel, TheOrderOfTheRequestChangesNoRationaleAndNoScore) {
  ReasoningOptions options;
  options.rationales = 2;
  options.rationale_tokens = 4;
  expect_independent_of_order(options);
  for (const auto& item : rank_request(request_, *model_, options)) EXPECT_EQ(item.rationales.size(), 2U);
}

TEST_F(RankByModel, ItemsComeBestFirstWithTheirOwnTitles) {
  const auto ranked = rank_request(request_, *model_, {});
  for (size_t i = 1; i < ranked.size(); ++i) EXPECT_GE(ranked[i - 1].score, ranked[i].score);
  EXPECT_EQ(by_id(ranked).at("id3").title, "a much longer title");
  EXPECT_NE(ranked.front().score, ranked.back().score);
  EXPECT_TRUE(ranked.front().rationales.empty());
}

}  // namespace
}  // namespace r2rank::experiment
