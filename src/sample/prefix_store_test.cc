// Tests the store of prefixes against the plainest model of it, and with a real decoder.
#include "sample/prefix_store.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "base/philox.h"
#include "sample/testing/tiny_model.h"

namespace scribe {
namespace {

using Tokens = std::vector<TokenId>;

/// A prefill that computes nothing: it writes down how it was called. A "prefix" is the prompt.
struct FakeModel {
  struct Call {
    Tokens base;
    std::int64_t shared = 0;
    bool operator==(const Call&) const = default;
  };
  std::shared_ptr<const PrefixCache> prefill(std::span<const TokenId> prompt,
                                             std::span<float> logits, const PrefixCache* base,
                                             std::int64_t shared) {
    calls.push_back({base == nullptr ? Tokens() : tokens_of(base), shared});
    EXPECT_LT(shared, std::ssize(prompt));
    EXPECT_EQ(base == nullptr, shared == 0);
    std::ranges::fill(logits, sum_of(prompt));
    const auto tokens = std::make_shared<const Tokens>(prompt.begin(), prompt.end());
    live.push_back(tokens);
    return {tokens, reinterpret_cast<const PrefixCache*>(tokens.get())};
  }
  static Tokens tokens_of(const PrefixCache* prefix) {
    return *reinterpret_cast<const Tokens*>(prefix);
  }
  static float sum_of(std::span<const TokenId> prompt) {
    float sum = 0;
    for (const TokenId token : prompt) sum = 3 * sum + static_cast<float>(token);
    return sum;
  }

