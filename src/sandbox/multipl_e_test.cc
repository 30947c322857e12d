// The files of MultiPL-E by the exec engine: solutions written by hand pass, empty ones all fail.
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/testing/faulty_env.h"
#include "sandbox/dispatch_worker.h"
#include "sandbox/testing/harness.h"
#include "sandbox/toolchains.h"

namespace scribe::sandbox {
namespace {

struct Solution {
  const char* name;
  const char* completion;
};

/// Written for this test; each ends where the language's stop tokens would cut it.
const std::map<std::string, std::vector<Solution>> kSolutions = {
    {"cpp",
     {{"HumanEval_23_strlen", "    return string.size();"},
      {"HumanEval_13_greatest_common_divisor",
       "    while (b) { long t = a % b; a = b; b = t; }\n    return a;"},
      {"HumanEval_8_sum_product",
       "    long s = 0, p = 1;\n    for (long n : numbers) { s += n; p *= n; }\n"
       "    return std::make_tuple(s, p);"},
      {"HumanEval_42_incr_list", "    for (long& x : l) ++x;\n    return l;"}}},
    {"js",
     {{"HumanEval_23_strlen", "  return string.length;\n}"},
      {"HumanEval_13_greatest_common_divisor", "  while (b) [a, b] = [b, a % b];\n  return a;\n}"},
      {"HumanEval_8_sum_product",
       "  let s = 0, p = 1;\n  for (const n of numbers) { s += n; p *= n; }\n  return [s, p];\n}"},
      {"HumanEval_42_incr_list", "  return l.map(x => x + 1);\n}"}}},
    {"ts",
     {{"HumanEval_23_strlen", "  return string.length;\n}"},
      {"HumanEval_13_greatest_common_divisor", "  while (b) [a, b] = [b, a % b];\n  return a;\n}"},
      {"HumanEval_8_sum_product",
       "  let s = 0, p = 1;\n  for (const n of numbers) { s += n; p *= n; }\n  return [s, p];\n}"},
      {"HumanEval_42_incr_list", "  return l.map(x => x + 1);\n}"}}},
    {"java",
     {{"HumanEval_23_strlen", "        return string.length();"},
      {"HumanEval_13_greatest_common_divisor",
       "        while (b != 0) { long t = a % b; a = b; b = t; }\n        return a;"},
      {"HumanEval_8_sum_product",
       "        long s = 0, p = 1;\n        for (long n : numbers) { s += n; p *= n; }\n"
       "        return Pair.with(s, p);"},
      {"HumanEval_42_incr_list",
       "        ArrayList<Long> r = new ArrayList<>();\n        for (long x : l) r.add(x + 1);\n"
       "        return r;"}}},
    {"go",
     {{"HumanEval_23_strlen", "    return len(myString)\n}"},
      {"HumanEval_13_greatest_common_divisor",
       "    for b != 0 {\n        a, b = b, a%b\n    }\n    return a\n}"},
      {"HumanEval_8_sum_product",
       "    s, p := 0, 1\n    for _, n := range numbers {\n        s += n\n        p *= n\n    }\n"
       "    return []interface{}{s, p}\n}"},
      {"HumanEval_42_incr_list",
       "    r := []int{}\n    for _, x := range l {\n        r = append(r, x+1)\n    }\n"
       "    return r\n}"}}},
    {"rs",
     {{"HumanEval_23_strlen", "    string.chars().count() as isize"},
      {"HumanEval_13_greatest_common_divisor",
       "    let (mut a, mut b) = (a, b);\n    while b != 0 { let t = a % b; a = b; b = t; }\n    "
       "a"},
      {"HumanEval_8_sum_product", "    (numbers.iter().sum(), numbers.iter().product())"},
      {"HumanEval_42_incr_list", "    l.iter().map(|x| x + 1).collect()"}}},
    {"sh",
     {{"HumanEval_23_strlen", "    echo ${#1}"},
      {"HumanEval_13_greatest_common_divisor",
       "    local a=$1 b=$2 t\n    while [ $b -ne 0 ]; do t=$((a % b)); a=$b; b=$t; done\n"
       "    echo $a"},
      {"HumanEval_8_sum_product",
       "    local s=0 p=1 n\n    for n in $1; do s=$((s + n)); p=$((p * n)); done\n"
       "    echo $s $p"},
      {"HumanEval_42_incr_list",
       "    local r=() x\n    for x in $1; do r+=($((x + 1))); done\n    echo \"${r[*]}\""}}}};

class MultiplETest : public testing::Test {
 protected:
  void SetUp() override {
    if (kSanitized) GTEST_SKIP() << "a sanitizer's memory does not fit the limits of a step";
    data_ = test_data_directory();
    if (data_.empty()) GTEST_SKIP() << "no data files (SCRIBE_DATA_DIR)";
    const auto found = probe_sandbox();
    ASSERT_TRUE(found.ok()) << found.error().message();
    auto worker = start_exec_worker(found.value());
    ASSERT_TRUE(worker.ok()) << worker.error().message();
    worker_ = std::move(worker).value();
  }

