// What a tokenizer.json says about the steps around its model, in and out.
#pragma once

#include "base/json.h"
#include "tokenizer/json_reader.h"
#include "tokenizer/vocabulary.h"

namespace scribe {

/// Reads `normalizer`, `pre_tokenizer`, `post_processor` and `decoder` of a model with this
/// alphabet. What concerns batches (`truncation`, `padding`) is not looked at.
/// Errors: unsupported or invalid_data, naming the field; limit_exceeded for a long template.
Result<Pipeline> parse_pipeline(const Reader& root, Alphabet alphabet);

/// Errors: invalid_data unless the ids of the template are special tokens.
Status check_template(const Vocabulary& vocabulary, std::string_view where);

/// Sets those four fields of `file`, so that parse_pipeline gives the vocabulary's pipeline again.
void write_pipeline(const Vocabulary& vocabulary, Json& file);

}  // namespace scribe
