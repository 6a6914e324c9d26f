#include "text/tokenizer_json.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "base/error.h"
#include "text/small_tokenizer.h"

namespace r2rank::text {
namespace {

using nlohmann::json;

/// A folder that is gone after the test.
struct TemporaryFolder {
  TemporaryFolder()
      : path(std::filesystem::temp_directory_path() / ("r2rank_text_" + std::to_string(getpid()))) {
    std::filesystem::create_directories(path);
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path); }
  base::Path path;
};

/// A document that is accepted; tests break one thing in it.
json valid_document() {
  TemporaryFolder folder;
  save_tokenizer_json(small_tokenizer({{"a", "b"}, {"ab", "c"}}), folder.path);
  return json::parse(base::read_file(folder.path / "tokenizer.json"));
}

std::string error_of(const std::string& bytes) {
  try {
    Tokenizer{parse_tokenizer_json(bytes, "broken.json")};
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::kData);
    return error.what();
  }
  return "accepted";
}

void expect_refused(const json& document, const std::string& text) {
  const std::string error = error_of(document.dump());
  EXPECT_NE(error.find(text), std::string::npos) << error;
  EXPECT_NE(error.find("broken.json"), std::string::npos) << error;
}

void expect_equal(const TokenizerData& a, const TokenizerData& b) {
  EXPECT_EQ(a.pre_tokenizer, b.pre_tokenizer);
  EXPECT_EQ(a.tokens, b.tokens);
  EXPECT_EQ(a.merges, b.merges);
  EXPECT_EQ(a.special, b.special);
  EXPECT_EQ(a.special_flags, b.special_flags);
  EXPECT_EQ(a.normalize_nfc, b.normalize_nfc);
  EXPECT_EQ(a.ignore_merges, b.ignore_merges);
  EXPECT_EQ(a.bos, b.bos);
  EXPECT_EQ(a.eos, b.eos);
  EXPECT_EQ(a.pad, b.pad);
  EXPECT_EQ(a.post_processor, b.post_processor);
  EXPECT_EQ(a.chat_template, b.chat_template);
}

TEST(TokenizerJson, WhatIsSavedComesBack) {
  for (const PreTokenizer rule : {PreTokenizer::kSmolLm, PreTokenizer::kLlama3, PreTokenizer::kQwen2}) {
    TokenizerData data = small_tokenizer({{"a", "b"}, {"ab", "c"}});
    data.pre_tokenizer = rule;
    data.normalize_nfc = rule == PreTokenizer::kQwen2;
    data.ignore_merges = rule == PreTokenizer::kLlama3;
    data.eos = data.special[1].second;
    data.pad = data.special[0].second;
    data.post_processor = bos_post_processor(data.special[0].first, data.special[0].second);
    data.chat_template = "{{ 'a \"quoted\" template' }}\n";
    data.special_flags[data.special[0].second] = {.left_strip = true, .control = false};
    TemporaryFolder folder;
    save_tokenizer_json(data, folder.path);
    expect_equal(load_tokenizer_json(folder.path / "tokenizer.json"), data);
  }
}

TEST(TokenizerJson, TokensNamedLikeThePlaceholdersOfTheWriterSurvive) {
  TokenizerData data = small_tokenizer({});
  for (const char* name : {"@vocab", "@merges"}) {
    data.special.emplace_back(name, static_cast<TokenId>(data.tokens.size()));
    data.tokens.emplace_back(name);
  }
  TemporaryFolder folder;
  save_tokenizer_json(data, folder.path);
  expect_equal(load_tokenizer_json(folder.path / "tokenizer.json"), data);
}

TEST(TokenizerJson, BothNotationsOfMergesMeanTheSame) {
  json document = valid_document();
  const TokenizerData pairs = parse_tokenizer_json(document.dump(), "pairs");
  document["model"]["merges"] = {"a b", "ab c"};
  expect_equal(parse_tokenizer_json(document.dump(), "texts"), pairs);
}

TEST(TokenizerJson, ConfigurationIsOptionalAndMayNameTokensAsObjects) {
  TemporaryFolder folder;
  base::write_file(folder.path / "tokenizer.json", valid_document().dump());
  EXPECT_FALSE(load_tokenizer_json(folder.path / "tokenizer.json").eos);
  base::write_file(
      folder.path / "tokenizer_config.json",
      R"({"eos_token": {"content": "<|im_end|>"}, "bos_token": null, "pad_token": "<|im_start|>"})");
  const TokenizerData data = load_tokenizer_json(folder.path / "tokenizer.json");
  EXPECT_EQ(data.eos, data.special[1].second);
  EXPECT_EQ(data.pad, data.special[0].second);
  EXPECT_FALSE(data.bos);
}

