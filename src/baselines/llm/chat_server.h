#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/config.h"
#include "baselines/llm/answer_cache.h"
#include "baselines/llm/http_client.h"
#include "baselines/llm/text_writer.h"

namespace r2rank::baselines {

/// Which server is asked, and how.
struct ServerOptions {
  std::string endpoint;  ///< "http://127.0.0.1:8080/v1": what stands before /chat/completions
  std::string model;     ///< as the server calls it
  std::string key_variable =
      "R2RANK_API_KEY";  ///< environment variable that holds the key; unset: none is sent
  std::string cache;     ///< file of answers; "" keeps none
  std::string max_tokens_field = "max_tokens";  ///< or "max_completion_tokens"
  int64_t top_logprobs = 20;                    ///< likeliest first tokens asked for by pointwise scores
  HttpOptions http;

  void describe(base::ConfigFields& fields);
  /// Errors: kUsage for an endpoint that is no http(s) address, or no model.
  void check() const;
};

/// One reply of /chat/completions, read.
struct ChatReply {
  struct Choice {
    std::string token;
    double logprob = 0;
  };
  std::string text;
  int64_t read = 0, written = 0;  ///< tokens as the server counts them; 0: not told
  std::vector<Choice> first;  ///< likeliest first tokens; empty where the server gives no log-probabilities
};

/// Reads a reply's JSON. Errors: kData for anything that is no whole reply: such a one is asked for again.
ChatReply parse_chat_reply(const std::string& body);

/// An OpenAI-compatible server that is asked questions: by POST to <endpoint>/chat/completions, at
/// temperature 0, not streamed. Answers are kept in the cache and never asked twice. The key comes from the
/// environment, goes into the Authorization header alone, and is in no message, cache or log.
class ChatServer {
 public:
  /// Errors: kUsage (ServerOptions::check), kData, kIo (the cache).
  explicit ChatServer(ServerOptions options);

  /// One reply a question, in their order; with `logprobs` the likeliest first tokens too. Errors: as
  /// HttpClient::post_all.
  std::vector<ChatReply> ask(std::span<const Question> questions, bool logprobs);
  /// About as many tokens as these questions are: four bytes each.
  static int64_t estimated_tokens(std::span<const Question> questions);
  /// "requests", "retries", "answers from the cache", "tokens not told" (answers whose tokens were estimated
  /// from their bytes).
  std::vector<std::pair<std::string, double>> notes() const;
  void forget_notes();
  const ServerOptions& options() const { return options_; }

 private:
  std::string body_of(const Question& question, bool logprobs) const;
  ChatReply read_reply(const Question& question, const std::string& body);

  ServerOptions options_;
  AnswerCache cache_;
  HttpClient client_;
  std::string key_;
  int64_t cached_ = 0, estimated_ = 0;
};

/// A server that writes answers, for ListwiseScorer. A question's answer_start is not sent: a chat leaves no
/// place for it.
class ServerWriter : public TextWriter {
 public:
  explicit ServerWriter(ServerOptions options) : server_(std::move(options)) {}
  std::vector<Answer> write(std::span<const Question> questions) override;
  int64_t count(std::span<const Question> questions) const override {
    return ChatServer::estimated_tokens(questions);
  }
  std::vector<std::pair<std::string, double>> notes() const override { return server_.notes(); }
  void forget_notes() override { server_.forget_notes(); }

 private:
  ChatServer server_;
};

}  // namespace r2rank::baselines