  std::vector<Call> calls;
  std::vector<std::weak_ptr<const Tokens>> live;  ///< every prefix that was made
};

/// 8 bytes per token for keys and values, 4 for the token itself, 4 for the one logit.
constexpr std::int64_t kBytesPerToken = 12;
constexpr std::int64_t kBytesOfLogits = 4;

PrefixStore store_of(FakeModel& model, std::int64_t bytes_max) {
  return {{.bytes_max = bytes_max, .bytes_of = [](std::int64_t tokens) { return 8 * tokens; }},
          [&](std::span<const TokenId> prompt, std::span<float> logits, const PrefixCache* base,
              std::int64_t shared) { return model.prefill(prompt, logits, base, shared); }};
}

/// Asks for a prompt and checks what comes back.
std::shared_ptr<const PrefixCache> ask(PrefixStore& store, const Tokens& prompt) {
  float logit = 0;
  const auto prefix = store.get(prompt, {&logit, 1});
  EXPECT_EQ(FakeModel::tokens_of(prefix.get()), prompt);
  EXPECT_EQ(logit, FakeModel::sum_of(prompt));
  return prefix;
}

TEST(PrefixStoreTest, APromptStartsFromTheOneThatSharesMost) {
  FakeModel model;
  PrefixStore store = store_of(model, 1000);
  ask(store, {1, 2, 3, 4});
  ask(store, {1, 2, 9});
  ask(store, {1, 2, 3, 5, 6});
  ask(store, {7});
  EXPECT_EQ(model.calls,
            (std::vector<FakeModel::Call>{{{}, 0}, {{1, 2, 3, 4}, 2}, {{1, 2, 3, 4}, 3}, {{}, 0}}));
  EXPECT_EQ(store.counts().tokens, 13);
  EXPECT_EQ(store.counts().reused, 5);
}

TEST(PrefixStoreTest, TheSamePromptIsNotRunAgainAndTheBeginningOfOneRunsItsLastToken) {
  FakeModel model;
  PrefixStore store = store_of(model, 1000);
  const auto first = ask(store, {1, 2, 3});
  EXPECT_EQ(ask(store, {1, 2, 3}), first);
  EXPECT_EQ(model.calls.size(), 1U);
  ask(store, {1, 2});
  EXPECT_EQ(model.calls.back(), (FakeModel::Call{{1, 2, 3}, 1}));
  EXPECT_EQ(ask(store, {1, 2, 3}), first) << "both are kept";
  ask(store, {1, 2});
  EXPECT_EQ(model.calls.size(), 2U);
}

TEST(PrefixStoreTest, APromptThatGrowsTakesTheRoomOfOne) {
  FakeModel model;
  PrefixStore store = store_of(model, 1000);
  Tokens prompt;
  for (TokenId token = 0; token < 20; ++token) {
    prompt.push_back(token);
    ask(store, prompt);
    EXPECT_EQ(store.size(), 1U);
    EXPECT_EQ(store.bytes(), kBytesPerToken * std::ssize(prompt) + kBytesOfLogits);
  }
  EXPECT_EQ(store.counts().reused, 19 * 20 / 2);
  EXPECT_EQ(store.counts().evicted, 0);
}

TEST(PrefixStoreTest, TheLeastRecentlyUsedMakesRoomAndLivesOnWithItsUser) {
  FakeModel model;
  PrefixStore store = store_of(model, 3 * (2 * kBytesPerToken + kBytesOfLogits));
  const auto a = ask(store, {1, 1});
  ask(store, {2, 2});
  ask(store, {3, 3});
  ask(store, {1, 1});  // 2 is now the oldest.
  ask(store, {4, 4});
  EXPECT_EQ(store.counts().evicted, 1);
  ask(store, {1, 1});
  ask(store, {3, 3});
  EXPECT_EQ(model.calls.size(), 4U);
  ask(store, {2, 2});
  EXPECT_EQ(model.calls.size(), 5U) << "2 had made room";
  for (TokenId token = 5; token < 9; ++token) ask(store, {token, token});
  EXPECT_EQ(FakeModel::tokens_of(a.get()), (Tokens{1, 1})) << "evicted, still in use";
}

TEST(PrefixStoreTest, WhatIsTooLargeIsRunAndNotKept) {
  FakeModel model;
  PrefixStore store = store_of(model, 3 * kBytesPerToken + kBytesOfLogits);
  ask(store, {1, 2, 3});
  ask(store, {1, 2, 3, 4});
  EXPECT_EQ(model.calls.back(), (FakeModel::Call{{1, 2, 3}, 3}));
  EXPECT_EQ(store.size(), 1U);
  ask(store, {1, 2, 3});
  EXPECT_EQ(model.calls.size(), 2U) << "what was there stays";
  PrefixStore nothing = store_of(model, 0);
  ask(nothing, {1});
  ask(nothing, {1});
  EXPECT_EQ(nothing.bytes(), 0);
  EXPECT_EQ(nothing.counts().reused, 0);
}

/// The plainest model: every kept prompt with the time of its last use.
struct PlainStore {
  std::map<Tokens, std::int64_t> used;
  std::int64_t now = 0;