  Verdict run(const std::string& language, const Json& problem, const std::string& completion) {
    return run_job(*worker_, {.candidate = problem["prompt"].get<std::string>() + completion,
                              .tests = problem["tests"].get<std::string>(),
                              .entry_point = "",
                              .limits = {.cpu_seconds = 3, .wall_seconds = 60},
                              .form = TestForm::own_exit,
                              .language = language});
  }

  /// Calls `body(language, problem)` for every problem of every language that is installed.
  template <typename Body>
  void for_each_problem(Body body) {
    for (const auto& [language, solutions] : kSolutions) {
      if (const auto found = find_toolchain(language); !found.ok()) {
        std::printf("[ skipped  ] %s\n", found.error().message().c_str());
        continue;
      }
      const Status status = for_each_json_line(
          Env::real(), fmt::format("{}/multipl-e/humaneval-{}.jsonl.gz", data_, language),
          [&](const Json& problem, const std::string&) -> Status {
            body(language, problem);
            return {};
          });
      EXPECT_TRUE(status.ok()) << status.error().message();
    }
  }

  std::string data_;
  std::unique_ptr<SandboxWorker> worker_;
};

TEST_F(MultiplETest, SolutionsWrittenByHandPass) {
  std::map<std::string, std::size_t> passed;
  for_each_problem([&](const std::string& language, const Json& problem) {
    for (const Solution& solution : kSolutions.at(language)) {
      if (problem["name"] != solution.name) continue;
      const Verdict verdict = run(language, problem, solution.completion);
      EXPECT_TRUE(verdict.passed()) << language << " " << solution.name << ": " << text_of(verdict);
      if (verdict.passed()) ++passed[language];
    }
  });
  for (const auto& [language, count] : passed) EXPECT_EQ(count, 4U) << language;
}

/// Every 40th problem of each file, or all of them (about 1,100 programs) if SCRIBE_WHOLE_FILES is
/// set.
TEST_F(MultiplETest, EmptyCompletionsAllFail) {
  const int step = std::getenv("SCRIBE_WHOLE_FILES") == nullptr ? 40 : 1;
  std::map<std::string, int> seen;
  for_each_problem([&](const std::string& language, const Json& problem) {
    if (seen[language]++ % step != 0) return;
    const Verdict verdict = run(language, problem, "");
    EXPECT_FALSE(verdict.passed()) << language << " " << problem["name"];
    EXPECT_NE(verdict.kind, VerdictKind::internal) << text_of(verdict);
  });
  // Records by the data's own list.
  const std::map<std::string, int> expected = {{"cpp", 161},  {"js", 161}, {"ts", 159}, {"sh", 158},
                                               {"java", 158}, {"rs", 156}, {"go", 154}};
  for (const auto& [language, count] : seen) EXPECT_EQ(count, expected.at(language)) << language;
}

}  // namespace
}  // namespace scribe::sandbox
