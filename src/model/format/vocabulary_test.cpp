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

}  // namespace
}  // namespace r2rank::model
