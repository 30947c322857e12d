// Learns a byte-level BPE vocabulary from text.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "base/thread_pool.h"
#include "tokenizer/pretokenize.h"
#include "tokenizer/tokenizer.h"

namespace scribe {

struct BpeTrainOptions {
  /// Ids in all: 256 bytes, the whitespace runs, the learned merges, <|endoftext|> (the last id).
  std::int32_t vocabulary_size = 4096;
  /// Runs of 2 ... this many spaces are tokens whatever their frequency (Codex, section 3.2: code
  /// is mostly indentation). p50k has 25. Less than 2: none.
  std::int32_t space_run_max = 25;
  /// kFimPrefix, kFimMiddle and kFimSuffix are tokens too, just before <|endoftext|>.
  bool fill_in_middle = false;
  /// How text is cut, here and by the tokenizer that comes out.
  Pattern pattern = Pattern::gpt2;
  /// Text is put into Normalization Form C before it is cut, here and by that tokenizer.
  bool nfc = false;
};

/// Counts pieces as documents arrive, then merges. The result is a function of the multiset of
/// documents alone: ties go to the pair whose bytes come first.
class BpeTrainer {
 public:
  explicit BpeTrainer(BpeTrainOptions options);
  ~BpeTrainer();
  BpeTrainer(const BpeTrainer&) = delete;
  BpeTrainer& operator=(const BpeTrainer&) = delete;

  /// Counts the pieces of one document.
  void add(std::string_view document);
  /// Errors: invalid_argument when the vocabulary cannot hold bytes and runs, or when the text has
  /// too few pairs for it (the message says how many merges there were).
  Result<Tokenizer> train();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace scribe
