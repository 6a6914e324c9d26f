#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "baselines/llm/list_prompt.h"

namespace r2rank::model {
class LanguageModel;
}

namespace r2rank::baselines {

/// An answer and what it took.
struct Answer {
  std::string text;
  int64_t read = 0, written = 0;  ///< tokens
};

/// Something that answers questions in text, always with its likeliest words: a model that runs here
/// (model_writer.h) or a server (server_writer.h).
class TextWriter {
 public:
  virtual ~TextWriter() = default;
  /// One answer a question, in their order.
  virtual std::vector<Answer> write(std::span<const Question> questions) = 0;
  /// Tokens that these questions are, without answering: exact where the model runs here.
  virtual int64_t count(std::span<const Question> questions) const = 0;
  /// The model that runs here; null for a server.
  virtual const model::LanguageModel* language_model() const { return nullptr; }
  virtual std::vector<std::pair<std::string, double>> notes() const { return {}; }
  virtual void forget_notes() {}
};

}  // namespace r2rank::baselines
