#include "baselines/llm/server_writer.h"

#include <gtest/gtest.h>

#include "remote/fake_chat.h"

namespace r2rank::baselines {
namespace {

using namespace remote::testing;

TEST(ServerWriter, WritesOneAnswerAQuestion) {
  FakeServer server([](const FakeRequest& request) {
    const auto body = nlohmann::json::parse(request.body);
    return FakeReply{200, reply_of("to " + body["messages"].back()["content"].get<std::string>()), "", 0, -1};
  });
  ServerWriter writer(options_for(server));
  const std::vector<Question> questions = {{"Be brief.", "Past.", " One?", "Answer:", 9},
                                           {"", "Past.", " Two?", "", 9}};
  const auto answers = writer.write(questions);
  EXPECT_EQ(answers[0].text, "to Past. One?");
  EXPECT_EQ(answers[1].text, "to Past. Two?");
  EXPECT_EQ(answers[0].read, 50);
  EXPECT_EQ(answers[0].written, 4);
  EXPECT_EQ(writer.count(questions), (9 + 5 + 5 + 5 + 5) / 4);
  EXPECT_EQ(writer.notes()[0].second, 2);  // requests
}

}  // namespace
}  // namespace r2rank::baselines
