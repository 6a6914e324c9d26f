#include "remote/chat_server.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "data/test_support.h"
#include "remote/fake_chat.h"

namespace r2rank::remote {
namespace {

using data::testing::error_of;
using data::testing::expect_parts;
using data::testing::TemporaryFolder;
using nlohmann::json;
using testing::FakeReply;
using testing::FakeRequest;
using testing::FakeServer;
using testing::options_for;
using testing::reply_of;

const ChatQuestion kQuestion{"Be brief.", "Past. Which?", 9};

TEST(ChatServer, AsksInTheFormOfTheProtocol) {
  FakeServer server([](const FakeRequest&) { return FakeReply{200, reply_of("2 > 1"), "", 0, -1}; });
  ChatServer chat(options_for(server));
  const auto replies = chat.ask({&kQuestion, 1});
  EXPECT_EQ(replies[0].text, "2 > 1");
  EXPECT_EQ(replies[0].read, 50);
  EXPECT_EQ(replies[0].written, 4);
  expect_parts(server.requests()[0].head, {"POST /v1/chat/completions "});
  EXPECT_EQ(server.requests()[0].head.find("Authorization"), std::string::npos);
  EXPECT_EQ(json::parse(server.requests()[0].body),
            json::parse(R"({"model": "tiny", "temperature": 0, "max_tokens": 9, "messages": [
              {"role": "system", "content": "Be brief."}, {"role": "user", "content": "Past. Which?"}]})"));
}

TEST(ChatServer, SendsTheKeyOfTheEnvironmentAndNothingElseHoldsIt) {
  const TemporaryFolder folder;
  ::setenv("R2RANK_TEST_KEY", "k3y-k3y", 1);
  FakeServer server([](const FakeRequest&) { return FakeReply{200, reply_of("fine"), "", 0, -1}; });
  ServerOptions options = options_for(server);
  options.cache = (folder.path() / "answers.jsonl").string();
  ChatServer(options).ask({&kQuestion, 1});
  ::unsetenv("R2RANK_TEST_KEY");
  expect_parts(server.requests()[0].head, {"Authorization: Bearer k3y-k3y"});
  EXPECT_EQ(base::read_file(options.cache).find("k3y"), std::string::npos);
  base::ConfigFields fields;
  options.describe(fields);
  EXPECT_EQ(fields.as_json().find("k3y"), std::string::npos);
}

TEST(ChatServer, RecoversFromFaults) {
  const std::string good = reply_of("good");
  FakeServer server([&](const FakeRequest& request) {
    switch (request.number) {
      case 0:
        return FakeReply{200, "{\"choices\": [", "", 0, -1};  // broken JSON
      case 1:
        return FakeReply{200, "{\"choices\": []}", "", 0, -1};  // nothing in it
      case 2:
        return FakeReply{200, good, "", 0, 10};  // cut off
      case 3:
        return FakeReply{500, "", "", 0, -1};
      case 4:
        return FakeReply{200, good, "", 3, -1};  // too late
      default:
        return FakeReply{200, good, "", 0, -1};
    }
  });
  ChatServer chat(options_for(server));
  EXPECT_EQ(chat.ask({&kQuestion, 1})[0].text, "good");
  EXPECT_EQ(server.requests().size(), 6U);
}

TEST(ChatServer, AResumedRunAsksOnlyWhatIsMissing) {
  const TemporaryFolder folder;
  FakeServer server([](const FakeRequest& request) {
    // The third question meets a server that is down for good, once.
    return request.number == 2
               ? FakeReply{400, "down", "", 0, -1}
               : FakeReply{200, reply_of(json::parse(request.body)["messages"][0]["content"]), "", 0, -1};
  });
  ServerOptions options = options_for(server);
  options.cache = (folder.path() / "answers.jsonl").string();
  options.http.concurrency = 1;
  std::vector<ChatQuestion> questions;
  for (const char* text : {"one", "two", "three", "four"}) questions.push_back({"", text, 5});
  error_of(base::ErrorKind::kUsage, [&] { ChatServer(options).ask(questions); });
  ChatServer again(options);
  const auto replies = again.ask(questions);
  for (size_t i = 0; i < questions.size(); ++i) EXPECT_EQ(replies[i].text, questions[i].user);
  EXPECT_EQ(server.requests().size(), 5U);
  EXPECT_EQ(again.notes()[2].second, 2);  // answers from the cache
}

TEST(ChatServer, CountsTokensByBytesWhereTheServerDoesNotTell) {
  FakeServer server([](const FakeRequest&) {
    return FakeReply{200, R"({"choices": [{"message": {"content": "12345678"}}]})", "", 0, -1};
  });
  ChatServer chat(options_for(server));
  const auto replies = chat.ask({&kQuestion, 1});
  EXPECT_EQ(replies[0].read, (9 + 5 + 7) / 4);
  EXPECT_EQ(replies[0].written, 3);
}

TEST(ChatServer, SamplesOfOneQuestionAreAskedAndKeptApart) {
  const TemporaryFolder folder;
  FakeServer server([](const FakeRequest& request) {
    return FakeReply{200, reply_of(fmt::format("answer {}", request.number)), "", 0, -1};
  });
  ServerOptions options = options_for(server);
  options.cache = (folder.path() / "answers.jsonl").string();
  options.http.concurrency = 1;
  options.request_patch = R"({"seed": null, "top_p": 0.9})";  // the bodies are equal then
  std::vector<ChatQuestion> questions;
  for (int64_t sample = 0; sample < 3; ++sample)
    questions.push_back({"", "Why?", 5, 0.7, 40 + sample, sample});
  EXPECT_EQ(ChatServer(options).ask(questions)[2].text, "answer 2");
  ChatServer again(options);
  EXPECT_EQ(again.answered(questions), 3);
  EXPECT_EQ(again.ask(questions)[1].text, "answer 1");
  const json body = json::parse(server.requests()[0].body);
  EXPECT_DOUBLE_EQ(body["temperature"], 0.7);
  EXPECT_DOUBLE_EQ(body["top_p"], 0.9);
  EXPECT_FALSE(body.contains("seed"));
  options.request_patch = "";
  ChatServer(options).ask(questions);
  EXPECT_EQ(json::parse(server.requests()[3].body)["seed"], 40);
}

TEST(ChatServer, GoesOnWithoutSomeAnswersWhereThatIsAllowed) {
  FakeServer server([](const FakeRequest& request) {
    return request.number < 2 ? FakeReply{400, "refused by a filter", "", 0, -1}
                              : FakeReply{200, reply_of("fine"), "", 0, -1};
  });
  ServerOptions options = options_for(server);
  options.http.concurrency = 1;
  const std::vector<ChatQuestion> questions(3, kQuestion);
  const auto replies = ChatServer(options).ask(questions, {.failures_in_a_row = 2});
  expect_parts(replies[0].failure, {"400", "refused by a filter"});
  EXPECT_EQ(replies[2].failure, "");
  EXPECT_EQ(replies[2].text, "fine");
}

TEST(ChatServer, EndsWhereTooManyQuestionsFailInARowOrTheKeyIsWrong) {
  FakeServer server([](const FakeRequest& request) {
    const bool wrong_key = request.body.find("Key?") != std::string::npos;
    return FakeReply{wrong_key ? 401 : 400, "no", "", 0, -1};
  });
  ServerOptions options = options_for(server);
  options.http.concurrency = 1;
  const std::vector<ChatQuestion> questions(9, kQuestion);
  error_of(base::ErrorKind::kUsage, [&] { ChatServer(options).ask(questions, {.failures_in_a_row = 4}); });
  EXPECT_EQ(server.requests().size(), 5U);
  const ChatQuestion key{"", "Key?", 5};
  error_of(base::ErrorKind::kUsage, [&] { ChatServer(options).ask({&key, 1}, {.failures_in_a_row = 4}); });
}

TEST(ChatServer, RefusesSettingsThatCannotWork) {
  ServerOptions options;
  options.model = "tiny";
  expect_parts(error_of(base::ErrorKind::kUsage, [&] { ChatServer chat(options); }), {"endpoint", "http://"});
  options.endpoint = "ftp://somewhere";
  error_of(base::ErrorKind::kUsage, [&] { ChatServer chat(options); });
  options.endpoint = "http://me:s3cret@127.0.0.1:1/v1";
  const auto text = error_of(base::ErrorKind::kUsage, [&] { ChatServer chat(options); });
  expect_parts(text, {"environment variable R2RANK_API_KEY"});
  EXPECT_EQ(text.find("s3cret"), std::string::npos);
  options.endpoint = "http://127.0.0.1:1/v1";
  options.model = "";
  expect_parts(error_of(base::ErrorKind::kUsage, [&] { ChatServer chat(options); }), {"server_model"});
  options.model = "tiny";
  options.request_patch = "[1]";
  expect_parts(error_of(base::ErrorKind::kUsage, [&] { ChatServer chat(options); }), {"JSON object"});
}

TEST(ChatReply, OfAnyOtherShapeIsRefused) {
  for (const char* body :
       {"", "[]", "{}", R"({"choices": {}})", R"({"choices": []})", R"({"choices": [{}]})",
        R"({"choices": [{"message": "hi"}]})", R"({"choices": [{"message": {"content": 3}}]})",
        R"({"error": {"message": "overloaded"}})", "<html>",
        "{\"choices\": [{\"message\": {\"content\": \"a"})
    EXPECT_NE(error_of(base::ErrorKind::kData, [&] { parse_chat_reply(body); }), "") << body;
}

TEST(ChatReply, ReadsTextsInParts) {
  EXPECT_EQ(parse_chat_reply(R"({"choices": [{"message": {"content": null}}]})").text, "");
  EXPECT_EQ(
      parse_chat_reply(
          R"({"choices": [{"message": {"content": [{"type": "text", "text": "a"}, {"text": "b"}, 3]}}]})")
          .text,
      "ab");
  EXPECT_EQ(
      parse_chat_reply(R"({"choices": [{"message": {"content": "a"}}], "usage": {"prompt_tokens": -1}})")
          .read,
      0);
}

TEST(ChatReply, TellsWhetherTheAnswerWasCut) {
  const std::string start = R"({"choices": [{"message": {"content": "a"}, "finish_reason": )";
  EXPECT_TRUE(parse_chat_reply(start + "\"length\"}]}").cut);
  EXPECT_FALSE(parse_chat_reply(start + "\"stop\"}]}").cut);
  EXPECT_FALSE(parse_chat_reply(start + "null}]}").cut);
}

}  // namespace
}  // namespace r2rank::remote
