// What every communicator must do, called by all ranks of it.
#pragma once

#include <cstring>
#include <string>
#include <vector>

#include "comm/communicator.h"

namespace scribe {

/// A value that is different for each rank and place, and whose sums are exact in float.
inline float value_of(int rank, std::size_t place) {
  return static_cast<float>((rank + 1) * 1000) + static_cast<float>(place % 997);
}

inline float sum_of_values(int size, std::size_t place) {
  float sum = 0;
  for (int rank = 0; rank < size; ++rank) sum += value_of(rank, place);
  return sum;
}

inline std::vector<float> values_of(int rank, std::size_t count) {
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = value_of(rank, i);
  return values;
}

/// Sums of several lengths: none, fewer than ranks, uneven, larger than a message's buffer.
inline std::string broken_law_of_sums(Communicator& ranks) {
  for (const std::size_t count : {0UL, 1UL, 3UL, 1000UL, 200'003UL}) {
    std::vector<float> values = values_of(ranks.rank(), count);
    const Piece mine = piece_of(std::ssize(values), ranks.rank(), ranks.size());
    if (!ranks.reduce_scatter(values, "a sum").ok()) return "reduce_scatter";
    for (std::size_t i = 0; i < count; ++i) {
      const auto at = static_cast<std::int64_t>(i);
      const bool is_mine = at >= mine.begin && at < mine.begin + mine.size;
      if (values[i] != (is_mine ? sum_of_values(ranks.size(), i) : value_of(ranks.rank(), i)))
        return "reduce_scatter: a value";
    }
    if (!ranks.all_gather(values, "a sum").ok()) return "all_gather";
    for (std::size_t i = 0; i < count; ++i)
      if (values[i] != sum_of_values(ranks.size(), i)) return "all_gather: a value";
    values = values_of(ranks.rank(), count);
    if (!ranks.all_reduce(values, "a sum").ok()) return "all_reduce";
    for (std::size_t i = 0; i < count; ++i)
      if (values[i] != sum_of_values(ranks.size(), i)) return "all_reduce: a value";
  }
  return {};
}

/// Two sums under way at once, finished in the other order.
inline std::string broken_law_of_pending_sums(Communicator& ranks) {
  std::vector<float> a = values_of(ranks.rank(), 100);
  std::vector<float> b = values_of(ranks.rank(), 300);
  const auto first = ranks.start_reduce_scatter(a, "the first");
  const auto second = ranks.start_reduce_scatter(b, "the second");
  if (!second->wait().ok() || !first->wait().ok()) return "start_reduce_scatter";
  const auto done = first->poll();
  if (!done.ok() || !done.value()) return "a finished sum is not finished";
  for (const auto& values : {a, b}) {
    const Piece mine = piece_of(std::ssize(values), ranks.rank(), ranks.size());
    for (std::int64_t i = mine.begin; i < mine.begin + mine.size; ++i)
      if (values[static_cast<std::size_t>(i)] !=
          sum_of_values(ranks.size(), static_cast<std::size_t>(i)))
        return "start_reduce_scatter: a value";
  }
  return {};
}

inline std::string broken_law_of_copies(Communicator& ranks) {
  for (int root = 0; root < ranks.size(); ++root) {
    std::vector<float> values = values_of(ranks.rank(), 5000);
    if (!ranks.broadcast(std::as_writable_bytes(std::span(values)), root, "a copy").ok() ||
        values != values_of(root, 5000))
      return "broadcast";
  }
  const auto numbers = ranks.all_gather_values(ranks.rank() * 10, "numbers");
  if (!numbers.ok()) return "all_gather_values";
  for (int rank = 0; rank < ranks.size(); ++rank)
    if (numbers.value()[static_cast<std::size_t>(rank)] != rank * 10) return "all_gather_values";
  const std::string mine(static_cast<std::size_t>(ranks.rank() * 3), 'x');
  const auto texts = ranks.all_gather_texts(mine, "texts");
  if (!texts.ok()) return "all_gather_texts";
  for (int rank = 0; rank < ranks.size(); ++rank)
    if (texts.value()[static_cast<std::size_t>(rank)].size() != static_cast<std::size_t>(rank * 3))
      return "all_gather_texts";
  // Each rank but the first sends to it.
  std::vector<float> values = values_of(ranks.rank(), 100);
  if (ranks.rank() > 0) return ranks.send(values, 0, "a message").ok() ? "" : "send";
  for (int from = 1; from < ranks.size(); ++from)
    if (!ranks.receive(values, from, "a message").ok() || values != values_of(from, 100))
      return "receive";
  return {};
}

/// The law that is broken, or nothing.
inline std::string broken_law_of_communication(Communicator& ranks) {
  for (const auto law : {broken_law_of_sums, broken_law_of_pending_sums, broken_law_of_copies}) {
    std::string broken = law(ranks);
    if (!broken.empty()) return broken;
  }
  return ranks.barrier("the end").ok() && ranks.agree({}, "the end").ok() ? "" : "barrier";
}

}  // namespace scribe
