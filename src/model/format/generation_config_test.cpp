#include "model/format/generation_config.h"

#include <nlohmann/json.hpp>

#include "model/format/test_support.h"

namespace r2rank::model {
namespace {

using Ids = std::vector<text::TokenId>;

class GenerationConfig : public testing::Test {
 protected:
  void read(std::string_view json) { read_generation_ids(json, "generation_config.json", tokenizer_); }
  std::string error(std::string_view json) {
    return data_error([&] { read(json); });
  }
  nlohmann::json written() const { return nlohmann::json::parse(generation_config_json(tokenizer_)); }

  text::TokenizerData tokenizer_;
};

// As Llama 3.1 Instruct has them.
TEST_F(GenerationConfig, ListsEveryTokenThatEndsAGeneration) {
  read(R"({"bos_token_id": 128000, "eos_token_id": [128001, 128008, 128009], "do_sample": true})");
  EXPECT_EQ(tokenizer_.eos_ids, (Ids{128001, 128008, 128009}));
  EXPECT_FALSE(tokenizer_.pad.has_value());
  EXPECT_EQ(written()["eos_token_id"], nlohmann::json({128001, 128008, 128009}));
}

TEST_F(GenerationConfig, MayNameOneTokenAlone) {
  read(R"({"eos_token_id": 2, "pad_token_id": 0})");
  EXPECT_EQ(tokenizer_.eos_ids, Ids{2});
  EXPECT_EQ(tokenizer_.pad, 0);
  EXPECT_EQ(written()["eos_token_id"], 2);
  EXPECT_EQ(written()["pad_token_id"], 0);
}

TEST_F(GenerationConfig, WinsOverWhatIsReadLater) {
  read(R"({"eos_token_id": [5, 6]})");
  read(R"({"eos_token_id": 7, "pad_token_id": 8})");
  read(R"({"eos_token_id": 9, "pad_token_id": 9})");
  EXPECT_EQ(tokenizer_.eos_ids, (Ids{5, 6}));
  EXPECT_EQ(tokenizer_.pad, 8);
}

TEST_F(GenerationConfig, TakesNullNegativeAndAbsentForNone) {
  for (const char* json : {"{}", R"({"eos_token_id": null, "pad_token_id": null})",
                           R"({"eos_token_id": -1, "pad_token_id": -1})", R"({"eos_token_id": [-1]})"}) {
    read(json);
    EXPECT_TRUE(tokenizer_.eos_ids.empty()) << json;
    EXPECT_FALSE(tokenizer_.pad.has_value()) << json;
  }
}

TEST_F(GenerationConfig, RefusesWhatIsNoTokenId) {
  for (const char* json :
       {R"({"eos_token_id": "2"})", R"({"eos_token_id": 2.5})", R"({"eos_token_id": [2, null]})",
        R"({"eos_token_id": {"id": 2}})", R"({"eos_token_id": 2147483648})", R"({"eos_token_id": [[2]]})"})
    EXPECT_CONTAINS(error(json), "generation_config.json: expected 'eos_token_id' to be a token id");
  EXPECT_CONTAINS(error(R"({"pad_token_id": [2]})"), "expected 'pad_token_id' to be a token id");
  EXPECT_CONTAINS(error("{"), "expected JSON");
  EXPECT_CONTAINS(error("[]"), "expected a JSON object");
}

TEST_F(GenerationConfig, WritesTheTokenizersOwnEosWhereNothingLists) {
  tokenizer_.bos = 1;
  tokenizer_.eos = 2;
  EXPECT_EQ(written(), nlohmann::json({{"bos_token_id", 1}, {"eos_token_id", 2}, {"pad_token_id", nullptr}}));
}

}  // namespace
}  // namespace r2rank::model
