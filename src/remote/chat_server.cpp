#include "remote/chat_server.h"

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/json.h"

namespace r2rank::remote {
namespace {

using nlohmann::json;

constexpr int64_t kBytesPerToken = 4;

/// The member of an object, or null.
const json& member(const json& value, const char* key) {
  static const json kNone;
  return value.is_object() && value.contains(key) ? value.at(key) : kNone;
}

int64_t count_of(const json& value) {
  constexpr double kMost = 1e9;
  return value.is_number() && value.get<double>() >= 0 && value.get<double>() < kMost ? value.get<int64_t>()
                                                                                      : 0;
}

[[noreturn]] void refuse(const char* expected, const json& found) {
  base::fail_data("server", "expected {} in the reply, found {}", expected, base::json_excerpt(found));
}

std::string text_of(const json& content) {
  if (content.is_string()) return content.get<std::string>();
  if (content.is_null()) return "";  // all tokens went into reasoning, or none was allowed
  if (!content.is_array()) refuse("a text as choices[0].message.content", content);
  std::string text;  // a list of parts
  for (const json& part : content)
    if (member(part, "text").is_string()) text += part.at("text").get<std::string>();
  return text;
}

std::vector<ChatReply::Choice> first_choices(const json& logprobs) {
  std::vector<ChatReply::Choice> choices;
  const json& content = member(logprobs, "content");
  if (!content.is_array() || content.empty()) return choices;
  const json& top = member(content.front(), "top_logprobs");
  if (!top.is_array()) return choices;
  for (const json& entry : top)
    if (member(entry, "token").is_string() && member(entry, "logprob").is_number())
      choices.push_back({entry.at("token").get<std::string>(), entry.at("logprob").get<double>()});
  return choices;
}

}  // namespace

void ServerOptions::describe(base::ConfigFields& fields) {
  describe_chat(fields);
  fields.add("top_logprobs", top_logprobs, "likeliest first tokens asked for by pointwise scores")
      .between(2, 100);
}

void ServerOptions::describe_chat(base::ConfigFields& fields) {
  fields.add("endpoint", endpoint,
             "address of an OpenAI-compatible server up to /v1, such as http://127.0.0.1:8080/v1");
  fields.add("server_model", model, "the model's name there");
  fields.add("api_key_variable", key_variable,
             "environment variable with the key; no key is sent where it is not set");
  fields.add("answer_cache", cache,
             "file in which answers are kept, so that a run can be resumed (empty: none)");
  fields.add("max_tokens_field", max_tokens_field, "what the server calls the longest answer")
      .one_of({"max_tokens", "max_completion_tokens"});
  fields.add("request_patch", request_patch,
             "JSON object merged into each request, for servers that want more or less: "
             "{\"reasoning_effort\": \"low\", \"seed\": null}");
  fields.add("request_timeout", http.timeout, "seconds of one try").between(0.01, 86400);
  fields.add("connect_timeout", http.connect_timeout, "seconds of connecting").between(0.01, 3600);
  fields.add("retries", http.retries, "tries after the first").between(0, 100);
  fields.add("retry_delay", http.first_delay, "seconds before the first retry, doubled each time")
      .between(0.001, 3600);
  fields.add("longest_delay", http.longest_delay, "seconds that a retry, or Retry-After, may wait")
      .between(0.001, 86400);
  fields.add("concurrency", http.concurrency, "requests under way at once").between(1, 256);
  fields
      .add("requests_per_minute", http.requests_per_minute,
           "requests sent within any minute, retries included (0: no limit)")
      .between(0, 1e9);
  fields
      .add("tokens_per_minute", http.tokens_per_minute,
           "tokens sent and allowed for answers within any minute (0: no limit)")
      .between(0, 1e12);
}

void ServerOptions::check() const {
  if (!endpoint.starts_with("http://") && !endpoint.starts_with("https://"))
    base::fail_usage("server",
                     "expected an endpoint such as http://127.0.0.1:8080/v1, found '{}'; set endpoint",
                     endpoint);
  if (endpoint.find_first_of("@?#") != std::string::npos)
    base::fail_usage(
        "server",
        "expected an endpoint of host, port and path alone, found one with '@', '?' or '#' in it; put the "
        "key into the environment variable {}",
        key_variable);
  if (model.empty())
    base::fail_usage("server", "expected the name of a model on {}, found none; set server_model", endpoint);
  if (request_patch.empty()) return;
  const json patch = json::parse(request_patch, nullptr, false);
  if (!patch.is_object())
    base::fail_usage("server",
                     "expected a JSON object as request_patch, found '{}'; write it as {{\"field\": value}}",
                     request_patch);
}

ChatReply parse_chat_reply(const std::string& body) {
  const json document = base::parse_json(body, "server", "the reply");
  const json& choices = member(document, "choices");
  if (!choices.is_array() || choices.empty()) refuse("a list 'choices'", document);
  const json& message = member(choices.front(), "message");
  if (!message.is_object()) refuse("an object as choices[0].message", choices.front());
  ChatReply reply;
  reply.text = text_of(member(message, "content"));
  reply.read = count_of(member(member(document, "usage"), "prompt_tokens"));
  reply.written = count_of(member(member(document, "usage"), "completion_tokens"));
  const json& ended = member(choices.front(), "finish_reason");
  reply.cut = ended.is_string() && ended.get<std::string>() == "length";
  reply.first = first_choices(member(choices.front(), "logprobs"));
  return reply;
}

ChatServer::ChatServer(ServerOptions options)
    : options_((options.check(), std::move(options))), cache_(options_.cache), client_(options_.http) {
  const char* key = options_.key_variable.empty() ? nullptr : std::getenv(options_.key_variable.c_str());
  if (key == nullptr) return;
  key_ = key;
  // A line break would begin a header of its own.
  if (key_.find_first_of("\r\n") != std::string::npos)
    base::fail_usage("server", "expected a key of one line in {}, found a line break; set it anew",
                     options_.key_variable);
}

std::string ChatServer::url() const {
  return options_.endpoint + (options_.endpoint.ends_with('/') ? "" : "/") + "chat/completions";
}

std::string ChatServer::body_of(const ChatQuestion& question, bool logprobs) const {
  json messages = json::array();
  if (!question.system.empty()) messages.push_back({{"role", "system"}, {"content", question.system}});
  messages.push_back({{"role", "user"}, {"content", question.user}});
  json body = {{"model", options_.model},
               {"messages", messages},
               {"temperature", 0},
               {options_.max_tokens_field, question.max_tokens}};
  if (question.temperature > 0) body["temperature"] = question.temperature;
  if (question.seed) body["seed"] = *question.seed;
  if (logprobs) {
    body["logprobs"] = true;
    body["top_logprobs"] = options_.top_logprobs;
  }
  if (!options_.request_patch.empty()) body.merge_patch(json::parse(options_.request_patch));
  return body.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string ChatServer::key_of(const ChatQuestion& question, const std::string& body) const {
  if (question.sample == 0) return AnswerCache::key_of(url(), body);
  return AnswerCache::key_of(url(), fmt::format("{}\nsample {}", body, question.sample));
}

ChatReply ChatServer::read_reply(const ChatQuestion& question, const std::string& body) {
  ChatReply reply = parse_chat_reply(body);
  if (reply.read > 0) return reply;
  ++estimated_;
  reply.estimated = true;
  reply.read = estimated_tokens({&question, 1});
  reply.written = static_cast<int64_t>(reply.text.size()) / kBytesPerToken + 1;
  return reply;
}

std::vector<ChatReply> ChatServer::ask(std::span<const ChatQuestion> questions, const AskOptions& how) {
  std::vector<ChatReply> replies(questions.size());
  std::vector<size_t> asked;
  for (size_t i = 0; i < questions.size(); ++i) {
    const std::string* kept = cache_.find(key_of(questions[i], body_of(questions[i], how.logprobs)));
    if (kept == nullptr) {
      asked.push_back(i);
      continue;
    }
    replies[i] = read_reply(questions[i], *kept);
    ++cached_;
    if (how.answered) how.answered(replies[i]);
  }
  post(questions, asked, how, replies);
  return replies;
}

void ChatServer::post(std::span<const ChatQuestion> questions, const std::vector<size_t>& asked,
                      const AskOptions& how, std::vector<ChatReply>& replies) {
  std::vector<HttpRequest> requests;
  for (const size_t i : asked) {
    HttpRequest& request = requests.emplace_back();
    request.url = url();
    request.body = body_of(questions[i], how.logprobs);
    request.tokens = estimated_tokens({&questions[i], 1}) + questions[i].max_tokens;
    if (!key_.empty()) request.headers.push_back("Authorization: Bearer " + key_);
  }
  int64_t in_a_row = 0;
  const auto check = [](size_t, const std::string& body) -> std::string {
    try {
      parse_chat_reply(body);
      return "";
    } catch (const base::Error& error) {
      return error.what();
    }
  };
  const auto take = [&](size_t request, const std::string& body) {
    const size_t i = asked[request];
    replies[i] = read_reply(questions[i], body);
    cache_.add(key_of(questions[i], requests[request].body), body);
    in_a_row = 0;
    if (how.answered) how.answered(replies[i]);
  };
  const auto fail = [&](size_t request, const base::Error& error) {
    if (++in_a_row > how.failures_in_a_row) return false;
    ChatReply& reply = replies[asked[request]];
    reply.failure = error.what();
    if (how.answered) how.answered(reply);
    return true;
  };
  client_.post_all(requests, check, take, key_, fail, how.enough);
}

int64_t ChatServer::answered(std::span<const ChatQuestion> questions) const {
  int64_t count = 0;
  for (const auto& question : questions)
    count += cache_.find(key_of(question, body_of(question, false))) != nullptr ? 1 : 0;
  return count;
}

int64_t ChatServer::estimated_tokens(std::span<const ChatQuestion> questions) {
  int64_t bytes = 0;
  for (const auto& question : questions)
    bytes += static_cast<int64_t>(question.system.size() + question.user.size());
  return bytes / kBytesPerToken;
}

std::vector<std::pair<std::string, double>> ChatServer::notes() const {
  return {{"requests", static_cast<double>(client_.counts().requests)},
          {"retries", static_cast<double>(client_.counts().retries)},
          {"answers from the cache", static_cast<double>(cached_)},
          {"tokens not told", static_cast<double>(estimated_)}};
}

void ChatServer::forget_notes() {
  cached_ = estimated_ = 0;
  client_.forget_counts();
}

}  // namespace r2rank::remote
