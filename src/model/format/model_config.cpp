#include "model/format/model_config.h"

#include <cmath>

#include "base/error.h"

namespace r2rank::model {
namespace {

// Far above every published model of these families, and low enough that no product of three sizes overflows
// 64 bits.
constexpr int64_t kMaxLayers = 512, kMaxWidth = 65536, kMaxHeads = 1024, kMaxHeadWidth = 1024;
constexpr int64_t kMaxFfnWidth = 1 << 20, kMaxVocabulary = 1 << 22, kMaxPositions = 1 << 27;
constexpr double kMaxRopeBase = 1e12, kMaxRopeFactor = 1e6;

class Checker {
 public:
  explicit Checker(const std::string& origin) : origin_(origin) {}

  void size(const char* what, int64_t value, int64_t most) const {
    if (value < 1 || value > most)
      base::fail_data("model",
                      "{}: expected {} between 1 and {}, found {}; the file is damaged or not a model",
                      origin_, what, most, value);
  }
  void number(const char* what, double value, double least, double most) const {
    if (!(value >= least && value <= most))
      base::fail_data("model", "{}: expected {} between {} and {}, found {}", origin_, what, least, most,
                      value);
  }

 private:
  const std::string& origin_;
};

void check_heads(const ModelConfig& config, const std::string& origin) {
  if (config.heads % config.kv_heads != 0)
    base::fail_data(
        "model", "{}: expected the attention heads to be a multiple of the key-value heads, found {} and {}",
        origin, config.heads, config.kv_heads);
  if (config.head_width % 2 != 0)
    base::fail_data("model", "{}: expected an even head width (rotary pairs), found {}", origin,
                    config.head_width);
}

void check_rope(const ModelConfig& config, const Checker& check, const std::string& origin) {
  check.number("rope base", config.rope_base, 1, kMaxRopeBase);
  check.number("rope factor", config.rope_factor, 1, kMaxRopeFactor);
  if (config.rope_factor == 1) return;
  check.size("original positions of the rope scaling", config.rope_original_positions, kMaxPositions);
  check.number("low frequency factor", config.rope_low_frequency, 1e-3, kMaxRopeFactor);
  check.number("high frequency factor", config.rope_high_frequency, 1e-3, kMaxRopeFactor);
  if (config.rope_high_frequency <= config.rope_low_frequency)
    base::fail_data("model", "{}: expected a high frequency factor above the low one, found {} and {}",
                    origin, config.rope_high_frequency, config.rope_low_frequency);
}

}  // namespace

void ModelConfig::check(const std::string& origin) const {
  const Checker checker(origin);
  checker.size("the number of layers", layers, kMaxLayers);
  checker.size("width", width, kMaxWidth);
  checker.size("the number of heads", heads, kMaxHeads);
  checker.size("the number of key-value heads", kv_heads, kMaxHeads);
  checker.size("head width", head_width, kMaxHeadWidth);
  checker.size("feed-forward width", ffn_width, kMaxFfnWidth);
  checker.size("vocabulary", vocabulary, kMaxVocabulary);
  checker.size("the context length", max_positions, kMaxPositions);
  checker.number("norm epsilon", norm_epsilon, 1e-12, 1);
  check_heads(*this, origin);
  check_rope(*this, checker, origin);
  ModelConfig expected = *this;
  set_family(expected, family, origin);
  if (expected.qkv_bias != qkv_bias || expected.qk_norm != qk_norm)
    base::fail_data("model", "{}: biases or norms of queries and keys do not fit the family {}", origin,
                    family);
}

void set_family(ModelConfig& config, const std::string& family, const std::string& origin) {
  if (family != "llama" && family != "qwen2" && family != "qwen3")
    base::fail_data("model", "{}: expected a model of the family llama, qwen2 or qwen3, found '{}'", origin,
                    family);
  config.family = family;
  config.qkv_bias = family == "qwen2";
  config.qk_norm = family == "qwen3";
}

}  // namespace r2rank::model
