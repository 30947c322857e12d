// Tests of changed inputs: what stays as a reader of the input needs it.
#include "problems/changed_input.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <sstream>

namespace scribe {
namespace {

std::vector<std::string> changed(const std::vector<std::string>& inputs, std::size_t count,
                                 std::uint64_t seed = 1) {
  return changed_inputs(inputs, count, seed);
}

std::vector<std::int64_t> numbers_of(const std::string& text) {
  std::istringstream words(text);
  std::vector<std::int64_t> numbers;
  for (std::int64_t number = 0; words >> number;) numbers.push_back(number);
  return numbers;
}

TEST(ChangedInputTest, InputsAreNewAndAFunctionOfTheSeed) {
  const std::vector<std::string> given{"3\n1 2 3\n", "1\n7\n"};
  const auto one = changed(given, 50);
  EXPECT_EQ(one.size(), 50U);
  EXPECT_EQ(one, changed(given, 50));
  EXPECT_NE(one, changed(given, 50, 2));
  std::set<std::string> all(one.begin(), one.end());
  EXPECT_EQ(all.size(), one.size());
  for (const std::string& input : given) EXPECT_FALSE(all.contains(input));
}

TEST(ChangedInputTest, ACountChangesWithWhatItCounts) {
  std::set<std::int64_t> counts;
  std::size_t consistent = 0;
  const auto inputs = changed({"4\n5 6 7 8\n"}, 200);
  for (const std::string& input : inputs) {
    const auto numbers = numbers_of(input);
    counts.insert(numbers.front());
    if (numbers.front() == std::ssize(numbers) - 1) ++consistent;
  }
  // A count on its own changes, too, which programs then refuse or survive.
  EXPECT_GT(consistent, inputs.size() / 2);
  EXPECT_TRUE(counts.contains(1) && counts.contains(3) && counts.contains(5));
}

TEST(ChangedInputTest, LinesAreCountedAndWordsToo) {
  bool has_more_lines = false;
  bool has_longer_word = false;
  for (const std::string& input : changed({"2\n1 10\n2 20\n"}, 200)) {
    const auto lines = std::ranges::count(input, '\n');
    has_more_lines = has_more_lines || (input.starts_with("3\n") && lines == 4);
  }
  for (const std::string& input : changed({"3\nabc\n"}, 200))
    has_longer_word = has_longer_word || (input.starts_with("4\n") && input.size() == 7);
  EXPECT_TRUE(has_more_lines);
  EXPECT_TRUE(has_longer_word);
}

TEST(ChangedInputTest, NumbersStayNearWhatIsShown) {
  std::int64_t highest = 0;
  for (const std::string& input : changed({"10 20 30\n", "40\n"}, 300)) {
    for (const std::int64_t number : numbers_of(input)) {
      EXPECT_GE(number, 10) << input;
      EXPECT_LE(number, 48) << input;  // 40, and a quarter of the range and one above it.
      highest = std::max(highest, number);
    }
  }
  EXPECT_GT(highest, 40);
}

TEST(ChangedInputTest, LargeNumbersStayNumbers) {
  for (const std::string& input : changed({"1 9007199254740991\n"}, 200))
    for (const std::int64_t number : numbers_of(input)) EXPECT_LE(number, std::int64_t{1} << 53);
}

TEST(ChangedInputTest, DigitsThatAreNoNumberAndSpacesStay) {
  for (const std::string& input : changed({"0101\n"}, 20)) {
    EXPECT_EQ(input.size(), 5U) << input;
    EXPECT_EQ(input.find_first_not_of("01\n"), std::string::npos) << input;
  }
  for (const std::string& input : changed({"a  b\n"}, 20)) EXPECT_EQ(input.size(), 5U) << input;
}

TEST(ChangedInputTest, WhatCannotChangeGivesNothing) {
  EXPECT_TRUE(changed({}, 5).empty());
  EXPECT_TRUE(changed({""}, 5).empty());
  EXPECT_TRUE(changed({"a\n"}, 5).empty());
  EXPECT_TRUE(changed({std::string(kChangedInputBytesMax + 1, 'a')}, 5).empty());
  EXPECT_LE(changed({"7\n"}, 50).size(), 3U);  // 8 and 9 at most: 7 and a quarter and one above.
}

TEST(ChangedInputTest, CharactersOfSeveralBytesStayWhole) {
  for (const std::string& input : changed({"äöü\n"}, 50)) {
    EXPECT_EQ(input.find("\xEF\xBF\xBD"), std::string::npos);
    for (std::size_t i = 0; i + 1 < input.size(); i += 2)
      EXPECT_EQ(input[i], '\xC3') << testing::PrintToString(input);
  }
}

}  // namespace
}  // namespace scribe
