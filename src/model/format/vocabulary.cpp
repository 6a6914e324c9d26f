#include "model/format/vocabulary.h"

#include <algorithm>

#include "base/error.h"

namespace r2rank::model {
namespace {

/// An id that config.json or generation_config.json names: no token need have it.
void check_named(text::TokenId id, const char* key, const ModelConfig& config, const std::string& origin) {
  if (id >= config.vocabulary)
    base::fail_data("model",
                    "{}: expected {} to be one of the {} tokens that the model embeds, found {}; correct "
                    "config.json or generation_config.json",
                    origin, key, config.vocabulary, id);
}

}  // namespace

void check_vocabulary(const ModelConfig& config, const text::TokenizerData& tokenizer,
                      const std::string& origin) {
  auto ids = static_cast<int64_t>(tokenizer.tokens.size());
  for (const auto& [token, id] : tokenizer.special) ids = std::max(ids, int64_t{id} + 1);
  if (ids > config.vocabulary)
    base::fail_data(
        "model",
        "{}: the tokenizer has ids up to {} but the model embeds only {}; they do not belong together",
        origin, ids - 1, config.vocabulary);
  for (const text::TokenId id : tokenizer.eos_ids) check_named(id, "eos_token_id", config, origin);
  if (tokenizer.pad) check_named(*tokenizer.pad, "pad_token_id", config, origin);
}

}  // namespace r2rank::model
