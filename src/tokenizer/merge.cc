// Byte-pair merging: a scan for the lowest rank in short pieces, a heap in long ones.
#include "tokenizer/merge.h"

#include <algorithm>
#include <array>
#include <limits>
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

/// A pair that could merge when it was found. It is out of date if its symbols have changed since.
struct Candidate {
  std::int32_t rank;
  std::uint32_t position;  // of the left symbol
  TokenId left;
  TokenId right;
  TokenId merged;
};

struct ComesLater {
  bool operator()(const Candidate& a, const Candidate& b) const {
    return a.rank != b.rank ? a.rank > b.rank : a.position > b.position;
  }
};

/// The symbols as a doubly linked list, so that merging two is O(1).
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
      const Candidate candidate = candidates_.top();
      candidates_.pop();
      if (is_current(candidate)) merge(candidate);
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

  void offer(std::uint32_t position) {
    const TokenId left = nodes_[position].id;
    const TokenId right = nodes_[nodes_[position].next].id;
    const MergeResult found = table_.find(left, right);
    if (found.merged >= 0) candidates_.push({found.rank, position, left, right, found.merged});
  }

  bool is_current(const Candidate& candidate) const {
    const Node& node = nodes_[candidate.position];
    return node.id == candidate.left && node.next < nodes_.size() &&
           nodes_[node.next].id == candidate.right;
  }

  void merge(const Candidate& candidate) {
    Node& node = nodes_[candidate.position];
    nodes_[node.next].id = kGone;
    node.id = candidate.merged;
    node.next = nodes_[node.next].next;
    if (node.next < nodes_.size()) {
      nodes_[node.next].previous = candidate.position;
      offer(candidate.position);
    }
    if (candidate.position > 0) offer(node.previous);
  }

  const MergeTable& table_;
  std::vector<Node> nodes_;
  std::priority_queue<Candidate, std::vector<Candidate>, ComesLater> candidates_;
};

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
  LongPiece piece(table, symbols);
  piece.merge_all();
  piece.append_to(out);
}

}  // namespace scribe
