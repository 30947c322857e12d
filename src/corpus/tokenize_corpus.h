// Turns the documents of a corpus into token files for training.
#pragma once

#include <cstdint>
#include <string>

#include "base/env.h"
#include "base/result.h"
#include "base/stop.h"

namespace scribe {

struct TokenizeOptions {
  std::string corpus;      ///< folder with train.jsonl and validation.jsonl
  std::string tokenizer;   ///< tokenizer.json or .tiktoken
  std::string out;         ///< folder of train.tokens and validation.tokens
  std::uint64_t seed = 0;  ///< of the order of the documents
  bool rebuild = false;    ///< even if `out` was made with the same options from the same corpus
  int threads = 0;         ///< 0: one per core; has no influence on the result
  bool quiet = false;      ///< show no progress
};

struct TokenizedSplit {
  std::int64_t documents = 0;
  std::int64_t text_bytes = 0;
  std::int64_t tokens = 0;  ///< one <|endoftext|> per document included
};

struct TokenizeSummary {
  TokenizedSplit train;
  TokenizedSplit validation;
  std::int32_t vocabulary_size = 0;
  bool reused = false;  ///< it was there already
};

/// Shuffles the documents of each split by seed, encodes them, ends each with <|endoftext|> and
/// writes out/{train,validation}.tokens (docs/formats/token_file.md) and, last, out/tokens.json.
/// The same call again returns at once. The tokens of a split must fit in memory.
///
/// Errors: not_found (corpus, tokenizer), invalid_data (a damaged file, a train split with no
/// document), io, interrupted.
Result<TokenizeSummary> tokenize_corpus(Env& env, const StopToken& stop,
                                        const TokenizeOptions& options);

}  // namespace scribe
