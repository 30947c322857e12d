// Tests encoding and decoding: p50k's published ids, the laws, and fast against naive merging.
#include "tokenizer/tokenizer.h"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <thread>

#include "base/philox.h"
#include "base/testing/faulty_env.h"
#include "tokenizer/bpe_trainer.h"
#include "tokenizer/merge.h"
#include "tokenizer/pretokenize.h"
#include "tokenizer/tokenizer_impl.h"

namespace scribe {
namespace {

using Ids = std::vector<TokenId>;

/// p50k_base, the vocabulary of Codex; read once, since that is most of a test's time.
const Tokenizer* p50k() {
  static const std::optional<Tokenizer> kTokenizer = []() -> std::optional<Tokenizer> {
    const std::string path = test_data_directory() + "/tokenizer/p50k_base.tiktoken";
    if (test_data_directory().empty() || !Env::real().exists(path)) return std::nullopt;
    return Tokenizer::load(Env::real(), path).value();
  }();
  return kTokenizer ? &*kTokenizer : nullptr;
}

#define SKIP_WITHOUT_P50K() \
  if (p50k() == nullptr) GTEST_SKIP() << "no data file tokenizer/p50k_base.tiktoken"

/// 256 bytes whose id is their value, then the given tokens, as a .tiktoken file would give them.
Vocabulary tiktoken_vocabulary(const std::vector<std::string>& tokens) {
  Vocabulary vocabulary;
  vocabulary.whole_pieces = true;
  for (int byte = 0; byte < 256; ++byte)
    vocabulary.tokens.push_back({.bytes = std::string(1, static_cast<char>(byte))});
  for (const std::string& token : tokens) vocabulary.tokens.push_back({.bytes = token});
  const TokenIndex index = index_of(vocabulary.tokens);
  for (std::size_t id = 256; id < vocabulary.tokens.size(); ++id) {
    const std::string_view bytes = vocabulary.tokens[id].bytes;
    for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
      const auto left = index.find(bytes.substr(0, cut));
      const auto right = index.find(bytes.substr(cut));
      const auto merged = static_cast<TokenId>(id);
      if (left != index.end() && right != index.end())
        vocabulary.merges.push_back({left->second, right->second, merged, merged});
    }
  }
  vocabulary.end_of_text = static_cast<TokenId>(vocabulary.tokens.size());
  vocabulary.tokens.push_back({.bytes = std::string(kEndOfText), .from_pieces = false});
  return vocabulary;
}

/// tiktoken's definition, word for word: a piece that is a token, else the neighbours whose joint
/// bytes have the lowest rank become one, the left-most first, until none has a rank.
Ids encode_naively(const Vocabulary& vocabulary, std::string_view text) {
  std::map<std::string, TokenId> ranks;
  for (std::size_t id = 0; id < vocabulary.tokens.size(); ++id)
    if (vocabulary.tokens[id].from_pieces)
      ranks[vocabulary.tokens[id].bytes] = static_cast<TokenId>(id);
  Ids ids;
  for_each_piece(text, [&](std::string_view piece) {
    std::vector<std::string> parts;
    for (const char byte : piece) parts.emplace_back(1, byte);
    if (ranks.contains(std::string(piece))) parts = {std::string(piece)};
    for (;;) {
      std::size_t best = parts.size();
      TokenId lowest = 0;
      for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
        const auto found = ranks.find(parts[i] + parts[i + 1]);
        if (found == ranks.end() || (best < parts.size() && found->second >= lowest)) continue;
        best = i;
        lowest = found->second;
      }
      if (best == parts.size()) break;
      parts[best] += parts[best + 1];
      parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(best) + 1);
    }
    for (const std::string& part : parts) ids.push_back(ranks.at(part));
  });
  return ids;
}

std::string random_bytes(PhiloxStream& random, std::uint64_t size_max, std::string_view alphabet) {
  std::string text(random.next_below(size_max + 1), '\0');
  for (char& byte : text) byte = alphabet[random.next_below(alphabet.size())];
  return text;
}

std::string all_bytes() {
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
  return bytes;
}

