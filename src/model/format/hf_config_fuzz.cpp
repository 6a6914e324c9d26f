// Any text: config.json, generation_config.json and the shard index are read or refused with base::Error; an
// accepted configuration survives being written and read again, and its weights can be listed.
#include <cstdint>
#include <string_view>

#include "base/error.h"
#include "model/format/generation_config.h"
#include "model/format/hf_config.h"
#include "model/format/hf_folder.h"

using namespace r2rank;

namespace {

void read_config(std::string_view text) try {
  const auto config = model::parse_hf_config(text, "fuzz");
  for (const auto& [name, shape] : model::expected_tensors(config))
    R2RANK_CHECK(model::checked_bytes(model::StoredType::kF32, shape).has_value());
  const auto again = model::parse_hf_config(model::hf_config_json(config, "float32", {}), "again");
  R2RANK_CHECK(again.width == config.width && again.rope_factor == config.rope_factor);
  R2RANK_CHECK(again.norm_epsilon == config.norm_epsilon && again.rope_base == config.rope_base);
} catch (const base::Error&) {
}

void read_generation(std::string_view json) try {
  text::TokenizerData tokenizer, again;
  model::read_generation_ids(json, "fuzz", tokenizer);
  model::read_generation_ids(model::generation_config_json(tokenizer), "again", again);
  R2RANK_CHECK(again.eos_ids == tokenizer.eos_ids && again.pad == tokenizer.pad);
} catch (const base::Error&) {
}

void read_index(std::string_view text) try {
  for (const auto& [name, shard] : model::parse_shard_index(text, "fuzz"))
    R2RANK_CHECK(shard.find('/') == std::string::npos && shard != "..");
} catch (const base::Error&) {
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  read_config(text);
  read_generation(text);
  read_index(text);
  return 0;
}
