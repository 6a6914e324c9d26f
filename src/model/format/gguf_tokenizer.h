#pragma once

#include <string>

#include "model/format/gguf.h"
#include "text/tokenizer.h"

namespace r2rank::model {

/// The byte-level BPE tokenizer in a GGUF file's metadata (tokenizer.ggml.*). Control and user-defined tokens
/// become special. Where the file's texts begin with a bos token (add_bos_token), the post_processor that
/// puts it there is made. Errors: kData for another tokenizer model, an unknown pre-tokenizer, malformed
/// merges, ids outside the vocabulary.
text::TokenizerData gguf_tokenizer(const GgufFile& file, const std::string& origin);

}  // namespace r2rank::model
