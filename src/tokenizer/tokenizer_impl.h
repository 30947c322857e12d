// The insides of a Tokenizer, for the code that makes one.
#pragma once

#include "tokenizer/encoder.h"
#include "tokenizer/vocabulary.h"

namespace scribe {

struct Tokenizer::Impl {
  /// Requires: every id has bytes, `end_of_text` is one of the ids.
  explicit Impl(Vocabulary from) : vocabulary(std::move(from)), encoder(vocabulary) {}

  const Vocabulary vocabulary;
  const Encoder encoder;  // views `vocabulary`
};

/// A Tokenizer of a checked vocabulary.
Tokenizer make_tokenizer(Vocabulary vocabulary);

}  // namespace scribe
