// Work files of `corpus tokenize`: encoded documents in the order that they will have.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/result.h"

namespace scribe {

/// A document of a run, as it lies in the file.
struct RunDocument {
  std::uint64_t order = 0;    ///< documents stand by it; its high bits choose the shard
  std::uint64_t content = 0;  ///< hash64 of the ids' bytes; breaks ties, and shows damage
  std::uint64_t offset = 0;   ///< of its ids, in bytes
  std::uint64_t bytes = 0;    ///< of its ids
};

/// Documents with their ids one after another.
struct EncodedDocuments {
  std::vector<RunDocument> documents;
  std::vector<std::byte> ids;
  std::int64_t text_bytes = 0;
};

/// The order of the documents of a split; those that it calls equal have the same ids.
inline bool stands_before(const RunDocument& a, const RunDocument& b) {
  return a.order != b.order ? a.order < b.order : a.content < b.content;
}

/// Where the order puts a document, among `shards` of about equal size.
inline std::uint64_t shard_of(std::uint64_t order, std::uint64_t shards) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::uint64_t>((static_cast<Wide>(order) * shards) >> 64);
}

/// Writes the documents of all parts in order, whole or not at all; the parts are gone before it
/// waits for the disk. Errors: io.
Status write_token_run(Env& env, const std::string& path, std::vector<EncodedDocuments> parts);

/// A run, mapped.
class TokenRun {
 public:
  /// Reads the header alone. Errors: not_found, io, invalid_data.
  static Result<TokenRun> open(Env& env, const std::string& path);

  std::int64_t documents() const { return documents_; }
  std::int64_t text_bytes() const { return text_bytes_; }
  std::int64_t ids_bytes() const { return ids_bytes_; }

  /// Calls visit for the documents of a shard, in order. Errors: invalid_data if one cannot have
  /// been written so, with tokens of `token_bytes` each.
  Status visit_shard(std::uint64_t shard, std::uint64_t shards, std::uint64_t token_bytes,
                     const std::function<void(const RunDocument&)>& visit) const;
  /// Of a document that visit_shard() gave; valid as long as the run is. Errors: invalid_data if
  /// they are damaged.
  Result<std::span<const std::byte>> ids_of(const RunDocument& document) const;

 private:
  TokenRun() = default;
  RunDocument document(std::int64_t index) const;
  std::int64_t first_of_shard(std::uint64_t shard, std::uint64_t shards) const;

  std::string path_;
  std::unique_ptr<MappedFile> file_;
  std::int64_t documents_ = 0;
  std::int64_t text_bytes_ = 0;
  std::int64_t ids_bytes_ = 0;
};

}  // namespace scribe
