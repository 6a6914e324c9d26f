#include "remote/http_client.h"

#include <gtest/gtest.h>

#include "base/interrupt.h"
#include "data/test_support.h"
#include "remote/fake_server.h"

namespace r2rank::remote {
namespace {

using data::testing::error_of;
using data::testing::expect_parts;
using testing::FakeReply;
using testing::FakeRequest;
using testing::FakeServer;

HttpOptions quick() {
  HttpOptions options;
  options.timeout = 0.5;
  options.first_delay = 0.01;
  options.longest_delay = 2;
  options.retries = 3;
  return options;
}

/// Posts one request and returns what was taken.
std::string post(HttpClient& client, const std::string& url, const ReplyCheck& check,
                 const std::string& secret = "") {
  std::string taken;
  const HttpRequest request{url, "{}", {"Authorization: Bearer " + secret}};
  client.post_all({&request, 1}, check, [&](size_t, const std::string& body) { taken += body; }, secret);
  return taken;
}

std::string accept_all(size_t, const std::string&) {
  return "";
}

/// What comes of a server whose first reply is faulty.
struct Recovery {
  std::string taken;
  int64_t retries = 0;
  double seconds = 0;
};

Recovery recover_from(const FakeReply& fault, const ReplyCheck& check = accept_all) {
  FakeServer server([&](const FakeRequest& request) {
    return request.number == 0 ? fault : FakeReply{200, "good", "", 0, -1};
  });
  HttpClient client(quick());
  const auto start = std::chrono::steady_clock::now();
  Recovery found;
  found.taken = post(client, server.endpoint(), check);
  found.retries = client.counts().retries;
  found.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return found;
}

TEST(HttpClient, SendsBodyAndHeadersAndTakesTheReply) {
  FakeServer server([](const FakeRequest&) { return FakeReply{200, "good", "", 0, -1}; });
  HttpClient client(quick());
  EXPECT_EQ(post(client, server.endpoint(), accept_all, "abc"), "good");
  ASSERT_EQ(server.requests().size(), 1U);
  EXPECT_EQ(server.requests()[0].body, "{}");
  expect_parts(server.requests()[0].head,
               {"POST /v1 ", "Authorization: Bearer abc", "Content-Type: application/json"});
}

TEST(HttpClient, AsksAgainAfterServerErrors) {
  for (const int status : {408, 429, 500, 502, 503, 504, 529}) {
    const auto found = recover_from({status, "oops", "", 0, -1});
    EXPECT_EQ(found.taken, "good") << status;
    EXPECT_EQ(found.retries, 1) << status;
  }
}

TEST(HttpClient, AsksAgainAfterATimeout) {
  EXPECT_EQ(recover_from({200, "late", "", 3, -1}).taken, "good");
}

TEST(HttpClient, AsksAgainAfterAReplyThatWasCutOff) {
  const auto found = recover_from({200, "a long reply", "", 0, 4});
  EXPECT_EQ(found.taken, "good");
  EXPECT_EQ(found.retries, 1);
}

TEST(HttpClient, AsksAgainWhereTheReplyIsNoGood) {
  const auto found = recover_from({200, "{broken", "", 0, -1}, [](size_t, const std::string& body) {
    return std::string(body == "good" ? "" : "broken JSON");
  });
  EXPECT_EQ(found.taken, "good");
}

TEST(HttpClient, WaitsAsLongAsTheServerAsks) {
  const auto found = recover_from({429, "slow down", "Retry-After: 1\r\n", 0, -1});
  EXPECT_EQ(found.taken, "good");
  EXPECT_GE(found.seconds, 1.0);
}

TEST(HttpClient, DoesNotWaitLongerThanAllowed) {
  FakeServer server(
      [](const FakeRequest&) { return FakeReply{429, "slow down", "Retry-After: 3600\r\n", 0, -1}; });
  HttpClient client(quick());
  expect_parts(error_of(base::ErrorKind::kIo, [&] { post(client, server.endpoint(), accept_all); }),
               {"3600", "slow down"});
}

TEST(HttpClient, GivesUpAfterTheLastRetryAndSaysWhy) {
  FakeServer server([](const FakeRequest&) { return FakeReply{500, "out of memory", "", 0, -1}; });
  HttpClient client(quick());
  expect_parts(error_of(base::ErrorKind::kIo, [&] { post(client, server.endpoint(), accept_all); }),
               {"4 tries", "500", "out of memory"});
  EXPECT_EQ(server.requests().size(), 4U);
}

TEST(HttpClient, ARefusalIsNotAskedAgainAndNeverShowsTheKey) {
  FakeServer server([](const FakeRequest&) {
    return FakeReply{401, "Incorrect API key provided: s3cret-s3cret.", "", 0, -1};
  });
  HttpClient client(quick());
  const auto text = error_of(base::ErrorKind::kUsage,
                             [&] { post(client, server.endpoint(), accept_all, "s3cret-s3cret"); });
  expect_parts(text, {"401", "Incorrect API key provided: ***"});
  EXPECT_EQ(text.find("s3cret"), std::string::npos);
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST(HttpClient, DoesNotFollowRedirects) {
  FakeServer server(
      [](const FakeRequest&) { return FakeReply{302, "", "Location: http://127.0.0.1:1/\r\n", 0, -1}; });
  HttpClient client(quick());
  expect_parts(error_of(base::ErrorKind::kUsage, [&] { post(client, server.endpoint(), accept_all); }),
               {"302"});
}

TEST(HttpClient, NamesAServerThatIsNotThere) {
  std::string endpoint;
  {
    const FakeServer server([](const FakeRequest&) { return FakeReply{}; });
    endpoint = server.endpoint();
  }
  HttpOptions options = quick();
  options.retries = 0;
  HttpClient client(options);
  expect_parts(error_of(base::ErrorKind::kIo, [&] { post(client, endpoint, accept_all); }),
               {endpoint, "1 tries"});
  expect_parts(error_of(base::ErrorKind::kUsage, [&] { post(client, "file:///etc/hostname", accept_all); }),
               {"file:", "http"});
}

TEST(HttpClient, RefusesRepliesWithoutEnd) {
  FakeServer server([](const FakeRequest&) { return FakeReply{200, std::string(100000, 'x'), "", 0, -1}; });
  HttpOptions options = quick();
  options.longest_reply = 1000;
  HttpClient client(options);
  expect_parts(error_of(base::ErrorKind::kUsage, [&] { post(client, server.endpoint(), accept_all); }),
               {"1000 bytes"});
}

TEST(HttpClient, KeepsToItsConcurrencyAndTakesEachReplyOnce) {
  FakeServer server([](const FakeRequest& request) {
    return FakeReply{request.number % 5 == 0 ? 503 : 200, "reply to " + request.body, "", 0.02, -1};
  });
  HttpOptions options = quick();
  options.concurrency = 3;
  options.timeout = 10;
  options.retries = 20;
  HttpClient client(options);
  std::vector<HttpRequest> requests;
  for (int i = 0; i < 30; ++i) requests.push_back({server.endpoint(), fmt::format("{}", i), {}, 0});
  std::vector<int> taken(requests.size(), 0);
  client.post_all(
      requests, accept_all,
      [&](size_t i, const std::string& body) {
        EXPECT_EQ(body, fmt::format("reply to {}", i));
        ++taken[i];
      },
      "");
  EXPECT_EQ(taken, std::vector<int>(requests.size(), 1));
  EXPECT_LE(server.most_at_once(), 3);
  EXPECT_GE(client.counts().retries, 6);
}

TEST(HttpClient, LeavesAServerAloneThatSaysWhenToComeBack) {
  FakeServer server([](const FakeRequest& request) {
    return request.number == 0 ? FakeReply{429, "busy", "Retry-After: 0.4\r\n", 0, -1}
                               : FakeReply{200, "good", "", 0, -1};
  });
  HttpOptions options = quick();
  options.concurrency = 1;
  HttpClient client(options);
  std::vector<HttpRequest> requests(3, HttpRequest{server.endpoint(), "{}", {}, 0});
  const auto start = std::chrono::steady_clock::now();
  double first_good = 0;
  client.post_all(
      requests, accept_all,
      [&](size_t, const std::string&) {
        if (first_good == 0)
          first_good = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      },
      "");
  EXPECT_GE(first_good, 0.4);  // the other two waited too
}

TEST(HttpClient, KeepsToItsLimits) {
  FakeServer server([](const FakeRequest&) { return FakeReply{200, "good", "", 0, -1}; });
  for (const bool by_tokens : {false, true}) {
    HttpOptions options = quick();
    (by_tokens ? options.tokens_per_minute : options.requests_per_minute) = by_tokens ? 40 : 2;
    HttpClient client(options);
    const std::vector<HttpRequest> requests(3, HttpRequest{server.endpoint(), "{}", {}, 20});
    int64_t taken = 0;
    std::thread stop([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(500));
      base::set_interrupt_requested(true);  // the third would wait for a minute
    });
    error_of(base::ErrorKind::kInterrupted, [&] {
      client.post_all(requests, accept_all, [&](size_t, const std::string&) { ++taken; }, "");
    });
    stop.join();
    base::set_interrupt_requested(false);
    EXPECT_EQ(taken, 2);
  }
}

TEST(HttpClient, SendsNoMoreOnceItIsEnoughAndWaitsForWhatIsUnderWay) {
  FakeServer server([](const FakeRequest&) { return FakeReply{200, "good", "", 0.05, -1}; });
  HttpOptions options = quick();
  options.concurrency = 2;
  HttpClient client(options);
  const std::vector<HttpRequest> requests(20, HttpRequest{server.endpoint(), "{}", {}, 0});
  size_t taken = 0;
  client.post_all(
      requests, accept_all, [&](size_t, const std::string&) { ++taken; }, "", {}, [&] { return taken >= 3; });
  EXPECT_GE(taken, 3U);
  EXPECT_LE(taken, 4U);
  EXPECT_EQ(server.requests().size(), taken);
}

TEST(HttpClient, SendsNothingWhereItIsEnoughBefore) {
  FakeServer server([](const FakeRequest&) { return FakeReply{200, "good", "", 0, -1}; });
  HttpClient client(quick());
  const HttpRequest request{server.endpoint(), "{}", {}, 0};
  client.post_all({&request, 1}, accept_all, [](size_t, const std::string&) {}, "", {}, [] { return true; });
  EXPECT_TRUE(server.requests().empty());
}

TEST(HttpClient, StopsOnCtrlC) {
  FakeServer server([](const FakeRequest&) {
    base::set_interrupt_requested(true);
    return FakeReply{200, "late", "", 30, -1};
  });
  HttpOptions options = quick();
  options.timeout = 60;
  HttpClient client(options);
  error_of(base::ErrorKind::kInterrupted, [&] { post(client, server.endpoint(), accept_all); });
  base::set_interrupt_requested(false);
}

TEST(RetryDelay, DoublesWithFullJitterUpToALimitAndHeedsTheServer) {
  HttpOptions options;
  options.first_delay = 1;
  options.longest_delay = 10;
  EXPECT_DOUBLE_EQ(retry_delay(options, 0, 0.5, -1), 0.5);
  EXPECT_DOUBLE_EQ(retry_delay(options, 3, 0.5, -1), 4);
  EXPECT_DOUBLE_EQ(retry_delay(options, 30, 0.5, -1), 5);
  EXPECT_DOUBLE_EQ(retry_delay(options, 0, 0.5, 7), 7);
}

TEST(RetryAfter, ReadsSecondsAndDates) {
  EXPECT_DOUBLE_EQ(retry_after_seconds(" 12\r\n", 0), 12);
  EXPECT_DOUBLE_EQ(retry_after_seconds("0.5", 0), 0.5);
  EXPECT_DOUBLE_EQ(retry_after_seconds("Thu, 01 Jan 1970 00:01:40 GMT", 40), 60);
  EXPECT_DOUBLE_EQ(retry_after_seconds("Thu, 01 Jan 1970 00:01:40 GMT", 200), 0);
  for (const char* wrong : {"", "soon", "-5", "1e999", "nan"})
    EXPECT_LT(retry_after_seconds(wrong, 0), 0) << wrong;
}

}  // namespace
}  // namespace r2rank::remote
