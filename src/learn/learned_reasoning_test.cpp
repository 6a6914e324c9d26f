#include "learn/learned_reasoning.h"

#include <gtest/gtest.h>

#include "data/test_support.h"

namespace r2rank::learn {
namespace {

using data::testing::error_of;
using data::testing::expect_parts;

std::optional<LearnedReasoning> learned_with(const std::string& training) {
  RankingModel model;
  model.origin = "runs/it";
  model.training = training;
  return learned_reasoning(model);
}

TEST(LearnedReasonings, AreThoseOfRlAndOfSft) {
  for (const char* stage : {R"("stage": "rl")", R"("rationale_set": "r")"}) {
    const auto found = learned_with(
        fmt::format(R"({{"configuration": {{{}, "rationale_tokens": 48, "temperature": 0.7}}}})", stage));
    ASSERT_TRUE(found) << stage;
    EXPECT_EQ(found->rationale_tokens, 48);
    EXPECT_EQ(found->temperature, 0.7);
  }
}

TEST(LearnedReasonings, AreNoneWhereNothingReasoned) {
  for (const char* card : {"", "{}", "[3]", R"({"step":3})", R"({"configuration":7})",
                           R"({"configuration":{"stage":"silent","rationale_tokens":48}})",
                           R"({"configuration":{"stage":4,"rationale_tokens":48}})"})
    EXPECT_FALSE(learned_with(card)) << card;
}

TEST(LearnedReasonings, KnowWhereReasoningPaysIfThatWasMeasured) {
  const auto with = [](const std::string& gate) {
    return learned_with(R"({"configuration": {"stage": "rl"}, "reason_gate": )" + gate + "}");
  };
  EXPECT_FALSE(learned_with(R"({"configuration": {"stage": "rl"}})")->gate);
  const auto gate = with(R"({"least_doubt": 0.8, "share": 0.25, "silent": 0.5})")->gate;
  ASSERT_TRUE(gate);
  EXPECT_EQ(gate->least_doubt, 0.8);
  EXPECT_EQ(gate->share, 0.25);
  for (const char* damaged :
       {"7", "{}", R"({"least_doubt": "x", "share": 1})", R"({"least_doubt": -1, "share": 1})"})
    expect_parts(error_of(base::ErrorKind::kData, [&] { with(damaged); }),
                 {"runs/it", "gate", "least_doubt"});
}

TEST(LearnedReasonings, ThatAreImpossibleAreRefused) {
  expect_parts(error_of(base::ErrorKind::kData,
                        [] { learned_with(R"({"configuration":{"stage":"rl","rationale_tokens":0}})"); }),
               {"runs/it", "rationale_tokens = 0"});
}

}  // namespace
}  // namespace r2rank::learn
