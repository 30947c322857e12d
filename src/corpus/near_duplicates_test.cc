// Tests near-duplicates: each step against its plain form, then planted copies and chains.
#include "corpus/near_duplicates.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "base/philox.h"

namespace scribe {
namespace {

/// `count` words of which numbers [from, to) are replaced; without replacements all texts of one
/// name are equal. A replaced word changes five shingles.
std::string text_of(int name, int count, int from = 0, int to = 0) {
  std::string text;
  for (int word = 0; word < count; ++word)
    text += "t" + std::to_string(name) + (word >= from && word < to ? "new" : "old") +
            std::to_string(word) + "\n";
  return text;
}

std::vector<NearDuplicate> find(const std::vector<std::string>& texts,
                                const NearDuplicateOptions& options = {}) {
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  return find_near_duplicates(views, options).value();
}

std::vector<BandRecord> random_records(std::size_t count, std::uint64_t keys) {
  PhiloxStream random(count, keys);
  std::vector<BandRecord> records;
  for (std::size_t index = 0; index < count; ++index) {
    // Few keys, spread over all bits; some agree in the top bits and differ below.
    const std::uint64_t key = random.next_below(keys);
    records.push_back({.key = (key / 4) * 0x9E3779B97F4A7C15 + key % 4,
                       .document = static_cast<std::uint32_t>(random.next_below(1000))});
  }
  return records;
}

TEST(NearDuplicatesTest, RecordsAreSortedByKeyAndDocumentInAnySize) {
  for (const std::size_t count : {0U, 1U, 2U, 4096U, 4097U, 50000U})
    for (const std::uint64_t keys : {std::uint64_t{1}, std::uint64_t{900}, ~std::uint64_t{0}}) {
      std::vector<BandRecord> records = random_records(count, keys);
      std::vector<BandRecord> expected = records;
      std::ranges::sort(expected);
      sort_band_records(records);
      ASSERT_TRUE(records == expected) << count << " records, " << keys << " keys";
    }
}

TEST(NearDuplicatesTest, LinksJoinTheLowestDocumentOfAKeyWithEachOther) {
  const std::vector<BandRecord> sorted = {{1, 5}, {2, 3}, {2, 3}, {2, 4}, {2, 9}, {3, 1}, {3, 2}};
  std::vector<std::pair<std::uint32_t, std::uint32_t>> links;
  for_each_link(std::span(sorted), [&](std::uint32_t first, std::uint32_t other) {
    links.emplace_back(first, other);
  });
  EXPECT_EQ(links, (std::vector<std::pair<std::uint32_t, std::uint32_t>>{{3, 4}, {3, 9}, {1, 2}}));
}

TEST(NearDuplicatesTest, BandsOfEqualValuesHaveOtherKeys) {
  std::vector<BandRecord> records;
  append_band_records(std::vector<std::uint32_t>(256, 7), 0, {}, records);
  std::set<std::uint64_t> keys;
  for (const BandRecord& record : records) keys.insert(record.key);
  EXPECT_EQ(records.size(), 25U);
  EXPECT_EQ(keys.size(), 25U);
}

TEST(NearDuplicatesTest, ComponentsDoNotDependOnTheOrderOfUnions) {
  constexpr std::uint32_t kCount = 2000;
  PhiloxStream random(5, 0);
  std::vector<std::pair<std::uint32_t, std::uint32_t>> links;
  for (int link = 0; link < 1500; ++link)
    links.emplace_back(random.next_below(kCount), random.next_below(kCount));
  std::vector<std::uint32_t> lowest(kCount);  // By repeated passes until nothing changes.
  for (std::uint32_t member = 0; member < kCount; ++member) lowest[member] = member;
  for (bool changed = true; changed;) {
    changed = false;
    for (const auto& [a, b] : links) {
      const std::uint32_t low = std::min(lowest[a], lowest[b]);
      changed |= lowest[a] != low || lowest[b] != low;
      lowest[a] = lowest[b] = low;
    }
  }
  std::map<std::uint32_t, std::vector<std::uint32_t>> groups;
  for (std::uint32_t member = 0; member < kCount; ++member)
    groups[lowest[member]].push_back(member);
  std::vector<std::vector<std::uint32_t>> expected;
  for (const auto& [low, members] : groups)
    if (members.size() > 1) expected.push_back(members);
  for (int order = 0; order < 3; ++order) {
    shuffle(links, random);
    DisjointSets sets(kCount);
    for (const auto& [a, b] : links) sets.unite(a, b);
    for (std::uint32_t member = 0; member < kCount; ++member)
      ASSERT_EQ(sets.find(member), lowest[member]);
    ASSERT_EQ(sets.components(), expected);
  }
}

// 400 words, 396 shingles. Replacing 4 words in a row changes 8: J = 388 / 404 = 0.960; replacing
// 60 changes 64: J = 332 / 460 = 0.722.
TEST(NearDuplicatesTest, CopiesWithSmallChangesGoAndLooserOnesStay) {
  const std::vector<std::string> texts = {text_of(1, 400), text_of(2, 400),
                                          text_of(1, 400, 100, 104), text_of(1, 400, 200, 260),
                                          text_of(2, 400)};
  const std::vector<NearDuplicate> removed = find(texts);
  ASSERT_EQ(removed.size(), 2U);
  EXPECT_EQ(removed[0].document, 2U);
  EXPECT_EQ(removed[0].kept, 0U);
  EXPECT_NEAR(removed[0].similarity, 388.0 / 404.0, 0.06);  // Five standard deviations.
  EXPECT_EQ(removed[1], (NearDuplicate{.document = 4, .kept = 1, .similarity = 1}));
}

// 20 words replaced more in each: J of neighbours is 372 / 420 = 0.886, J of the ends 332 / 460.
TEST(NearDuplicatesTest, AChainLosesOnlyWhatResemblesAMemberThatStays) {
  const std::vector<std::string> texts = {text_of(1, 400), text_of(1, 400, 100, 120),
                                          text_of(1, 400, 100, 160)};
  const std::vector<NearDuplicate> removed = find(texts);
  ASSERT_EQ(removed.size(), 1U);
  EXPECT_EQ(removed[0].document, 1U);
  EXPECT_EQ(removed[0].kept, 0U);
  // The way of others keeps one of the chain; its bands connect all three.
  const std::vector<NearDuplicate> connected = find(texts, {.rule = RemovalRule::connected});
  ASSERT_EQ(connected.size(), 2U);
  EXPECT_EQ(connected[1].document, 2U);
  EXPECT_EQ(connected[1].kept, 0U);
  EXPECT_LT(connected[1].similarity, 0.85);
}

TEST(NearDuplicatesTest, TheMostSimilarKeptMemberIsNamedAndTheLowestOnTies) {
  // 0 and 1 differ in 60 words and both stay; 2 is nearer to 1; 3 is 1 again; 4 is as near to both.
  const std::vector<std::string> texts = {text_of(1, 2000), text_of(1, 2000, 0, 400),
                                          text_of(1, 2000, 0, 380), text_of(1, 2000, 0, 400)};
  const std::vector<NearDuplicate> removed = find(texts);
  ASSERT_EQ(removed.size(), 2U);
  EXPECT_EQ(removed[0].document, 2U);
  EXPECT_EQ(removed[0].kept, 1U);
  EXPECT_EQ(removed[1], (NearDuplicate{.document = 3, .kept = 1, .similarity = 1}));
}

TEST(NearDuplicatesTest, TiesAmongKeptMembersGoToTheLowest) {
  // Signatures by hand: 0 and 1 agree in half of the values, 2 in 8 of 10 with each.
  const std::vector<std::vector<std::uint32_t>> signatures = {{1, 2, 3, 4, 5, 6, 7, 8, 9, 10},
                                                              {1, 2, 3, 4, 5, 6, 17, 18, 19, 20},
                                                              {1, 2, 3, 4, 5, 6, 7, 8, 19, 20}};
  const std::vector<std::uint32_t> members = {0, 1, 2};
  const auto signature_of = [&](std::uint32_t document) {
    return std::span<const std::uint32_t>(signatures[document]);
  };
  const MinHashOptions options{.permutations = 10, .bands = 5, .rows = 2, .threshold = 0.8};
  EXPECT_EQ(remove_in_component(members, signature_of, options),
            (std::vector<NearDuplicate>{{.document = 2, .kept = 0, .similarity = 0.8}}));
  const MinHashOptions strict{.permutations = 10, .bands = 5, .rows = 2, .threshold = 0.81};
  EXPECT_TRUE(remove_in_component(members, signature_of, strict).empty());
}

TEST(NearDuplicatesTest, EstimatesNearTheThresholdAreDecidedExactly) {
  const std::vector<std::vector<std::uint32_t>> signatures = {{1, 2, 3, 4, 5, 6, 7, 8, 9, 10},
                                                              {1, 2, 3, 4, 5, 6, 7, 8, 19, 20}};
  const std::vector<std::uint32_t> members = {0, 1};
  const auto signature_of = [&](std::uint32_t document) {
    return std::span<const std::uint32_t>(signatures[document]);
  };
  const auto removed = [&](double threshold, double borderline, double exact) {
    int asked = 0;
    const RemovalOptions removal{.borderline = borderline,
                                 .exact_similarity = [&](std::uint32_t a, std::uint32_t b) {
                                   EXPECT_EQ(a, 0U);
                                   EXPECT_EQ(b, 1U);
                                   ++asked;
                                   return exact;
                                 }};
    const MinHashOptions options{.permutations = 10, .bands = 5, .rows = 2, .threshold = threshold};
    const auto gone = remove_in_component(members, signature_of, options, removal);
    return std::pair(gone.empty() ? 0.0 : gone[0].similarity, asked);
  };
  EXPECT_EQ(removed(0.75, 0.1, 0.7), std::pair(0.0, 1));  // The estimate of 0.8 was too high.
  EXPECT_EQ(removed(0.85, 0.1, 0.9), std::pair(0.9, 1));  // It was too low.
  EXPECT_EQ(removed(0.65, 0.1, 0.1), std::pair(0.8, 0));  // No doubt.
  EXPECT_EQ(removed(0.95, 0.1, 0.99), std::pair(0.0, 0));
  EXPECT_EQ(removed(0.75, 0, 0.1), std::pair(0.8, 0));
}

TEST(NearDuplicatesTest, TextsWithoutWordsResembleNothing) {
  EXPECT_TRUE(find({"", "", "()", "()", "a b", "c"}).empty());
  EXPECT_EQ(find({"a b", "(a) b"}).size(), 1U);
}

std::vector<std::string> mixed_texts() {
  PhiloxStream random(6, 0);
  std::vector<std::string> texts;
  for (int text = 0; text < 300; ++text) {
    const int from = static_cast<int>(random.next_below(200));
    texts.push_back(text_of(static_cast<int>(random.next_below(40)), 200, from,
                            from + static_cast<int>(random.next_below(30))));
  }
  return texts;
}

TEST(NearDuplicatesTest, ThreadsDoNotChangeTheResult) {
  const std::vector<std::string> texts = mixed_texts();
  const std::vector<NearDuplicate> one = find(texts);
  EXPECT_GT(one.size(), 50U);
  EXPECT_LT(one.size(), 260U);
  EXPECT_EQ(find(texts, {.threads = 3}), one);
}

// The law of the verified rule, with exact similarities: nothing that goes is far from what stays,
// and no two that stay are near (LSH finds a pair of 0.87 or more with 0.998).
TEST(NearDuplicatesTest, WhatGoesResemblesWhatStaysAndWhatStaysDoesNot) {
  const std::vector<std::string> texts = mixed_texts();
  const std::vector<NearDuplicate> removed = find(texts);
  std::set<std::uint32_t> gone;
  for (const NearDuplicate& near : removed) gone.insert(near.document);
  for (const NearDuplicate& near : removed) {
    EXPECT_FALSE(gone.contains(near.kept));
    EXPECT_LT(near.kept, near.document);
    EXPECT_GE(exact_similarity(texts[near.kept], texts[near.document], 5), 0.85);
  }
  int missed = 0;
  for (std::uint32_t a = 0; a < texts.size(); ++a)
    for (std::uint32_t b = a + 1; b < texts.size(); ++b)
      if (!gone.contains(a) && !gone.contains(b))
        missed += exact_similarity(texts[a], texts[b], 5) >= 0.87 ? 1 : 0;
  EXPECT_LE(missed, 1);
}

TEST(NearDuplicatesTest, OptionsOutOfRangeAreRefused) {
  const std::vector<std::string_view> texts = {"a"};
  EXPECT_EQ(find_near_duplicates(texts, {.minhash = {.bands = 0}}).error().code(),
            ErrorCode::invalid_argument);
  EXPECT_EQ(find_near_duplicates(texts, {.borderline = -1}).error().code(),
            ErrorCode::invalid_argument);
}

}  // namespace
}  // namespace scribe
