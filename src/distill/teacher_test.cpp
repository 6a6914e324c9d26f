#include "distill/teacher.h"

#include <gtest/gtest.h>

#include "distill/distill_world.h"

namespace r2rank::distill {
namespace {

using remote::testing::FakeReply;
using remote::testing::FakeRequest;
using remote::testing::FakeServer;
using remote::testing::options_for;
using remote::testing::reply_of;

class TeacherTest : public ::testing::Test {
 protected:
  TeacherTest() : asked_(world_.draw(6)), items_(world_.dataset, world_.split), prompts_(items_, {}) {
    config_.answer_tokens = 77;
    config_.resolve();
  }
  TeacherAnswers ask(FakeServer& server) {
    remote::ServerOptions options = options_for(server);
    options.http.concurrency = 1;
    options.http.retries = 1;
    remote::ChatServer chat(options);
    return ask_teacher(chat, prompts_, asked_, config_, [&] { ++told_; });
  }

  testing::World world_;
  AskedPairs asked_;
  rollout::SlateItems items_;
  TeacherPrompts prompts_;
  DistillConfig config_;
  int64_t told_ = 0;
};

TEST_F(TeacherTest, IsAskedOnceAPromptAndItsVerdictRead) {
  FakeServer server([](const FakeRequest& request) {
    return FakeReply{200, reply_of(testing::good_answer(request.number, "yes")), "", 0, -1};
  });
  const auto answers = ask(server);
  ASSERT_EQ(answers.drafts.size(), 6U);
  for (const auto& draft : answers.drafts) EXPECT_EQ(draft.verdict, Verdict::kYes);
  EXPECT_EQ(answers.tokens.read, 6 * 50);
  EXPECT_EQ(answers.tokens.written, 6 * 4);
  EXPECT_EQ(told_, 6);
  const auto body = nlohmann::json::parse(server.requests()[0].body);
  EXPECT_DOUBLE_EQ(body["temperature"], 0.7);
  EXPECT_EQ(body["max_tokens"], 77);
  EXPECT_EQ(body["seed"], 7);
}

TEST_F(TeacherTest, IsAskedForSeveralSamplesFromOtherSeeds) {
  config_.samples = 3;
  FakeServer server([](const FakeRequest& request) {
    return FakeReply{200, reply_of(testing::good_answer(request.number, "no")), "", 0, -1};
  });
  const auto answers = ask(server);
  ASSERT_EQ(answers.drafts.size(), 18U);
  EXPECT_EQ(answers.drafts[4].pair, 1U);
  EXPECT_EQ(answers.drafts[4].sample, 1);
  EXPECT_EQ(nlohmann::json::parse(server.requests()[4].body)["seed"], 8);
}

TEST_F(TeacherTest, IsAskedNoMoreOnceTheSpendingLimitIsReached) {
  FakeServer server([](const FakeRequest& request) {
    return FakeReply{200, reply_of(testing::good_answer(request.number, "no")), "", 0, -1};
  });
  config_.spending.max_tokens_spent = 2 * 54 + 1;  // 54 tokens an answer
  data::testing::expect_parts(
      data::testing::error_of(base::ErrorKind::kResource, [&] { ask(server); }),
      {"spending limit", "162 tokens for 3 of 6 answers", "max_tokens_spent", "--prompts 3"});
  EXPECT_EQ(server.requests().size(), 3U);
  config_.spending.max_tokens_spent = 6 * 54;  // reached by the last answer: nothing is missing
  EXPECT_EQ(ask(server).drafts.size(), 6U);
}

TEST_F(TeacherTest, MayRefuseAPrompt) {
  FakeServer server([](const FakeRequest& request) {
    return request.number == 2
               ? FakeReply{400, "refused", "", 0, -1}
               : FakeReply{200, reply_of(testing::good_answer(request.number, "no")), "", 0, -1};
  });
  const auto answers = ask(server);
  EXPECT_FALSE(answers.drafts[2].answered);
  EXPECT_TRUE(answers.drafts[3].answered);
  EXPECT_EQ(answers.tokens.read, 5 * 50);
}

}  // namespace
}  // namespace r2rank::distill
