// A file of token ids, as training reads it.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/result.h"
#include "tokenizer/tokenizer.h"

namespace scribe {

/// Tokens of all documents in a shuffled order, each ended by <|endoftext|>. Mapped, not held in
/// memory: a file may be larger than memory. Format: docs/formats/token_file.md.
class TokenFile {
 public:
  /// Goes through the file once, so that a damaged one is refused before a run begins.
  /// Errors: not_found, io, invalid_data (magic, version, checksum, a size that does not match the
  /// header, an id outside the vocabulary).
  static Result<TokenFile> open(Env& env, const std::string& path);

  std::int64_t size() const { return size_; }
  std::int32_t vocabulary_size() const { return vocabulary_size_; }
  /// hash64 of the tokenizer.json it was made with; training refuses a file of another tokenizer.
  std::uint64_t tokenizer_hash() const { return tokenizer_hash_; }
  /// Copies tokens [begin, begin + out.size()). Requires the range to lie within size().
  void read(std::int64_t begin, std::span<TokenId> out) const;

 private:
  TokenFile() = default;
  std::unique_ptr<MappedFile> file_;
  std::int64_t size_ = 0;
  std::int32_t vocabulary_size_ = 0;
  std::uint64_t tokenizer_hash_ = 0;
  int bytes_per_token_ = 2;
};

/// Writes a whole token file atomically. Requires 0 <= id < vocabulary_size for every id.
Status write_token_file(Env& env, const std::string& path, std::span<const TokenId> tokens,
                        std::int32_t vocabulary_size, std::uint64_t tokenizer_hash);

}  // namespace scribe
