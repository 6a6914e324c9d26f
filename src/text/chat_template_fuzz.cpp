// Any text as a model's own chat template. The first byte picks the special tokens that the model has.
#include <cstdint>

#include "base/error.h"
#include "text/chat_template.h"
#include "text/small_tokenizer.h"

using namespace r2rank;

namespace {

text::TokenizerData with_tokens(uint8_t choice) {
  text::TokenizerData data = text::small_chat_tokenizer();
  const auto add = [&](const char* token) {
    data.special.emplace_back(token, static_cast<text::TokenId>(data.tokens.size()));
    data.tokens.emplace_back(token);
  };
  if (choice % 2 == 1) add("<|start_header_id|>");
  if (choice % 4 > 1) add("<think>");
  return data;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  if (size == 0) return 0;
  text::TokenizerData data = with_tokens(bytes[0]);
  data.chat_template.assign(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  try {
    const auto family = text::detect_chat_family(data);
    const std::string system = text::default_system(data);
    R2RANK_CHECK(system.find("<|im_end|>") == std::string::npos);
    const text::ChatFrame frame = text::chat_frame(family, system);
    R2RANK_CHECK(system.empty() || frame.open.find(system) != std::string::npos);
    const text::Tokenizer tokenizer(std::move(data));
    for (const auto& part : {frame.open, frame.open_assistant})
      R2RANK_CHECK(!tokenizer.encode(part, true).empty());
  } catch (const base::Error&) {
  }
  return 0;
}
