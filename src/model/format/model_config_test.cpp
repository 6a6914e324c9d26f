#include "model/format/model_config.h"

#include <limits>

#include "model/format/test_model.h"
#include "model/format/test_support.h"

namespace r2rank::model {
namespace {

ModelConfig valid() {
  return TestModel("llama").config;
}

template <class Change>
std::string error_after(Change change) {
  ModelConfig config = valid();
  change(config);
  return data_error([&] { config.check("some file"); });
}

TEST(ModelConfig, AcceptsEveryFamily) {
  for (const char* family : {"llama", "qwen2", "qwen3"})
    EXPECT_NO_THROW(TestModel(family).config.check("file"));
}

TEST(ModelConfig, AFamilyFixesBiasesAndNorms) {
  EXPECT_TRUE(TestModel("qwen2").config.qkv_bias);
  EXPECT_TRUE(TestModel("qwen3").config.qk_norm);
  EXPECT_FALSE(valid().qkv_bias || valid().qk_norm);
  EXPECT_CONTAINS(error_after([](ModelConfig& c) { c.qkv_bias = true; }), "do not fit the family llama");
}

TEST(ModelConfig, RefusesAnotherFamily) {
  EXPECT_CONTAINS(error_after([](ModelConfig& c) { c.family = "gpt2"; }), "found 'gpt2'");
}

TEST(ModelConfig, NamesTheFirstImpossibleSize) {
  EXPECT_CONTAINS(error_after([](ModelConfig& c) { c.layers = 0; }),
                  "some file: expected the number of layers");
  EXPECT_CONTAINS(error_after([](ModelConfig& c) { c.layers = 513; }), "found 513");
  EXPECT_CONTAINS(error_after([](ModelConfig& c) { c.width = 1 << 17; }), "expected width");
  EXPECT_CONTAINS(error_after([](ModelConfig& c) { c.heads = -2; }), "the number of heads");
  EXPECT_CONTAINS(error_after([](ModelConfig& c) { c.kv_heads = 0; }), "key-value heads");
  EXPECT_CONTAINS(error_after([](ModelConfig& c) { c.head_width = 1 << 20; }), "head width");
  EXPECT_CONTAINS(error_after([](ModelConfig& c) { c.ffn_width = int64_t{1} << 40; }), "feed-forward width");
  EXPECT_CONTAINS(error_after([](ModelConfig& c) { c.vocabulary = (1 << 22) + 1; }), "vocabulary");
  EXPECT_CONTAINS(error_after([](ModelConfig& c) { c.max_positions = 0; }), "context length");
}

TEST(ModelConfig, RefusesHeadsThatDoNotFitTogether) {
  EXPECT_CONTAINS(error_after([](ModelConfig& c) { c.heads = 3, c.kv_heads = 2; }), "found 3 and 2");
  EXPECT_CONTAINS(error_after([](ModelConfig& c) { c.head_width = 5; }), "even head width");
}

TEST(ModelConfig, RefusesNumbersThatAreNone) {
  const double nan = std::numeric_limits<double>::quiet_NaN(),
               infinity = std::numeric_limits<double>::infinity();
  EXPECT_CONTAINS(error_after([&](ModelConfig& c) { c.norm_epsilon = nan; }), "norm epsilon");
  EXPECT_CONTAINS(error_after([&](ModelConfig& c) { c.norm_epsilon = 0; }), "norm epsilon");
  EXPECT_CONTAINS(error_after([&](ModelConfig& c) { c.rope_base = infinity; }), "rope base");
  EXPECT_CONTAINS(error_after([&](ModelConfig& c) { c.rope_factor = 0.5; }), "rope factor");
}

TEST(ModelConfig, RefusesFrequencyBandsInTheWrongOrder) {
  EXPECT_CONTAINS(error_after([](ModelConfig& c) { c.rope_factor = 8, c.rope_low_frequency = 4; }),
                  "high frequency factor above the low one");
}

}  // namespace
}  // namespace r2rank::model
