#include "experiment/split_findings.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/error.h"

namespace r2rank::experiment {
namespace {

using data::Verdict;

TEST(SplitFindings, ComeBackAsTheyWereWritten) {
  const std::vector<data::Finding> findings = {{"tied-order", Verdict::kWarning, 3, 40, "three of them"},
                                               {"files", Verdict::kFine, 0, 0, "fit"}};
  const auto back = parse_findings(nlohmann::json::parse(findings_json(findings).dump()), "check.json");
  ASSERT_EQ(back.size(), 2U);
  EXPECT_EQ(back[0].name, "tied-order");
  EXPECT_EQ(back[0].verdict, Verdict::kWarning);
  EXPECT_EQ(back[0].count, 3);
  EXPECT_EQ(back[0].of, 40);
  EXPECT_EQ(back[0].text, "three of them");
  EXPECT_EQ(worst_of(back), Verdict::kWarning);
  EXPECT_EQ(worst_of({}), Verdict::kFine);
}

TEST(SplitFindings, AreRefusedWhereDamaged) {
  EXPECT_THROW(parse_findings(nlohmann::json::parse(R"([{"name": 3}])"), "x"), base::Error);
  const auto odd =
      nlohmann::json::parse(R"([{"name": "a", "verdict": "good", "count": 0, "of": 0, "text": ""}])");
  EXPECT_EQ(parse_findings(odd, "x")[0].verdict, Verdict::kFailure) << "an unknown verdict passes for none";
}

}  // namespace
}  // namespace r2rank::experiment