TEST(TokenizerJson, AChatTemplateFileBesideItCounts) {
  TemporaryFolder folder;
  base::write_file(folder.path / "tokenizer.json", valid_document().dump());
  base::write_file(folder.path / "chat_template.jinja", "{{ messages }}");
  EXPECT_EQ(load_tokenizer_json(folder.path / "tokenizer.json").chat_template, "{{ messages }}");
}

TEST(TokenizerJson, AMissingFileIsAnInputOutputError) {
  try {
    load_tokenizer_json("/nowhere/tokenizer.json");
    FAIL();
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::kIo);
  }
}

TEST(TokenizerJson, EveryTruncationIsRefused) {
  const std::string whole = valid_document().dump();
  for (size_t size = 0; size < whole.size(); size += 7)
    EXPECT_NE(error_of(whole.substr(0, size)), "accepted") << size;
}

TEST(TokenizerJson, OtherKindsOfTokenizersAreNamed) {
  json document = valid_document();
  document["model"]["type"] = "Unigram";
  expect_refused(document, "Unigram");
  document = valid_document();
  document["model"]["byte_fallback"] = true;
  expect_refused(document, "byte_fallback");
  document = valid_document();
  document["normalizer"] = {{"type", "Lowercase"}};
  expect_refused(document, "Lowercase");
  document = valid_document();
  document["pre_tokenizer"] = {{"type", "Whitespace"}};
  expect_refused(document, "Whitespace");
  document["pre_tokenizer"] = nullptr;
  expect_refused(document, "pre_tokenizer");
}

TEST(TokenizerJson, MissingPartsAreNamed) {
  for (const char* key : {"vocab", "merges"}) {
    json document = valid_document();
    document["model"].erase(key);
    expect_refused(document, key);
  }
  expect_refused(json::object(), "model");
  expect_refused(json::array(), "model");
  expect_refused(json("text"), "model");
}

TEST(TokenizerJson, ImpossibleIdsAreRefusedBeforeAnythingIsAllocated) {
  for (const json& id :
       {json(-1), json(2000000000), json(1e300), json("7"), json(nullptr), json(UINT64_MAX)}) {
    json document = valid_document();
    document["model"]["vocab"]["new"] = id;
    expect_refused(document, "new");
  }
}

TEST(TokenizerJson, TwoTokensWithOneIdAreRefused) {
  json document = valid_document();
  document["model"]["vocab"]["new"] = 5;
  expect_refused(document, "share the id 5");
}

TEST(TokenizerJson, MalformedMergesAreRefused) {
  for (const json& merge :
       {json("ab"), json("a b c"), json(5), json::array({"a"}), json::array({"a", 5}), json("a  b")}) {
    json document = valid_document();
    document["model"]["merges"].push_back(merge);
    expect_refused(document, "merge");
  }
}

TEST(TokenizerJson, MalformedSpecialTokensAreRefused) {
  for (const json& token : {json(5), json::object(), json({{"id", 3}}), json({{"id", 3}, {"content", ""}}),
                            json({{"id", -3}, {"content", "<x>"}}), json({{"id", 900}, {"content", 5}})}) {
    json document = valid_document();
    document["added_tokens"].push_back(token);
    EXPECT_NE(error_of(document.dump()), "accepted") << token;
  }
}

TEST(TokenizerJson, PartsOfTheWrongTypeAreRefused) {
  for (const char* key : {"model", "added_tokens", "pre_tokenizer", "normalizer", "post_processor"}) {
    for (const json& value : {json(5), json("text"), json::array({1}), json(true)}) {
      json document = valid_document();
      document[key] = value;
      EXPECT_NE(error_of(document.dump()), "accepted") << key << " = " << value;
    }
  }
}

TEST(TokenizerJson, DeepNestingIsRefusedWithoutACrash) {
  const std::string opened(200000, '['), closed(200000, ']');
  EXPECT_NE(error_of(opened).find("nested"), std::string::npos);
  EXPECT_NE(error_of(R"({"pre_tokenizer": )" + opened + closed + "}").find("nested"), std::string::npos);
}

TEST(TokenizerJson, ATokenThatIsNoTextCannotBeSaved) {
  TokenizerData data = small_tokenizer({});
  data.tokens.push_back("\xFF\xFE");
  TemporaryFolder folder;
  EXPECT_THROW(save_tokenizer_json(data, folder.path), base::Error);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path));
}

}  // namespace
}  // namespace r2rank::text
