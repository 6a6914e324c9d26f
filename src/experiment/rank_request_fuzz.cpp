// Any text as a request on standard input: refused with base::Error, or items that a prompt can be built of.
#include <cstdint>

#include "base/error.h"
#include "experiment/rank_request.h"
#include "text/small_tokenizer.h"

using namespace r2rank;

namespace {

void build_prompt(const experiment::RankRequest& request) {
  static const text::Tokenizer tokenizer(text::small_chat_tokenizer());
  static const text::PromptBuilder prompts(tokenizer, text::PromptConfig());
  const auto pieces = prompts.build(request.history, request.items);
  R2RANK_CHECK(pieces.candidates.size() == request.ids.size() && !request.ids.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  try {
    build_prompt(experiment::parse_rank_request({reinterpret_cast<const char*>(bytes), size}));
  } catch (const base::Error&) {
  }
  return 0;
}
