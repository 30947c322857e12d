// Tests what a lexer can tell of Python: faults that every version refuses, and nothing else.
#include "corpus/python_judgement.h"

#include <gtest/gtest.h>

namespace scribe {
namespace {

std::string fault_of(std::string_view source) {
  return python_fault(source, lex_python(source)).value_or("");
}

std::int64_t notes_of(std::string_view source) {
  return note_characters(source, lex_python(source));
}

// What CPython 3.13 accepts, by ast.parse().
TEST(PythonJudgementTest, ValidSourceHasNoFault) {
  for (const char* source : {
           "",
           "x = 1",
           "if x:\n    y()\nelse:\n    z()\n",
           "if x: y()\nz()\n",
           "def f(a,\n  b):\n        return [a,\n b]\n",
           "class A:\n  # comment\n\n  x = 1\n # odd comment\ny = 2\n",
           "if a:\n\tif b:\n\t\tc()\n\td()\n",
           "x = '''a\nb'''\ny = \"\\\"\"\n",
           "f'{x}' f\"{{\"\n",
           "x = {'a': [1, (2, 3)]}\n",
           "lambda: (yield)\n",
           "\xef\xbb\xbfx = 1\n",
           "def f():\n  pass\n\f\ndef g():\n  pass\n",
           "if x:\n  pass\n  \\\n\ny = 1\n",
       })
    EXPECT_EQ(fault_of(source), "") << source;
}

TEST(PythonJudgementTest, FaultsAreNamedWithTheirLine) {
  EXPECT_EQ(fault_of("x = 'abc\ny = 1\n"), "line 1: the string is not closed");
  EXPECT_EQ(fault_of("x = 1\n'''abc\n"), "line 2: the string is not closed");
  EXPECT_EQ(fault_of("f(\n1\n"), "line 1: '(' is not closed");
  EXPECT_EQ(fault_of("f(1]\n"), "line 1: ']' closes '('");
  EXPECT_EQ(fault_of("x\n}\n"), "line 2: '}' closes nothing");
  EXPECT_EQ(fault_of("x = 1\n  y = 2\n"), "line 2: unexpected indentation");
  EXPECT_EQ(fault_of("  x = 1\n"), "line 1: unexpected indentation");
  EXPECT_EQ(fault_of("if x:\ny = 2\n"), "line 2: an indented block is missing");
  EXPECT_EQ(fault_of("x = 1\nif x:\n"), "line 2: a block is missing");
  EXPECT_EQ(fault_of("if x:\n    y\n  z\n"), "line 3: the indentation fits no line before");
  EXPECT_EQ(fault_of("if x:\n        y\n\tz\n"), "line 3: tabs and spaces are inconsistent");
}

// Python 3.12 lets a field of an f-string hold the quotes of the whole; an older lexer cannot tell.
TEST(PythonJudgementTest, WhatMayBeOfALaterPythonIsNoFault) {
  EXPECT_EQ(fault_of("x = f'{d['(']}'\n"), "");
  EXPECT_EQ(fault_of("x = f'{\n1}'\n"), "");
  EXPECT_EQ(fault_of("x = t'{d['(']}'\n"), "");
  EXPECT_EQ(fault_of("x = d['(')\n"), "line 1: ')' closes '['");
}

TEST(PythonJudgementTest, NotesAreCommentsAndDocstringsInCharacters) {
  EXPECT_EQ(notes_of("x = 1\n"), 0);
  EXPECT_EQ(notes_of("x = 1  # ab\n"), 4);
  EXPECT_EQ(notes_of("'''doc'''\nx = 'no doc'\n"), 9);
  EXPECT_EQ(notes_of("def f():\n  \"a\" 'b'\n  'not one'\n"), 6);
  EXPECT_EQ(notes_of("# \u00e9\u4e2d\n"), 4);
}

TEST(PythonJudgementTest, ConfigurationAndTestsHaveMarks) {
  EXPECT_EQ(config_or_test_mark("x = 1\n"), "");
  EXPECT_NE(config_or_test_mark("# The Unit Tests of x\n"), "");
  EXPECT_NE(config_or_test_mark("\n\n\n\n# a configuration FILE\n"), "");
  EXPECT_EQ(config_or_test_mark(std::string(40, '\n') + "# a test file: test"), "");
  // int(0.05 * 40 lines) = 2 are allowed.
  EXPECT_EQ(config_or_test_mark(std::string(40, '\n') + "Config config"), "");
  EXPECT_NE(config_or_test_mark(std::string(40, '\n') + "Config config CONFIG"), "");
  EXPECT_NE(config_or_test_mark("test"), "");
}

TEST(PythonJudgementTest, KeywordsAndEqualsSignsAreCountedAsText) {
  EXPECT_FALSE(has_python_keyword("x = define\n"));
  EXPECT_TRUE(has_python_keyword("def f(): pass"));
  EXPECT_TRUE(has_python_keyword("# WHILE it lasts"));
  EXPECT_EQ(count_equals_signs("a == b = c", 10), 3);
  EXPECT_EQ(count_equals_signs("a == b = c", 2), 2);
}

}  // namespace
}  // namespace scribe
