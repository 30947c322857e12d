// Byte-pair encoding on bytes, within the pieces of a pattern, with runs of spaces as first merges.
//
// Sennrich et al., "Neural Machine Translation of Rare Words with Subword Units", 2016.
#include "tokenizer/bpe_trainer.h"

#include <fmt/ranges.h>
#include <algorithm>

#include "base/utf8.h"
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
  Vocabulary finish(const std::vector<std::string>& special, const BpeTrainOptions& options) && {
    Vocabulary vocabulary;
    vocabulary.pipeline.pattern = options.pattern;
    vocabulary.pipeline.nfc = options.nfc;
    for (std::string& bytes : bytes_) vocabulary.tokens.push_back({.bytes = std::move(bytes)});
    for (const std::string& text : special)
      vocabulary.tokens.push_back({.bytes = text, .from_pieces = false});
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
void add_space_runs(std::int32_t length_max, Builder& builder) {
  for (std::int32_t length = 2; length <= length_max; ++length) {
    const std::vector<TokenId> spaces(static_cast<std::size_t>(length), builder.id_of(' '));
    std::vector<TokenId> parts;
    append_merged(merge_table_of(builder.merges()), spaces, parts);
    SCRIBE_CHECK(parts.size() == 2, "{} spaces are {} tokens", length, parts.size());
    builder.merge({parts[0], parts[1]});
  }
}

bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const CodePoint next = code_point_at(text, i);
    if (next.value == CodePoint::kInvalid) return false;
    i += next.length_bytes;
  }
  return true;
}

/// All of them, in the order of their ids.
std::vector<std::string> special_tokens(const BpeTrainOptions& options) {
  std::vector<std::string> special = options.special;
  if (options.fill_in_middle)
    for (const std::string_view text : {kFimPrefix, kFimMiddle, kFimSuffix})
      special.emplace_back(text);
  special.emplace_back(kEndOfText);
  return special;
}

Status check_special(std::vector<std::string> special) {
  if (special.size() > kSpecialTokensMax)
    return error(ErrorCode::invalid_argument, "{} special tokens, expected at most {}",
                 special.size(), kSpecialTokensMax);
  for (const std::string& text : special)
    if (text.empty() || text.size() > kTokenBytesMax || !is_utf8(text))
      return error(ErrorCode::invalid_argument,
                   "special token '{}' has {} bytes, expected 1 to {} of valid UTF-8",
                   text.substr(0, 40), text.size(), kTokenBytesMax);
  std::ranges::sort(special);
  const auto twice = std::ranges::adjacent_find(special);
  if (twice != special.end())
    return error(ErrorCode::invalid_argument, "special token '{}' is given twice; {} always is one",
                 *twice, kEndOfText);
  return {};
}

/// A tokenizer.json cannot tell a special token from a learned one of the same text.
Status check_learned(const std::vector<std::string>& learned, std::vector<std::string> special) {
  std::ranges::sort(special);
  for (const std::string& bytes : learned)
    if (std::ranges::binary_search(special, to_byte_alphabet(bytes)))
      return error(ErrorCode::invalid_argument,
                   "special token '{}' is also a token that the text becomes: choose another text, "
                   "such as '<|{}|>'",
                   bytes, bytes);
  return {};
}

}  // namespace

struct BpeTrainer::Impl {
  BpeTrainOptions options;
  std::vector<PieceCounter> counters;  // one per thread
  BpeTrainSummary summary = {};

  Status check_size(const PieceCounter& counter) const {
    const std::uint64_t size = counter.size_bytes() + counter.size();
    if (size <= options.piece_bytes_max) return {};
    return error(ErrorCode::limit_exceeded,
                 "{} different pieces of {} bytes together, expected at most {} bytes and one more "
                 "for each piece: is this text? Leave out encoded data or give less",
                 counter.size(), counter.size_bytes(), options.piece_bytes_max);
  }

  /// Adds all counts up. It does not matter in which order.
  Result<PieceCounter> take_pieces() {
    PieceCounter all = std::move(counters.front());
    for (PieceCounter& counter : std::span(counters).subspan(1)) {
      all.add(std::move(counter));
      SCRIBE_TRY(check_size(all));
    }
    counters.front() = {};
    SCRIBE_TRY(check_size(all));
    summary.different_pieces = static_cast<std::int64_t>(all.size());
    all.for_each([&](std::string_view, std::int64_t count) { summary.pieces += count; });
    return all;
  }

