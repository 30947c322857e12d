// A tokenizer as keys of a GGUF file, in and out.
#pragma once

#include <string>

#include "base/result.h"
#include "tensor/gguf.h"
#include "tokenizer/vocabulary.h"

namespace scribe {

/// Adds the keys tokenizer.ggml.*. The model's ids that the tokenizer does not have get names
/// "[PADn]", since llama.cpp wants a token for each. `where` starts the message of an error.
/// Errors: unsupported if llama.cpp would give other ids because it does not look for whole pieces
/// first (ignore_merges), naming a token, or has scores instead of SentencePiece's merges.
/// Requires no more tokens than `model_ids`.
Status add_gguf_tokenizer(const Vocabulary& vocabulary, std::int32_t model_ids,
                          const std::string& where, GgufHeader& header);

/// The text of a tokenizer.json that gives the same ids, for a model of `model_ids`.
/// Errors: unsupported (neither byte-level BPE that is cut in a known way nor SentencePiece's; no
/// end of text), invalid_data.
Result<std::string> gguf_tokenizer_json(const GgufFile& file, std::int32_t model_ids);

}  // namespace scribe
