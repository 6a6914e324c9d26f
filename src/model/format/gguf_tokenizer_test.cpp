#include "model/format/gguf_tokenizer.h"

#include <nlohmann/json.hpp>

#include "model/format/test_support.h"

namespace r2rank::model {
namespace {

class GgufTokenizerTest : public testing::Test {
 protected:
  GgufTokenizerTest() {
    set("tokenizer.ggml.model", std::string("gpt2"));
    set("tokenizer.ggml.pre", std::string("qwen2"));
    set("tokenizer.ggml.tokens", std::vector<std::string>{"a", "b", "ab", "<|end|>", "<tool>"});
    set("tokenizer.ggml.token_type", std::vector<int64_t>{1, 1, 1, 3, 4});
    set("tokenizer.ggml.merges", std::vector<std::string>{"a b"});
    set("tokenizer.ggml.eos_token_id", uint64_t{3});
    set("tokenizer.chat_template", std::string("{{ x }}"));
  }
  void set(const std::string& key, GgufValue value) { file_.metadata[key] = std::move(value); }
  text::TokenizerData read() const { return gguf_tokenizer(file_, "file"); }
  std::string error() const {
    return data_error([&] { read(); });
  }

  GgufFile file_;
};

TEST_F(GgufTokenizerTest, ReadsTokensMergesAndTemplate) {
  const auto data = read();
  EXPECT_EQ(data.tokens.size(), 5u);
  EXPECT_EQ(data.merges, (std::vector<std::pair<std::string, std::string>>{{"a", "b"}}));
  EXPECT_EQ(data.chat_template, "{{ x }}");
  EXPECT_EQ(data.eos, 3);
  EXPECT_FALSE(data.bos.has_value());
}

TEST_F(GgufTokenizerTest, ControlAndUserDefinedTokensAreSpecial) {
  const auto data = read();
  ASSERT_EQ(data.special.size(), 2u);
  EXPECT_EQ(data.special[0], (std::pair<std::string, text::TokenId>{"<|end|>", 3}));
  EXPECT_EQ(data.special[1], (std::pair<std::string, text::TokenId>{"<tool>", 4}));
  EXPECT_FALSE(data.special_flags.contains(3));
  EXPECT_FALSE(data.special_flags.at(4).control);
}

TEST_F(GgufTokenizerTest, ThePreTokenizerImpliesTheFamilysRules) {
  EXPECT_TRUE(read().normalize_nfc);
  EXPECT_FALSE(read().ignore_merges);
  set("tokenizer.ggml.pre", std::string("llama-bpe"));
  EXPECT_FALSE(read().normalize_nfc);
  EXPECT_TRUE(read().ignore_merges);
}

TEST_F(GgufTokenizerTest, AnEndOfTurnTokenWinsOverEndOfText) {
  set("tokenizer.ggml.eot_token_id", uint64_t{4});
  EXPECT_EQ(read().eos, 4);
}

TEST_F(GgufTokenizerTest, EveryTokenThatEndsAGenerationIsListed) {
  EXPECT_EQ(read().eos_ids, std::vector<text::TokenId>{3});
  set("tokenizer.ggml.eot_token_id", uint64_t{4});
  set("tokenizer.ggml.eom_token_id", uint64_t{3});
  EXPECT_EQ(read().eos_ids, (std::vector<text::TokenId>{4, 3}));
  file_.metadata.erase("tokenizer.ggml.eos_token_id");
  file_.metadata.erase("tokenizer.ggml.eot_token_id");
  EXPECT_EQ(read().eos_ids, std::vector<text::TokenId>{3});
}

TEST_F(GgufTokenizerTest, ReadsThePaddingToken) {
  EXPECT_FALSE(read().pad.has_value());
  set("tokenizer.ggml.padding_token_id", uint64_t{4});
  EXPECT_EQ(read().pad, 4);
}

TEST_F(GgufTokenizerTest, ABosThatIsAddedBecomesAPostProcessor) {
  set("tokenizer.ggml.bos_token_id", uint64_t{3});
  EXPECT_EQ(read().post_processor, "");
  set("tokenizer.ggml.add_bos_token", true);
  const auto processor = nlohmann::json::parse(read().post_processor);
  EXPECT_EQ(processor["type"], "TemplateProcessing");
  EXPECT_EQ(processor["single"][0]["SpecialToken"]["id"], "<|end|>");
  EXPECT_EQ(processor["special_tokens"]["<|end|>"]["ids"][0], 3);
  set("tokenizer.ggml.add_bos_token", false);
  EXPECT_EQ(read().post_processor, "");
}

TEST_F(GgufTokenizerTest, Llama3AddsItsBosUnlessTheFileSaysOtherwise) {
  set("tokenizer.ggml.pre", std::string("llama-bpe"));
  EXPECT_EQ(read().post_processor, "");  // there is no bos
  set("tokenizer.ggml.bos_token_id", uint64_t{3});
  EXPECT_NE(read().post_processor, "");
  set("tokenizer.ggml.add_bos_token", false);
  EXPECT_EQ(read().post_processor, "");
}

TEST_F(GgufTokenizerTest, RefusesOtherTokenizers) {
  set("tokenizer.ggml.model", std::string("llama"));
  EXPECT_CONTAINS(error(), "byte-level BPE tokenizer ('gpt2'), found 'llama'");
  set("tokenizer.ggml.model", std::string("gpt2"));
  set("tokenizer.ggml.pre", std::string("deepseek-coder"));
  EXPECT_CONTAINS(error(), "deepseek-coder");
}

TEST_F(GgufTokenizerTest, RefusesMalformedMerges) {
  for (const char* merge : {"", "ab", " ab", "ab ", "a b c"}) {
    set("tokenizer.ggml.merges", std::vector<std::string>{merge});
    EXPECT_CONTAINS(error(), "a merge of two tokens");
  }
}

TEST_F(GgufTokenizerTest, RefusesIdsOutsideTheVocabulary) {
  set("tokenizer.ggml.eos_token_id", uint64_t{5});
  EXPECT_CONTAINS(error(), "eos_token_id is 5, outside the vocabulary of 5 tokens");
}

TEST_F(GgufTokenizerTest, RefusesTypesThatDoNotMatchTheTokens) {
  set("tokenizer.ggml.token_type", std::vector<int64_t>{1});
  EXPECT_CONTAINS(error(), "5 tokens, found 1 types");
}

TEST_F(GgufTokenizerTest, RefusesTextThatIsNotUtf8) {
  set("tokenizer.chat_template", std::string("\xff\xfe"));
  EXPECT_CONTAINS(error(), "'\\xff\\xfe', which is not UTF-8");
}

TEST_F(GgufTokenizerTest, RefusesAnEmptyVocabulary) {
  set("tokenizer.ggml.tokens", std::vector<std::string>{});
  EXPECT_CONTAINS(error(), "found 0");
  file_.metadata.erase("tokenizer.ggml.tokens");
  EXPECT_CONTAINS(error(), "lack 'tokenizer.ggml.tokens'");
}

}  // namespace
}  // namespace r2rank::model
