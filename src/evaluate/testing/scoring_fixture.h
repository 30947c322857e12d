// Workers that judge by a word in the program, and a scoring run with them, for tests.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/testing/faulty_env.h"
#include "evaluate/score.h"

namespace scribe {

inline constexpr const char* kPass = "    return 1  # pass\n";
inline constexpr const char* kWrong = "    return 2  # wrong\n";
inline constexpr const char* kStarved = "    busy()  # starved\n";
inline constexpr const char* kSleeps = "    sleep()  # sleeps\n";
inline constexpr const char* kBroken = "    # internal\n";

inline Verdict verdict_of(VerdictKind kind, double cpu_seconds, const std::string& detail = "") {
  Verdict verdict;
  verdict.kind = kind;
  verdict.cpu_seconds = cpu_seconds;
  verdict.detail = detail;
  return verdict;
}

/// What the workers of a test share.
struct FakeSandbox {
  std::atomic<int> runs{0};
  std::atomic<int> flaky_runs{0};  ///< of `flaky` programs, every second of which fails
  std::atomic<int> internal_left{
      1'000'000};  ///< how often `internal` programs fail before they pass
  std::function<void()> on_run = [] {};
  std::function<void(const SandboxJob&)> on_job = [](const SandboxJob&) {};
};

class FakeWorker : public SandboxWorker {
 public:
  explicit FakeWorker(FakeSandbox& sandbox) : sandbox_(sandbox) {}

  Result<Verdict> run(const SandboxJob& job) override {
    ++sandbox_.runs;
    sandbox_.on_run();
    sandbox_.on_job(job);
    const auto has = [&](const char* word) {
      return job.candidate.find(word) != std::string::npos;
    };
    if (has("# dead")) return error(ErrorCode::internal, "the helpers do not start");
    if (has("# internal") && sandbox_.internal_left-- > 0)
      return verdict_of(VerdictKind::internal, 0, "lost");
    if (has("# sleeps")) return verdict_of(VerdictKind::wall, 0.01);
    if (has("# starved") && job.limits.wall_seconds < 10) return verdict_of(VerdictKind::wall, 1);
    if (has("# flaky") && ++sandbox_.flaky_runs % 2 == 0)
      return verdict_of(VerdictKind::wrong, 0, "AssertionError");
    if (has("# soft")) {
      Verdict verdict = verdict_of(VerdictKind::pass, 0);
      verdict.soft = true;
      return verdict;
    }
    if (has("# wrong")) return verdict_of(VerdictKind::wrong, 0, "AssertionError");
    return verdict_of(VerdictKind::pass, 0.25);
  }

 private:
  FakeSandbox& sandbox_;
};

class ScoreTest : public testing::Test {
 protected:
  ScoreTest() {
    options_.samples_path = directory_.file("s.jsonl");
    options_.problems_path = directory_.file("p.jsonl");
    options_.k = {1};
    options_.workers = 2;
    options_.quiet = true;
    options_.sandbox.start = [this]() -> Result<std::unique_ptr<SandboxWorker>> {
      return std::unique_ptr<SandboxWorker>(std::make_unique<FakeWorker>(sandbox_));
    };
    options_.sandbox.engine = "fake";
    options_.sandbox.walls = "paper";
    std::vector<Problem> problems;
    for (const char* task : {"t/0", "t/1"})
      problems.push_back({.task_id = task,
                          .prompt = "def f():\n",
                          .entry_point = "f",
                          .canonical_solution = "",
                          .test = "def check(candidate): pass\n"});
    EXPECT_TRUE(save_problems(env_, options_.problems_path, problems).ok());
  }

  void write_samples(const std::vector<std::pair<std::string, std::string>>& samples) {
    std::string text;
    for (const auto& [task, completion] : samples)
      text += to_json_line({{"task_id", task}, {"completion", completion}, {"mine", 7}}) + "\n";
    ASSERT_TRUE(write_file_atomic(env_, options_.samples_path, text).ok());
  }

  Result<ScoreSummary> score() { return score_samples(env_, stop_, options_); }
  std::string results_path() const { return options_.samples_path + "_results.jsonl"; }
  std::vector<Json> results() {
    std::vector<Json> lines;
    EXPECT_TRUE(for_each_json_line(env_, results_path(), [&](Json line, const std::string&) {
                  lines.push_back(std::move(line));
                  return Status();
                }).ok());
    return lines;
  }

  FaultyEnv env_;
  TemporaryDirectory directory_;
  FakeSandbox sandbox_;
  StopToken stop_;
  ScoreOptions options_;
};

}  // namespace scribe
