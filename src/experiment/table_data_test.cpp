#include "experiment/table_data.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "experiment/test_tables.h"

namespace r2rank::experiment {
namespace {

using testing::small_table;

constexpr const char* kHeader =
    "scorer,metric,mean,lo,hi,users,tokens_per_slate,ms_per_slate,seeds,minus,p_bootstrap,p_permutation,p_holm\n";

/// Numbers whose decimal form takes all the digits a double has.
ResultTable long_numbers() {
  ResultTable table = small_table();
  table.rows = {{"base", {{1.0 / 3, 0.1 + 0.2, 1e-17}}, 1e22, 2.0 / 3}};
  table.metrics = {"mrr"};
  table.pairs.clear();
  return table;
}

std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells;
  std::istringstream stream(line);
  for (std::string cell; std::getline(stream, cell, ',');) cells.push_back(cell);
  return cells;
}

TEST(TableCsv, HoldsTheTableAndThenItsPairs) {
  EXPECT_EQ(render_csv(small_table()),
            std::string(kHeader) +
                "base,ndcg@10[loo-uni19-seed7],0.25,0.2,0.3,40,320,12.5,1,,,,\n"
                "base,mrr[loo-uni19-seed7],0.5,0.45,0.55,40,320,12.5,1,,,,\n"
                "mine,ndcg@10[loo-uni19-seed7],0.75,0.7,0.8,40,0,,1,,,,\n"
                "mine,mrr[loo-uni19-seed7],0.125,0.1,0.15,40,0,,1,,,,\n"
                "mine,ndcg@10[loo-uni19-seed7],0.5,0.4,0.6,40,,,,base,0.0005,0.0004,0.0004\n"
                "mine,mrr[loo-uni19-seed7],-0.375,-0.5,-0.25,40,,,,base,0.04,0.03,0.03\n");
}

TEST(TableCsv, HoldsNumbersThatReadBackExactly) {
  const std::string text = render_csv(long_numbers()).substr(std::string(kHeader).size());
  const auto cells = cells_of(text.substr(0, text.size() - 1));
  ASSERT_GE(cells.size(), 9U) << text;
  EXPECT_EQ(std::stod(cells[2]), 1.0 / 3);
  EXPECT_EQ(std::stod(cells[3]), 0.1 + 0.2);
  EXPECT_EQ(std::stod(cells[4]), 1e-17);
  EXPECT_EQ(std::stod(cells[6]), 1e22);
  EXPECT_EQ(std::stod(cells[7]), 2.0 / 3);
}

TEST(TableCsv, QuotesNamesWithLineBreaksAndNoOthers) {
  const auto first_line = [](const std::string& name) {
    ResultTable table = small_table();
    table.rows[0].scorer = name;
    return render_csv(table).substr(std::string(kHeader).size());
  };
  EXPECT_TRUE(first_line("two\nlines").starts_with("\"two\nlines\",ndcg@10["));
  EXPECT_TRUE(first_line("two\r").starts_with("\"two\r\",ndcg@10["));
  EXPECT_TRUE(first_line("caf\u00E9; 'x'|y").starts_with("caf\u00E9; 'x'|y,ndcg@10["));
  EXPECT_TRUE(first_line("").starts_with(",ndcg@10["));
}

TEST(TableCsv, WithoutScorersIsItsHeader) {
  EXPECT_EQ(render_csv(ResultTable()), kHeader);
}

TEST(TableJson, SaysWhatWasMeasuredAndHow) {
  ResultTable table = small_table();
  table.slates = 90;
  table.seed = UINT64_MAX;
  const auto json = nlohmann::json::parse(render_json(table));
  EXPECT_EQ(json["slates_hash"], "0123abcd");
  EXPECT_EQ(json["users"], 40);
  EXPECT_EQ(json["slates"], 90);
  EXPECT_EQ(json["seed"], UINT64_MAX);
  EXPECT_EQ(json["intervals"], table.interval_method());
}

TEST(TableJson, HoldsNumbersThatReadBackExactly) {
  const auto row = nlohmann::json::parse(render_json(long_numbers()))["rows"][0];
  const auto& metric = row["metrics"]["mrr[loo-uni19-seed7]"];
  EXPECT_EQ(metric["mean"].get<double>(), 1.0 / 3);
  EXPECT_EQ(metric["lo"].get<double>(), 0.1 + 0.2);
  EXPECT_EQ(metric["hi"].get<double>(), 1e-17);
  EXPECT_EQ(row["tokens_per_slate"].get<double>(), 1e22);
  EXPECT_EQ(row["ms_per_slate"].get<double>(), 2.0 / 3);
}

TEST(TableJson, HoldsBothSidesOfAPairAndItsDifferences) {
  const auto pair = nlohmann::json::parse(render_json(small_table()))["paired"][0];
  EXPECT_EQ(pair["a"], "mine");
  EXPECT_EQ(pair["b"], "base");
  EXPECT_EQ(pair["metrics"].size(), 2U);
  EXPECT_EQ(pair["metrics"]["mrr[loo-uni19-seed7]"], nlohmann::json({{"mean", -0.375},
                                                                     {"lo", -0.5},
                                                                     {"hi", -0.25},
                                                                     {"p", 0.04},
                                                                     {"p_permutation", 0.03},
                                                                     {"p_holm", 0.03}}));
}

TEST(TableJson, KeepsNamesOfEveryKind) {
  ResultTable table = small_table();
  table.rows[0].scorer = "a \"b\" \\ \n\t caf\u00E9 \U0001F3AC";
  EXPECT_EQ(nlohmann::json::parse(render_json(table))["rows"][0]["scorer"], table.rows[0].scorer);
}

TEST(TableJson, WithoutScorersHasEmptyLists) {
  const auto json = nlohmann::json::parse(render_json(ResultTable()));
  EXPECT_EQ(json["rows"], nlohmann::json::array());
  EXPECT_EQ(json["paired"], nlohmann::json::array());
}

}  // namespace
}  // namespace r2rank::experiment
