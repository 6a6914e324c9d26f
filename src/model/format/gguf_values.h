#pragma once

#include <string>

#include "model/format/byte_reader.h"
#include "model/format/gguf.h"

namespace r2rank::model {

/// Reads the type and the value of one metadata entry; `key` names it in errors.
/// Errors: kData for an unknown type, a nested array, or a value that runs past the end.
GgufValue read_gguf_value(ByteReader& reader, const std::string& key);

}  // namespace r2rank::model
