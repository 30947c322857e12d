// Tests the pattern scanner against the pattern tried alternative by alternative.
#include "tokenizer/pretokenize.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/philox.h"

namespace scribe {
namespace {

using enum CharacterClass;

std::vector<std::string> pieces_of(std::string_view text, Pattern pattern = Pattern::gpt2) {
  std::vector<std::string> pieces;
  for_each_piece(pattern, text, [&](std::string_view piece) { pieces.emplace_back(piece); });
  return pieces;
}

/// The patterns, read from left to right with backtracking, on a vector of characters. Obvious,
/// slow.
class SlowPattern {
 public:
  explicit SlowPattern(std::string_view text, Pattern pattern = Pattern::gpt2)
      : text_(text), pattern_(pattern) {
    for (std::size_t i = 0; i < text.size(); i += characters_.back().length_bytes) {
      characters_.push_back(character_at(text, i));
      begins_.push_back(i);
    }
    begins_.push_back(text.size());
  }

  std::vector<std::string> pieces() const {
    std::vector<std::string> pieces;
    for (std::size_t i = 0; i < characters_.size();) {
      const std::size_t end = pattern_ == Pattern::gpt2         ? match(i)
                              : pattern_ == Pattern::code_lines ? match_code_lines(i)
                                                                : match_lines(i);
      pieces.emplace_back(text_.substr(begins_[i], begins_[end] - begins_[i]));
      i = end;
    }
    return pieces;
  }

 private:
  std::size_t match(std::size_t i) const {
    for (const char* contraction : {"'s", "'t", "'re", "'ve", "'m", "'ll", "'d"})
      if (text_.substr(begins_[i]).starts_with(contraction))
        return i + std::string_view(contraction).size();
    for (const CharacterClass kind : {letter, number, other}) {
      // `?` is greedy: with the space first, then without it.
      if (text_[begins_[i]] == ' ' && run(i + 1, kind) > i + 1) return run(i + 1, kind);
      if (run(i, kind) > i) return run(i, kind);
    }
    return match_spaces(i);
  }

  std::size_t match_lines(std::size_t i) const {
    for (const char* contraction :
         {"'s",  "'S",  "'\u017F", "'t", "'T",  "'re", "'rE", "'Re", "'RE", "'ve", "'vE",
          "'Ve", "'VE", "'m",      "'M", "'ll", "'lL", "'Ll", "'LL", "'d",  "'D"})
      if (text_.substr(begins_[i]).starts_with(contraction))
        return i + (std::string_view(contraction) == "'\u017F"
                        ? 2
                        : std::string_view(contraction).size());
    const CharacterClass kind = characters_[i].kind;
    const bool may_precede = kind != letter && kind != number && !is_newline(i);
    if (may_precede && run(i + 1, letter) > i + 1) return run(i + 1, letter);
    if (run(i, letter) > i) return run(i, letter);
    const std::size_t numbers_max = pattern_ == Pattern::qwen2 ? 1 : 3;
    if (run(i, number) > i) return std::min(run(i, number), i + numbers_max);
    if (text_[begins_[i]] == ' ' && run(i + 1, other) > i + 1) return newlines(run(i + 1, other));
    if (run(i, other) > i) return newlines(run(i, other));
    for (std::size_t end = run(i, space); end > i; --end)
      if (is_newline(end - 1)) return end;
    return match_spaces(i);
  }

  std::size_t match_code_lines(std::size_t i) const {
    const CharacterClass kind = characters_[i].kind;
    const bool may_precede = kind != letter && kind != number && !is_newline(i);
    if (may_precede && run(i + 1, letter) > i + 1) return run(i + 1, letter);
    if (run(i, letter) > i) return run(i, letter);
    if (run(i, number) > i) return std::min(run(i, number), i + 3);
    const bool is_blank = text_[begins_[i]] == ' ';
    for (const std::size_t begin : {is_blank ? i + 1 : i, i}) {
      const std::size_t signs = run(begin, other);
      if (signs > begin) return newlines(signs) > signs ? indentation(newlines(signs)) : signs;
    }
    for (std::size_t end = run(i, space); end > i; --end)
      if (is_newline(end - 1)) return indentation(end);
    return match_spaces(i);
  }

