// Tests the counts of pairs where they are large, tied, overlapping, or of long words.
#include "tokenizer/pair_counts.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "base/philox.h"

namespace scribe {
namespace {

/// Words of the letters a, b, c ..., whose ids are 0, 1, 2 ...
class PairCountsTest : public testing::Test {
 protected:
  explicit PairCountsTest(std::size_t pairs_min = 4096) : counts_(bytes_, pairs_min) {
    for (char letter = 'a'; letter <= 'z'; ++letter) bytes_.emplace_back(1, letter);
  }
  void add(const std::string& word, std::int64_t count) {
    std::vector<TokenId> symbols;
    for (const char letter : word) symbols.push_back(letter - 'a');
    counts_.add_word(symbols, count);
  }
  /// Merges the most frequent pair; its bytes, or "" if there is none.
  std::string merge() {
    const std::optional<PairCounts::Pair> pair = counts_.most_frequent();
    if (!pair) return "";
    const std::string left = bytes_of(pair->left);
    const std::string right = bytes_of(pair->right);
    bytes_.push_back(left + right);
    counts_.merge(*pair, static_cast<TokenId>(bytes_.size() - 1));
    return left + "+" + right;
  }
  std::string bytes_of(TokenId id) const { return bytes_[static_cast<std::size_t>(id)]; }

  std::vector<std::string> bytes_;
  PairCounts counts_;
};

TEST_F(PairCountsTest, CountsBeyondTwoToThe31stAreExact) {
  constexpr std::int64_t kMany = (std::int64_t{1} << 40) + 1;
  add("ab", kMany);
  add("xab", kMany);
  add("cd", 2 * kMany + 1);
  add("ef", (std::int64_t{1} << 32) + 5);  // 5 in 32 bits
  add("gh", 7);
  counts_.start();
  EXPECT_EQ(counts_.count_of({0, 1}), 2 * kMany);
  EXPECT_EQ(merge(), "c+d");
  EXPECT_EQ(merge(), "a+b");
  EXPECT_EQ(counts_.count_of({0, 1}), 0);
  EXPECT_EQ(merge(), "x+ab");
  EXPECT_EQ(merge(), "e+f");
  EXPECT_EQ(merge(), "g+h");
  EXPECT_EQ(merge(), "");
}

TEST_F(PairCountsTest, TiesGoToTheFirstBytesOfTheLeftThenTheRightToken) {
  for (const char* word : {"zz", "ba", "ab", "ac", "bca"}) add(word, 3);
  counts_.start();
  EXPECT_EQ(merge(), "a+b");
  EXPECT_EQ(merge(), "a+c");
  EXPECT_EQ(merge(), "b+a");
  EXPECT_EQ(merge(), "b+c");
  EXPECT_EQ(merge(), "bc+a");
  EXPECT_EQ(merge(), "z+z");
  EXPECT_EQ(merge(), "");
}

TEST_F(PairCountsTest, EqualNeighboursOverlapInCountsAndMergeFromTheLeft) {
  add("aaaaa", 1);
  counts_.start();
  EXPECT_EQ(counts_.count_of({0, 0}), 4);
  EXPECT_EQ(merge(), "a+a");
  EXPECT_EQ(merge(), "aa+a");
  EXPECT_EQ(merge(), "aa+aaa");
}

class FewPairsTest : public PairCountsTest {
 protected:
  FewPairsTest() : PairCountsTest(2) {}
};

// What the floor hides comes up in its turn, as if all pairs were known from the start.
TEST_F(FewPairsTest, RarePairsAreFoundWhenAllOthersHaveMerged) {
  PhiloxStream random(4, 0);
  std::map<std::string, std::int64_t> words;
  for (int i = 0; i < 400; ++i) {
    std::string word;
    while (random.next_below(8) != 0) word += static_cast<char>('a' + random.next_below(5));
    if (word.size() > 1) words[word] += std::int64_t{1} << random.next_below(40);
  }
  std::vector<std::pair<std::vector<std::string>, std::int64_t>> slow;
  for (const auto& [word, count] : words) {
    add(word, count);
    slow.emplace_back(std::vector<std::string>(), count);
    for (const char letter : word) slow.back().first.emplace_back(1, letter);
  }
  counts_.start();
  EXPECT_GT(counts_.floor(), std::int64_t{1} << 35);
  std::string made;
  do {
    std::map<std::pair<std::string, std::string>, std::int64_t> pairs;
    for (const auto& [word, count] : slow)
      for (std::size_t i = 0; i + 1 < word.size(); ++i) pairs[{word[i], word[i + 1]}] += count;
    const auto best = std::ranges::max_element(
        pairs, [](const auto& a, const auto& b) { return a.second < b.second; });
    made = merge();
    if (pairs.empty()) break;
    const auto& [left, right] = best->first;
    ASSERT_EQ(made, left + "+" + right);
    for (auto& [word, count] : slow)
      for (std::size_t i = 0; i + 1 < word.size(); ++i)
        if (word[i] == left && word[i + 1] == right) {
          word[i] += right;
          word.erase(word.begin() + static_cast<std::ptrdiff_t>(i) + 1);
        }
  } while (!made.empty());
  EXPECT_EQ(made, "");
  EXPECT_EQ(counts_.floor(), 1);
}

// If every merge read the whole word this would take a minute.
TEST_F(PairCountsTest, AMergeCostsWhatItChangesInALongWordToo) {
  PhiloxStream random(3, 0);
  std::string word(1 << 20, 'a');
  for (char& letter : word) letter = static_cast<char>('a' + random.next_below(26));
  add(word, 1);
  counts_.start();
  for (int i = 0; i < 20'000; ++i) ASSERT_NE(merge(), "");
}

TEST_F(PairCountsTest, TokensNeverGetTooLong) {
  add(std::string(5000, 'a'), 1);
  counts_.start();
  std::size_t longest = 0;
  while (!merge().empty()) longest = std::max(longest, bytes_.back().size());
  EXPECT_EQ(longest, 1024U);
}

TEST(PairMapTest, KeepsWhatAMapKeepsWhenPairsComeAndGo) {
  PhiloxStream random(5, 0);
  PairMap<std::uint64_t, 75> fast;
  std::map<std::pair<TokenId, TokenId>, std::uint64_t> slow;
  for (std::uint64_t step = 1; step < 200'000; ++step) {
    const auto left = static_cast<TokenId>(random.next_below(60));
    const auto right = static_cast<TokenId>(random.next_below(60));
    if (random.next_below(3) == 0) {
      fast.erase(left, right);
      slow.erase({left, right});
    } else {
      fast.find_or_insert(left, right) = step;
      slow[{left, right}] = step;
    }
    ASSERT_EQ(fast.size(), slow.size());
  }
  for (TokenId left = 0; left < 60; ++left)
    for (TokenId right = 0; right < 60; ++right) {
      const auto expected = slow.find({left, right});
      const std::uint64_t* found = fast.find(left, right);
      ASSERT_EQ(found != nullptr, expected != slow.end());
      if (found != nullptr) {
        ASSERT_EQ(*found, expected->second);
      }
    }
  std::size_t visited = 0;
  fast.for_each([&](TokenId left, TokenId right, std::uint64_t value) {
    ++visited;
    EXPECT_EQ(slow.at({left, right}), value);
  });
  EXPECT_EQ(visited, slow.size());
}

}  // namespace
}  // namespace scribe
