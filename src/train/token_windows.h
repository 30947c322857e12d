// Batches of windows cut from token files, in an order shuffled per epoch.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "corpus/token_set.h"
#include "train/batch_ramp.h"
#include "train/batch_source.h"
#include "train/fill_in_middle.h"
#include "train/window_mixture.h"

namespace scribe {

/// Tokens to train on, among others.
struct WeightedTokens {
  const TokenSet* tokens;
  double weight = 1;  ///< share of the windows, in proportion to the others'
};

struct WindowOptions {
  // Of the batches of a step, not of validation.
  BatchRamp ramp = {};
  std::optional<FillInMiddle> fim = {};  ///< a pure function of seed, epoch and window
  // Of both.
  /// The token before which a document begins anew: <|endoftext|>, which then stands at position 0
  /// as it does when a sample starts from nothing. Unset: attention sees the whole window.
  std::optional<TokenId> own_documents_at = {};
};

/// How many windows of `context` tokens and their successors there are: window w holds tokens [w *
/// context, (w + 1) * context], so every token but the first is a target once per epoch.
std::int64_t window_count(const TokenSet& tokens, std::int64_t context);

/// Windows of one corpus or a mixture of several, whose shares are those of WindowMixture.
class TokenWindows : public BatchSource {
 public:
  /// The tokens must outlive the object. Errors: invalid_data if one holds no whole window;
  /// invalid_argument for weights that WindowMixture refuses.
  static Result<TokenWindows> create(const std::vector<WeightedTokens>& corpora,
                                     std::int64_t context, BatchSize size, std::uint64_t seed,
                                     WindowOptions options = {});
  static Result<TokenWindows> create(const TokenSet& tokens, std::int64_t context, BatchSize size,
                                     std::uint64_t seed, WindowOptions options = {}) {
    return create({{.tokens = &tokens}}, context, size, seed, std::move(options));
  }

  /// Errors: invalid_data (a damaged token file).
  Result<std::vector<TokenBatch>> batches(std::int64_t step) override;
  std::string describe(std::int64_t step, std::int64_t index) const override;
  std::int64_t rows_max() const override { return micro_ * context_; }

 private:
  TokenWindows(const std::vector<WeightedTokens>& corpora, WindowMixture mixture,
               std::int64_t context, BatchSize size, std::uint64_t seed, WindowOptions options);
  /// Example `index` of a step, counted over all epochs.
  std::uint64_t cursor(std::int64_t step, std::int64_t index) const;

  std::vector<const TokenSet*> corpora_;
  WindowMixture mixture_;
  std::int64_t context_;
  std::int64_t micro_;
  BatchPlan plan_;
  std::optional<FillInMiddle> fim_;
  std::optional<TokenId> own_documents_at_;
  std::uint64_t seed_;
};

/// Up to `batch_count` micro-batches of windows spread evenly over the tokens: the same for every
/// run. Requires a whole window. Errors: invalid_data (a damaged token file).
Result<std::vector<TokenBatch>> validation_windows(const TokenSet& tokens, std::int64_t context,
                                                   BatchSize size, std::int64_t batch_count,
                                                   std::optional<TokenId> own_documents_at = {});

}  // namespace scribe
