// Tests that functions are found whole and that their form is blind to names and layout alone.
#include "corpus/python_functions.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>

#include "base/philox.h"

namespace scribe {
namespace {

std::vector<std::string> texts_of(std::string_view source) {
  std::vector<std::string> texts;
  for (const PythonFunction& function : find_functions(source))
    texts.emplace_back(source.substr(function.begin, function.end - function.begin));
  return texts;
}

struct Told {
  std::uint64_t sketch;
  std::string form;
  friend bool operator==(const Told&, const Told&) = default;
};

/// Of the only function.
Told told(std::string_view source) {
  const std::vector<PythonFunction> functions = find_functions(source);
  EXPECT_EQ(functions.size(), 1U) << source;
  if (functions.empty()) return {};
  const PythonFunction& function = functions.front();
  return {function.sketch,
          function_form(source.substr(function.begin, function.end - function.begin)).tokens};
}

constexpr std::string_view kFunction =
    "def closest(numbers, limit):\n"
    "    for i, a in enumerate(numbers):\n"
    "        for b in numbers[i + 1:]:\n"
    "            if abs(a - b) < limit and str(a) != 'x':\n"
    "                return {'found': True}\n"
    "    return closest(numbers=[], limit=0)\n";

TEST(PythonFunctionsTest, FunctionsEndWhereALineIsIndentedNoDeeper) {
  EXPECT_EQ(texts_of("import os\n"
                     "class A:\n"
                     "  async def f(self):\n"
                     "    x = (1,\n"
                     "2)\n"
                     "# comment\n"
                     "\n"
                     "    s = '''\n"
                     "no code: def g():\n"
                     "'''\n"
                     "    def inner(): return 1\n"
                     "    return x\n"
                     "  @property\n"
                     "  def h(self, y={1: 2}): return '\\'' # def k():\n"
                     "x = 1\n"),
            (std::vector<std::string>{
                "def inner(): return 1\n",
                "async def f(self):\n    x = (1,\n2)\n# comment\n\n    s = '''\nno code: def g():\n"
                "'''\n    def inner(): return 1\n    return x\n",
                "def h(self, y={1: 2}): return '\\'' # def k():\n"}));
  EXPECT_EQ(texts_of("def f():\r\n  '''a'''\r\n  return 1").size(), 1U);
  EXPECT_TRUE(texts_of("def f(:\n  x\n").empty());  // Its bracket stays open.
  EXPECT_TRUE(texts_of("").empty());
  EXPECT_TRUE(texts_of("define = 1\nx.def \n").empty());
}

TEST(PythonFunctionsTest, LayoutCommentsDocstringsAnnotationsAndNamesDoNotCount) {
  const Told plain = told(kFunction);
  EXPECT_EQ(told("def nearest(values: List[float], t: float = 0.5) -> Dict[str, int]:\n"
                 "\t'''Some (words): \"here\".'''\n"
                 "\n"
                 "\tfor index, left in enumerate( values ):  # as (they: are)\n"
                 "\t  for right in values[\n"
                 "          index+1:]:\n"
                 "\t    if abs(left-right) < t \\\n"
                 "and str(left) != \"x\":\n"
                 "\t      return {\"found\": True}\n"
                 "\t'another' 'statement of strings'\n"
                 "\treturn nearest(numbers=[], limit=0)\n"),
            plain);
  std::string moved = "class A:\n";
  for (const char c : kFunction) moved += c == '\n' ? std::string("\r\n  ") : std::string(1, c);
  moved.replace(moved.find("def"), 0, "  ");
  EXPECT_EQ(told(moved), plain);
}

std::string replaced(std::string_view from, std::string_view to) {
  std::string text(kFunction);
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(PythonFunctionsTest, WhatAFunctionDoesCounts) {
  const std::string plain = told(kFunction).form;
  for (const auto& [from, to] :
       std::vector<std::pair<std::string_view, std::string_view>>{{"a - b", "b - a"},
                                                                  {"<", ">"},
                                                                  {"1:", "2:"},
                                                                  {"'x'", "'y'"},
                                                                  {"True", "False"},
                                                                  {"abs(", "int("},
                                                                  {"numbers=[]", "others=[]"},
                                                                  {"return {", "yield {"},
                                                                  {"and", "or"}})
    EXPECT_NE(told(replaced(from, to)).form, plain) << from;
}

TEST(PythonFunctionsTest, BuiltinsCountUnlessTheFunctionBindsThem) {
  const auto form = [](std::string_view source) { return told(source).form; };
  EXPECT_NE(form("def f(x):\n  return max(x)\n"), form("def f(x):\n  return min(x)\n"));
  EXPECT_EQ(form("def f(x):\n  max = x\n  return max\n"), form("def f(x):\n  y = x\n  return y\n"));
  EXPECT_EQ(form("def f(list):\n  return list\n"), form("def f(x):\n  return x\n"));
  EXPECT_EQ(form("def f(x):\n  for id, y in x: g(id)\n"),
            form("def f(x):\n  for a, y in x: g(a)\n"));
  EXPECT_EQ(form("def f(x):\n  with x as input: g(input)\n"),
            form("def f(x):\n  with x as y: g(y)\n"));
  EXPECT_NE(form("def f(x):\n  return x.max\n"), form("def f(x):\n  return x.min\n"));
}

TEST(PythonFunctionsTest, TheSizeIsThatOfTheBody) {
  EXPECT_EQ(function_form("def add(x, y):\n    '''Add.'''\n    return x + y\n").size, 4);
  EXPECT_EQ(function_form("def f(): pass").size, 1);
}

TEST(PythonFunctionsTest, TheSketchTellsFunctionsOfOtherPunctuationApart) {
  const std::uint64_t plain = told(kFunction).sketch;
  for (const auto& [from, to] : std::vector<std::pair<std::string_view, std::string_view>>{
           {"a - b", "b - a"}, {"abs(", "int("}, {"'x'", "\"y\""}, {"True", "None"}})
    EXPECT_EQ(told(replaced(from, to)).sketch, plain) << from;
  for (const auto& [from, to] : std::vector<std::pair<std::string_view, std::string_view>>{
           {"a - b", "a + b"}, {"i, a", "i"}, {"1:", "1.5:"}, {"!=", "=="}, {"'x'", "'x', 'y'"}})
    EXPECT_NE(told(replaced(from, to)).sketch, plain) << from;
}

// The kernels only see where structure lies, so any text does.
TEST(PythonFunctionsTest, EveryInstructionSetAndPlaceInABlockFindsTheSame) {
  std::string source;
  for (int copy = 0; copy < 200; ++copy) {
    source += std::string(static_cast<std::size_t>(copy), '#') + "\n";
    source += kFunction;
  }
  const std::vector<PythonFunction> expected = find_functions(source, baseline_word_kernels());
  ASSERT_EQ(expected.size(), 200U);
  EXPECT_TRUE(std::ranges::all_of(
      expected, [&](const auto& function) { return function.sketch == told(kFunction).sketch; }));
  for (const WordKernels* kernels : {&best_word_kernels(), &baseline_word_kernels()}) {
    const std::vector<PythonFunction> found = find_functions(source, *kernels);
    ASSERT_EQ(found.size(), expected.size());
    for (std::size_t index = 0; index < found.size(); ++index)
      ASSERT_EQ(found[index].sketch, expected[index].sketch);
  }
}

// Comments of every length, so that they begin and end anywhere in the blocks that are scanned.
TEST(PythonFunctionsTest, WhatACommentHoldsDoesNotMatter) {
  const std::string plain = "def f(x):\n    y = (x)\n    return y\ndef g(): return [1]\n";
  const std::vector<PythonFunction> expected = find_functions(plain);
  ASSERT_EQ(expected.size(), 2U);
  for (std::size_t length = 0; length < 140; ++length)
    for (const char* end : {"\n", "\r\n", "\\\n"}) {
      const std::string comment =
          "# it's \"\"\" ( [ { : def #" + std::string(length, '-') + "'" + end;
      const std::string text = "def f(x):\n    " + comment + "    y = (x)" + comment +
                               "    return y\n" + comment + "def g(): return [1] # '\\";
      const std::vector<PythonFunction> found = find_functions(text);
      ASSERT_EQ(found.size(), 2U) << text;
      EXPECT_EQ(found[0].sketch, expected[0].sketch) << text;
      EXPECT_EQ(found[1].sketch, expected[1].sketch) << text;
      EXPECT_EQ(found[1].end, text.size());
    }
}

/// Made of pieces that a scanner may trip over.
std::string random_source(PhiloxStream& random) {
  constexpr std::array<std::string_view, 30> kPieces = {"def f(x):\n",
                                                        "async def g(a: int = (1)) -> {1: 2}:\n",
                                                        "def h(): return [1]\n",
                                                        "    ",
                                                        "  ",
                                                        "\t",
                                                        "\n",
                                                        "\r\n",
                                                        "'''",
                                                        "\"\"\"",
                                                        "'a' \"b\"\n",
                                                        "# it's (\n",
                                                        "x = (1,\n",
                                                        "2)\n",
                                                        "\\\n",
                                                        "'\\''",
                                                        "return {'a': [x]}\n",
                                                        "if x[1:2]:\n",
                                                        "class A:\n",
                                                        "pass\n",
                                                        "lambda: (0)\n",
                                                        "@d(1)\n",
                                                        "'",
                                                        "def ",
                                                        "define = 1\n",
                                                        "undef f():\n",
                                                        "print(f'{x}')\n",
                                                        "[i for i in (x)]\n",
                                                        "a|b\n",
                                                        "    r'doc'\n"};
  std::string source;
  for (std::uint64_t left = 1 + random.next_below(60); left > 0; --left)
    source += kPieces[random.next_below(kPieces.size())];
  return source;
}

// Forms are written only of functions whose sketch is known. Strings that never end and code that
// begins with the continuation of an empty line are left out: there the two see different lines.
TEST(PythonFunctionsTest, FunctionsOfOneFormHaveOneSketch) {
  PhiloxStream random(4, 0);
  std::map<std::string, std::uint64_t> sketches;
  std::size_t again = 0;
  for (int round = 0; round < 4000; ++round) {
    std::string source = random_source(random) + "\n";
    for (const std::string_view piece : {"'''", "\"\"\"", "\\\n"})
      for (std::size_t at = 0; (at = source.find(piece, at)) != std::string::npos;)
        source.erase(at, piece.size());
    for (const PythonFunction& function : find_functions(source)) {
      const std::string_view text =
          std::string_view(source).substr(function.begin, function.end - function.begin);
      const auto [known, added] = sketches.emplace(function_form(text).tokens, function.sketch);
      EXPECT_EQ(known->second, function.sketch) << text << "\nhas the form\n" << known->first;
      again += added ? 0 : 1;
    }
  }
  EXPECT_GT(again, 1000U);
}

TEST(PythonFunctionsTest, LookingAtOpeningsFindsThoseThatLookingAtAllDoes) {
  PhiloxStream random(3, 0);
  std::size_t compared = 0;
  std::size_t passed_over = 0;
  for (int round = 0; round < 4000; ++round) {
    const std::string source = random_source(random);
    const std::vector<PythonFunction> all = find_functions(source);
    FunctionOpenings openings;
    std::vector<PythonFunction> expected;
    for (const PythonFunction& function : all) {
      const auto alone = function_at(source, function.begin);
      ASSERT_TRUE(alone.has_value()) << source;
      EXPECT_EQ(alone->end, function.end) << source;
      EXPECT_EQ(alone->sketch, function.sketch) << source;
      if (random.next_below(2) == 0)
        openings.insert(alone->openings.begin(), alone->openings.end());
    }
    for (const PythonFunction& function : all)
      if (std::ranges::all_of(function_at(source, function.begin)->openings,
                              [&](std::uint64_t opening) { return openings.contains(opening); }))
        expected.push_back(function);
    for (const WordKernels* kernels : {&best_word_kernels(), &baseline_word_kernels()}) {
      const std::vector<PythonFunction> found = find_functions_with(source, openings, *kernels);
      for (const PythonFunction& function : expected) {
        const auto same = std::ranges::find(found, function.begin, &PythonFunction::begin);
        ASSERT_NE(same, found.end()) << source;
        EXPECT_EQ(same->end, function.end) << source;
        EXPECT_EQ(same->sketch, function.sketch) << source;
      }
      for (const PythonFunction& function : found)
        EXPECT_TRUE(openings.contains(function.openings.back())) << source;
    }
    compared += expected.size();
    passed_over += all.size() - expected.size();
  }
  EXPECT_GT(compared, 1000U);
  EXPECT_GT(passed_over, 500U);
}

// Each header reaches to the end of the text: if all were followed, this would take hours.
TEST(PythonFunctionsTest, HeadersThatNeverEndTakeLinearTime) {
  std::string source;
  for (int i = 0; i < 400'000; ++i) source += "def f(\n";
  EXPECT_TRUE(find_functions_with(source, {1}).empty());
}

TEST(PythonFunctionsTest, AnOpeningIsTheFirstMarksOfTheBody) {
  const auto opening = [](const std::string& source) { return function_at(source, 0)->openings; };
  const std::string header = "def f(x=[1]):\n  ";
  const std::string sixteen = "a([[[[(((x)))]]]])\n  ";
  EXPECT_EQ(opening(header + sixteen), opening(header + "'''doc'''\n  # (\n  " + sixteen));
  EXPECT_EQ(opening(header + sixteen + "return (x)"), opening(header + sixteen + "return [x]"));
  EXPECT_NE(opening(header + "b = ()\n  " + sixteen), opening(header + sixteen));
  EXPECT_NE(opening(header + "b = ()\n"), opening(header + "b = []\n"));
  EXPECT_NE(opening(header + sixteen)[0], opening(header + sixteen)[1]);
  for (const std::uint64_t all : opening(header + "return {}"))
    EXPECT_EQ(all, function_at(header + "return {}", 0)->sketch);
}

}  // namespace
}  // namespace scribe