  static std::int64_t bytes(const Tokens& prompt) {
    return kBytesPerToken * std::ssize(prompt) + kBytesOfLogits;
  }
  std::int64_t total() const {
    std::int64_t sum = 0;
    for (const auto& [tokens, time] : used) sum += bytes(tokens);
    return sum;
  }
  static std::int64_t common(const Tokens& a, const Tokens& b) {
    std::int64_t length = 0;
    while (length < std::min(std::ssize(a), std::ssize(b)) &&
           a[static_cast<std::size_t>(length)] == b[static_cast<std::size_t>(length)])
      ++length;
    return length;
  }
  /// How prefill is called, if it is.
  std::optional<FakeModel::Call> get(const Tokens& prompt, std::int64_t bytes_max) {
    ++now;
    if (used.contains(prompt)) {
      used[prompt] = now;
      return std::nullopt;
    }
    FakeModel::Call call;
    std::int64_t longest = 0;
    std::int64_t latest = 0;
    for (const auto& [tokens, time] : used) {
      const std::int64_t length = common(tokens, prompt);
      if (length == 0 || std::pair(length, time) < std::pair(longest, latest)) continue;
      longest = length;
      latest = time;
      call.base = tokens;
    }
    if (longest > 0) used[call.base] = now;
    call.shared = std::min(longest, std::ssize(prompt) - 1);
    if (call.shared == 0) call.base.clear();
    if (bytes(prompt) > bytes_max) return call;
    std::erase_if(used, [&](const auto& entry) {
      return common(entry.first, prompt) == std::ssize(entry.first);
    });
    while (total() + bytes(prompt) > bytes_max)
      used.erase(
          std::ranges::min_element(used, {}, [](const auto& entry) { return entry.second; }));
    used[prompt] = ++now;
    return call;
  }
};

TEST(PrefixStoreTest, OnRandomPromptsItIsThePlainModelAndStaysWithinItsBound) {
  PhiloxStream random(8, 0);
  for (const std::int64_t bytes_max : {0, 60, 200, 1000}) {
    FakeModel model;
    PrefixStore store = store_of(model, bytes_max);
    PlainStore plain;
    std::int64_t tokens = 0;
    std::int64_t run = 0;
    for (int round = 0; round < 3000; ++round) {
      Tokens prompt(1 + random.next_below(9));
      for (TokenId& token : prompt) token = static_cast<TokenId>(random.next_below(2));
      const std::size_t calls = model.calls.size();
      ask(store, prompt);
      const auto expected = plain.get(prompt, bytes_max);
      ASSERT_EQ(model.calls.size() - calls, expected ? 1U : 0U);
      if (expected) {
        ASSERT_EQ(model.calls.back(), *expected) << "round " << round;
        run += std::ssize(prompt) - expected->shared;
      }
      tokens += std::ssize(prompt);
      ASSERT_EQ(store.size(), plain.used.size());
      ASSERT_EQ(store.bytes(), plain.total());
      ASSERT_LE(store.bytes(), bytes_max);
      ASSERT_EQ(store.counts().tokens, tokens);
      ASSERT_EQ(store.counts().reused, tokens - run);
    }
    // Nobody else holds a prefix: what is not kept is gone.
    EXPECT_EQ(std::ranges::count_if(model.live, [](const auto& one) { return !one.expired(); }),
              std::ssize(plain.used));
    if (bytes_max > 0) {
      EXPECT_GT(store.counts().evicted, 10);
    }
  }
}

TEST(PrefixStoreTest, WithADecoderEveryPromptHasTheBitsOfAFreshOne) {
  const TinyModel model(Device::cpu);
  const ModelConfig& config = model.parameters->config();
  const auto V = static_cast<std::size_t>(config.vocabulary_size);
  Decoder decoder(*model.backend, *model.parameters, {.rows_max = 1, .suffix_max = 4});
  PrefixStore store(
      {.bytes_max = 20000, .bytes_of = [](std::int64_t tokens) { return 256 * tokens; }},
      [&](std::span<const TokenId> prompt, std::span<float> logits, const PrefixCache* base,
          std::int64_t shared) { return decoder.prefill(prompt, logits, base, shared); });
  PhiloxStream random(2, 0);
  for (int round = 0; round < 60; ++round) {
    Tokens prompt(1 + random.next_below(9));
    for (TokenId& token : prompt) token = static_cast<TokenId>(random.next_below(2));
    std::vector<float> found(V);
    std::vector<float> fresh(V);
    const auto found_prefix = store.get(prompt, found);
    const auto fresh_prefix = decoder.prefill(prompt, fresh);
    ASSERT_EQ(found, fresh);
    const Decoder::Row found_row{found_prefix.get(), 0, 0, 5};
    decoder.step({&found_row, 1}, found);
    const Decoder::Row fresh_row{fresh_prefix.get(), 0, 0, 5};
    decoder.step({&fresh_row, 1}, fresh);
    ASSERT_EQ(found, fresh);
  }
  EXPECT_GT(store.counts().reused, 0);
}

}  // namespace
}  // namespace scribe
