// Tests the difference of two texts.
#include "cli/corpus_report.h"

#include <gtest/gtest.h>

namespace scribe::cli {
namespace {

TEST(LineDifferenceTest, ShowsWhatGoesAndWhatComes) {
  EXPECT_EQ(line_difference("a\nb\nc\n", "a\nx\nc\n"), " a\n-b\n+x\n c\n");
  EXPECT_EQ(line_difference("", "a\n"), "+a\n");
  EXPECT_EQ(line_difference("a\n", ""), "-a\n");
}

TEST(LineDifferenceTest, EqualTextsAreOneOmission) {
  EXPECT_EQ(line_difference("a\nb\n", "a\nb\n"), "...\n");
  EXPECT_EQ(line_difference("", ""), "");
}

TEST(LineDifferenceTest, LongStretchesOfEqualLinesAreLeftOut) {
  std::string same;
  for (int line = 0; line < 20; ++line) same += fmt::format("{}\n", line);
  EXPECT_EQ(line_difference(same + "x\n" + same + "y\n", same + same + "z\n"),
            "...\n 17\n 18\n 19\n-x\n 0\n 1\n 2\n...\n 17\n 18\n 19\n-y\n+z\n");
}

// The lines that stay or go are the first text, those that stay or come the second.
TEST(LineDifferenceTest, BothTextsCanBeReadOffIt) {
  const std::string before = "a\nb\na\nb\nc\n";
  const std::string after = "b\na\nc\nb\n";
  std::string first;
  std::string second;
  std::string difference = line_difference(before, after);
  for (std::size_t begin = 0; begin < difference.size();) {
    const std::size_t end = difference.find('\n', begin) + 1;
    const std::string line = difference.substr(begin, end - begin);
    if (line[0] != '+') first += line.substr(1);
    if (line[0] != '-') second += line.substr(1);
    begin = end;
  }
  EXPECT_EQ(first, before);
  EXPECT_EQ(second, after);
}

}  // namespace
}  // namespace scribe::cli
