// Batches of windows cut from a token file, in an order shuffled per epoch.
#include "train/token_windows.h"

#include <algorithm>
#include <utility>

#include "train/index_permutation.h"

namespace scribe {
namespace {

/// Keeps the random numbers apart from those of the order.
constexpr std::uint64_t kFimStream = 0x66696D;  // "fim"

}  // namespace

TokenWindows::TokenWindows(const TokenFile& file, std::int64_t context, BatchSize size,
                           std::uint64_t seed, WindowOptions options)
    : file_(file),
      context_(context),
      micro_(size.micro),
      plan_(size, options.ramp, context),
      fim_(std::move(options.fim)),
      own_documents_at_(options.own_documents_at),
      seed_(seed),
      window_count_((file.size() - 1) / context) {}

Result<TokenWindows> TokenWindows::create(const TokenFile& file, std::int64_t context,
                                          BatchSize size, std::uint64_t seed,
                                          WindowOptions options) {
  SCRIBE_CHECK(context > 0 && size.micro > 0 && size.micro <= size.examples,
               "context {} micro {} examples {}", context, size.micro, size.examples);
  if (file.size() < context + 1)
    return error(ErrorCode::invalid_data,
                 "the token file has {} tokens, fewer than one window of context {} + 1; use more "
                 "data or a smaller context",
                 file.size(), context);
  return TokenWindows(file, context, size, seed, std::move(options));
}

std::uint64_t TokenWindows::cursor(std::int64_t step, std::int64_t index) const {
  return static_cast<std::uint64_t>(plan_.examples_before(step) + index);
}

std::int64_t TokenWindows::number_at(std::uint64_t cursor) const {
  return static_cast<std::int64_t>(
      shuffled_index(static_cast<std::uint64_t>(window_count_), seed_, cursor));
}

std::vector<TokenId> TokenWindows::read(std::int64_t number) const {
  std::vector<TokenId> window(static_cast<std::size_t>(context_) + 1);
  file_.read(number * context_, window);
  return window;
}

void TokenWindows::append(const std::vector<TokenId>& window,
                          std::vector<TokenBatch>& batches) const {
  if (batches.empty() || batches.back().batch == micro_)
    batches.push_back({.batch = 0, .time = context_, .tokens = {}, .targets = {}, .first = {}});
  TokenBatch& batch = batches.back();
  batch.tokens.insert(batch.tokens.end(), window.begin(), window.end() - 1);
  batch.targets.insert(batch.targets.end(), window.begin() + 1, window.end());
  if (own_documents_at_)
    for (std::int64_t t = 1; t < context_; ++t)
      if (window[static_cast<std::size_t>(t)] == *own_documents_at_)
        batch.document_rows.push_back(batch.batch * context_ + t);
  ++batch.batch;
}

std::vector<TokenBatch> TokenWindows::batches(std::int64_t step) {
  std::vector<TokenBatch> batches;
  for (std::int64_t i = 0; i < plan_.examples(step); ++i) {
    const std::uint64_t at = cursor(step, i);
    std::vector<TokenId> window = read(number_at(at));
    // An epoch has each window once: the cursor is as good as (epoch, window).
    if (fim_) fim_->apply(window, PhiloxStream(seed_ ^ kFimStream, at));
    append(window, batches);
  }
  return batches;
}

std::string TokenWindows::describe(std::int64_t step, std::int64_t index) const {
  const std::int64_t number = number_at(cursor(step, index));
  return fmt::format("window {} (tokens {} to {})", number, number * context_,
                     (number + 1) * context_);
}

std::vector<TokenBatch> TokenWindows::windows(const std::vector<std::int64_t>& numbers) const {
  std::vector<TokenBatch> batches;
  for (const std::int64_t number : numbers) append(read(number), batches);
  return batches;
}

std::vector<TokenBatch> validation_windows(const TokenWindows& windows, BatchSize size,
                                           std::int64_t batch_count) {
  const std::int64_t count = std::min(windows.window_count(), batch_count * size.micro);
  std::vector<std::int64_t> numbers;
  for (std::int64_t i = 0; i < count; ++i) numbers.push_back(i * windows.window_count() / count);
  return windows.windows(numbers);
}

}  // namespace scribe
