// Learns a byte-level BPE vocabulary from text.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/stop.h"
#include "tokenizer/pair_counts.h"
#include "tokenizer/pretokenize.h"
#include "tokenizer/tokenizer.h"

namespace scribe {

struct BpeTrainOptions {
  /// Ids in all: 256 bytes, the whitespace runs, the learned merges, the special tokens, of which
  /// <|endoftext|> is the last id.
  std::int32_t vocabulary_size = 4096;
  /// Runs of 2 ... this many spaces are tokens whatever their frequency (Codex, section 3.2: code
  /// is mostly indentation). p50k has 25. Less than 2: none.
  std::int32_t space_run_max = 25;
  /// kFimPrefix, kFimMiddle and kFimSuffix are tokens too, just before <|endoftext|>.
  bool fill_in_middle = false;
  /// More special tokens, before those: valid UTF-8, each once, at most kSpecialTokensMax.
  std::vector<std::string> special = {};
  /// How text is cut, here and by the tokenizer that comes out.
  Pattern pattern = Pattern::gpt2;
  /// Text is put into Normalization Form C before it is cut, here and by that tokenizer.
  bool nfc = false;
  /// The different pieces may have this many bytes and be this many, added up; no more than
  /// PairCounts::kPlacesMax. Main memory is 10 to 20 times that.
  std::uint64_t piece_bytes_max = PairCounts::kPlacesMax;
};

inline constexpr std::size_t kSpecialTokensMax = 1024;

/// What a vocabulary was learned from.
struct BpeTrainSummary {
  std::int64_t pieces = 0;            ///< of all documents
  std::int64_t different_pieces = 0;  ///< memory grows with these alone
  std::int64_t merges = 0;            ///< runs of spaces included
};

/// Counts pieces as documents arrive, then merges. The result is a function of the multiset of
/// documents alone: ties go to the pair whose bytes come first. Counts have 64 bits.
class BpeTrainer {
 public:
  /// `threads` is how many may add documents at the same time; each has its own counts.
  explicit BpeTrainer(BpeTrainOptions options, int threads = 1);
  ~BpeTrainer();
  BpeTrainer(const BpeTrainer&) = delete;
  BpeTrainer& operator=(const BpeTrainer&) = delete;

  /// Is there a vocabulary with these options? Errors: invalid_argument.
  Status check_options() const;
  /// Counts the pieces of one document. Calls with different `thread`, from 0, may overlap.
  void add(std::string_view document, int thread = 0);
  /// Has `thread` come upon no more different pieces than there is room for? Errors:
  /// limit_exceeded. Long before memory ends it is worth asking after each document.
  Status check_size(int thread = 0) const;
  /// Uses up the counts: called once. `stop` ends it between two merges.
  /// Errors: those of check_options(); invalid_argument when the text has too few pairs for the
  /// vocabulary (the message says how many merges there were) or a special token is also a learned
  /// one; limit_exceeded as check_size() for all threads together; interrupted.
  Result<Tokenizer> train(const StopToken* stop = nullptr);
  /// Of train().
  const BpeTrainSummary& summary() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace scribe
