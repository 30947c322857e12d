// Tests stop strings: found wherever tokens divide them, cut at the earliest match.
#include "sample/stop_strings.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/philox.h"

namespace scribe {
namespace {

/// Where reading the tokens in turn says to cut, and after which token.
struct Found {
  std::size_t cut = std::string::npos;
  std::size_t tokens = 0;
};

Found read_all(const StopStrings& stop, const std::vector<std::string>& tokens) {
  StopStrings::Position position;
  for (std::size_t i = 0; i < tokens.size(); ++i)
    if (const auto cut = stop.read(position, tokens[i])) return {*cut, i + 1};
  return {};
}

TEST(StopStringsTest, AMatchMaySpanTokensAndCutsBeforeItsStart) {
  const StopStrings stop = StopStrings::compile(default_stop_strings()).value();
  const Found found = read_all(stop, {"    return 1", "\n", "de", "f f():", "\n"});
  EXPECT_EQ(found.cut, 12U);
  EXPECT_EQ(found.tokens, 4U);
}

TEST(StopStringsTest, TheDefaultListIsThePapers) {
  const StopStrings stop = StopStrings::compile(default_stop_strings()).value();
  for (const char* text : {"\nclass", "\ndef", "\n#", "\nif", "\nprint"})
    EXPECT_EQ(read_all(stop, {std::string("x") + text}).cut, 1U) << text;
  EXPECT_EQ(read_all(stop, {"\n    if x:\n        print(1)\n    # done\n"}).tokens, 0U);
}

TEST(StopStringsTest, NoMatchStartsInThePrompt) {
  const StopStrings stop = StopStrings::compile({"\ndef"}).value();
  // The prompt's last newline is not part of what is read.
  EXPECT_EQ(read_all(stop, {"def f():", " pass"}).tokens, 0U);
}

TEST(StopStringsTest, TheEarliestOfSeveralMatchesInOneTokenDecides) {
  const StopStrings stop = StopStrings::compile({"cd", "abcde", "zz"}).value();
  EXPECT_EQ(read_all(stop, {"xabcdezz"}).cut, 1U);
  // "abcde" is not complete when "cd" is: a match that has ended decides.
  EXPECT_EQ(read_all(stop, {"xabcd", "e"}).cut, 3U);
}

TEST(StopStringsTest, AFailedBeginningMayHoldAnother) {
  const StopStrings stop = StopStrings::compile({"aab", "\n\n\n#"}).value();
  EXPECT_EQ(read_all(stop, {"a", "a", "a", "b"}).cut, 1U);
  EXPECT_EQ(read_all(stop, {"\n\n", "\n\n", "#"}).cut, 1U);
}

TEST(StopStringsTest, AnyBytesMatch) {
  const StopStrings stop = StopStrings::compile({std::string("\xff\0\xc3", 3)}).value();
  EXPECT_EQ(read_all(stop, {"a\xff", std::string("\0", 1), "\xc3"}).cut, 1U);
}

// The law: the cut is the least find() over the stop strings, at the first token where there is
// one.
TEST(StopStringsTest, AgreesWithSearchingTheWholeTextOnRandomInput) {
  PhiloxStream random(5, 0);
  const auto random_text = [&](std::uint64_t length_max) {
    std::string text;
    for (std::uint64_t left = 1 + random.next_below(length_max); left > 0; --left)
      text += static_cast<char>('a' + random.next_below(2));
    return text;
  };
  for (int round = 0; round < 3000; ++round) {
    std::vector<std::string> strings;
    for (std::uint64_t i = 0; i <= random.next_below(4); ++i) strings.push_back(random_text(6));
    std::vector<std::string> tokens;
    for (int i = 0; i < 8; ++i) tokens.push_back(random_text(4));
    Found expected;
    std::string text;
    for (std::size_t i = 0; i < tokens.size() && expected.tokens == 0; ++i) {
      text += tokens[i];
      for (const std::string& s : strings) expected.cut = std::min(expected.cut, text.find(s));
      if (expected.cut != std::string::npos) expected.tokens = i + 1;
    }
    const Found found = read_all(StopStrings::compile(strings).value(), tokens);
    ASSERT_EQ(found.cut, expected.cut);
    ASSERT_EQ(found.tokens, expected.tokens);
  }
}

TEST(StopStringsTest, NoStringsStopNothing) {
  EXPECT_EQ(read_all(StopStrings::compile({}).value(), {"\ndef", "\nclass"}).tokens, 0U);
}

TEST(StopStringsTest, EmptyAndOverlongStringsAreRefused) {
  EXPECT_EQ(StopStrings::compile({"a", ""}).error().code(), ErrorCode::invalid_argument);
  EXPECT_EQ(StopStrings::compile({std::string(kStopBytesMax + 1, 'a')}).error().code(),
            ErrorCode::limit_exceeded);
}

}  // namespace
}  // namespace scribe
