// Blocks of ASCII by kernels, what lies between them by the scanner of single pieces.
#include "tokenizer/piece_batches.h"

#include <algorithm>

#include "base/check.h"

namespace scribe {

const ScanKernels* best_scan_kernels() {
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw"))
    return &avx512_scan_kernels();
  const bool has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi");
  return has_avx2 ? &avx2_scan_kernels() : nullptr;
}

PieceBatches::PieceBatches(Pattern pattern, std::string_view text, const ScanKernels* kernels)
    : text_(text),
      ends_(pattern, text),
      kernels_(pattern == Pattern::gpt2 ? kernels : nullptr),
      scan_{text.data(), text.data() + text.size(), text.data(), {}},
      one_by_one_until_(kernels_ == nullptr ? scan_.end : scan_.next) {
  bounds_[0] = 0;
}

bool PieceBatches::is_full() const {
  return kPiecesMax + 1 - count_ < kScanBlock || bounds_[count_ - 1] >= kScanOffsetMax;
}

/// A scan that begins with a piece finds this piece's begin, which is the last bound already.
void PieceBatches::scan_blocks() {
  const std::size_t begin = scan_.next == last_bound() ? count_ - 1 : count_;
  const std::size_t found = kernels_->gpt2(scan_, bounds_.data() + begin, kPiecesMax + 1 - begin);
  count_ = std::max(count_, begin + found);
}

void PieceBatches::cut_one_by_one() {
  while (last_bound() < one_by_one_until_ && !is_full()) {
    const auto begin = static_cast<std::size_t>(last_bound() - text_.data());
    const std::size_t size = ends_.after(begin) - begin;
    SCRIBE_CHECK(size < kScanOffsetMax, "a piece of {} bytes", size);
    bounds_[count_] = bounds_[count_ - 1] + static_cast<std::uint32_t>(size);
    ++count_;
  }
  scan_.next = last_bound();
  scan_.carry = {};
}

PieceBatch PieceBatches::next() {
  scan_.base = last_bound();
  count_ = 1;
  while (!is_full() && last_bound() < scan_.end) {
    if (last_bound() >= one_by_one_until_) {
      scan_blocks();
      if (is_full()) break;
      const std::ptrdiff_t block = std::min<std::ptrdiff_t>(kScanBlock, scan_.end - scan_.next);
      one_by_one_until_ = scan_.next + block;
    }
    cut_one_by_one();
  }
  if (count_ == 1) return {scan_.base, {}};
  return {scan_.base, std::span(bounds_).first(count_)};
}

}  // namespace scribe
