// Collects ids in a small buffer before they go to a vector, or are only counted.
#pragma once

#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include "tokenizer/tokenizer.h"

namespace scribe {

/// Growing a vector by one id at a time costs more than finding the id: here the writer of many
/// keeps a cursor into the buffer.
class IdWriter {
 public:
  static constexpr std::size_t kBufferIds = std::size_t{1} << 11;

  /// Appends to `out`, which must outlive it; null: counts.
  explicit IdWriter(std::vector<TokenId>* out) : out_(out) {}

  TokenId* buffer() { return buffer_.data(); }

  /// Takes what was written to the buffer.
  void take(std::size_t count) { append(std::span<const TokenId>(buffer_).first(count)); }

  void append(std::span<const TokenId> ids) {
    count_ += ids.size();
    if (out_ != nullptr) out_->insert(out_->end(), ids.begin(), ids.end());
  }

  /// Ids so far.
  std::size_t count() const { return count_; }

 private:
  std::vector<TokenId>* out_;
  std::size_t count_ = 0;
  std::array<TokenId, kBufferIds> buffer_;
};

}  // namespace scribe
