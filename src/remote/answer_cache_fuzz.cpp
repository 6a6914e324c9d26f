#include "base/error.h"
#include "remote/answer_cache.h"
#include "remote/chat_server.h"

/// Bytes as a cache, and what it holds as replies of a server: entries or a typed error.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  using namespace r2rank;
  const std::string text(reinterpret_cast<const char*>(bytes), size);
  const auto read = [](const std::string& body) {
    try {
      remote::parse_chat_reply(body);
    } catch (const base::Error&) {
    }
  };
  read(text);
  try {
    bool torn = false;
    for (const auto& [key, reply] : remote::parse_answers(text, "input", torn)) read(reply);
  } catch (const base::Error&) {
  }
  return 0;
}
