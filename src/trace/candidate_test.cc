// Tests what the builder makes of functions: closures, doctests, guesses, refusals.
#include "trace/candidate.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "trace/project_run.h"
#include "trace/testing/small_project.h"

namespace scribe::trace {
namespace {

class CandidateTest : public ::testing::Test {
 protected:
  Candidates build(const std::string& traces = "") {
    options_.files = {project_.path()};
    const Result<std::string> lines = build_candidates(options_, traces);
    EXPECT_TRUE(lines.ok()) << lines.error().message();
    if (!lines.ok()) return {};
    Result<Candidates> found = parse_candidates(lines.value(), "built");
    EXPECT_TRUE(found.ok()) << found.error().message();
    return found.ok() ? std::move(found).value() : Candidates();
  }

  testing::SmallProject project_;
  BuilderOptions options_;
};

const Candidate* named(const Candidates& found, std::string_view name) {
  const auto at = std::ranges::find(found.candidates, name, &Candidate::name);
  return at == found.candidates.end() ? nullptr : &*at;
}

TEST_F(CandidateTest, FollowsNamesAcrossTheModulesOfAPackage) {
  project_.write("pkg/__init__.py", "from .core import shift\n");
  project_.write("pkg/core.py",
                 "import math\nfrom .sub.table import TABLE, scaled as sc\nfrom . import tools\n"
                 "def shift(x):\n    \"\"\"Shifts a number far to the right.\n\n"
                 "    >>> shift(1)\n    12\n    \"\"\"\n"
                 "    # Why not.\n    return tools.twice(sc(x)) + TABLE['a'] + math.floor(0.5)\n");
  project_.write("pkg/sub/__init__.py", "");
  project_.write("pkg/sub/table.py",
                 "from ..tools import twice\nTABLE = {}\nTABLE['a'] = twice(4)\n"
                 "def scaled(x):\n    return twice(x)\n");
  project_.write("pkg/tools.py", "def twice(x):\n    return 2 * x\n");
  const Candidates found = build();
  const Candidate* const shift = named(found, "shift");
  ASSERT_NE(shift, nullptr);
  EXPECT_EQ(
      shift->prompt,
      "import math\n\ndef twice(x):\n    return 2 * x\nTABLE = {}\nTABLE['a'] = twice(4)\n\n\n"
      "def scaled(x):\n    return twice(x)\nsc = scaled\n\n\n"
      "def shift(x):\n    \"\"\"Shifts a number far to the right.\n\n"
      "    >>> shift(1)\n    12\n    \"\"\"\n");
  EXPECT_EQ(shift->solution,
            "    # Why not.\n    return twice(sc(x)) + TABLE['a'] + math.floor(0.5)\n");
  EXPECT_EQ(shift->inputs, (std::vector<Sample>{{"1", "12"}}));
  EXPECT_EQ(shift->source, "doctest");
  EXPECT_EQ(shift->helpers, 4);
}

TEST_F(CandidateTest, DoctestsGiveCallsWithVariablesAndResultsThatAreLiterals) {
  project_.write("m.py",
                 "def f(a, b=0):\n    \"\"\"\n    >>> x = [1, 2]\n    >>> f(x, b=3)\n    [4, 5]\n"
                 "    >>> m.f([])\n    <something>\n    >>> f(open('x'))\n    1\n    \"\"\"\n"
                 "    return [i + b for i in a]\n");
  const Candidates found = build();
  ASSERT_NE(named(found, "f"), nullptr);
  EXPECT_EQ(named(found, "f")->inputs,
            (std::vector<Sample>{{"[1, 2], b=3", "[4, 5]"}, {"[]", ""}}));
}

TEST_F(CandidateTest, RefusesWhatCannotStandAloneAndSaysWhy) {
  const std::string doc = "    '''A docstring of some length.\n    >>> f(1)\n    2\n    '''\n";
  const auto function = [&](const std::string& name, const std::string& body) {
    return "def " + name + "(x):\n" + doc.substr(0, doc.find("f(1)")) + name +
           doc.substr(doc.find("(1)")) + body;
  };
  project_.write("m.py",
                 "import numpy\nimport functools\nfrom m2 import other\ncount = 0\n" +
                     function("a", "    return numpy.array(x)\n") +
                     function("b", "    global count\n    count += 1\n    return count\n") +
                     function("c", "    yield x\n") + function("d", "    print(x)\n") +
                     function("e", "    return eval('x')\n") + "@functools.singledispatch\n" +
                     function("f", "    return x\n") + function("g", "    return undefined + x\n") +
                     function("h", "    return x + 1\n") + function("i", "    return x + 1\n") +
                     "@functools.lru_cache()\n" + function("j", "    return x * 3\n"));
  const Candidates found = build();
  EXPECT_EQ(found.candidates.size(), 2U);  // h and j.
  const std::map<std::string, std::int64_t> expected = {
      {"other package", 1},  {"assigns to a global", 1},
      {"generator", 1},      {"returns nothing", 1},
      {"dynamic names", 1},  {"decorated", 1},
      {"name not found", 1}, {"duplicate", 1}};
  EXPECT_EQ(found.refused, expected);
}

TEST_F(CandidateTest, TracesGiveInputsAndTellOfChance) {
  project_.write("m.py", "def f(x):\n    return x + 1\n\ndef g(x):\n    return x + 2\n");
  const std::string path = project_.file("m.py");
  const Candidates found = build(fmt::format(
      "0\t[\"f\",1,\"{0}\",\"f\",1]\n0\t[\"s\",1,\"1\",\"2\"]\n0\t[\"f\",2,\"{0}\",\"g\",4]\n"
      "0\t[\"s\",2,\"1\",\"3\"]\n1\t[\"f\",1,\"{0}\",\"f\",1]\n1\t[\"s\",1,\"2\",\"3\"]\n"
      "1\t[\"f\",2,\"{0}\",\"g\",4]\n1\t[\"s\",2,\"1\",\"4\"]\n1\t[\"torn",
      path));
  ASSERT_EQ(found.candidates.size(), 1U);
  EXPECT_EQ(found.candidates[0].inputs, (std::vector<Sample>{{"1", "2"}, {"2", "3"}}));
  EXPECT_EQ(found.candidates[0].source, "trace");
  EXPECT_EQ(found.refused.at("not deterministic"), 1);
}

TEST_F(CandidateTest, GuessesFollowAnnotationsAndSpareWhatTouchesTheSystem) {
  options_.guesses = true;
  project_.write("m.py",
                 "import os\ndef f(flag: bool):\n    \"\"\"Turns a flag around, really.\"\"\"\n"
                 "    return not flag\n"
                 "def g(path):\n    \"\"\"Removes what is at a path.\"\"\"\n"
                 "    return os.remove(path)\n");
  const Candidates found = build();
  ASSERT_EQ(found.candidates.size(), 1U);
  EXPECT_EQ(found.candidates[0].source, "guess");
  for (const Sample& input : found.candidates[0].inputs)
    EXPECT_TRUE(input.arguments == "True" || input.arguments == "False") << input.arguments;
  EXPECT_EQ(found.refused.at("not safe to try"), 1);
}

TEST_F(CandidateTest, WhatReadsTheClockIsRefusedAndWhatIsToldTheTimeIsNot) {
  options_.guesses = true;
  project_.write("m.py",
                 "import time\nimport datetime\n"
                 "def f(x: int):\n    \"\"\"Adds the seconds since 1970.\"\"\"\n"
                 "    return x + int(time.time())\n"
                 "def g(x: int):\n    \"\"\"Tells in what year this is.\"\"\"\n"
                 "    return x + datetime.datetime.now(None).year\n"
                 "def h(x: int):\n    \"\"\"Tells the year of a time.\"\"\"\n"
                 "    return time.gmtime(x)[0]\n");
  const Candidates found = build();
  ASSERT_EQ(found.candidates.size(), 1U);
  EXPECT_EQ(found.candidates[0].name, "h");
  EXPECT_EQ(found.refused.at("not deterministic"), 2);
}

TEST(ParseCandidatesTest, NamesTheLineAndTheField) {
  const auto missing = parse_candidates("{\"counts\": {}}\n{\"name\": 1}\n", "w");
  EXPECT_EQ(missing.error().code(), ErrorCode::invalid_data);
  EXPECT_EQ(missing.error().message().substr(0, 17), "w:2: field 'name'");
}

}  // namespace
}  // namespace scribe::trace
