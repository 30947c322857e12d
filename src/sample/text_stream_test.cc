// Tests that a stream gives out everything, as early as it may, and takes nothing back.
#include "sample/text_stream.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "base/philox.h"
#include "base/utf8.h"

namespace scribe {
namespace {

StopStrings stop_at(const std::vector<std::string>& strings) {
  return StopStrings::compile(strings).value();
}

TEST(TextStreamTest, TheBeginningOfAStopStringIsHeldUntilItIsNone) {
  const StopStrings stop = stop_at({"\ndef", "\nif"});
  TextStream stream(stop);
  EXPECT_FALSE(stream.append("x = 1\nd"));
  EXPECT_EQ(stream.take(), "x = 1");
  EXPECT_FALSE(stream.append("e"));
  EXPECT_EQ(stream.take(), "");
  EXPECT_FALSE(stream.append("l\n"));
  EXPECT_EQ(stream.take(), "\ndel");
  EXPECT_TRUE(stream.append("if y"));
  EXPECT_EQ(stream.take_rest(), "");
  EXPECT_EQ(stream.text(), "x = 1\ndel");
}

TEST(TextStreamTest, ACodePointIsHeldUntilItIsWholeAndInvalidBytesAreNot) {
  const StopStrings stop = stop_at({});
  TextStream stream(stop);
  EXPECT_FALSE(stream.append("a\xe2\x82"));
  EXPECT_EQ(stream.take(), "a");
  EXPECT_FALSE(stream.append("\xac\xf0\x9f"));
  EXPECT_EQ(stream.take(), "\xe2\x82\xac");
  EXPECT_FALSE(stream.append("z\x80\xff"));
  EXPECT_EQ(stream.take(), "\xf0\x9fz\x80\xff");
  EXPECT_FALSE(stream.append("\xc3"));
  EXPECT_EQ(stream.take(), "");
  EXPECT_EQ(stream.take_rest(), "\xc3");
}

// The law: the pieces make the text; each is given out as soon as no continuation can take it back.
TEST(TextStreamTest, OnRandomTextPiecesAreTheTextAndNeverLate) {
  PhiloxStream random(3, 0);
  const std::string alphabet = "ab\xc3\xa9\xe2";
  const auto random_text = [&](std::uint64_t length_max) {
    std::string text;
    for (std::uint64_t left = 1 + random.next_below(length_max); left > 0; --left)
      text += alphabet[random.next_below(alphabet.size())];
    return text;
  };
  for (int round = 0; round < 2000; ++round) {
    const std::vector<std::string> strings = {random_text(5), random_text(5)};
    const StopStrings stop = stop_at(strings);
    TextStream stream(stop);
    std::string given;
    bool stopped = false;
    for (int i = 0; i < 10 && !stopped; ++i) {
      stopped = stream.append(random_text(3));
      if (stopped) break;
      given += stream.take();
      const std::string& text = stream.text();
      ASSERT_EQ(text.substr(0, given.size()), given);
      // The longest end of the text that begins a stop string, by comparing all of them.
      std::size_t begun = 0;
      for (const std::string& s : strings)
        for (std::size_t length = 1; length < s.size(); ++length)
          if (text.ends_with(s.substr(0, length))) begun = std::max(begun, length);
      const std::string safe = text.substr(0, text.size() - begun);
      ASSERT_EQ(given.size(), safe.size() - incomplete_utf8_tail(safe));
    }
    given += stream.take_rest();
    EXPECT_EQ(given, stream.text());
    for (const std::string& s : strings) EXPECT_EQ(given.find(s), std::string::npos);
  }
}

}  // namespace
}  // namespace scribe