  /// `[ \t]*(?= \S)`, else `[ \t]*`.
  std::size_t indentation(std::size_t i) const {
    const auto is_at = [&](std::size_t at, char byte) {
      return at < characters_.size() && text_[begins_[at]] == byte;
    };
    std::size_t longest = i;
    while (is_at(longest, ' ') || is_at(longest, '\t')) ++longest;
    for (std::size_t end = longest + 1; end-- > i;)
      if (is_at(end, ' ') && end + 1 < characters_.size() && characters_[end + 1].kind != space)
        return end;
    return longest;
  }

  std::size_t match_spaces(std::size_t i) const {
    const std::size_t longest = run(i, space);
    for (std::size_t end = longest; end > i; --end)
      if (end == characters_.size() || characters_[end].kind == space) return end;
    return longest;
  }

  bool is_newline(std::size_t i) const {
    return text_[begins_[i]] == '\r' || text_[begins_[i]] == '\n';
  }

  std::size_t newlines(std::size_t i) const {
    while (i < characters_.size() && is_newline(i)) ++i;
    return i;
  }

  std::size_t run(std::size_t i, CharacterClass kind) const {
    while (i < characters_.size() && characters_[i].kind == kind) ++i;
    return i;
  }

  std::string_view text_;
  Pattern pattern_;
  std::vector<Character> characters_;
  std::vector<std::size_t> begins_;
};

/// Every piece cut again: what `is_found` says of a piece's begin (how many bytes are found there)
/// stands alone.
std::vector<std::string> isolate(const std::vector<std::string>& pieces,
                                 const std::function<std::size_t(std::string_view)>& found_bytes) {
  std::vector<std::string> out;
  for (const std::string& piece : pieces) {
    std::string between;
    const auto end_between = [&] {
      if (!between.empty()) out.push_back(std::exchange(between, ""));
    };
    for (std::size_t i = 0; i < piece.size();) {
      const std::size_t found = found_bytes(std::string_view(piece).substr(i));
      if (found > 0) {
        end_between();
        out.push_back(piece.substr(i, found));
        i += found;
      } else {
        const std::size_t length = character_at(piece, i).length_bytes;
        between += piece.substr(i, length);
        i += length;
      }
    }
    end_between();
  }
  return out;
}

/// How many bytes of characters of `among`, each a string, begin the text, after white space if
/// `takes_space`.
std::size_t run_of(const std::vector<std::string>& among, bool takes_space, std::string_view text) {
  std::size_t begin = 0;
  if (takes_space && character_at(text, 0).kind == space)
    begin = character_at(text, 0).length_bytes;
  std::size_t end = begin;
  for (bool grows = true; grows;) {
    grows = false;
    for (const std::string& one : among)
      if (text.substr(end).starts_with(one)) {
        end += one.size();
        grows = true;
      }
  }
  return end == begin ? 0 : end;
}

/// DeepSeek's pieces of a text that has no other letters, signs and numbers than are listed.
std::vector<std::string> cut_by_rules(const std::string& text, Pattern pattern) {
  const auto run = [](std::vector<std::string> among, bool takes_space) {
    return [among = std::move(among), takes_space](std::string_view rest) {
      return run_of(among, takes_space, rest);
    };
  };
  std::vector<std::string> pieces{text};
  pieces = isolate(pieces, [](std::string_view rest) -> std::size_t {
    return rest[0] == '\n' || rest[0] == '\r' ? 1 : 0;
  });
  if (pattern == Pattern::deepseek_coder) {
    pieces = isolate(pieces, run({"a", "é", "日"}, true));
    pieces = isolate(pieces, run({".", "—"}, true));
  } else {
    pieces = isolate(pieces, run({"a", "é"}, true));
    pieces = isolate(pieces, run({"a", ".", "+", "\u3000"}, true));
    pieces = isolate(pieces, [](std::string_view rest) {
      for (std::size_t i = 0; i < rest.size(); i += character_at(rest, i).length_bytes)
        if (character_at(rest, i).kind != space) return std::size_t{0};
      return rest.size();
    });
  }
  pieces = isolate(pieces, run({"日", "—", "०", "\u3000"}, false));
  return isolate(pieces, [](std::string_view rest) -> std::size_t {
    return rest.starts_with("1") ? 1 : rest.starts_with("०") ? 3 : 0;
  });
}

/// Calls visit with every string of at most `length_max` of the given parts.
void for_each_string(const std::vector<std::string>& parts, int length_max,
                     const std::function<void(const std::string&)>& visit,
                     const std::string& prefix = "") {
  visit(prefix);
  if (length_max == 0) return;
  for (const std::string& part : parts)
    for_each_string(parts, length_max - 1, visit, prefix + part);
}

TEST(PretokenizeTest, TheLastBlankOfARunGoesWithTheWord) {
  EXPECT_EQ(pieces_of("x\n    return y"),
            (std::vector<std::string>{"x", "\n   ", " return", " y"}));
  EXPECT_EQ(pieces_of("a\t\tb"), (std::vector<std::string>{"a", "\t", "\t", "b"}));
}

TEST(PretokenizeTest, ARunOfSpacesAtTheEndIsOnePiece) {
  EXPECT_EQ(pieces_of("a \n  "), (std::vector<std::string>{"a", " \n  "}));
}

TEST(PretokenizeTest, ContractionsAreLowerCaseOnly) {
  EXPECT_EQ(pieces_of("it's IT'S we'll"),
            (std::vector<std::string>{"it", "'s", " IT", "'", "S", " we", "'ll"}));
}

TEST(PretokenizeTest, NextLineAndIdeographicSpaceAreWhiteSpace) {
  EXPECT_EQ(character_at("\u0085", 0).kind, space);
  EXPECT_EQ(character_at("\u3000", 0).kind, space);
  EXPECT_EQ(character_at("\x1F", 0).kind, other);  // Python's str.isspace() differs.
}

TEST(PretokenizeTest, LettersAndNumbersOfOtherScriptsKeepTogether) {
  EXPECT_EQ(pieces_of("変数 = ٣٤x²"), (std::vector<std::string>{"変数", " =", " ٣٤", "x", "²"}));
}

TEST(PretokenizeTest, InvalidBytesAreCharactersOfTheirOwn) {
  // Overlong, surrogate, above U+10FFFF, lone continuation, cut off at the end.
  for (const std::string bytes :
       {"\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\x80", "\xE3\x80"}) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      EXPECT_EQ(character_at(bytes, i).kind, other);
      EXPECT_EQ(character_at(bytes, i).length_bytes, 1);
    }
  }
}

