// The token files of a split, read as one array.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "corpus/token_file.h"

namespace scribe {

/// The name of a shard of the split that `prefix` ("tokens/train") names.
std::string token_shard_path(const std::string& prefix, std::uint32_t shard);

/// Is there a token file of this prefix?
bool has_tokens(Env& env, const std::string& prefix);

/// PREFIX.tokens, or all of PREFIX-00000.tokens, PREFIX-00001.tokens and so on.
class TokenSet {
 public:
  /// Errors: those of TokenFile::open(); not_found if there is none or a shard is missing;
  /// invalid_data if there are both kinds, or shards that do not belong together.
  static Result<TokenSet> open(Env& env, const std::string& prefix,
                               TokenCheck check = TokenCheck::header);

  std::int64_t size() const { return begins_.back(); }
  /// 0 if a file does not say (version 1).
  std::int64_t documents() const;
  std::int32_t vocabulary_size() const { return files_.front().info().vocabulary_size; }
  std::uint64_t tokenizer_hash() const { return files_.front().info().tokenizer_hash; }
  std::size_t shards() const { return files_.size(); }
  /// The shards in order.
  std::span<const TokenFile> files() const { return files_; }
  const std::string& prefix() const { return prefix_; }

  /// Copies tokens [begin, begin + out.size()), which may lie in several shards. Requires the range
  /// to lie within size(). Errors: invalid_data, naming shard and place, if an id is outside the
  /// vocabulary.
  Status read(std::int64_t begin, std::span<TokenId> out) const;

 private:
  TokenSet() = default;
  Status add(Env& env, const std::string& path, TokenCheck check);

  std::string prefix_;
  std::vector<TokenFile> files_;            ///< at least one
  std::vector<std::int64_t> begins_ = {0};  ///< of each file, and the end of the last
};

}  // namespace scribe
