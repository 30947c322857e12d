// Built-in problems and what must become of programs for them.
#include "evaluate/self_check.h"

#include <array>
#include <string_view>

namespace scribe {
namespace {

struct Case {
  std::string_view name;
  std::string_view expected;
  std::string_view program;
  std::string_view tests;
};

constexpr std::string_view kAdd =
    "def check(candidate):\n"
    "    assert candidate(1, 2) == 3\n"
    "    assert candidate(-1, 1) == 0\n";
constexpr std::string_view kSortInPlace =
    "def check(candidate):\n"
    "    values = [3, 1, 2]\n"
    "    assert candidate(values) is None\n"
    "    assert values == [1, 2, 3]\n";
constexpr std::string_view kRoot =
    "def check(candidate):\n"
    "    assert abs(candidate(2.0) - 1.4142135623730951) < 1e-12\n"
    "    try:\n"
    "        candidate(-1.0)\n"
    "    except ValueError:\n"
    "        return\n"
    "    assert False, 'no ValueError'\n";
constexpr std::string_view kWords =
    "def check(candidate):\n"
    "    assert candidate('b a b') == {'a': 1, 'b': 2}\n"
    "    assert candidate('') == {}\n";

constexpr std::array kCases = std::to_array<Case>({
    {"add: canonical solution", "pass", "def f(a, b):\n    return a + b\n", kAdd},
    {"add: subtracts", "wrong", "def f(a, b):\n    return a - b\n", kAdd},
    {"add: does nothing", "wrong", "def f(a, b):\n    pass\n", kAdd},
    {"add: no body", "syntax", "def f(a, b):\n", kAdd},
    {"add: raises", "exception", "def f(a, b):\n    return a / 0\n", kAdd},
    {"add: never ends", "cpu", "def f(a, b):\n    while True:\n        pass\n", kAdd},
    {"add: exits with 0", "exit", "import os\nos._exit(0)\n", kAdd},
    {"add: equal to everything", "wrong|protocol|exception",
     "class Equal(int):\n    def __eq__(self, other):\n        return True\n"
     "def f(a, b):\n    return Equal(7)\n",
     kAdd},
    {"add: takes all memory", "memory|exception",
     "def f(a, b):\n    return len(bytearray(1 << 40))\n", kAdd},
    {"add: reads a file of the machine", "exception", "open('/etc/passwd').read()\n", kAdd},
    {"add: starts a process", "exception|syscall|exit",
     "import os\nif os.fork() == 0:\n    os._exit(0)\ndef f(a, b):\n    return 0\n", kAdd},
    {"sort in place: canonical solution", "pass", "def f(v):\n    v.sort()\n", kSortInPlace},
    {"sort in place: sorts a copy", "wrong", "def f(v):\n    sorted(v)\n", kSortInPlace},
    {"square root: canonical solution", "pass", "import math\ndef f(x):\n    return math.sqrt(x)\n",
     kRoot},
    {"square root: no error for negatives", "wrong", "def f(x):\n    return abs(x) ** 0.5\n",
     kRoot},
    {"count words: canonical solution", "pass",
     "from collections import Counter\ndef f(s):\n    return dict(Counter(s.split()))\n", kWords},
    {"count words: forgets repeats", "wrong", "def f(s):\n    return {w: 1 for w in s.split()}\n",
     kWords},
});

bool is_one_of(std::string_view kinds, std::string_view kind) {
  while (!kinds.empty()) {
    const std::size_t bar = kinds.find('|');
    if (kinds.substr(0, bar) == kind) return true;
    if (bar == std::string_view::npos) return false;
    kinds.remove_prefix(bar + 1);
  }
  return false;
}

}  // namespace

Result<std::vector<SelfCheckOutcome>> self_check(const SandboxWorkerFactory& start_worker) {
  constexpr SandboxLimits kLimits{.cpu_seconds = 1, .wall_seconds = 20};
  SCRIBE_TRY_ASSIGN(const std::unique_ptr<SandboxWorker> worker, start_worker());
  std::vector<SelfCheckOutcome> outcomes;
  for (const Case& each : kCases) {
    const SandboxJob job{.candidate = std::string(each.program),
                         .tests = std::string(each.tests),
                         .entry_point = "f",
                         .limits = kLimits};
    SCRIBE_TRY_ASSIGN(Verdict verdict, worker->run(job));
    const bool as_expected = is_one_of(each.expected, name_of(verdict.kind));
    outcomes.push_back({.name = std::string(each.name),
                        .expected = std::string(each.expected),
                        .verdict = std::move(verdict),
                        .as_expected = as_expected});
  }
  return outcomes;
}

}  // namespace scribe