TEST(PretokenizeTest, EveryShortStringIsCutAsThePatternSays) {
  const std::vector<std::string> parts{" ", "\n", "a", "s", "'", "1", ".", "é", "\u00A0", "\xFF"};
  for_each_string(parts, 5, [](const std::string& text) {
    ASSERT_EQ(pieces_of(text), SlowPattern(text).pieces()) << text;
  });
}

TEST(PretokenizeTest, EveryShortStringIsCutAsThePatternsOfLinesSay) {
  const std::vector<std::string> parts{" ", "\n", "\r", "\u017F", "L",      "s",
                                       "'", "1",  ".",  "é",      "\u00A0", "\xFF"};
  for_each_string(parts, 5, [](const std::string& text) {
    for (const Pattern pattern : {Pattern::qwen2, Pattern::llama3})
      ASSERT_EQ(pieces_of(text, pattern), SlowPattern(text, pattern).pieces()) << text;
  });
}

TEST(PretokenizeTest, EveryShortStringIsCutAsThePatternOfCodeSays) {
  const std::vector<std::string> parts{" ", "\n", "\r", "\t",     "a",   "'",
                                       "1", ".",  "é",  "\u00A0", "\xFF"};
  for_each_string(parts, 5, [](const std::string& text) {
    ASSERT_EQ(pieces_of(text, Pattern::code_lines), SlowPattern(text, Pattern::code_lines).pieces())
        << text;
  });
}