// The expected ids are tiktoken's for p50k_base.
TEST(TokenizerTest, P50kGivesThePublishedIds) {
  SKIP_WITHOUT_P50K();
  EXPECT_EQ(p50k()->encode("def f(x):\n    return x\n"),
            (Ids{4299, 277, 7, 87, 2599, 198, 50258, 1441, 2124, 198}));
  EXPECT_EQ(p50k()->encode("hello world"), (Ids{31373, 995}));
  EXPECT_EQ(p50k()->encode("\n\n    if x:\n        pass\n"),
            (Ids{628, 50258, 611, 2124, 25, 198, 50262, 1208, 198}));
  EXPECT_EQ(p50k()->encode("    "), (Ids{50259}));
  EXPECT_EQ(p50k()->encode("    \n"), (Ids{50259, 198}));
  EXPECT_EQ(p50k()->encode("a  b"), (Ids{64, 220, 275}));
  EXPECT_EQ(p50k()->encode("x" + std::string(30, ' ') + "y"), (Ids{87, 50271, 50268, 331}));
  EXPECT_EQ(p50k()->encode("\tx\t\ty"), (Ids{197, 87, 197, 197, 88}));
  EXPECT_EQ(
      p50k()->encode("def incr_list(l: list):\n    \"\"\"Return list with elements incremented "
                     "by 1.\n    \"\"\"\n    return [(e + 1) for e in l]\n"),
      (Ids{4299,  753,  81,    62,   4868, 7,     75,  25,  1351, 2599, 198,   50258, 37227,
           13615, 1351, 351,   4847, 1253, 12061, 416, 352, 13,   198,  50258, 37227, 198,
           50258, 1441, 47527, 68,   1343, 352,   8,   329, 304,  287,  300,   60,    198}));
}

TEST(TokenizerTest, P50kHasTheIdsOfCodex) {
  SKIP_WITHOUT_P50K();
  EXPECT_EQ(p50k()->vocabulary_size(), 50281);
  EXPECT_EQ(p50k()->end_of_text(), 50256);
  EXPECT_EQ(p50k()->bytes_of(0), "!");
  EXPECT_EQ(p50k()->bytes_of(188), std::string_view("\0", 1));
  EXPECT_EQ(p50k()->bytes_of(50255), " gazed");
  EXPECT_EQ(p50k()->bytes_of(50256), kEndOfText);
}

TEST(TokenizerTest, P50kRunsOfTwoToTwentyFiveSpacesAreOneToken) {
  SKIP_WITHOUT_P50K();
  for (TokenId n = 2; n <= 25; ++n) {
    const std::string spaces(static_cast<std::size_t>(n), ' ');
    EXPECT_EQ(p50k()->encode(spaces), (Ids{50255 + n}));
    EXPECT_EQ(p50k()->encode("\n" + spaces), (Ids{198, 50255 + n}));
  }
}

// Longer runs are not cut greedily: the order of merges gives sixteens and a rest.
TEST(TokenizerTest, P50kCutsLongerRunsBySixteens) {
  SKIP_WITHOUT_P50K();
  const std::map<std::size_t, Ids> expected{{26, {16, 10}},
                                            {30, {16, 14}},
                                            {32, {16, 16}},
                                            {40, {16, 24}},
                                            {48, {16, 16, 16}},
                                            {64, {16, 16, 16, 16}},
                                            {100, {16, 16, 16, 16, 16, 20}}};
  for (const auto& [length, runs] : expected) {
    Ids ids;
    for (const TokenId run : runs) ids.push_back(50255 + run);
    EXPECT_EQ(p50k()->encode(std::string(length, ' ')), ids) << length;
  }
}

TEST(TokenizerTest, EndOfTextInTheTextIsPlainText) {
  SKIP_WITHOUT_P50K();
  const Ids ids = p50k()->encode("<|endoftext|>");
  EXPECT_GT(ids.size(), 1U);
  for (const TokenId id : ids) EXPECT_NE(id, p50k()->end_of_text());
  EXPECT_EQ(p50k()->decode(ids), "<|endoftext|>");
}

