#include "model/format/vocabulary.h"

#include <algorithm>

#include "base/error.h"

namespace r2rank::model {

void check_vocabulary(const ModelConfig& config, const text::TokenizerData& tokenizer,
                      const std::string& origin) {
  auto ids = static_cast<int64_t>(tokenizer.tokens.size());
  for (const auto& [token, id] : tokenizer.special) ids = std::max(ids, int64_t{id} + 1);
  if (ids > config.vocabulary)
    base::fail_data(
        "model",
        "{}: the tokenizer has ids up to {} but the model embeds only {}; they do not belong together",
        origin, ids - 1, config.vocabulary);
}

}  // namespace r2rank::model
