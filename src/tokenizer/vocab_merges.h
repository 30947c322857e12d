// Writes GPT-2's older pair of files, vocab.json and merges.txt.
#pragma once

#include <cstdint>
#include <string>

#include "base/env.h"
#include "base/result.h"

namespace scribe {

struct Vocabulary;

/// The texts of the two files.
struct VocabAndMerges {
  std::string vocab;
  std::string merges;
};

/// What parse_vocab_and_merges() reads back. Errors: unsupported, naming what the pair has no words
/// for: another pattern or end of text than GPT-2's, Normalization Form C, added tokens, a
/// template, whole pieces, merges that share a rank.
Result<VocabAndMerges> to_vocab_and_merges(const Vocabulary& vocabulary);

/// Reads a tokenizer as Tokenizer::load() does and writes the pair: `vocab_path`, which ends with
/// "vocab.json", and the same with "merges.txt" in its place. Gives the number of ids. Errors:
/// those of loading; unsupported; io.
Result<std::int32_t> convert_to_vocab_and_merges(Env& env, const std::string& from,
                                                 const std::string& vocab_path);

}  // namespace scribe