TEST(TokenizerTest, DecodeUndoesEncodeOnRandomBytes) {
  SKIP_WITHOUT_P50K();
  PhiloxStream random(2, 0);
  for (const std::string& alphabet : {all_bytes(), std::string("ab \n'sé日"), std::string(" a")}) {
    for (int round = 0; round < 500; ++round) {
      const std::string text = random_bytes(random, 300, alphabet);
      ASSERT_EQ(p50k()->decode(p50k()->encode(text)), text);
    }
  }
}

TEST(TokenizerTest, P50kAgreesWithTheDefinitionOnRandomText) {
  SKIP_WITHOUT_P50K();
  const Vocabulary vocabulary =
      parse_tiktoken(
          Env::real().read_file(test_data_directory() + "/tokenizer/p50k_base.tiktoken").value(),
          "p50k")
          .value();
  PhiloxStream random(3, 0);
  std::string text;
  for (int word = 0; word < 3000; ++word)
    text +=
        random_bytes(random, 12, "etaoinshr_(=") + (random.next_below(9) == 0 ? "\n        " : " ");
  EXPECT_EQ(p50k()->encode(text), encode_naively(vocabulary, text));
}

/// Every string over a small alphabet, with vocabularies chosen to be awkward: tokens that overlap,
/// that no merge reaches, that merge to lower ranks than their parts have.
TEST(TokenizerTest, EveryShortStringAgreesWithTheDefinition) {
  const std::vector<std::vector<std::string>> vocabularies{
      {"ab", "ba", "aba", "abab", "bb"},
      {"abc", "bc", "ab"},
      {"aaaa", "aa", "aaa"},
      {"abcab", "ca", "bca", "ab"},
      {"  ", " a", "   ", "  a"},
      {"cab", "abc", "bcc", "cc", "aab", "aa"}};
  for (const std::vector<std::string>& tokens : vocabularies) {
    const Vocabulary vocabulary = tiktoken_vocabulary(tokens);
    const Tokenizer tokenizer = make_tokenizer(vocabulary);
    const std::function<void(const std::string&)> check = [&](const std::string& text) {
      ASSERT_EQ(tokenizer.encode(text), encode_naively(vocabulary, text)) << text;
      if (text.size() == 6) return;
      for (const char byte : {'a', 'b', 'c', ' '}) check(text + byte);
    };
    check("");
  }
}

// A heap takes over at kLongPiece symbols, another queue at kVeryLongPiece: all ways must give one
// result, with ranks that fall and rise.
TEST(TokenizerTest, LongPiecesMergeLikeShortOnes) {
  const Vocabulary vocabulary =
      tiktoken_vocabulary({"ab", "ba", "aba", "bb", "aa", "aaaa", "abab", "bbaa", "baab"});
  const Tokenizer tokenizer = make_tokenizer(vocabulary);
  PhiloxStream random(4, 0);
  const auto check = [&](std::size_t size, std::string_view alphabet) {
    std::string text(size, 'a');
    for (char& byte : text) byte = alphabet[random.next_below(alphabet.size())];
    ASSERT_EQ(tokenizer.encode(text), encode_naively(vocabulary, text)) << text;
  };
  for (std::size_t size = kLongPiece - 3; size < kLongPiece + 40; ++size)
    for (const std::string_view alphabet : {"ab", "a", "aab"}) check(size, alphabet);
  check(kVeryLongPiece - 1, "ab");
  check(kVeryLongPiece, "ab");
}

/// Without a cache and without batches.
Ids encode_piece_by_piece(const Vocabulary& vocabulary, std::string_view text) {
  const TokenIndex index = index_of(vocabulary.tokens);
  const std::array<TokenId, 256> bytes = byte_ids(vocabulary);
  const MergeTable merges = merge_table_of(vocabulary.merges);
  Ids ids;
  for_each_piece(vocabulary.pipeline.pattern, text, [&](std::string_view piece) {
    const auto whole = index.find(piece);
    if (whole != index.end()) return ids.push_back(whole->second);
    Ids symbols;
    for (const char byte : piece) symbols.push_back(bytes[static_cast<std::uint8_t>(byte)]);
    append_merged(merges, symbols, ids);
  });
  return ids;
}