TEST(PretokenizeTest, EveryShortStringIsCutAsTheRulesOfDeepSeekSay) {
  const std::vector<std::string> parts{" ", "\n", "a", "é",  "日",     ".",   "—",
                                       "+", "1",  "०", "\t", "\u3000", "\xFF"};
  for_each_string(parts, 4, [](const std::string& text) {
    for (const Pattern pattern : {Pattern::deepseek_coder, Pattern::deepseek_llm})
      ASSERT_EQ(pieces_of(text, pattern), cut_by_rules(text, pattern)) << text;
  });
}

// The expected pieces are those of Hugging Face `tokenizers`.
TEST(PretokenizeTest, WideLettersStandApartInDeepSeekCoder) {
  EXPECT_EQ(
      pieces_of("def f(x):\r\n    变量_a = x  + 12 # 日本 c'est—\U00016FF4",
                Pattern::deepseek_coder),
      (std::vector<std::string>{"def",  " f",   "(",  "x",  "):",  "\r",   "\n",        "   ", " ",
                                "变量", "_",    "a",  " =", " x",  "  + ", "1",         "2",   " #",
                                " ",    "日本", " c", "'",  "est", "—",    "\U00016FF4"}));
}

// The expected pieces are those of Hugging Face `tokenizers`.
TEST(PretokenizeTest, LettersWithoutCasesAreNoWordsInDeepSeekLlm) {
  EXPECT_EQ(pieces_of("def fé(x):\r\n    变量_a = x  + 12 # 日本 c'est— שלום  \n  \U00016FF4",
                      Pattern::deepseek_llm),
            (std::vector<std::string>{
                "def", " f", "é",   "(", "x",     "):", "\r", "\n", "    ",      "变量", "_",
                "a",   " =", " x",  " ", " +",    " ",  "1",  "2",  " #",        " ",    "日本",
                " c",  "'",  "est", "—", " שלום", "  ", "\n", "  ", "\U00016FF4"}));
}

// The expected pieces are those of Hugging Face `tokenizers`.
TEST(PretokenizeTest, TheEndOfALineAndTheNextIndentationAreOnePieceInCode) {
  EXPECT_EQ(
      pieces_of("def f(x):\n    'self'\n\n\n\tif  x:\r\n\t\ty = 12345  \n    ",
                Pattern::code_lines),
      (std::vector<std::string>{"def", " f", "(x", "):\n   ", " '", "self", "'\n\n\n\t", "if", " ",
                                " x", ":\r\n\t\t", "y", " =", " ", "123", "45", "  \n    "}));
}

// The expected pieces are those of Hugging Face `tokenizers`.
TEST(PretokenizeTest, PatternsDifferInNumbersLinesAndWhatMayPrecedeAWord) {
  const std::string text = "x  12345 .foo();\n\n  'Ll";
  EXPECT_EQ(pieces_of(text, Pattern::starcoder),
            (std::vector<std::string>{"x", "  ", "1", "2", "3", "4", "5", " .", "foo", "();",
                                      "\n\n ", " '", "Ll"}));
  EXPECT_EQ(pieces_of(text, Pattern::qwen2),
            (std::vector<std::string>{"x", " ", " ", "1", "2", "3", "4", "5", " .", "foo",
                                      "();\n\n", " ", " '", "Ll"}));
  EXPECT_EQ(pieces_of(text, Pattern::llama3),
            (std::vector<std::string>{"x", " ", " ", "123", "45", " .", "foo", "();\n\n", " ", " '",
                                      "Ll"}));
}

