// Tests the patterns of encoded data at their edges.
#include "corpus/encoded_data.h"

#include <algorithm>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/philox.h"

namespace scribe {
namespace {

std::string repeated(std::string_view text, int count) {
  std::string out;
  for (int index = 0; index < count; ++index) out += text;
  return out;
}

std::string in_quotes(std::string_view text) {
  return fmt::format("'{}'", text);
}

// Expected lengths are those that Python's re finds with the three patterns.
TEST(EncodedDataTest, Base64NeedsSixtyFourCharactersInARow) {
  EXPECT_EQ(find_encoded_data(in_quotes(std::string(63, 'A'))).bytes, 0);
  EXPECT_EQ(find_encoded_data(in_quotes(std::string(64, 'A'))).bytes_max, 64);
  // Line ends and padding belong to the run.
  EXPECT_EQ(
      find_encoded_data(fmt::format("(\n{}\n{}==\n)", std::string(40, 'q'), std::string(40, '/')))
          .bytes_max,
      85);
}

TEST(EncodedDataTest, HexNeedsEightPairsApart) {
  EXPECT_EQ(find_encoded_data(in_quotes(repeated("0x1f,", 7))).bytes, 0);
  EXPECT_EQ(find_encoded_data(in_quotes(repeated("0x1f,", 8))).bytes_max, 40);
  EXPECT_EQ(find_encoded_data(in_quotes(repeated("de ad\n", 4))).bytes_max, 24);
  // A comma and a space are no separator of the pattern, and words are no pairs.
  EXPECT_EQ(find_encoded_data(repeated("0x1f, ", 20)).bytes, 0);
  EXPECT_EQ(find_encoded_data(repeated("dead beef ", 20)).bytes, 0);
  // The first \x follows a quote, where no word begins.
  EXPECT_EQ(find_encoded_data(in_quotes(repeated("\\x0a", 9))).bytes_max, 32);
  EXPECT_EQ(find_encoded_data(in_quotes(repeated("\\x0a", 8))).bytes_max, 0);
}

TEST(EncodedDataTest, UnicodeNeedsEightEscapes) {
  EXPECT_EQ(find_encoded_data(in_quotes(repeated("\\u4e2d", 7))).bytes, 0);
  EXPECT_EQ(find_encoded_data(in_quotes(repeated("\\u4e2d", 8))).bytes_max, 48);
  EXPECT_EQ(find_encoded_data(in_quotes(repeated("\\u4e2g", 8))).bytes, 0);
}

TEST(EncodedDataTest, MatchesAddUp) {
  const EncodedData data = find_encoded_data(fmt::format(
      "'{}' '{}' {}", std::string(100, 'A'), std::string(70, 'B'), repeated("ab ", 10)));
  EXPECT_EQ(data.bytes, 200);
  EXPECT_EQ(data.bytes_max, 100);
}

/// [a-zA-Z0-9+/\n=]{64,}, byte by byte.
EncodedData plain_base64(std::string_view text) {
  EncodedData data;
  std::int64_t run = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    const char c = i < text.size() ? text[i] : ' ';
    if (std::isalnum(static_cast<unsigned char>(c)) != 0 ||
        std::string_view("+/\n=").find(c) != std::string_view::npos) {
      ++run;
      continue;
    }
    if (run >= 64) data.bytes += run;
    if (run >= 64) data.bytes_max = std::max(data.bytes_max, run);
    run = 0;
  }
  return data;
}

TEST(EncodedDataTest, SkippingFindsWhatLookingAtEveryByteFinds) {
  PhiloxStream random(3, 0);
  for (int round = 0; round < 500; ++round) {
    std::string text;
    while (text.size() < 1000) {
      // No pairs of hexadecimal digits, so that only one pattern matches.
      text.append(random.next_below(90), 'z');
      text += '.';
    }
    const EncodedData plain = plain_base64(text);
    const EncodedData found = find_encoded_data(text);
    EXPECT_EQ(found.bytes, plain.bytes);
    EXPECT_EQ(found.bytes_max, plain.bytes_max);
  }
}

}  // namespace
}  // namespace scribe
