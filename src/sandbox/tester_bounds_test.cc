// What objects of the candidate can do to the process of the tests: nothing that counts.
#include <gtest/gtest.h>

#include "sandbox/sandbox.h"
#include "sandbox/testing/harness.h"

namespace scribe::sandbox {
namespace {

class TesterBoundsTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { worker_ = start_worker(); }
  static void TearDownTestSuite() { worker_.reset(); }
  void SetUp() override { ASSERT_NE(worker_, nullptr); }

  /// The verdict on f when the tests are `body`, lines of check(candidate).
  static Verdict check(const std::string& candidate, const std::string& body,
                       const SandboxLimits& limits = {}) {
    return run_job(*worker_, {candidate, "def check(candidate):\n    " + body + "\n", "f", limits});
  }

  static std::unique_ptr<SandboxWorker> worker_;
};
std::unique_ptr<SandboxWorker> TesterBoundsTest::worker_;

TEST_F(TesterBoundsTest, AnIteratorWithoutEndDoesNotFillTheMachine) {
  if (kSanitized) GTEST_SKIP() << "a sanitizer reserves more than any limit";
  const Verdict verdict = check(
      "class E:\n def __iter__(s): return s\n def __next__(s): return 'x' * 1000000\n"
      "def f(): return E()",
      "assert tuple(candidate()) == (1, 2)", {.cpu_seconds = 20, .wall_seconds = 60});
  EXPECT_FALSE(verdict.passed());
  EXPECT_NE(verdict.kind, VerdictKind::internal) << text_of(verdict);
  EXPECT_TRUE(check("def f(): return [1, 2]", "assert tuple(candidate()) == (1, 2)").passed());
}

TEST_F(TesterBoundsTest, AValueThatIsTooDeepToPassBackIsWrong) {
  const std::string deep =
      "def g():\n v = 1\n for _ in range({}): v = [v]\n return v\n"
      "def f(x): return x\n";
  for (const int levels : {10, 63, 64}) {
    const Verdict verdict =
        check(fmt::format(fmt::runtime(deep), levels), "assert candidate([g()]) == 1");
    EXPECT_NE(verdict.kind, VerdictKind::internal) << levels << ": " << text_of(verdict);
    EXPECT_FALSE(verdict.passed());
  }
}

TEST_F(TesterBoundsTest, AModuleOfTheTestsIsNotTheProgramsObject) {
  const std::string forged =
      "class M:\n def isclose(s, a, b): return True\nmath = M()\ndef f(x): return 9.0\n";
  EXPECT_EQ(check(forged, "assert math.isclose(candidate(1), 3.14)").kind, VerdictKind::wrong);
  EXPECT_TRUE(
      check("import math\ndef f(x): return 3.14\n", "assert math.isclose(candidate(1), 3.14)")
          .passed());
}

TEST_F(TesterBoundsTest, StopIterationOfAnObjectDoesNotEndTheTests) {
  const std::string stops =
      "class L:\n def __len__(s): return 2\n"
      " def __getitem__(s, i): raise StopIteration\n"
      " @property\n def x(s): raise StopIteration\n"
      "def f(): return L()\n";
  for (const char* const body :
       {"got = candidate(); assert all(map(lambda i: got[i] == i, range(2)))",
        "got = candidate(); assert all(map(lambda i: got.x == i, range(2)))"}) {
    const Verdict verdict = check(stops, body);
    EXPECT_FALSE(verdict.passed()) << body;
  }
  // An iterator of the candidate ends with it all the same.
  EXPECT_TRUE(check("def f(): return iter([1, 2])", "assert list(candidate()) == [1, 2]").passed());
}

// Multiples of 2^61 - 1 all have the hash 0: a set of them takes the square of their number.
TEST_F(TesterBoundsTest, KeysWithEqualHashesAreTheProgramsFault) {
  const std::string keys = "(k * (2**61 - 1) for k in range(50000))\n";
  const SandboxLimits limits{.cpu_seconds = 2, .wall_seconds = 1};
  for (const auto& [program, body] : std::vector<std::pair<std::string, std::string>>{
           {"def f(): return list" + keys, "assert set(candidate()) == {1, 2}"},
           {"def f(): return list" + keys, "assert dict.fromkeys(next(candidate.each([()]))) == 1"},
           {"def f(): return list" + keys, "got = candidate(); assert len(set(got)) == 2"}}) {
    const Verdict verdict = check(program, body, limits);
    EXPECT_EQ(text_of(verdict), "wall: the tests did not end with its answers within 1 s") << body;
  }
}

TEST_F(TesterBoundsTest, TestsThatAskedNothingAreToBlameThemselves) {
  const Verdict verdict =
      check("def f(): return 1", "while True: pass", {.cpu_seconds = 1, .wall_seconds = 0.5});
  EXPECT_EQ(text_of(verdict), "internal: the tests did not end within 0.5 s");
}

}  // namespace
}  // namespace scribe::sandbox
