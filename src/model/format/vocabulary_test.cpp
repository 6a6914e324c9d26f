#include "model/format/vocabulary.h"

#include "model/format/test_model.h"
#include "model/format/test_support.h"

namespace r2rank::model {
namespace {

TEST(Vocabulary, AModelMayEmbedMoreThanTheTokenizerHas) {
  TestModel model("llama");
  EXPECT_NO_THROW(check_vocabulary(model.config, model.tokenizer, "file"));
  model.config.vocabulary = static_cast<int64_t>(model.tokenizer.tokens.size());
  EXPECT_NO_THROW(check_vocabulary(model.config, model.tokenizer, "file"));
}

TEST(Vocabulary, RefusesATokenWithoutAnEmbedding) {
  TestModel model("llama");
  model.config.vocabulary = 258;
  EXPECT_CONTAINS(data_error([&] { check_vocabulary(model.config, model.tokenizer, "file"); }),
                  "ids up to 258 but the model embeds only 258");
}

TEST(Vocabulary, CountsSpecialTokensBeyondTheOthers) {
  TestModel model("llama");
  model.tokenizer.special.emplace_back("<far>", 5000);
  EXPECT_CONTAINS(data_error([&] { check_vocabulary(model.config, model.tokenizer, "file"); }),
                  "ids up to 5000");
}

TEST(Vocabulary, RefusesIdsThatOnlyAConfigurationNames) {
  TestModel model("llama");
  model.tokenizer.eos_ids = {258, 263};  // a padding row
  EXPECT_NO_THROW(check_vocabulary(model.config, model.tokenizer, "file"));
  model.tokenizer.eos_ids = {258, 264};
  EXPECT_CONTAINS(data_error([&] { check_vocabulary(model.config, model.tokenizer, "file"); }),
                  "expected eos_token_id to be one of the 264 tokens that the model embeds, found 264");
  model.tokenizer.eos_ids.clear();
  model.tokenizer.pad = 300;
  EXPECT_CONTAINS(data_error([&] { check_vocabulary(model.config, model.tokenizer, "file"); }),
                  "expected pad_token_id to be one of the 264 tokens");
}

}  // namespace
}  // namespace r2rank::model
