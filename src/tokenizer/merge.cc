// Byte-pair merging: a scan for the lowest rank in short pieces, queues in long ones.
#include "tokenizer/merge.h"

#include <algorithm>
#include <array>
#include <functional>
#include <limits>
#include <map>
#include <queue>

namespace scribe {
namespace {

void append_merged_short(const MergeTable& table, std::span<const TokenId> symbols,
                         std::vector<TokenId>& out) {
  std::array<TokenId, kLongPiece> ids;
  std::array<MergeResult, kLongPiece> next;  // next[i]: of ids[i] and ids[i + 1]
  std::size_t count = symbols.size();
  std::copy(symbols.begin(), symbols.end(), ids.begin());
  for (std::size_t i = 0; i + 1 < count; ++i) next[i] = table.find(ids[i], ids[i + 1]);
  while (count > 1) {
    std::size_t best = 0;
    for (std::size_t i = 1; i + 1 < count; ++i)
      if (next[i].rank < next[best].rank) best = i;
    if (next[best].merged < 0) break;
    ids[best] = next[best].merged;
    --count;
    for (std::size_t i = best + 1; i < count; ++i) ids[i] = ids[i + 1];
    for (std::size_t i = best + 1; i + 1 < count; ++i) next[i] = next[i + 1];
    if (best + 1 < count) next[best] = table.find(ids[best], ids[best + 1]);
    if (best > 0) next[best - 1] = table.find(ids[best - 1], ids[best]);
  }
  out.insert(out.end(), ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(count));
}

/// A pair that could merge when it was found. It is out of date if the pair there has another rank
/// by now, or there is none.
struct Candidate {
  std::int32_t rank;
  std::uint32_t position;  // of the left symbol
};

/// Gives the candidate of the lowest rank, the left-most first on ties.
class HeapQueue {
 public:
  bool empty() const { return keys_.empty(); }
  void push(Candidate candidate) {
    keys_.push((static_cast<std::uint64_t>(candidate.rank) << 32) | candidate.position);
  }
  Candidate pop() {
    const std::uint64_t key = keys_.top();
    keys_.pop();
    return {static_cast<std::int32_t>(key >> 32), static_cast<std::uint32_t>(key)};
  }

 private:
  std::priority_queue<std::uint64_t, std::vector<std::uint64_t>, std::greater<>> keys_;
};

/// The same with a queue for each rank: positions mostly come in order, so that of millions with
/// few ranks (a run of spaces) each takes constant time, where a heap waits for memory.
class RankQueue {
 public:
  bool empty() const { return ranks_.empty(); }
  void push(Candidate candidate) { ranks_[candidate.rank].push(candidate.position); }
  Candidate pop() {
    const auto lowest = ranks_.begin();
    const Candidate candidate{lowest->first, lowest->second.pop()};
    if (lowest->second.empty()) ranks_.erase(lowest);
    return candidate;
  }

 private:
  class Positions {
   public:
    bool empty() const { return next_ == in_order_.size() && others_.empty(); }
    void push(std::uint32_t position) {
      if (in_order_.empty() || position >= in_order_.back())
        in_order_.push_back(position);
      else
        others_.push(position);
    }
    std::uint32_t pop() {
      const bool is_other =
          next_ == in_order_.size() || (!others_.empty() && others_.top() < in_order_[next_]);
      if (!is_other) return in_order_[next_++];
      const std::uint32_t position = others_.top();
      others_.pop();
      return position;
    }

   private:
    std::vector<std::uint32_t> in_order_;
    std::size_t next_ = 0;
    std::priority_queue<std::uint32_t, std::vector<std::uint32_t>, std::greater<>> others_;
  };

  std::map<std::int32_t, Positions> ranks_;
};

/// The symbols as a doubly linked list, so that merging two is O(1).
template <typename Queue>
class LongPiece {
 public:
  LongPiece(const MergeTable& table, std::span<const TokenId> symbols) : table_(table) {
    const auto count = static_cast<std::uint32_t>(symbols.size());
    nodes_.reserve(count);
    for (std::uint32_t i = 0; i < count; ++i) nodes_.push_back({symbols[i], i - 1, i + 1});
    for (std::uint32_t i = 0; i + 1 < count; ++i) offer(i);
  }

  void merge_all() {
    while (!candidates_.empty()) {
      const Candidate candidate = candidates_.pop();
      const MergeResult found = found_at(candidate.position);
      if (found.merged >= 0 && found.rank == candidate.rank)
        merge(candidate.position, found.merged);
    }
  }

  void append_to(std::vector<TokenId>& out) const {
    for (std::uint32_t i = 0; i < nodes_.size(); i = nodes_[i].next) out.push_back(nodes_[i].id);
  }

 private:
  static constexpr TokenId kGone = -1;

  struct Node {
    TokenId id;
    std::uint32_t previous;
    std::uint32_t next;
  };

  /// What the symbol and the one behind it become; nothing if one of them is not there.
  MergeResult found_at(std::uint32_t position) const {
    const Node& node = nodes_[position];
    if (node.id == kGone || node.next >= nodes_.size()) return {};
    return table_.find(node.id, nodes_[node.next].id);
  }

  void offer(std::uint32_t position) {
    const MergeResult found = found_at(position);
    if (found.merged >= 0) candidates_.push({found.rank, position});
  }

  void merge(std::uint32_t position, TokenId merged) {
    Node& node = nodes_[position];
    nodes_[node.next].id = kGone;
    node.id = merged;
    node.next = nodes_[node.next].next;
    if (node.next < nodes_.size()) nodes_[node.next].previous = position;
    offer(position);
    if (position > 0) offer(node.previous);
  }

  const MergeTable& table_;
  std::vector<Node> nodes_;
  Queue candidates_;
};

template <typename Queue>
void append_merged_long(const MergeTable& table, std::span<const TokenId> symbols,
                        std::vector<TokenId>& out) {
  LongPiece<Queue> piece(table, symbols);
  piece.merge_all();
  piece.append_to(out);
}

}  // namespace

MergeTable merge_table_of(std::span<const Merge> merges) {
  MergeTable table;
  for (const Merge& merge : merges) table.set(merge.left, merge.right, {merge.rank, merge.merged});
  return table;
}

void append_merged(const MergeTable& table, std::span<const TokenId> symbols,
                   std::vector<TokenId>& out) {
  SCRIBE_CHECK(symbols.size() < std::numeric_limits<std::uint32_t>::max(), "{} symbols",
               symbols.size());
  if (symbols.size() < kLongPiece) return append_merged_short(table, symbols, out);
  if (symbols.size() < kVeryLongPiece) return append_merged_long<HeapQueue>(table, symbols, out);
  append_merged_long<RankQueue>(table, symbols, out);
}

}  // namespace scribe
