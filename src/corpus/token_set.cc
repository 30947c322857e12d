// Opens shards that belong together, and finds the one in which a token lies.
#include "corpus/token_set.h"

#include <algorithm>

namespace scribe {

std::string token_shard_path(const std::string& prefix, std::uint32_t shard) {
  return fmt::format("{}-{:05}.tokens", prefix, shard);
}

bool has_tokens(Env& env, const std::string& prefix) {
  return env.exists(prefix + ".tokens") || env.exists(token_shard_path(prefix, 0));
}

Status TokenSet::add(Env& env, const std::string& path, TokenCheck check) {
  SCRIBE_TRY_ASSIGN(TokenFile file, TokenFile::open(env, path, check));
  const TokenFileInfo& info = file.info();
  const TokenFileInfo& first = files_.empty() ? info : files_.front().info();
  if (info.shard != files_.size() || info.shards != first.shards || info.seed != first.seed ||
      info.vocabulary_size != first.vocabulary_size || info.tokenizer_hash != first.tokenizer_hash)
    return error(ErrorCode::invalid_data,
                 "token file '{}' is shard {} of {} with seed {} and tokenizer {:016x}, expected "
                 "shard {} of {} with seed {} and tokenizer {:016x}; make them again with `scribe "
                 "corpus tokenize`",
                 path, info.shard, info.shards, info.seed, info.tokenizer_hash, files_.size(),
                 first.shards, first.seed, first.tokenizer_hash);
  begins_.push_back(begins_.back() + file.size());
  files_.push_back(std::move(file));
  return {};
}

Result<TokenSet> TokenSet::open(Env& env, const std::string& prefix, TokenCheck check) {
  TokenSet set;
  set.prefix_ = prefix;
  const std::string whole = prefix + ".tokens";
  const std::string first = token_shard_path(prefix, 0);
  if (env.exists(whole)) {
    if (env.exists(first))
      return error(ErrorCode::invalid_data,
                   "'{}' and '{}' are both there; remove those that an older run left", whole,
                   first);
    SCRIBE_TRY(set.add(env, whole, check));
    if (set.files_.front().info().shards != 1)
      return error(ErrorCode::invalid_data, "'{}' is one of several shards, rename it to '{}'",
                   whole, first);
    return set;
  }
  if (!env.exists(first))
    return error(ErrorCode::not_found,
                 "there is neither '{}' nor '{}'; make them with `scribe corpus tokenize`", first,
                 whole);
  SCRIBE_TRY(set.add(env, first, check));
  const std::uint32_t shards = set.files_.front().info().shards;
  for (std::uint32_t shard = 1; shard < shards; ++shard)
    SCRIBE_TRY(set.add(env, token_shard_path(prefix, shard), check));
  return set;
}

std::int64_t TokenSet::documents() const {
  std::int64_t documents = 0;
  for (const TokenFile& file : files_) documents += file.documents();
  return documents;
}

Status TokenSet::read(std::int64_t begin, std::span<TokenId> out) const {
  SCRIBE_CHECK(begin >= 0 && static_cast<std::int64_t>(out.size()) <= size() - begin,
               "tokens [{}, {} + {}) of {}", begin, begin, out.size(), size());
  auto shard =
      static_cast<std::size_t>(std::ranges::upper_bound(begins_, begin) - begins_.begin() - 1);
  while (!out.empty()) {
    const std::int64_t left = begins_[shard + 1] - begin;
    const std::size_t count = std::min(out.size(), static_cast<std::size_t>(left));
    SCRIBE_TRY(files_[shard].read(begin - begins_[shard], out.first(count)));
    out = out.subspan(count);
    begin += static_cast<std::int64_t>(count);
    ++shard;
  }
  return {};
}

}  // namespace scribe
