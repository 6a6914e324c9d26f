#pragma once

// Test support: replies of an OpenAI-compatible server, and settings that ask the fake one.

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "remote/chat_server.h"
#include "remote/fake_server.h"

namespace r2rank::remote::testing {

inline nlohmann::json chat_document(const std::string& text) {
  nlohmann::json document;
  document["choices"][0]["message"] = {{"role", "assistant"}, {"content", text}};
  document["usage"] = {{"prompt_tokens", 50}, {"completion_tokens", 4}};
  return document;
}

inline std::string reply_of(const std::string& text) {
  return chat_document(text).dump();
}

inline std::string reply_with_logprobs(const std::vector<std::pair<std::string, double>>& first) {
  nlohmann::json document = chat_document("Yes");
  nlohmann::json& token = document["choices"][0]["logprobs"]["content"][0];
  token["token"] = "Yes";
  for (const auto& [text, logprob] : first)
    token["top_logprobs"].push_back({{"token", text}, {"logprob", logprob}});
  return document.dump();
}

inline ServerOptions options_for(const FakeServer& server) {
  ServerOptions options;
  options.endpoint = server.endpoint();
  options.model = "tiny";
  options.key_variable = "R2RANK_TEST_KEY";
  options.http.first_delay = 0.01;
  options.http.timeout = 0.5;
  return options;
}

}  // namespace r2rank::remote::testing
