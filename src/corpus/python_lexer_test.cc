// Tests the Python lexer: what is a string, what is a comment, where logical lines end.
#include "corpus/python_lexer.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>

namespace scribe {
namespace {

/// "name:def name:f punctuation:(" ... ; a newline token shows as "newline".
std::string shown(std::string_view source) {
  constexpr std::array<const char*, 6> kNames = {"name",    "number",  "string",
                                                 "comment", "newline", "punctuation"};
  std::string out;
  for (const PythonToken& token : lex_python(source)) {
    if (!out.empty()) out += ' ';
    out += kNames[static_cast<std::size_t>(token.kind)];
    if (token.kind != PythonTokenKind::newline) out += fmt::format(":{}", token.text(source));
  }
  return out;
}

std::vector<std::string> strings_of(std::string_view source) {
  std::vector<std::string> strings;
  for (const PythonToken& token : lex_python(source))
    if (token.kind == PythonTokenKind::string) strings.emplace_back(token.text(source));
  return strings;
}

TEST(PythonLexerTest, ALineIsItsTokensAndANewline) {
  EXPECT_EQ(
      shown("def f(x): # why\n"),
      "name:def name:f punctuation:( name:x punctuation:) punctuation:: comment:# why newline");
}

TEST(PythonLexerTest, EveryPrefixBelongsToItsString) {
  for (const char* prefix :
       {"", "r", "R", "u", "U", "b", "B", "f", "F", "br", "bR", "Rb", "RB", "fr", "rF", "FR"}) {
    for (const char* quoted : {"'a'", "\"a\"", "'''a\n'''", "\"\"\"a\n\"\"\""}) {
      const std::string text = std::string(prefix) + quoted;
      EXPECT_EQ(strings_of(text), std::vector<std::string>{text});
    }
  }
}

TEST(PythonLexerTest, ANameBeforeAQuoteThatIsNoPrefixIsAName) {
  EXPECT_EQ(shown("bu'a'"), "name:bu string:'a' newline");
  EXPECT_EQ(shown("xr'a'"), "name:xr string:'a' newline");
}

TEST(PythonLexerTest, AnEscapedQuoteDoesNotEndAString) {
  EXPECT_EQ(strings_of(R"('a\'b' 'c')"), (std::vector<std::string>{R"('a\'b')", "'c'"}));
  EXPECT_EQ(strings_of(R"('a\\' 'c')"), (std::vector<std::string>{R"('a\\')", "'c'"}));
  EXPECT_EQ(strings_of(R"(r'a\'b' 'c')"), (std::vector<std::string>{R"(r'a\'b')", "'c'"}));
}

TEST(PythonLexerTest, TripleQuotesHoldQuotesLinesAndHashes) {
  const std::string text = "\"\"\"a \"b\" ''' # no comment\n\\\"\"\" \"\"\"";
  EXPECT_EQ(strings_of(text + " # comment"), std::vector<std::string>{text});
  EXPECT_EQ(strings_of("''''''"), std::vector<std::string>{"''''''"});
}

TEST(PythonLexerTest, AHashInAStringIsNoCommentAndAQuoteInACommentNoString) {
  EXPECT_EQ(shown("x = '#'  # don't"), "name:x punctuation:= string:'#' comment:# don't newline");
}

TEST(PythonLexerTest, AnUnterminatedStringEndsWithItsLine) {
  EXPECT_EQ(shown("x = 'a\ny"), "name:x punctuation:= string:'a newline name:y newline");
  EXPECT_FALSE(python_string_parts("'a").terminated);
}

TEST(PythonLexerTest, AnUnterminatedTripleQuoteEndsWithTheText) {
  const std::string text = "'''a\nb''";
  EXPECT_EQ(strings_of(text), std::vector<std::string>{text});
  EXPECT_FALSE(python_string_parts(text).terminated);
  EXPECT_FALSE(python_string_parts(R"('''a\''')").terminated);
}

TEST(PythonLexerTest, LogicalLinesContinueInBracketsAndAfterABackslash) {
  EXPECT_EQ(shown("f(1,\n  2)\n"),
            "name:f punctuation:( number:1 punctuation:, number:2 punctuation:) newline");
  EXPECT_EQ(shown("a \\\n b\n"), "name:a name:b newline");
  EXPECT_EQ(shown("a \\\r\n b\r\n"), "name:a name:b newline");
  EXPECT_EQ(strings_of("'a\\\nb'"), std::vector<std::string>{"'a\\\nb'"});
}

TEST(PythonLexerTest, BlankLinesAndCommentLinesEndNoLogicalLine) {
  EXPECT_EQ(shown("\n  \n# c\n\nx\n"), "comment:# c name:x newline");
}

TEST(PythonLexerTest, ATextWithoutALastLineEndStillEndsItsLine) {
  EXPECT_EQ(shown("x"), "name:x newline");
  EXPECT_EQ(shown(""), "");
}

TEST(PythonLexerTest, NumbersAreWhole) {
  EXPECT_EQ(shown("0x1F 1_000 1e-5 .5j 1.e+3"),
            "number:0x1F number:1_000 number:1e-5 number:.5j number:1.e+3 newline");
  EXPECT_EQ(shown("0xe-1"), "number:0xe punctuation:- number:1 newline");
}

TEST(PythonLexerTest, LinesColumnsAndDepthsAreThoseOfTheSource) {
  const std::string source = "'''a\nb'''\n  f([x])\n";
  const std::vector<PythonToken> tokens = lex_python(source);
  EXPECT_EQ(tokens[0].line, 1);
  const PythonToken& f = tokens[2];
  EXPECT_EQ(f.text(source), "f");
  EXPECT_EQ(f.line, 3);
  EXPECT_EQ(f.column, 2);
  const PythonToken& x = tokens[5];
  EXPECT_EQ(x.text(source), "x");
  EXPECT_EQ(x.depth, 2);
  EXPECT_EQ(tokens[3].depth, 0);
  EXPECT_EQ(tokens[7].depth, 0);
}

TEST(PythonLexerTest, TooManyClosingBracketsAreIgnored) {
  EXPECT_EQ(shown("))\nx\n"), "punctuation:) punctuation:) newline name:x newline");
}

TEST(PythonLexerTest, AByteOrderMarkIsNoToken) {
  EXPECT_EQ(shown("\xef\xbb\xbfx"), "name:x newline");
}

TEST(PythonStringTest, EscapesAreResolved) {
  EXPECT_EQ(python_string_value(R"('a\n\t\\\'\"')"), "a\n\t\\'\"");
  EXPECT_EQ(python_string_value(R"('\x41\101\u00e9\U0001F600')"), "AA\u00e9\U0001F600");
  EXPECT_EQ(python_string_value("'a\\\nb'"), "ab");
  EXPECT_EQ(python_string_value(R"('\d\N{DASH}\xg')"), R"(\d\N{DASH}\xg)");
}

TEST(PythonStringTest, RawStringsKeepTheirBackslashes) {
  EXPECT_EQ(python_string_value(R"(r'\n\'')"), R"(\n\')");
}

TEST(PythonStringTest, BytesEscapesAreBytes) {
  EXPECT_EQ(python_string_value(R"(b'\xe9\u0041')"), "\xe9\\u0041");
}

TEST(PythonStringTest, PartsNameThePrefix) {
  const PythonStringParts parts = python_string_parts("Rb'''x'''");
  EXPECT_EQ(parts.prefix, "Rb");
  EXPECT_EQ(parts.body, "x");
  EXPECT_TRUE(parts.raw && parts.bytes && parts.terminated && !parts.formatted);
}

}  // namespace
}  // namespace scribe
