// Tests of the search for standalone functions, and of the lexer and name resolution below it.
#include "problems/functions.h"

#include <gtest/gtest.h>

#include "base/testing/faulty_env.h"
#include "problems/python_lines.h"
#include "problems/python_names.h"

namespace scribe {
namespace {

std::int64_t refused(const FunctionCollector& collector, FunctionRefusal why) {
  return collector.counts().refused[static_cast<std::size_t>(why)];
}

FunctionCollector collect(std::string_view text) {
  FunctionCollector collector({});
  collector.add_document(text);
  return collector;
}

std::string unresolved(std::string_view source) {
  const auto lines = python_lines(source);
  if (!lines) return "(no Python)";
  const PythonNames names = names_of(*lines);
  return names.forbidden.empty() ? names.unresolved() : names.forbidden;
}

TEST(PythonLexerTest, ALogicalLineGoesOnInBracketsStringsAndAfterBackslashes) {
  const auto lines =
      python_lines("x = (1,  # one\n\n  2)\ny = '''a\nb''' \\\n  + r'\\'\nif x:\n    z\n");
  ASSERT_FALSE(lines.has_value());  // r'\' does not end: a backslash escapes the quote in raw, too.
  const auto good =
      python_lines("x = (1,  # one\n\n  2)\ny = '''a\nb''' \\\n  + 'c'\nif x:\n    z\n");
  ASSERT_TRUE(good.has_value());
  ASSERT_EQ(good->size(), 4U);
  EXPECT_EQ((*good)[1].tokens.size(), 5U);
  EXPECT_EQ((*good)[3].indent, 4);
}

TEST(PythonLexerTest, WhatIsNoPythonIsRefused) {
  for (const std::string_view text :
       {"'abc\n", "x = (1\n", "x = 1)\n", "a ? b\n", "'''abc", "x = $\n"})
    EXPECT_FALSE(python_lines(text).has_value()) << text;
}

TEST(PythonNamesTest, BindingsOfEveryFormResolve) {
  for (const std::string_view source :
       {"def f(a, *b, c: int = 3, **d):\n    return a + b[0] + c + len(d)\n",
        "def f(a):\n    x, (y, z) = a\n    x += y\n    return x * z\n",
        "def f(a):\n    for i, j in a:\n        print(i, end=str(j))\n    return f(a)\n",
        "def f(a):\n    return [q.upper() for q in a if (n := len(q)) > n - 1]\n",
        "def f(a):\n    import os.path as p, re\n    from math import pi as r, sqrt\n"
        "    return p.join(a), re, r, sqrt\n",
        "def f(a):\n    with open(a) as h:\n        return h.read()\n",
        "def f(a):\n    try:\n        return a()\n    except ValueError as e: return e\n",
        "def f(a):\n    return sorted(a, key=lambda p, q=2: (p, q))\n",
        "def f(a):\n    def g(u, v=1):\n        return u + v\n    return g(a)\n",
        "def f(a):\n    if a: b = 1; c = 2\n    else: b = c = 3\n    return b + c\n",
        "def f(a):\n    w: int = 3\n    return f'{a:>{w}} {w!r} {{no}} {a + w}'\n"})
    EXPECT_EQ(unresolved(source), "") << source;
}

TEST(PythonNamesTest, NamesFromOutsideAreFound) {
  EXPECT_EQ(unresolved("def f(a):\n    return os.path.join(a)\n"), "os");
  EXPECT_EQ(unresolved("def f(a: List[int]):\n    return a\n"), "List");
  EXPECT_EQ(unresolved("def f(a):\n    return f'{a} {helper(a)}'\n"), "helper");
  EXPECT_EQ(unresolved("def f(a):\n    table[a] = 1\n    return a\n"), "table");
  EXPECT_EQ(unresolved("def f(a):\n    return a.b.c(x=1, y=outer)\n"), "outer");
  EXPECT_EQ(unresolved("def f(a):\n    yield a\n"), "yield");
  EXPECT_EQ(unresolved("def f(a):\n    from . import b\n    return b\n"), "relative import");
}

constexpr std::string_view kGood =
    "import os\n\n\n"
    "def clamp(value, low, high):\n"
    "    \"\"\"Limits value to the range from low to high.\"\"\"\n"
    "\n"
    "    if value < low:\n"
    "        return low\n"
    "    # Not too large either.\n"
    "    return min(value, high)\n"
    "\n\n"
    "CONSTANT = 3\n";

TEST(FunctionsTest, PromptAndSolutionAreTheFunctionsTwoHalves) {
  const FunctionCollector collector = collect(kGood);
  ASSERT_EQ(collector.problems().size(), 1U);
  const Problem& problem = collector.problems()[0];
  EXPECT_EQ(problem.prompt,
            "def clamp(value, low, high):\n"
            "    \"\"\"Limits value to the range from low to high.\"\"\"\n");
  EXPECT_EQ(problem.canonical_solution,
            "    if value < low:\n        return low\n    # Not too large either.\n"
            "    return min(value, high)\n");
  EXPECT_EQ(problem.entry_point, "clamp");
  EXPECT_TRUE(problem.task_id.starts_with("function/"));
  EXPECT_EQ(problem.task_id.size(), 25U);
}

TEST(FunctionsTest, EachRefusalHasItsReason) {
  const std::string doc = "    '''Says something of some length.'''\n";
  const std::string body = "    b = a\n    return b\n";
  const auto why = [&](const std::string& text, FunctionRefusal reason) {
    const FunctionCollector collector = collect(text);
    EXPECT_EQ(collector.counts().taken, 0) << text;
    EXPECT_EQ(refused(collector, reason), 1) << text << name_of(reason);
  };
  why("@cache\ndef f(a):\n" + doc + body, FunctionRefusal::decorated);
  why("def f(self, a):\n" + doc + body, FunctionRefusal::signature);
  why("def f():\n" + doc + "    a = 1\n" + body, FunctionRefusal::signature);
  why("def f(a):\n" + doc + "    return a\n", FunctionRefusal::length);
  why("def f(a):\n    'short'\n" + body, FunctionRefusal::length);
  why("def f(a):\n\t'''Says something of some length.'''\n\tb = a\n\treturn b\n",
      FunctionRefusal::layout);
  why("def f(a):\n" + doc + "    a.x = 1\n    return None\n", FunctionRefusal::no_result);
  why("def f(a):\n" + doc + "    yield a\n    return a\n", FunctionRefusal::unsupported);
  why("def f(a):\n" + doc + "    b = a\n    return helper(b)\n", FunctionRefusal::not_standalone);
}

TEST(FunctionsTest, OnlyTopLevelFunctionsWithDocstringsAreLookedAt) {
  EXPECT_EQ(collect("class A:\n    def f(self):\n        '''Doc.'''\n        return 1\n")
                .counts()
                .documented,
            0);
  EXPECT_EQ(collect("def f(a):\n    b = a\n    return b\n").counts().documented, 0);
  EXPECT_EQ(collect("async def f(a):\n    '''Doc.'''\n    return a\n").counts().documented, 0);
  EXPECT_EQ(collect("def f(a:\n").counts().not_python, 1);
  EXPECT_EQ(collect("TEXT = '''\ndef f(a):\n    pass\n'''\n").counts().documented, 0);
}

TEST(FunctionsTest, TheSameBodyIsTakenOnce) {
  FunctionCollector collector({});
  collector.add_document(kGood);
  std::string renamed(kGood);
  renamed.replace(renamed.find("clamp"), 5, "limit");
  collector.add_document(renamed);
  EXPECT_EQ(collector.counts().taken, 1);
  EXPECT_EQ(refused(collector, FunctionRefusal::duplicate), 1);
}

TEST(FunctionsTest, WhatResemblesAProtectedProblemIsRefused) {
  const auto taken = [](const Problem& problem) {
    FunctionCollector collector({});
    collector.protect({problem});
    collector.add_document(kGood);
    return collector.counts().taken;
  };
  const std::string other =
      "def g(x):\n    \"\"\"Quite another thing than all of the others.\"\"\"\n";
  EXPECT_EQ(taken({"t", other, "other", "    return 1\n", ""}), 1);
  EXPECT_EQ(taken({"t", other, "clamp", "    return 1\n", ""}), 0);
  EXPECT_EQ(taken({"t", "def g(x):\n    '''  limits value\n    to the range from low to high.'''\n",
                   "other", "    return 1\n", ""}),
            0);
  EXPECT_EQ(taken({"t", other, "other",
                   "    if value < low:\n            return low\n    # Not too large either.", ""}),
            0);
}

TEST(FunctionsTest, FilesAreJsonlDocumentsOrPython) {
  Env& env = Env::real();
  const TemporaryDirectory directory;
  FunctionCollector collector({});
  ASSERT_TRUE(write_file_atomic(env, directory.file("a.py"), kGood).ok());
  ASSERT_TRUE(
      write_file_atomic(env, directory.file("b.jsonl"), to_json_line(Json{{"text", kGood}}) + "\n")
          .ok());
  EXPECT_TRUE(add_functions_of_file(env, directory.file("a.py"), collector).ok());
  EXPECT_TRUE(add_functions_of_file(env, directory.file("b.jsonl"), collector).ok());
  EXPECT_EQ(collector.counts().documents, 2);
  EXPECT_EQ(add_functions_of_file(env, directory.file("c.txt"), collector).error().code(),
            ErrorCode::invalid_argument);
}

}  // namespace
}  // namespace scribe
