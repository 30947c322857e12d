// Measures encoding: bytes of text in a second, with caches that are empty and that are full.
#pragma once

#include <span>
#include <string>

#include "base/env.h"
#include "base/result.h"

namespace scribe {

struct EncodingSpeed {
  std::int64_t bytes = 0;  ///< of all texts
  std::int64_t tokens = 0;
  double cold_bytes_per_second = 0;  ///< by a tokenizer that was just loaded
  double warm_bytes_per_second = 0;  ///< of texts that every thread has seen
};

/// Encodes the texts with the tokenizer of this file, cold and warm, `rounds` times; the fastest of
/// each counts, because noise only slows down. `threads` share the texts; 0 is one per core.
/// Errors: those of Tokenizer::load; invalid_argument if the texts are empty.
Result<EncodingSpeed> measure_encoding(Env& env, const std::string& tokenizer_path,
                                       std::span<const std::string> texts, int threads, int rounds);

}  // namespace scribe
