// Turns the documents of a corpus into token files for training.
#pragma once

#include <cstdint>
#include <string>

#include "base/env.h"
#include "base/rank.h"
#include "base/result.h"
#include "base/stop.h"

namespace scribe {

struct TokenizeOptions {
  std::string corpus;      ///< folder of document files of the splits train and validation
  std::string tokenizer;   ///< tokenizer.json or .tiktoken
  std::string out;         ///< folder of the token files
  std::uint64_t seed = 0;  ///< of the order of the documents
  /// A split has a shard for each so many bytes of text, begun ones included.
  std::int64_t shard_text_bytes = 256'000'000;
  bool rebuild = false;  ///< even if `out` was made with the same options from the same corpus
  // No influence on the result:
  int threads = 0;  ///< 0: one per core
  RankOf rank = {};
  double rank_timeout_seconds = 600;  ///< without news from other ranks
  /// Of a work file: what each thread may hold in memory, and a killed run loses at most.
  std::int64_t run_text_bytes = 32'000'000;
  bool quiet = false;  ///< show no progress
};

struct TokenizedSplit {
  std::int64_t documents = 0;
  std::int64_t text_bytes = 0;
  std::int64_t tokens = 0;  ///< one <|endoftext|> per document included
  std::int64_t shards = 0;
};

struct TokenizeSummary {
  TokenizedSplit train;
  TokenizedSplit validation;
  std::int32_t vocabulary_size = 0;
  bool reused = false;  ///< it was there already
};

/// Shuffles the documents of each split by seed, encodes them, ends each with <|endoftext|> and
/// writes out/{train,validation}-NNNNN.tokens (docs/formats/token_file.md) and, last,
/// out/tokens.json. Memory does not grow with the corpus; while it works it needs twice the disk
/// space of the result. The result is a function of documents, tokenizer, seed and shard size.
///
/// The same call again continues what was interrupted, in out/work-KEY, and returns at once when it
/// is done. Ranks that share the files share the work, and all return the same.
///
/// Errors: not_found (corpus, tokenizer), invalid_argument (options), invalid_data (a damaged file,
/// a train split with no document), io, interrupted, internal (another rank failed or is silent).
Result<TokenizeSummary> tokenize_corpus(Env& env, const StopToken& stop,
                                        const TokenizeOptions& options);

}  // namespace scribe
