// Batches of windows cut from token files, in an order shuffled per epoch.
#include "train/token_windows.h"

#include <algorithm>
#include <utility>

namespace scribe {
namespace {

/// Keeps the random numbers apart from those of the order.
constexpr std::uint64_t kFimStream = 0x66696D;  // "fim"

Result<std::vector<TokenId>> read_window(const TokenSet& tokens, std::int64_t context,
                                         std::int64_t number) {
  std::vector<TokenId> window(static_cast<std::size_t>(context) + 1);
  SCRIBE_TRY(tokens.read(number * context, window));
  return window;
}

/// Adds a window to the last micro-batch, or to a new one if that is full.
void append(const std::vector<TokenId>& window, std::int64_t micro,
            std::optional<TokenId> own_documents_at, std::vector<TokenBatch>& batches) {
  const auto context = static_cast<std::int64_t>(window.size()) - 1;
  if (batches.empty() || batches.back().batch == micro)
    batches.push_back({.batch = 0, .time = context, .tokens = {}, .targets = {}, .first = {}});
  TokenBatch& batch = batches.back();
  batch.tokens.insert(batch.tokens.end(), window.begin(), window.end() - 1);
  batch.targets.insert(batch.targets.end(), window.begin() + 1, window.end());
  if (own_documents_at)
    for (std::int64_t t = 1; t < context; ++t)
      if (window[static_cast<std::size_t>(t)] == *own_documents_at)
        batch.document_rows.push_back(batch.batch * context + t);
  ++batch.batch;
}

}  // namespace

std::int64_t window_count(const TokenSet& tokens, std::int64_t context) {
  return tokens.size() < 1 ? 0 : (tokens.size() - 1) / context;
}

TokenWindows::TokenWindows(const std::vector<WeightedTokens>& corpora, WindowMixture mixture,
                           std::int64_t context, BatchSize size, std::uint64_t seed,
                           WindowOptions options)
    : mixture_(std::move(mixture)),
      context_(context),
      micro_(size.micro),
      plan_(size, options.ramp, context),
      fim_(std::move(options.fim)),
      own_documents_at_(options.own_documents_at),
      seed_(seed) {
  for (const WeightedTokens& corpus : corpora) corpora_.push_back(corpus.tokens);
}

Result<TokenWindows> TokenWindows::create(const std::vector<WeightedTokens>& corpora,
                                          std::int64_t context, BatchSize size, std::uint64_t seed,
                                          WindowOptions options) {
  SCRIBE_CHECK(context > 0 && size.micro > 0 && size.micro <= size.examples,
               "context {} micro {} examples {}", context, size.micro, size.examples);
  std::vector<MixedCorpus> mixed;
  for (const WeightedTokens& corpus : corpora) {
    const std::int64_t windows = window_count(*corpus.tokens, context);
    if (windows == 0)
      return error(ErrorCode::invalid_data,
                   "'{}' has {} tokens, fewer than one window of context {} + 1; use more data or "
                   "a smaller context",
                   corpus.tokens->prefix(), corpus.tokens->size(), context);
    mixed.push_back({.windows = windows, .weight = corpus.weight});
  }
  SCRIBE_TRY_ASSIGN(WindowMixture mixture, WindowMixture::create(std::move(mixed), seed));
  return TokenWindows(corpora, std::move(mixture), context, size, seed, std::move(options));
}

std::uint64_t TokenWindows::cursor(std::int64_t step, std::int64_t index) const {
  return static_cast<std::uint64_t>(plan_.examples_before(step) + index);
}

Result<std::vector<TokenBatch>> TokenWindows::batches(std::int64_t step) {
  std::vector<TokenBatch> batches;
  for (std::int64_t i = 0; i < plan_.examples(step); ++i) {
    const std::uint64_t at = cursor(step, i);
    const WindowMixture::Place place = mixture_(at);
    SCRIBE_TRY_ASSIGN(std::vector<TokenId> window,
                      read_window(*corpora_[place.corpus], context_, place.window));
    // An epoch has each window once: the cursor is as good as (epoch, window).
    if (fim_) fim_->apply(window, PhiloxStream(seed_ ^ kFimStream, at));
    append(window, micro_, own_documents_at_, batches);
  }
  return batches;
}

std::string TokenWindows::describe(std::int64_t step, std::int64_t index) const {
  const auto [corpus, window] = mixture_(cursor(step, index));
  const std::string of =
      corpora_.size() > 1 ? fmt::format(" of '{}'", corpora_[corpus]->prefix()) : "";
  return fmt::format("window {}{} (tokens {} to {})", window, of, window * context_,
                     (window + 1) * context_);
}

Result<std::vector<TokenBatch>> validation_windows(const TokenSet& tokens, std::int64_t context,
                                                   BatchSize size, std::int64_t batch_count,
                                                   std::optional<TokenId> own_documents_at) {
  const std::int64_t windows = window_count(tokens, context);
  SCRIBE_CHECK(windows > 0, "{} tokens hold no window of {}", tokens.size(), context);
  const std::int64_t count = std::min(windows, batch_count * size.micro);
  std::vector<TokenBatch> batches;
  for (std::int64_t i = 0; i < count; ++i) {
    SCRIBE_TRY_ASSIGN(const std::vector<TokenId> window,
                      read_window(tokens, context, i * windows / count));
    append(window, size.micro, own_documents_at, batches);
  }
  return batches;
}

}  // namespace scribe