// The expected pieces are those of Hugging Face `tokenizers`.
TEST(PretokenizeTest, TekkenAndO200kCutBeforeCapitalsWithinWords) {
  const std::string text =
      "parseHTTPResponse'LL  12345 ÉtéDéjà 日本Go _fooBar's/x//\n\n  ǅabc e\u0301X\u0301y";
  EXPECT_EQ(pieces_of(text, Pattern::tekken),
            (std::vector<std::string>{
                "parse", "HTTPResponse", "'LL",     " ",  " ",   "1",   "2",  "3",  "4",      "5",
                " Été",  "Déjà",         " 日本Go", " _", "foo", "Bar", "'s", "/x", "//\n\n", " ",
                " ǅabc", " e\u0301",     "X\u0301y"}));
  EXPECT_EQ(pieces_of(text, Pattern::o200k),
            (std::vector<std::string>{"parse", "HTTPResponse'LL", " ", " ", "123", "45", " Été",
                                      "Déjà", " 日本Go", " _", "foo", "Bar's", "/x", "//\n\n", " ",
                                      " ǅabc", " e\u0301", "X\u0301y"}));
}

/// Without a lower letter behind them, letters without a case end a word of capitals before them.
TEST(PretokenizeTest, LettersWithoutACaseAreGivenBackToTheEndOfAWord) {
  EXPECT_EQ(pieces_of("AB日CD", Pattern::tekken), (std::vector<std::string>{"AB日", "CD"}));
  EXPECT_EQ(pieces_of("日本", Pattern::tekken), (std::vector<std::string>{"日本"}));
  EXPECT_EQ(pieces_of("\u0301\u0301", Pattern::tekken), (std::vector<std::string>{"\u0301\u0301"}));
  EXPECT_EQ(pieces_of("-AB", Pattern::tekken), (std::vector<std::string>{"-AB"}));
}

TEST(PretokenizeTest, NumbersOfUnicode17StandAloneInStarCoder) {
  EXPECT_EQ(pieces_of("\U00011DE3\U00016FF4", Pattern::starcoder).size(), 2U);
  EXPECT_EQ(pieces_of("\U00011DE3\U00016FF4", Pattern::gpt2).size(), 1U);
}

TEST(PretokenizeTest, EveryPatternTakesLinearTime) {
  for (const Pattern pattern :
       {Pattern::gpt2, Pattern::starcoder, Pattern::qwen2, Pattern::llama3, Pattern::code_lines,
        Pattern::deepseek_coder, Pattern::deepseek_llm, Pattern::tekken, Pattern::o200k}) {
    for (const char* part :
         {" ", "\n", " \n", "\n ", ".\n ", "'", "a", "1", ".", "A", "日", "A日"}) {
      std::string text;
      while (text.size() < 2'000'000) text += part;
      std::size_t size = 0;
      for_each_piece(pattern, text, [&](std::string_view piece) { size += piece.size(); });
      ASSERT_EQ(size, text.size());
    }
  }
}

TEST(PretokenizeTest, RandomBytesAreCutAsThePatternSaysAndNoneIsLost) {
  PhiloxStream random(1, 0);
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    for (std::uint64_t size = random.next_below(200); text.size() < size;) {
      // Half ASCII: random bytes alone are nearly all invalid.
      const std::uint64_t bound = random.next_below(2) == 0 ? 128 : 256;
      text += static_cast<char>(random.next_below(bound));
    }
    const std::vector<std::string> pieces = pieces_of(text);
    ASSERT_EQ(pieces, SlowPattern(text).pieces());
    std::string joined;
    for (const std::string& piece : pieces) joined += piece;
    ASSERT_EQ(joined, text);
  }
}

// Garay letters came with Unicode 16, which Hugging Face `tokenizers` 0.23 has too.
TEST(PretokenizeTest, TheTablesAreThoseOfUnicode16) {
  EXPECT_EQ(character_at("\U00010D7A", 0).kind, letter);
  EXPECT_EQ(character_at("\U00010D66", 0).kind, other);
}

TEST(PretokenizeTest, RangesAreSortedAndDisjoint) {
  std::uint32_t next = 0;
  for (const CharacterRange& range : character_ranges()) {
    EXPECT_GE(range.first, next);
    EXPECT_GE(range.last, range.first);
    next = range.last + 1;
  }
  next = 0;
  for (const CodePointRange& range : punctuation_ranges()) {
    EXPECT_GE(range.first, next);
    EXPECT_GE(range.last, range.first);
    next = range.last + 1;
  }
}

}  // namespace
}  // namespace scribe
