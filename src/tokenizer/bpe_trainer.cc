// Byte-pair encoding on bytes, within the pieces of a pattern, with runs of spaces as first merges.
//
// Sennrich et al., "Neural Machine Translation of Rare Words with Subword Units", 2016.
#include "tokenizer/bpe_trainer.h"

#include <fmt/ranges.h>
#include <algorithm>

#include "tokenizer/byte_alphabet.h"
#include "tokenizer/merge.h"
#include "tokenizer/nfc.h"
#include "tokenizer/pair_counts.h"
#include "tokenizer/piece_counter.h"
#include "tokenizer/pretokenize.h"
#include "tokenizer/tokenizer_impl.h"

namespace scribe {
namespace {

/// The vocabulary as it grows: bytes of each id, merges in the order in which they were made.
class Builder {
 public:
  Builder() {
    for (const std::uint8_t byte : gpt2_byte_order()) {
      byte_ids_[byte] = static_cast<TokenId>(bytes_.size());
      bytes_.emplace_back(1, static_cast<char>(byte));
    }
  }

  const std::vector<std::string>& bytes() const { return bytes_; }
  TokenId id_of(char byte) const { return byte_ids_[static_cast<std::uint8_t>(byte)]; }

  /// The new id.
  TokenId merge(PairCounts::Pair pair) {
    const auto merged = static_cast<TokenId>(bytes_.size());
    bytes_.push_back(bytes_[static_cast<std::size_t>(pair.left)] +
                     bytes_[static_cast<std::size_t>(pair.right)]);
    merges_.push_back({pair.left, pair.right, merged, static_cast<std::int32_t>(merges_.size())});
    return merged;
  }

  const std::vector<Merge>& merges() const { return merges_; }

  /// `special`: the tokens after the learned ones, <|endoftext|> last.
  Vocabulary finish(const std::vector<std::string_view>& special,
                    const BpeTrainOptions& options) && {
    Vocabulary vocabulary;
    vocabulary.pipeline.pattern = options.pattern;
    vocabulary.pipeline.nfc = options.nfc;
    for (std::string& bytes : bytes_) vocabulary.tokens.push_back({.bytes = std::move(bytes)});
    for (const std::string_view text : special)
      vocabulary.tokens.push_back({.bytes = std::string(text), .from_pieces = false});
    vocabulary.end_of_text = static_cast<TokenId>(vocabulary.tokens.size()) - 1;
    vocabulary.merges = std::move(merges_);
    return vocabulary;
  }

 private:
  std::vector<std::string> bytes_;
  std::array<TokenId, 256> byte_ids_{};
  std::vector<Merge> merges_;
};

/// Makes each run of 2 to `length_max` spaces a token. What the merges so far leave of a run is
/// always two tokens, the shorter runs that it is made of, so that one merge per run is enough.
void merge_space_runs(std::int32_t length_max, Builder& builder, PairCounts& counts) {
  for (std::int32_t length = 2; length <= length_max; ++length) {
    const std::vector<TokenId> spaces(static_cast<std::size_t>(length), builder.id_of(' '));
    std::vector<TokenId> parts;
    append_merged(merge_table_of(builder.merges()), spaces, parts);
    SCRIBE_CHECK(parts.size() == 2, "{} spaces are {} tokens", length, parts.size());
    const PairCounts::Pair pair{parts[0], parts[1]};
    counts.merge(pair, builder.merge(pair));
  }
}

}  // namespace

struct BpeTrainer::Impl {
  BpeTrainOptions options;
  PieceCounter pieces;

  std::vector<std::string_view> special() const {
    if (options.fill_in_middle) return {kFimPrefix, kFimMiddle, kFimSuffix, kEndOfText};
    return {kEndOfText};
  }

  Status check_options() const {
    if (options.space_run_max > static_cast<std::int32_t>(kTokenBytesMax))
      return error(ErrorCode::invalid_argument, "space_run_max is {}, expected at most {}",
                   options.space_run_max, kTokenBytesMax);
    const std::int32_t runs = std::max(options.space_run_max - 1, 0);
    const std::int32_t size_min = 256 + runs + static_cast<std::int32_t>(special().size());
    if (options.vocabulary_size < size_min || options.vocabulary_size > kVocabularySizeMax)
      return error(ErrorCode::invalid_argument,
                   "vocabulary size {}, expected {} (256 bytes, {} runs of spaces, {}) to {}",
                   options.vocabulary_size, size_min, runs, fmt::join(special(), ", "),
                   kVocabularySizeMax);
    return {};
  }

  /// Gives up the pieces: they are in `counts` then.
  void move_words_to(PairCounts& counts, const Builder& builder) {
    counts.reserve(pieces.size(), pieces.size_bytes());
    std::vector<TokenId> symbols;
    pieces.for_each([&](std::string_view piece, std::int64_t count) {
      symbols.clear();
      for (const char byte : piece) symbols.push_back(builder.id_of(byte));
      counts.add_word(symbols, count);
    });
    pieces = {};
    counts.start();
  }
};

BpeTrainer::BpeTrainer(BpeTrainOptions options)
    : impl_(std::make_unique<Impl>(Impl{.options = options, .pieces = {}})) {}

BpeTrainer::~BpeTrainer() = default;

void BpeTrainer::add(std::string_view document) {
  const bool changes = impl_->options.nfc && may_change_in_nfc(document);
  const std::string normalized = changes ? nfc(document) : std::string();
  impl_->pieces.add_pieces(impl_->options.pattern, changes ? normalized : document);
}

Result<Tokenizer> BpeTrainer::train() {
  SCRIBE_TRY(impl_->check_options());
  Builder builder;
  PairCounts counts(builder.bytes());
  impl_->move_words_to(counts, builder);
  merge_space_runs(impl_->options.space_run_max, builder, counts);
  const std::vector<std::string_view> special = impl_->special();
  const auto size_before_special =
      static_cast<std::size_t>(impl_->options.vocabulary_size) - special.size();
  while (builder.bytes().size() < size_before_special) {
    const std::optional<PairCounts::Pair> pair = counts.most_frequent();
    if (!pair)
      return error(ErrorCode::invalid_argument,
                   "the text has only {} merges, enough for a vocabulary of {}, expected {}: give "
                   "more text or ask for a smaller vocabulary",
                   builder.merges().size(), builder.bytes().size() + special.size(),
                   impl_->options.vocabulary_size);
    counts.merge(*pair, builder.merge(*pair));
  }
  return make_tokenizer(std::move(builder).finish(special, impl_->options));
}

}  // namespace scribe
