// What a tokenizer.json of SentencePiece's kind says about the steps around its model, in and out.
#pragma once

#include "base/json.h"
#include "tokenizer/json_reader.h"
#include "tokenizer/vocabulary.h"

namespace scribe {

/// Reads `normalizer`, `pre_tokenizer` and `decoder`: `Replace` of spaces after a `Prepend` or
/// without, or a `Metaspace` that does not cut. Errors: unsupported or invalid_data, naming the
/// field.
Result<LeadingSpace> parse_sentencepiece_steps(const Reader& root);

/// Sets those three fields of `file`, so that the other gives `leading_space` again.
void write_sentencepiece_steps(LeadingSpace leading_space, Json& file);

}  // namespace scribe
