#include "model/decode_cache.h"

#include "model/packed_decode_cache.h"
#include "model/plain_decode_cache.h"
#include "model/tile_attention.h"

namespace r2rank::model {

std::unique_ptr<DecodeCache> make_decode_cache(const DecodeLayout& layout, at::ScalarType type,
                                               at::Device device, int64_t heads, int64_t kv_heads,
                                               int64_t head_width) {
  if (device.is_cpu() && tile_attention_available(type, head_width, heads / kv_heads))
    return make_packed_decode_cache(layout, type, heads, kv_heads, head_width);
  return std::make_unique<PlainDecodeCache>(layout);
}

}  // namespace r2rank::model