/// Words of all lengths, short ones most often, more different ones than a cache holds.
std::string many_words(std::size_t words) {
  PhiloxStream random(6, 0);
  std::string text;
  for (std::size_t word = 0; word < words; ++word) {
    const std::uint64_t size_max = random.next_below(50) == 0 ? 200 : 16;
    text +=
        random_bytes(random, size_max, "abcdefgh") + (random.next_below(9) == 0 ? "\n  é" : " ");
  }
  return text;
}

TEST(TokenizerTest, AFullCacheChangesNoId) {
  Vocabulary vocabulary =
      tiktoken_vocabulary({"ab", " a", "ba", "abc", " ab", "cd", "fgh", "gh", "aaa", "  "});
  const std::string text = many_words(500'000);
  for (const Pattern pattern : {Pattern::gpt2, Pattern::llama3}) {
    vocabulary.pipeline.pattern = pattern;
    const Tokenizer tokenizer = make_tokenizer(vocabulary);
    const Ids expected = encode_piece_by_piece(vocabulary, text);
    for (int round = 0; round < 2; ++round) ASSERT_EQ(tokenizer.encode(text), expected);
  }
}

TEST(TokenizerTest, IdsAreAppendedAndCounted) {
  const Tokenizer tokenizer = make_tokenizer(tiktoken_vocabulary({"ab", " a"}));
  for (const std::string& text : {std::string(), std::string("ab a"), many_words(3000)}) {
    Ids expected{7, 8};
    const Ids ids = tokenizer.encode(text);
    expected.insert(expected.end(), ids.begin(), ids.end());
    Ids appended{7, 8};
    tokenizer.encode_into(text, appended);
    EXPECT_EQ(appended, expected);
    EXPECT_EQ(tokenizer.count(text), ids.size());
  }
}

TEST(TokenizerTest, AMillionEqualBytesAreNoTrouble) {
  SKIP_WITHOUT_P50K();
  for (const char byte : {'a', '^', ' '}) {
    const std::string text(1'000'000, byte);
    EXPECT_EQ(p50k()->decode(p50k()->encode(text)), text);
  }
}

TEST(TokenizerTest, AddedTokensAreCutOutLongestFirst) {
  Vocabulary vocabulary = tiktoken_vocabulary({"ab"});
  const auto first = static_cast<TokenId>(vocabulary.tokens.size());
  for (const char* bytes : {"  ", "    "})
    vocabulary.tokens.push_back({.bytes = bytes, .from_pieces = false, .cut_from_text = true});
  const Tokenizer tokenizer = make_tokenizer(vocabulary);
  EXPECT_EQ(tokenizer.encode("       ab"), (Ids{first + 1, first, ' ', 256}));
  EXPECT_EQ(tokenizer.decode(tokenizer.encode("x     ")), "x     ");
}

TEST(TokenizerTest, ThreadsThatShareATokenizerGetTheSameIds) {
  const Tokenizer tokenizer = make_tokenizer(tiktoken_vocabulary({"ab", "ba", "aba", "bb", "aa"}));
  PhiloxStream random(5, 0);
  const std::string text = random_bytes(random, 5000, "ab c\n");
  const Ids expected = tokenizer.encode(text);
  std::vector<Ids> results(4);
  std::vector<std::thread> threads;
  for (Ids& result : results)
    threads.emplace_back([&] {
      for (int round = 0; round < 20; ++round) result = tokenizer.encode(text);
    });
  for (std::thread& thread : threads) thread.join();
  for (const Ids& result : results) EXPECT_EQ(result, expected);
}

TEST(TokenizerDeathTest, AnIdOutsideTheVocabularyIsABug) {
  const Tokenizer tokenizer = make_tokenizer(tiktoken_vocabulary({}));
  EXPECT_DEATH((void)tokenizer.bytes_of(257), "token 257 of a vocabulary of 257");
  EXPECT_DEATH((void)tokenizer.decode(Ids{-1}), "token -1");
}

}  // namespace
}  // namespace scribe
