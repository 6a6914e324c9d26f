#include <cstddef>
#include <cstdint>

#include "base/error.h"
#include "text/chat_template.h"
#include "text/tokenizer_json.h"

// The first byte says where tokenizer.json ends and the text to encode begins, in 256ths.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  if (size == 0) return 0;
  const std::string_view input(reinterpret_cast<const char*>(bytes + 1), size - 1);
  const size_t cut = input.size() * (bytes[0] + size_t{1}) / 256;
  try {
    using namespace r2rank::text;
    TokenizerData data = parse_tokenizer_json(input.substr(0, cut), "fuzz");
    if (bytes[0] % 2) read_tokenizer_config(input.substr(cut), "fuzz", data);
    if (bytes[0] % 5 == 0) detect_chat_family(data);
    const Tokenizer tokenizer(std::move(data));
    for (const bool special : {false, true}) tokenizer.decode(tokenizer.encode(input.substr(cut), special));
  } catch (const r2rank::base::Error&) {
  }
  return 0;
}
