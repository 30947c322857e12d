// Batches of windows cut from a token file, in an order shuffled per epoch.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "corpus/token_file.h"
#include "train/batch_ramp.h"
#include "train/batch_source.h"
#include "train/fill_in_middle.h"

namespace scribe {

struct WindowOptions {
  // Of the batches of a step, not of windows().
  BatchRamp ramp = {};
  std::optional<FillInMiddle> fim = {};  ///< a pure function of seed, epoch and window
  // Of both.
  /// The token before which a document begins anew: <|endoftext|>, which then stands at position 0
  /// as it does when a sample starts from nothing. Unset: attention sees the whole window.
  std::optional<TokenId> own_documents_at = {};
};

/// Windows of `context` tokens and their successors: window w holds tokens [w * context, (w + 1) *
/// context] of the file, so every token but the first is a target once per epoch.
class TokenWindows : public BatchSource {
 public:
  /// The file must outlive the object. Errors: invalid_data if it holds no whole window.
  static Result<TokenWindows> create(const TokenFile& file, std::int64_t context, BatchSize size,
                                     std::uint64_t seed, WindowOptions options = {});

  std::vector<TokenBatch> batches(std::int64_t step) override;
  std::string describe(std::int64_t step, std::int64_t index) const override;
  std::int64_t rows_max() const override { return micro_ * context_; }

  std::int64_t window_count() const { return window_count_; }
  /// The windows with these numbers, in micro-batches.
  std::vector<TokenBatch> windows(const std::vector<std::int64_t>& numbers) const;

 private:
  TokenWindows(const TokenFile& file, std::int64_t context, BatchSize size, std::uint64_t seed,
               WindowOptions options);
  /// Example `index` of a step, counted over all epochs.
  std::uint64_t cursor(std::int64_t step, std::int64_t index) const;
  /// The window that it is.
  std::int64_t number_at(std::uint64_t cursor) const;
  std::vector<TokenId> read(std::int64_t number) const;
  void append(const std::vector<TokenId>& window, std::vector<TokenBatch>& batches) const;

  const TokenFile& file_;
  std::int64_t context_;
  std::int64_t micro_;
  BatchPlan plan_;
  std::optional<FillInMiddle> fim_;
  std::optional<TokenId> own_documents_at_;
  std::uint64_t seed_;
  std::int64_t window_count_;
};

/// Up to `batch_count` micro-batches of windows spread evenly over the file: the same for every
/// run.
std::vector<TokenBatch> validation_windows(const TokenWindows& windows, BatchSize size,
                                           std::int64_t batch_count);

}  // namespace scribe
