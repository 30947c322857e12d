// Tests the index against plain search in normalised text, on texts made of each other's pieces.
#include "corpus/shared_text.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/philox.h"

namespace scribe {
namespace {

using Match = SharedTextIndex::Match;

std::vector<std::string> slow_words(std::string_view normalised) {
  std::vector<std::string> words(1);
  for (const char c : normalised)
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
        static_cast<unsigned char>(c) >= 0x80)
      words.back().push_back(c);
    else if (!words.back().empty())
      words.emplace_back();
  if (words.back().empty()) words.pop_back();
  return words;
}

/// The n-grams of a normalised text that pass, by place; others are empty.
std::vector<std::string> slow_grams(std::string_view normalised, const SharedTextOptions& options) {
  const std::vector<std::string> words = slow_words(normalised);
  std::vector<std::string> grams;
  const auto width = static_cast<std::size_t>(options.gram_words);
  for (std::size_t first = 0; first + width <= words.size(); ++first) {
    std::string gram;
    std::set<std::string> distinct;
    for (std::size_t at = first; at < first + width; ++at) {
      gram += (gram.empty() ? "" : " ") + words[at];
      if (std::ranges::count_if(words[at], [](char c) { return c >= 'a' && c <= 'z'; }) >= 3)
        distinct.insert(words[at]);
    }
    const bool passes =
        static_cast<std::int32_t>(distinct.size()) >= options.gram_distinct_words_min;
    grams.push_back(passes ? gram : "");
  }
  return grams;
}

/// The specification.
std::optional<Match> slow_find(const std::vector<std::string>& passages,
                               const std::vector<std::string>& sources, std::string_view text,
                               const SharedTextOptions& options) {
  const std::string normalised = normalised_text(text);
  std::size_t first = std::string::npos;
  std::optional<Match> found;
  for (std::size_t owner = 0; owner < passages.size(); ++owner) {
    const std::size_t begin = normalised.find(passages[owner]);
    if (begin >= first) continue;
    first = begin;
    found = Match{.owner = owner, .text = passages[owner], .is_passage = true};
  }
  if (found.has_value()) return found;
  for (const std::string& gram : slow_grams(normalised, options))
    for (std::size_t owner = 0; owner < sources.size() && !gram.empty(); ++owner) {
      const std::vector<std::string> grams = slow_grams(sources[owner], options);
      if (std::ranges::find(grams, gram) != grams.end())
        return Match{.owner = owner, .text = gram, .is_passage = false};
    }
  return std::nullopt;
}

/// Few words, long and short, with all kinds of gaps: pieces of any two texts often agree.
std::string random_text(PhiloxStream& random, std::size_t words) {
  constexpr std::string_view kWords[] = {"a",          "I",
                                         "Alpha",      "beta",
                                         "gammagamma", "x_1",
                                         "9",          "\xc3\xa9t\xc3\xa9",
                                         "delta",      "epsilon_and_more",
                                         "zeta",       "eta"};
  constexpr std::string_view kGaps[] = {" ", "  ", "\n    ", ", ", ".", " (", "\t", "=", "\r\n"};
  std::string text;
  for (std::size_t word = 0; word < words; ++word) {
    text += kWords[random.next_below(std::size(kWords))];
    text += kGaps[random.next_below(std::size(kGaps))];
  }
  return text;
}

/// A text and, in the middle of another, often a piece of one of `pieces`, in other layout.
std::string with_piece(PhiloxStream& random, const std::vector<std::string>& pieces) {
  std::string text = random_text(random, random.next_below(20));
  const std::string& piece = pieces[random.next_below(pieces.size())];
  const std::size_t begin = random.next_below(3) == 0 ? random.next_below(piece.size()) : 0;
  for (const char c : std::string_view(piece).substr(begin, random.next_below(200))) {
    if (c == ' ' && random.next_below(3) == 0) text += " \n";
    text += random.next_below(8) == 0 && c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  }
  return text + random_text(random, random.next_below(20));
}

TEST(SharedTextTest, TheIndexFindsWhatPlainSearchFinds) {
  PhiloxStream random(7, 0);
  int passages_found = 0;
  int grams_found = 0;
  for (int round = 0; round < 40; ++round) {
    const SharedTextOptions options{
        .gram_words = 4 + static_cast<std::int32_t>(random.next_below(10)),
        .gram_distinct_words_min = static_cast<std::int32_t>(random.next_below(5))};
    SharedTextIndex index(options);
    std::vector<std::string> passages;
    std::vector<std::string> sources;
    for (std::size_t owner = 0; owner < 8; ++owner) {
      // From one word, which has no anchor, to forty; some are the beginning of others.
      passages.push_back(normalised_text(random_text(random, 1 + random.next_below(40))));
      if (owner > 0 && random.next_below(4) == 0) passages.back() = passages[0] + " alpha";
      sources.push_back(normalised_text(random_text(random, random.next_below(60))));
      if (passages.back().size() < 12) passages.back() += "((((((((((((";
      index.add_passage(passages.back(), owner);
      if (round % 2 == 0 && !sources.back().empty()) index.add_grams(sources.back(), owner);
      if (round % 2 == 1) sources.back().clear();
    }
    std::vector<std::string> pieces = passages;
    for (const std::string& source : sources)
      if (!source.empty()) pieces.push_back(source);
    for (int text = 0; text < 60; ++text) {
      const std::string document = with_piece(random, pieces);
      const std::optional<Match> expected = slow_find(passages, sources, document, options);
      const std::optional<Match> found = index.find(document);
      ASSERT_EQ(found.has_value(), expected.has_value()) << document;
      if (!found.has_value()) continue;
      (found->is_passage ? passages_found : grams_found) += 1;
      ASSERT_EQ(found->is_passage, expected->is_passage) << document;
      ASSERT_EQ(found->owner, expected->owner) << document;
      ASSERT_EQ(found->text, expected->text) << document;
    }
  }
  EXPECT_GT(passages_found, 130);
  EXPECT_GT(grams_found, 130);
}

TEST(SharedTextTest, EveryInstructionSetFindsTheSame) {
  PhiloxStream random(8, 0);
  const std::string source = normalised_text(random_text(random, 40));
  SharedTextIndex plain({.gram_words = 6, .gram_distinct_words_min = 0}, baseline_word_kernels());
  SharedTextIndex fast({.gram_words = 6, .gram_distinct_words_min = 0});
  for (SharedTextIndex* index : {&plain, &fast}) index->add_grams(source, 0);
  int found = 0;
  for (int text = 0; text < 300; ++text) {
    const std::string document = with_piece(random, {source});
    const auto expected = plain.find(document);
    const auto match = fast.find(document);
    ASSERT_EQ(match.has_value(), expected.has_value());
    if (!match.has_value()) continue;
    ASSERT_EQ(match->text, expected->text);
    ++found;
  }
  EXPECT_GT(found, 100);
}

// Words are hashed by their length and first eight bytes.
TEST(SharedTextTest, WordsThatBeginAlikeAreToldApart) {
  SharedTextIndex index({.gram_words = 4, .gram_distinct_words_min = 0});
  index.add_passage("( transform_first transform_second transform_third )", 0);
  index.add_grams("calculate_one calculate_two calculate_six calculate_ten", 1);
  EXPECT_TRUE(index.find("( transform_first  Transform_second transform_third )").has_value());
  EXPECT_FALSE(index.find("( transform_first transform_sekond transform_third )").has_value());
  EXPECT_TRUE(index.find("calculate_one, CALCULATE_two, calculate_six, calculate_ten").has_value());
  EXPECT_FALSE(
      index.find("calculate_one, calculate_two, calculate_sex, calculate_ten").has_value());
}

TEST(SharedTextTest, AnEmptyIndexFindsNothing) {
  EXPECT_TRUE(SharedTextIndex().empty());
  EXPECT_FALSE(SharedTextIndex().find("anything at all").has_value());
}

}  // namespace
}  // namespace scribe
