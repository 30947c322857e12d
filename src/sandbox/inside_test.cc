// Tests that run inside the program's interpreter: what passes, what fails, and what is a forgery.
#include <gtest/gtest.h>

#include <string>

#include "sandbox/testing/harness.h"

namespace scribe::sandbox {
namespace {

constexpr const char* kUnittest = R"(
import unittest
from unittest import mock

class TestCases(unittest.TestCase):
    def setUp(self):
        self.start = 1
    def test_sum(self):
        self.assertEqual(f(self.start, 2), 3)
    def test_sign(self):
        with mock.patch('random.random', return_value=0.5):
            self.assertEqual(f(-4, 4), 0)
    def test_error(self):
        with self.assertRaises(TypeError):
            f(1, 'x')
)";
constexpr const char* kHonest = "def f(a, b):\n    return a + b\n";

class InsideTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { worker_ = start_worker(); }
  static void TearDownTestSuite() { worker_.reset(); }
  void SetUp() override { ASSERT_NE(worker_, nullptr); }

  static Verdict run(const std::string& candidate, const std::string& tests = kUnittest) {
    const Verdict verdict = run_job(*worker_, {.candidate = candidate,
                                               .tests = tests,
                                               .entry_point = "f",
                                               .limits = {.cpu_seconds = 2, .wall_seconds = 60},
                                               .form = TestForm::inside});
    EXPECT_TRUE(verdict.soft);
    return verdict;
  }

  static std::unique_ptr<SandboxWorker> worker_;
};
std::unique_ptr<SandboxWorker> InsideTest::worker_;

TEST_F(InsideTest, ARightProgramPassesSoftly) {
  EXPECT_EQ(text_of(run(kHonest)), "pass: ");
  EXPECT_EQ(text_of(run(kHonest, "def check(candidate):\n    assert candidate(1, 2) == 3\n")),
            "pass: ");
  EXPECT_EQ(text_of(run(kHonest, "assert f(1, 2) == 3\n")), "pass: ");
}

TEST_F(InsideTest, AWrongProgramFailsWithTheFirstTestThatDoes) {
  EXPECT_EQ(text_of(run("def f(a, b): return a + b + len(str(b)) - 1 + (a == 1)")),
            "wrong: test_sum: AssertionError: 4 != 3");
  EXPECT_EQ(run("def f(a, b): return a - b").kind, VerdictKind::wrong);
  EXPECT_EQ(run("def f(a, b): return 3").kind, VerdictKind::wrong);
  EXPECT_EQ(run("").kind, VerdictKind::wrong);
  EXPECT_EQ(run("def f(").kind, VerdictKind::syntax);
  EXPECT_EQ(run("raise ValueError").kind, VerdictKind::exception);
}

TEST_F(InsideTest, TestsWithoutEquationsHaveOneControlLess) {
  EXPECT_EQ(text_of(run(kHonest,
                        "def check(candidate):\n    if candidate(1, 2) != 3: raise ValueError\n")),
            "pass: ");
}

struct Forgery {
  const char* name;
  const char* kinds;
  const char* source;
};

constexpr Forgery kForgeries[] = {
    {"os._exit", "exit", "import os\ndef f(a, b): os._exit(0)"},
    {"os._exit at import", "exit", "import os\nos._exit(0)"},
    {"sys.exit", "wrong", "import sys\ndef f(a, b): sys.exit(0)"},
    {"sys.exit at import", "exit", "import sys\nsys.exit(0)"},
    {"exit in atexit", "wrong",
     "import atexit, os\natexit.register(os._exit, 0)\ndef f(a, b): return 9"},
    {"SkipTest", "wrong", "import unittest\ndef f(a, b): raise unittest.SkipTest('x')"},
    {"patched assertions", "hack",
     "import unittest\nclass Calm:\n def __enter__(s): return s\n def __exit__(s, *a): return "
     "True\n"
     "unittest.TestCase.assertEqual = lambda *a, **k: None\n"
     "unittest.TestCase.assertRaises = lambda *a, **k: Calm()\n"
     "def f(a, b): return 9"},
    {"patched runner", "hack",
     "import unittest\ndef run(self, result=None):\n result.testsRun += 1\n"
     "unittest.TestCase.run = run\ndef f(a, b): return 9"},
    {"patched result", "hack",
     "import unittest\nfor n in ('addFailure', 'addError', 'addSkip'):\n"
     " setattr(unittest.TestResult, n, lambda *a: None)\ndef f(a, b): return 9"},
    {"no tests found", "wrong",
     "import unittest\nunittest.TestLoader.loadTestsFromTestCase = lambda *a: "
     "unittest.TestSuite()\n"
     "def f(a, b): return 9"},
    {"equals everything", "hack",
     "class Any:\n def __eq__(s, o): return True\n def __ne__(s, o): return False\n"
     "def f(a, b):\n if b == 'x': raise TypeError\n return Any()"},
    {"patched compile", "hack|exception|wrong",
     "import builtins\nreal = builtins.compile\n"
     "builtins.compile = lambda s, *a, **k: real('import unittest\\nclass T(unittest.TestCase):\\n"
     " def test_x(self): pass', *a, **k)\ndef f(a, b): return 9"},
    {"loops", "cpu", "def f(a, b):\n while True: pass"},
};

TEST_F(InsideTest, NoForgeryPasses) {
  for (const Forgery& forgery : kForgeries) {
    const Verdict verdict = run(forgery.source);
    EXPECT_TRUE(is_one_of(verdict, forgery.kinds))
        << forgery.name << ": " << text_of(verdict) << ", expected " << forgery.kinds;
    EXPECT_EQ(text_of(run(kHonest)), "pass: ") << "after " << forgery.name;
  }
}

TEST_F(InsideTest, BrokenTestsAreNoPass) {
  EXPECT_EQ(run(kHonest, "def check(").kind, VerdictKind::internal);
  EXPECT_EQ(run(kHonest, "import unittest\nclass T(unittest.TestCase): pass\n").kind,
            VerdictKind::wrong);
}

}  // namespace
}  // namespace scribe::sandbox
