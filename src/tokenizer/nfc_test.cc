// Tests Normalization Form C by the examples of the standard and by its laws.
#include "tokenizer/nfc.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/philox.h"
#include "base/utf8.h"
#include "tokenizer/nfc_tables.h"

namespace scribe {
namespace {

std::string text_of(std::initializer_list<std::uint32_t> code_points) {
  std::string text;
  for (const std::uint32_t code_point : code_points) append_utf8(code_point, text);
  return text;
}

// Unicode Standard Annex #15, figures 3 to 5.
TEST(NfcTest, ComposesAsTheStandardShows) {
  EXPECT_EQ(nfc(text_of({0x212B})), text_of({0xC5}));
  EXPECT_EQ(nfc(text_of({0x2126})), text_of({0x3A9}));
  EXPECT_EQ(nfc(text_of({'A', 0x30A})), text_of({0xC5}));
  EXPECT_EQ(nfc(text_of({'s', 0x323, 0x307})), text_of({0x1E69}));
  EXPECT_EQ(nfc(text_of({'s', 0x307, 0x323})), text_of({0x1E69}));
  EXPECT_EQ(nfc(text_of({0x1E0B, 0x323})), text_of({0x1E0D, 0x307}));
  EXPECT_EQ(nfc(text_of({0xFB01})), text_of({0xFB01}));
  EXPECT_EQ(nfc(text_of({0x1E9B, 0x323})), text_of({0x1E9B, 0x323}));
}

TEST(NfcTest, ExcludedCharactersDecomposeForGood) {
  EXPECT_EQ(nfc(text_of({0x958})), text_of({0x915, 0x93C}));
  EXPECT_EQ(nfc(text_of({0x915, 0x93C})), text_of({0x915, 0x93C}));
  EXPECT_EQ(nfc(text_of({0x344})), text_of({0x308, 0x301}));
}

TEST(NfcTest, HangulIsComputed) {
  EXPECT_EQ(nfc(text_of({0x1112, 0x1161, 0x11AB})), text_of({0xD55C}));
  EXPECT_EQ(nfc(text_of({0xD558, 0x11AB})), text_of({0xD55C}));
  EXPECT_EQ(nfc(text_of({0x1112, 0x1161})), text_of({0xD558}));
  EXPECT_EQ(nfc(text_of({0xD55C, 0x11AB})), text_of({0xD55C, 0x11AB}));
  EXPECT_EQ(nfc(text_of({0xD558, 0x11A7})), text_of({0xD558, 0x11A7}));
  EXPECT_EQ(nfc(text_of({0xD7A3})), text_of({0xD7A3}));
}

TEST(NfcTest, AMarkOfTheSameClassOrAnotherLetterBlocks) {
  EXPECT_EQ(nfc(text_of({'a', 0x30A, 0x301})), text_of({0x1FB}));
  EXPECT_EQ(nfc(text_of({'e', 0x304, 0x307, 0x301})), text_of({0x113, 0x307, 0x301}));
  EXPECT_EQ(nfc(text_of({'e', 'x', 0x301})), text_of({'e', 'x', 0x301}));
  EXPECT_EQ(nfc(text_of({0x301, 'e'})), text_of({0x301, 'e'}));
}

TEST(NfcTest, InvalidBytesStayAndNothingPassesThem) {
  EXPECT_EQ(nfc("e\xFF\xCC\x81"), "e\xFF\xCC\x81");
  EXPECT_EQ(nfc("\xCC"), "\xCC");
  EXPECT_EQ(nfc("e\xCC\x81\xE3\x80"), "\xC3\xA9\xE3\x80");
}

TEST(NfcTest, WhatTheQuickLookLetsPassNeverChanges) {
  for (std::uint32_t a = 0; a < 0x300; ++a) {
    ASSERT_FALSE(may_change_in_nfc(text_of({a})));
    ASSERT_EQ(nfc(text_of({'e', a, 'e'})), text_of({'e', a, 'e'}));
  }
  EXPECT_TRUE(may_change_in_nfc(text_of({'e', 0x300})));
}

// Every string has one normal form, however its marks are ordered and its characters are composed.
TEST(NfcTest, EquivalentTextsHaveOneFormAndItIsStable) {
  PhiloxStream random(1, 0);
  const auto table = decompositions();
  const auto marks = combining_ranges();
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    std::string decomposed;
    for (std::uint64_t length = 1 + random.next_below(8); length > 0; --length) {
      const Decomposition& entry = table[random.next_below(table.size())];
      const std::uint32_t mark = marks[random.next_below(marks.size())].last;
      const bool is_mark = random.next_below(2) == 0;
      append_utf8(is_mark ? mark : entry.composed, text);
      append_utf8(is_mark ? mark : entry.first, decomposed);
      if (!is_mark && entry.second != 0) append_utf8(entry.second, decomposed);
    }
    ASSERT_EQ(nfc(text), nfc(decomposed));
    ASSERT_EQ(nfc(nfc(text)), nfc(text));
  }
}

TEST(NfcTest, AMillionMarksAreNoTrouble) {
  std::string text = "e";
  for (int i = 0; i < 500'000; ++i) text += text_of({0x301, 0x323});
  EXPECT_EQ(nfc(nfc(text)), nfc(text));
}

TEST(NfcTest, TablesAreSorted) {
  EXPECT_TRUE(std::ranges::is_sorted(decompositions(), {}, &Decomposition::composed));
  std::uint32_t next = 0;
  for (const CombiningRange& range : combining_ranges()) {
    EXPECT_GE(range.first, next);
    EXPECT_GE(range.last, range.first);
    next = range.last + 1;
  }
}

// A mark that came with Unicode 10 does not move, as in Hugging Face `tokenizers`.
TEST(NfcTest, TheTablesAreThoseOfUnicode9) {
  EXPECT_EQ(nfc(text_of({'a', 0x1DF6, 0x323})), text_of({'a', 0x1DF6, 0x323}));
  EXPECT_EQ(nfc(text_of({'a', 0x1DF5, 0x323})), text_of({0x1EA1, 0x1DF5}));
}

TEST(Utf8Test, EveryCodePointComesBack) {
  for (std::uint32_t code_point = 0; code_point < 0x110000; ++code_point) {
    if (code_point == 0xD800) code_point = 0xE000;
    const std::string text = text_of({code_point});
    const CodePoint found = code_point_at(text, 0);
    ASSERT_EQ(found.value, code_point);
    ASSERT_EQ(found.length_bytes, text.size());
  }
}

TEST(Utf8Test, TheBeginningOfACodePointIsAnIncompleteTail) {
  for (const std::uint32_t code_point : {0x41U, 0xE9U, 0x20ACU, 0xFFFDU, 0x1F600U, 0x10FFFFU}) {
    const std::string text = text_of({code_point});
    for (std::size_t length = 1; length <= text.size(); ++length)
      EXPECT_EQ(incomplete_utf8_tail(std::string_view(text).substr(0, length)),
                length == text.size() ? 0 : length);
  }
  EXPECT_EQ(incomplete_utf8_tail(""), 0U);
  EXPECT_EQ(incomplete_utf8_tail("\xe2"), 1U);
  EXPECT_EQ(incomplete_utf8_tail("a\x80"), 0U);
  EXPECT_EQ(incomplete_utf8_tail("\x80\x80\x80"), 0U);
  EXPECT_EQ(incomplete_utf8_tail("\xff"), 0U);
}

}  // namespace
}  // namespace scribe