  /// As the runs of spaces leave them. Leaves no pieces behind: memory holds the words once.
  static void add_words(PieceCounter pieces, const Builder& builder, PairCounts& counts) {
    counts.reserve(pieces.size(), pieces.size_bytes());
    const MergeTable runs = merge_table_of(builder.merges());
    std::vector<TokenId> bytes;
    std::vector<TokenId> symbols;
    pieces.take_each([&](std::string_view piece, std::int64_t count) {
      bytes.clear();
      for (const char byte : piece) bytes.push_back(builder.id_of(byte));
      const bool has_run = piece.find("  ") != std::string_view::npos;
      symbols.clear();
      if (has_run) append_merged(runs, bytes, symbols);
      counts.add_word(has_run ? symbols : bytes, count);
    });
  }

  Status learn(const std::vector<std::string>& special, const StopToken* stop, Builder& builder) {
    PairCounts counts(builder.bytes());
    SCRIBE_TRY_ASSIGN(PieceCounter pieces, take_pieces());
    add_space_runs(options.space_run_max, builder);
    add_words(std::move(pieces), builder, counts);
    counts.start();
    const auto size = static_cast<std::size_t>(options.vocabulary_size) - special.size();
    while (builder.bytes().size() < size) {
      if (stop != nullptr && stop->requested())
        return error(ErrorCode::interrupted, "stopped by the user; nothing was written");
      const std::optional<PairCounts::Pair> pair = counts.most_frequent();
      if (!pair)
        return error(ErrorCode::invalid_argument,
                     "the text has only {} merges, enough for a vocabulary of {}, expected {}: "
                     "give more text or ask for a smaller vocabulary",
                     builder.merges().size(), builder.bytes().size() + special.size(),
                     options.vocabulary_size);
      counts.merge(*pair, builder.merge(*pair));
    }
    return check_learned(builder.bytes(), special);
  }
};

BpeTrainer::BpeTrainer(BpeTrainOptions options, int threads) : impl_(std::make_unique<Impl>()) {
  SCRIBE_CHECK(threads > 0, "{} threads", threads);
  impl_->options = std::move(options);
  impl_->counters.resize(static_cast<std::size_t>(threads));
}

BpeTrainer::~BpeTrainer() = default;

Status BpeTrainer::check_options() const {
  const BpeTrainOptions& options = impl_->options;
  if (options.space_run_max > static_cast<std::int32_t>(kTokenBytesMax))
    return error(ErrorCode::invalid_argument, "space_run_max is {}, expected at most {}",
                 options.space_run_max, kTokenBytesMax);
  const std::vector<std::string> special = special_tokens(options);
  SCRIBE_TRY(check_special(special));
  const std::int32_t runs = std::max(options.space_run_max - 1, 0);
  const std::int32_t size_min = 256 + runs + static_cast<std::int32_t>(special.size());
  if (options.vocabulary_size < size_min || options.vocabulary_size > kVocabularySizeMax)
    return error(ErrorCode::invalid_argument,
                 "vocabulary size {}, expected {} (256 bytes, {} runs of spaces, {}) to {}",
                 options.vocabulary_size, size_min, runs, fmt::join(special, ", "),
                 kVocabularySizeMax);
  return {};
}

void BpeTrainer::add(std::string_view document, int thread) {
  const bool changes = impl_->options.nfc && may_change_in_nfc(document);
  const std::string normalized = changes ? nfc(document) : std::string();
  impl_->counters[static_cast<std::size_t>(thread)].add_pieces(impl_->options.pattern,
                                                               changes ? normalized : document);
}

Status BpeTrainer::check_size(int thread) const {
  return impl_->check_size(impl_->counters[static_cast<std::size_t>(thread)]);
}

Result<Tokenizer> BpeTrainer::train(const StopToken* stop) {
  SCRIBE_TRY(check_options());
  const std::vector<std::string> special = special_tokens(impl_->options);
  Builder builder;
  SCRIBE_TRY(impl_->learn(special, stop, builder));
  impl_->summary.merges = std::ssize(builder.merges());
  return make_tokenizer(std::move(builder).finish(special, impl_->options));
}

const BpeTrainSummary& BpeTrainer::summary() const {
  return impl_->summary;
}

}  // namespace scribe
