#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/config.h"
#include "remote/answer_cache.h"
#include "remote/http_client.h"

namespace r2rank::remote {

/// Which server is asked, and how.
struct ServerOptions {
  std::string endpoint;  ///< "http://127.0.0.1:8080/v1": what stands before /chat/completions
  std::string model;     ///< as the server calls it
  std::string key_variable =
      "R2RANK_API_KEY";  ///< environment variable that holds the key; unset: none is sent
  std::string cache;     ///< file of answers; "" keeps none
  std::string max_tokens_field = "max_tokens";  ///< or "max_completion_tokens"
  std::string request_patch;                    ///< JSON object merged into each request's body; "" for none
  int64_t top_logprobs = 20;                    ///< likeliest first tokens asked for by pointwise scores
  HttpOptions http;

  void describe(base::ConfigFields& fields);
  /// The same without what log-probabilities alone need.
  void describe_chat(base::ConfigFields& fields);
  /// Errors: kUsage for an endpoint that is no http(s) address, no model, or a patch that is no JSON object.
  void check() const;
};

/// One question: a system turn ("" for none) and a user turn.
struct ChatQuestion {
  std::string system, user;
  int64_t max_tokens = 1;  ///< of the answer
  double temperature = 0;
  std::optional<int64_t> seed = {};  ///< sent where there is one
  int64_t sample = 0;                ///< tells further answers to an equal question apart in the cache
};

/// One reply of /chat/completions, read.
struct ChatReply {
  struct Choice {
    std::string token;
    double logprob = 0;
  };
  std::string text;
  int64_t read = 0, written = 0;  ///< tokens as the server counts them; 0: not told
  bool cut = false;               ///< it ended because it was as long as allowed
  bool estimated = false;         ///< the server told no tokens: four bytes are taken for one
  std::string failure = {};       ///< why there is no answer; "" where there is one
  std::vector<Choice> first;  ///< likeliest first tokens; empty where the server gives no log-probabilities
};

/// Reads a reply's JSON. Errors: kData for anything that is no whole reply: such a one is asked for again.
ChatReply parse_chat_reply(const std::string& body);

/// How questions are asked.
struct AskOptions {
  bool logprobs = false;  ///< with the likeliest first tokens
  int64_t failures_in_a_row =
      0;  ///< questions that may fail one after the other without an error (ChatReply::failure)
  std::function<void(const ChatReply&)> answered = {};  ///< told of each reply as it comes
  EnoughAsker enough = {};  ///< true: nothing more is asked; replies that are missing stay empty
};

/// An OpenAI-compatible server that is asked questions: by POST to <endpoint>/chat/completions, not streamed.
/// Answers are kept in the cache and never asked twice. The key comes from the
/// environment, goes into the Authorization header alone, and is in no message, cache or log.
class ChatServer {
 public:
  /// Errors: kUsage (ServerOptions::check), kData, kIo (the cache).
  explicit ChatServer(ServerOptions options);

  /// One reply a question, in their order. Errors: as HttpClient::post_all.
  std::vector<ChatReply> ask(std::span<const ChatQuestion> questions, const AskOptions& how = {});
  /// About as many tokens as these questions are: four bytes each.
  static int64_t estimated_tokens(std::span<const ChatQuestion> questions);
  /// How many of these the cache answers.
  int64_t answered(std::span<const ChatQuestion> questions) const;
  /// "requests", "retries", "answers from the cache", "tokens not told" (answers whose tokens were estimated
  /// from their bytes).
  std::vector<std::pair<std::string, double>> notes() const;
  void forget_notes();
  const ServerOptions& options() const { return options_; }

 private:
  std::string url() const;
  std::string body_of(const ChatQuestion& question, bool logprobs) const;
  std::string key_of(const ChatQuestion& question, const std::string& body) const;
  ChatReply read_reply(const ChatQuestion& question, const std::string& body);
  void post(std::span<const ChatQuestion> questions, const std::vector<size_t>& asked, const AskOptions& how,
            std::vector<ChatReply>& replies);

  ServerOptions options_;
  AnswerCache cache_;
  HttpClient client_;
  std::string key_;
  int64_t cached_ = 0, estimated_ = 0;
};

}  // namespace r2rank::remote
