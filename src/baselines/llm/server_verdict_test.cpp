#include "baselines/llm/server_verdict.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "baselines/test_data.h"
#include "data/test_support.h"
#include "remote/fake_chat.h"

namespace r2rank::baselines {
namespace {

using data::testing::error_of;
using data::testing::expect_parts;
using nlohmann::json;
using remote::testing::FakeReply;
using remote::testing::FakeRequest;
using remote::testing::FakeServer;
using remote::testing::options_for;
using remote::testing::reply_of;
using remote::testing::reply_with_logprobs;

TEST(Verdict, SumsSpellingsAndBoundsWhatIsNotNamed) {
  bool found = false;
  EXPECT_DOUBLE_EQ(
      verdict_of({{" Yes", std::log(0.3)}, {"yes", std::log(0.1)}, {"No", std::log(0.2)}}, found),
      std::log(2.0));
  EXPECT_TRUE(found);
  EXPECT_DOUBLE_EQ(verdict_of({{"Yes", -0.1}, {"The", -3}, {"It", -5}}, found), -0.1 + 5);
  EXPECT_DOUBLE_EQ(verdict_of({{"The", -0.1}, {"It", -5}}, found), 0);
  EXPECT_FALSE(found);
}

class ServerVerdict : public ::testing::Test {
 protected:
  ServerVerdict() : dataset_(testing::dataset_of({{0, 1, 2, 3}, {1, 2, 4, 0}}, 6)) {
    split_ = testing::leave_last_two(dataset_);
    slate_ = testing::last_event_slate(dataset_, 0, {3, 0, 5});
  }
  data::Dataset dataset_;
  data::Split split_;
  data::Slate slate_;
};

TEST_F(ServerVerdict, ScoresEachCandidateByItsFirstToken) {
  FakeServer server([](const FakeRequest& request) {
    const bool liked = request.body.find("Item:\\n- item i0") != std::string::npos;
    return FakeReply{200, reply_with_logprobs({{"Yes", liked ? -0.5 : -2}, {"No", -1}}), "", 0, -1};
  });
  ServerVerdictScorer scorer("server-verdict", options_for(server), {dataset_, split_}, {});
  const auto scores = scorer.score(slate_);
  const std::vector<double> expected = {-1, 0.5, -1};
  for (size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(scores[i], expected[i], 1e-12) << i;
  EXPECT_EQ(scorer.tokens(), 3 * 54);
  EXPECT_EQ(scorer.work({&slate_, 1}).requests_per_slate, 3);
  EXPECT_TRUE(json::parse(server.requests()[0].body).at("logprobs").get<bool>());
}

TEST_F(ServerVerdict, SaysSoWhereTheServerGivesNoLogProbabilities) {
  FakeServer server([](const FakeRequest&) { return FakeReply{200, reply_of("Yes"), "", 0, -1}; });
  ServerVerdictScorer scorer("server-verdict", options_for(server), {dataset_, split_}, {});
  expect_parts(error_of(base::ErrorKind::kUsage, [&] { scorer.score(slate_); }),
               {"log-probabilities", "server-listwise"});
}

}  // namespace
}  // namespace r2rank::baselines
