#pragma once

#include <span>
#include <vector>

#include "model/format/byte_reader.h"
#include "model/format/host_tensor.h"

namespace r2rank::model {

/// Reads `count` tensor descriptions and points them into `file`, whose data begin at the next multiple of
/// `alignment`. Errors: kData for unsupported types, impossible shapes, names that occur twice, data past the
/// end or overlapping.
std::vector<StoredTensor> read_gguf_tensors(ByteReader& reader, uint64_t count,
                                            std::span<const std::byte> file, uint64_t alignment);

}  // namespace r2rank::model
