#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "base/error.h"
#include "text/small_tokenizer.h"
#include "text/tokenizer_json.h"

namespace r2rank::text {
namespace {

using nlohmann::json;

class TokenizerFiles : public testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove_all(folder_); }
  json written(const TokenizerData& data, const char* file = "tokenizer.json") const {
    save_tokenizer_json(data, folder_);
    return json::parse(base::read_file(folder_ / file));
  }
  TokenizerData back(const TokenizerData& data) const {
    save_tokenizer_json(data, folder_);
    return load_tokenizer_json(folder_ / "tokenizer.json");
  }
  void expect_error(base::ErrorKind kind, const TokenizerData& data, const base::Path& folder) const {
    try {
      save_tokenizer_json(data, folder);
      ADD_FAILURE() << "no error";
    } catch (const base::Error& error) {
      EXPECT_EQ(error.kind(), kind) << error.what();
    }
  }

  base::Path folder_ =
      std::filesystem::temp_directory_path() / fmt::format("r2rank_tokenizer_{}", ::getpid());
};

TEST_F(TokenizerFiles, GiveEveryTokenItsIdAndLeaveHolesOut) {
  TokenizerData data = small_tokenizer({});
  data.tokens['x'] = "";
  const json vocabulary = written(data)["model"]["vocab"];
  EXPECT_EQ(vocabulary.size(), data.tokens.size() - 1);
  EXPECT_EQ(vocabulary.at("y"), int{'y'});
  EXPECT_EQ(vocabulary.at("\u0120"), int{' '});
  for (const auto& [token, id] : vocabulary.items()) EXPECT_NE(id, int{'x'}) << token;
  EXPECT_EQ(back(data).tokens, data.tokens);
}

TEST_F(TokenizerFiles, ListASpecialTokenBeyondTheVocabularyThereToo) {
  TokenizerData data = small_tokenizer({});
  data.special.emplace_back("<far>", 300);
  EXPECT_EQ(written(data)["model"]["vocab"].at("<far>"), 300);
  const TokenizerData found = back(data);
  EXPECT_EQ(found.tokens.size(), 301U);
  EXPECT_EQ(found.special, data.special);
}

TEST_F(TokenizerFiles, ListSpecialTokensById) {
  TokenizerData data = small_tokenizer({});
  std::swap(data.special[0], data.special[1]);
  data.special_flags[data.special[0].second] = {.right_strip = true, .single_word = true, .normalized = true};
  const json list = written(data)["added_tokens"];
  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(list[0], json({{"id", 256},
                           {"content", "<|im_start|>"},
                           {"single_word", false},
                           {"lstrip", false},
                           {"rstrip", false},
                           {"normalized", false},
                           {"special", true}}));
  EXPECT_EQ(list[1], json({{"id", 257},
                           {"content", "<|im_end|>"},
                           {"single_word", true},
                           {"lstrip", false},
                           {"rstrip", true},
                           {"normalized", true},
                           {"special", true}}));
}

TEST_F(TokenizerFiles, KeepMergesInOrderOfRank) {
  const TokenizerData data = small_tokenizer({{"b", "c"}, {"a", "bc"}, {"\u0120", "a"}});
  EXPECT_EQ(written(data)["model"]["merges"].dump(), "[[\"b\",\"c\"],[\"a\",\"bc\"],[\"\u0120\",\"a\"]]");
}

TEST_F(TokenizerFiles, KeepTextThatJsonMustEscape) {
  TokenizerData data = small_tokenizer({});
  for (const char* text : {"<\"quoted\\\">", "\n\n\t", "\x01\x7F", "\u2028\U0001F3AC", "</s>"}) {
    data.special.emplace_back(text, static_cast<TokenId>(data.tokens.size()));
    data.tokens.emplace_back(text);
  }
  data.eos = data.special.back().second;
  data.chat_template = "{%- if \"a\\n\" %}\n\t{{ '\u00E9' }}{% endif %}";
  const TokenizerData found = back(data);
  EXPECT_EQ(found.special, data.special);
  EXPECT_EQ(found.tokens, data.tokens);
  EXPECT_EQ(found.eos, data.eos);
  EXPECT_EQ(found.chat_template, data.chat_template);
}

TEST_F(TokenizerFiles, NameOnlyTheTurnTokensThatThereAre) {
  TokenizerData data = small_tokenizer({});
  json config = written(data, "tokenizer_config.json");
  for (const char* key : {"bos_token", "eos_token", "pad_token"})
    EXPECT_TRUE(config.at(key).is_null()) << key;
  EXPECT_FALSE(config.contains("chat_template"));
  data.bos = data.special[0].second;
  data.eos = data.special[1].second;
  data.pad = data.eos;
  config = written(data, "tokenizer_config.json");
  EXPECT_EQ(config.at("bos_token"), "<|im_start|>");
  EXPECT_EQ(config.at("eos_token"), "<|im_end|>");
  EXPECT_EQ(config.at("pad_token"), "<|im_end|>");
}

// Without it the reference's tokenizer leaves out the <|begin_of_text|> that Llama 3.1 was trained with.
TEST_F(TokenizerFiles, KeepThePostProcessorOfLlama3) {
  const base::Path source = base::Path(R2RANK_SOURCE_DIR) / ".deps/tokenizers/llama3_1/tokenizer.json";
  const json expected = json::parse(base::read_file(source)).at("post_processor");
  EXPECT_EQ(expected.at("processors")[1].at("single")[0].at("SpecialToken").at("id"), "<|begin_of_text|>");
  EXPECT_EQ(written(load_tokenizer_json(source)).at("post_processor"), expected);
}

TEST_F(TokenizerFiles, HaveNoPostProcessorWhereTheModelHasNone) {
  EXPECT_TRUE(written(small_tokenizer({})).at("post_processor").is_null());
}

TEST_F(TokenizerFiles, AreNotWrittenWithAChatTemplateThatIsNoText) {
  TokenizerData data = small_tokenizer({});
  data.chat_template = "caf\xE9";
  expect_error(base::ErrorKind::kData, data, folder_);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "tokenizer_config.json"));
}

TEST_F(TokenizerFiles, SayWhenTheFolderCannotBeMade) {
  base::write_file(folder_ / "file", "in the way");
  expect_error(base::ErrorKind::kIo, small_tokenizer({}), folder_ / "file" / "folder");
}

}  // namespace
}  // namespace r2rank::text
