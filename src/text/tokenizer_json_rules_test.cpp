#include <gtest/gtest.h>

#include "base/error.h"
#include "text/pre_tokenizer.h"
#include "text/tokenizer_json.h"

namespace r2rank::text {
namespace {

using nlohmann::json;

json byte_level(bool use_regex) {
  return {
      {"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", true}, {"use_regex", use_regex}};
}

json digits() {
  return {{"type", "Digits"}, {"individual_digits", true}};
}

json split(PreTokenizer rule) {
  return {{"type", "Split"},
          {"pattern", {{"Regex", std::string(split_pattern(rule))}}},
          {"behavior", "Isolated"},
          {"invert", false}};
}

/// Steps one after the other, as pre_tokenizer ("pretokenizers") or as normalizer ("normalizers").
json sequence(const char* list, const std::vector<json>& steps) {
  json part = {{"type", "Sequence"}};
  part[list] = steps;
  return part;
}

json steps(const json& first, const json& second) {
  return sequence("pretokenizers", {first, second});
}

json smollm() {
  return steps(digits(), byte_level(true));
}

TokenizerData rules_of(const json& pre_tokenizer, const json& normalizer) {
  json document = json::object();
  document["pre_tokenizer"] = pre_tokenizer;
  document["normalizer"] = normalizer;
  const std::string origin = "rules.json";
  TokenizerData data;
  read_text_rules({document, origin}, data);
  return data;
}

PreTokenizer rule_of(const json& pre_tokenizer) {
  return rules_of(pre_tokenizer, nullptr).pre_tokenizer;
}

std::string refusal(const json& pre_tokenizer, const json& normalizer = nullptr) {
  try {
    rules_of(pre_tokenizer, normalizer);
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::kData);
    return error.what();
  }
  ADD_FAILURE() << "accepted " << pre_tokenizer << " " << normalizer;
  return "";
}

void expect_part(const std::string& text, const std::string& part) {
  EXPECT_NE(text.find(part), std::string::npos) << "no '" << part << "' in: " << text;
}

TEST(TokenizerJsonRules, TellTheFamiliesByTheirSteps) {
  EXPECT_EQ(rule_of(smollm()), PreTokenizer::kSmolLm);
  for (const PreTokenizer rule : {PreTokenizer::kLlama3, PreTokenizer::kQwen2})
    EXPECT_EQ(rule_of(steps(split(rule), byte_level(false))), rule);
}

TEST(TokenizerJsonRules, TakeAnAbsentUseRegexAsTrue) {
  json absent = byte_level(true);
  absent.erase("use_regex");
  EXPECT_EQ(rule_of(steps(digits(), absent)), PreTokenizer::kSmolLm);
  expect_part(refusal(steps(split(PreTokenizer::kLlama3), absent)), "pre_tokenizer");
}

TEST(TokenizerJsonRules, RefuseAStepThatDiffersInOneSetting) {
  const std::vector<std::pair<const char*, json>> in_split = {
      {"pattern", {{"Regex", std::string(split_pattern(PreTokenizer::kQwen2)) + " "}}},
      {"pattern", {{"String", std::string(split_pattern(PreTokenizer::kQwen2))}}},
      {"pattern", std::string(split_pattern(PreTokenizer::kQwen2))},
      {"behavior", "Removed"},
      {"invert", true},
      {"invert", nullptr}};
  for (const auto& [key, value] : in_split) {
    json changed = split(PreTokenizer::kQwen2);
    changed[key] = value;
    expect_part(refusal(steps(changed, byte_level(false))), "pre_tokenizer");
  }
  json prefixed = byte_level(true), grouped = digits();
  prefixed["add_prefix_space"] = true;
  grouped["individual_digits"] = false;
  expect_part(refusal(steps(digits(), prefixed)), "add_prefix_space");
  expect_part(refusal(steps(grouped, byte_level(true))), "individual_digits");
}

TEST(TokenizerJsonRules, RefuseOtherNumbersAndOrdersOfSteps) {
  const json qwen = split(PreTokenizer::kQwen2);
  for (const json& part :
       {steps(byte_level(true), digits()), steps(byte_level(false), qwen), byte_level(true), qwen,
        sequence("pretokenizers", {digits()}), sequence("pretokenizers", {digits(), qwen, byte_level(false)}),
        sequence("pretokenizers", {}), steps(digits(), nullptr), steps(digits(), "ByteLevel"), json(nullptr)})
    expect_part(refusal(part), "pre_tokenizer");
}

TEST(TokenizerJsonRules, KnowNfcAloneAndInASequence) {
  const json nfc = {{"type", "NFC"}};
  EXPECT_FALSE(rules_of(smollm(), nullptr).normalize_nfc);
  EXPECT_TRUE(rules_of(smollm(), nfc).normalize_nfc);
  EXPECT_TRUE(rules_of(smollm(), sequence("normalizers", {nfc})).normalize_nfc);
  EXPECT_FALSE(rules_of(smollm(), sequence("normalizers", {})).normalize_nfc);
}

TEST(TokenizerJsonRules, NameANormalizerTheyDoNotKnow) {
  const json nfc = {{"type", "NFC"}}, lowercase = {{"type", "Lowercase"}};
  expect_part(refusal(smollm(), sequence("normalizers", {nfc, lowercase})), "Lowercase");
  expect_part(refusal(smollm(), "NFC"), "normalizer");
  expect_part(refusal(smollm(), {{"type", "Sequence"}}), "normalizers");
  expect_part(refusal({{"type", "Sequence"}, {"pretokenizers", 5}}), "rules.json: the pretokenizers");
}

TEST(TokenizerJsonRules, ShowNoMoreThanTheBeginningOfALongPart) {
  const std::string error = refusal({{"type", std::string(100000, 'x')}});
  expect_part(error, "xxxxxxxxxx");
  EXPECT_LT(error.size(), 1000U);
}

TokenizerData with_post_processor(const json& post_processor) {
  const json document = {{"pre_tokenizer", smollm()}, {"post_processor", post_processor}};
  const std::string origin = "rules.json";
  TokenizerData data;
  read_text_rules({document, origin}, data);
  return data;
}

TEST(TokenizerJsonRules, CarryThePostProcessorAlongUnread) {
  const json any = {{"type", "Sequence"}, {"processors", {{{"type", "Unheard"}, {"of", nullptr}}, 5}}};
  const TokenizerData data = with_post_processor(any);
  EXPECT_EQ(json::parse(data.post_processor), any);
  EXPECT_EQ(json::parse(post_processor_json(data).dump()), any);
}

TEST(TokenizerJsonRules, KnowNoPostProcessorAsNull) {
  EXPECT_EQ(with_post_processor(nullptr).post_processor, "");
  EXPECT_EQ(rules_of(smollm(), nullptr).post_processor, "");
  EXPECT_TRUE(post_processor_json(TokenizerData()).is_null());
}

TEST(TokenizerJsonRules, RefuseAPostProcessorThatIsNoObject) {
  for (const json& value : {json(5), json("ByteLevel"), json::array({1}), json(true)}) {
    try {
      with_post_processor(value);
      ADD_FAILURE() << "accepted " << value;
    } catch (const base::Error& error) {
      EXPECT_EQ(error.kind(), base::ErrorKind::kData);
      expect_part(error.what(), "rules.json: expected 'post_processor' to be an object or null");
    }
  }
}

/// As the second step of Llama 3.1's own post_processor is written.
TEST(TokenizerJsonRules, PutABosInFrontInTheWordsOfTheReference) {
  const json expected = json::parse(R"({
    "type": "TemplateProcessing",
    "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
    "pair": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
             {"SpecialToken": {"id": "<s>", "type_id": 1}}, {"Sequence": {"id": "B", "type_id": 1}}],
    "special_tokens": {"<s>": {"id": "<s>", "ids": [7], "tokens": ["<s>"]}}})");
  EXPECT_EQ(json::parse(bos_post_processor("<s>", 7)), expected);
}

TEST(TokenizerJsonRules, AreWrittenWithoutANormalizerWhereThereIsNone) {
  TokenizerData data;
  EXPECT_TRUE(normalizer_json(data).is_null());
  data.normalize_nfc = true;
  EXPECT_EQ(normalizer_json(data).dump(), R"({"type":"NFC"})");
}

}  // namespace
}  // namespace r2rank::text
