// Which part of a step each rank computes.
#include "train/rank_share.h"

#include <algorithm>

#include "comm/communicator.h"

namespace scribe {
namespace {

std::int64_t example_count(const std::vector<TokenBatch>& batches) {
  std::int64_t count = 0;
  for (const TokenBatch& batch : batches) count += batch.batch;
  return count;
}

template <typename T>
std::vector<T> rows_of(const std::vector<T>& all, std::int64_t begin, std::int64_t end) {
  return {all.begin() + begin, all.begin() + end};
}

/// Windows [begin, end) of a batch.
TokenBatch cut(const TokenBatch& batch, std::int64_t begin, std::int64_t end) {
  const std::int64_t T = batch.time;
  TokenBatch part{.batch = end - begin,
                  .time = T,
                  .tokens = rows_of(batch.tokens, begin * T, end * T),
                  .targets = rows_of(batch.targets, begin * T, end * T),
                  .first = {}};
  if (!batch.first.empty()) part.first = rows_of(batch.first, begin, end);
  for (const std::int64_t row : batch.document_rows)
    if (row >= begin * T && row < end * T) part.document_rows.push_back(row - begin * T);
  return part;
}

/// Tells `each` the windows [begin, end) of every micro-batch that has some of a rank's.
template <typename Each>
void for_share(const std::vector<TokenBatch>& batches, int rank, int ranks, const Each& each) {
  const Piece mine = piece_of(example_count(batches), rank, ranks);
  std::int64_t first = 0;  // Of the micro-batch, counted over all.
  for (const TokenBatch& batch : batches) {
    const std::int64_t begin = std::max(mine.begin - first, std::int64_t{0});
    const std::int64_t end = std::min(mine.begin + mine.size - first, batch.batch);
    if (begin < end) each(batch, begin, end);
    first += batch.batch;
  }
}

}  // namespace

std::vector<TokenBatch> share_of(const std::vector<TokenBatch>& batches, int rank, int ranks) {
  if (ranks == 1) return batches;
  std::vector<TokenBatch> share;
  for_share(batches, rank, ranks,
            [&](const TokenBatch& batch, std::int64_t begin, std::int64_t end) {
              share.push_back(cut(batch, begin, end));
            });
  return share;
}

std::vector<TokenBatch> in_micro_batches(const std::vector<TokenBatch>& batches,
                                         std::int64_t micro) {
  std::vector<TokenBatch> parts;
  for (const TokenBatch& batch : batches)
    for (std::int64_t begin = 0; begin < batch.batch; begin += micro)
      parts.push_back(cut(batch, begin, std::min(begin + micro, batch.batch)));
  return parts;
}

std::int64_t most_of_share(const std::vector<TokenBatch>& batches, int ranks) {
  std::int64_t most = 0;
  for (int rank = 0; rank < ranks; ++rank) {
    std::int64_t count = 0;
    for_share(batches, rank, ranks, [&](auto&&...) { ++count; });
    most = std::max(most, count);
  }
  return most;
}

std::int64_t first_of_share(const std::vector<TokenBatch>& batches, int rank, int ranks) {
  return piece_of(example_count(batches), rank, ranks).begin;
}

std::int64_t share_micro(BatchSize batch, int ranks) {
  return std::min(batch.micro, (batch.examples + ranks - 1) / ranks);
}

}  // namespace scribe
