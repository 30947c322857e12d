// A file of token ids, as training reads it: all of a small split, or a shard of a large one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/result.h"
#include "tokenizer/tokenizer.h"

namespace scribe {

/// What is read when a file is opened. Every id is compared with the vocabulary when it is read.
enum class TokenCheck {
  header,     ///< the header and the index, with their checksums
  everything  ///< the ids too
};

/// What a file says of itself.
struct TokenFileInfo {
  std::int32_t vocabulary_size = 0;
  /// hash64 of the tokenizer's file; training refuses tokens of another tokenizer.
  std::uint64_t tokenizer_hash = 0;
  std::uint64_t seed = 0;    ///< of the order of the documents
  std::uint32_t shard = 0;   ///< its number, from 0
  std::uint32_t shards = 1;  ///< of the split
};

/// Tokens of documents in a shuffled order, each ended by <|endoftext|>. Mapped, not held in
/// memory: a file may be larger than memory. Format: docs/formats/token_file.md.
class TokenFile {
 public:
  /// Errors: not_found, io, invalid_data (magic, version, a checksum, a size that does not match
  /// the header; with `everything`, an id outside the vocabulary).
  static Result<TokenFile> open(Env& env, const std::string& path,
                                TokenCheck check = TokenCheck::header);

  std::int64_t size() const { return size_; }
  /// 0 in files of version 1, which do not say where documents begin.
  std::int64_t documents() const { return documents_; }
  /// Where a document's first token lies. Requires 0 <= document < documents().
  std::int64_t document_begin(std::int64_t document) const;
  const TokenFileInfo& info() const { return info_; }
  std::uint64_t ids_hash() const { return ids_hash_; }

  /// Copies tokens [begin, begin + out.size()). Requires the range to lie within size(). Errors:
  /// invalid_data, naming file and place, if an id is outside the vocabulary.
  Status read(std::int64_t begin, std::span<TokenId> out) const;

 private:
  TokenFile() = default;
  std::string path_;
  std::unique_ptr<MappedFile> file_;
  std::size_t index_offset_ = 0;  ///< bytes
  std::size_t ids_offset_ = 0;
  std::int64_t size_ = 0;
  std::int64_t documents_ = 0;
  TokenFileInfo info_;
  std::uint64_t ids_hash_ = 0;
  int bytes_per_token_ = 2;
};

/// 2 if all ids fit, else 4.
int bytes_per_token(std::int32_t vocabulary_size);

/// Appends ids as they lie in files. Requires 0 <= id < vocabulary_size.
void append_token_bytes(std::span<const TokenId> tokens, std::int32_t vocabulary_size,
                        std::vector<std::byte>& bytes);

/// Writes a file whose documents come in any order: to "path.tmp", which is removed with the writer
/// unless finish() has given it its name.
class TokenFileWriter {
 public:
  /// `document_bytes`: what the ids of each document take, in the order of the file; never 0.
  /// Errors: io.
  static Result<TokenFileWriter> create(Env& env, const std::string& path,
                                        const TokenFileInfo& info,
                                        std::span<const std::uint64_t> document_bytes);
  TokenFileWriter(TokenFileWriter&&) noexcept = default;
  TokenFileWriter& operator=(TokenFileWriter&&) = delete;
  TokenFileWriter(const TokenFileWriter&) = delete;
  TokenFileWriter& operator=(const TokenFileWriter&) = delete;
  ~TokenFileWriter();

  /// The ids of a document, as append_token_bytes() made them.
  Status write(std::size_t document, std::span<const std::byte> ids);
  /// Requires that every document was written.
  Status finish();

 private:
  TokenFileWriter(Env& env, std::string path, const TokenFileInfo& info)
      : env_(&env), path_(std::move(path)), info_(info) {}
  std::string temporary_path() const { return path_ + ".tmp"; }
  std::size_t documents() const { return begins_.size() - 1; }
  std::uint64_t ids_offset() const;
  Result<std::uint64_t> hash_of_ids() const;

  Env* env_;  // Outlives this object.
  std::string path_;
  TokenFileInfo info_;
  std::vector<std::uint64_t> begins_;      // Of each document, in tokens, and where the last ends.
  std::unique_ptr<RandomWriteFile> file_;  // Null once finished or moved from.
};

/// Writes a whole file atomically: the documents one after another, each with at least one id and
/// as append_token_bytes() made them.
Status write_token_file(Env& env, const std::string& path, const TokenFileInfo& info,
                        std::span<const std::span<const std::byte>> documents);

/// The same of ids that are one document. Requires 0 <= id < vocabulary_size for every id.
Status write_token_file(Env& env, const std::string& path, std::span<const TokenId> tokens,
                        std::int32_t vocabulary_size, std::uint64_t tokenizer_hash);

}  // namespace scribe
