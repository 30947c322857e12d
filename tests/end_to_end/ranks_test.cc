// Tests of training under mpirun: losses, other numbers of ranks, deaths and cut cables.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <memory>
#include <thread>

#include "base/json.h"
#include "base/testing/faulty_env.h"
#include "end_to_end/program.h"

namespace scribe::testing {
namespace {

constexpr const char* kMpirun = "/usr/bin/mpirun";

class RanksTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (::access(kMpirun, X_OK) != 0 || !SCRIBE_HAS_MPI) return;
    directory_ = std::make_unique<TemporaryDirectory>();
    Env& env = Env::real();
    ASSERT_TRUE(env.create_directories(file("source")).ok());
    for (int index = 0; index < 40; ++index) {
      std::string text = "\"\"\"A module.\"\"\"\n";
      for (int line = 0; line < 12; ++line)
        text += fmt::format("def function_{}_{}(x):\n    return x * {}\n\n", index, line, line);
      ASSERT_TRUE(write_file_atomic(env, file(fmt::format("source/m{}.py", index)), text).ok());
    }
    must({"corpus", "build", "--source", file("source"), "--no-prose", "--out", file("corpus"),
          "--validation-share", "0.2"});
    must({"tokenizer", "train", file("corpus/code"), "--vocab-size", "300", "--out",
          file("tokenizer.json")});
    must({"corpus", "tokenize", "--corpus", file("corpus/code"), "--tokenizer",
          file("tokenizer.json"), "--out", file("tokens")});
  }
  static void TearDownTestSuite() { directory_.reset(); }

  void SetUp() override {
    if (!SCRIBE_HAS_MPI) GTEST_SKIP() << "this build has no MPI (SCRIBE_MPI)";
    if (::access(kMpirun, X_OK) != 0) GTEST_SKIP() << "no " << kMpirun;
  }

  static std::string file(const std::string& name) { return directory_->file(name); }

  static void must(const std::vector<std::string>& arguments) {
    const ProgramResult result = run_program(arguments);
    ASSERT_EQ(result.exit_code, 0) << result.output;
  }

  static std::vector<std::string> train_words(const std::string& out, int steps = 24,
                                              const std::string& layers = "2",
                                              const std::string& width = "32") {
    return {"train",
            "--data",
            file("tokens"),
            "--tokenizer",
            file("tokenizer.json"),
            "--out",
            file(out),
            "--layers",
            layers,
            "--width",
            width,
            "--heads",
            "2",
            "--context",
            "64",
            "--steps",
            std::to_string(steps),
            "--batch-size",
            "6",
            "--micro-batch",
            "2",
            "--validate-every",
            "10",
            "--checkpoint-every-steps",
            "8",
            "--threads",
            "1",
            "--quiet"};
  }

  static std::vector<std::string> with(std::vector<std::string> words,
                                       const std::vector<std::string>& more) {
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }

  /// mpirun N of the program with these arguments.
  static std::vector<std::string> on_ranks(int ranks, const std::vector<std::string>& arguments) {
    return with({kMpirun, "--allow-run-as-root", "--oversubscribe", "--bind-to", "none", "-n",
                 std::to_string(ranks), SCRIBE_BINARY},
                arguments);
  }

  static void must_on(int ranks, const std::vector<std::string>& arguments) {
    const ProgramResult result = run_words(on_ranks(ranks, arguments));
    ASSERT_EQ(result.exit_code, 0) << result.output;
  }

  static std::vector<double> losses(const std::string& out) {
    std::vector<double> values;
    const Status read = for_each_json_line(Env::real(), file(out + "/train_log.jsonl"),
                                           [&](const Json& line, const std::string&) {
                                             for (const char* field : {"loss", "validation_loss"})
                                               if (line.contains(field))
                                                 values.push_back(line[field].get<double>());
                                             return Status();
                                           });
    EXPECT_TRUE(read.ok());
    return values;
  }

  /// The order of float sums is another; nothing else. From some 150 steps on runs drift apart, as
  /// those of one process with other micro-batches do.
  static void expect_same_losses(const std::string& a, const std::string& b,
                                 double tolerance = 1e-6) {
    const std::vector<double> one = losses(a);
    const std::vector<double> other = losses(b);
    ASSERT_EQ(one.size(), other.size());
    ASSERT_GT(one.size(), 24U);
    for (std::size_t i = 0; i < one.size(); ++i)
      EXPECT_NEAR(one[i], other[i], tolerance * one[i]) << a << " and " << b << ", " << i;
  }

  /// The process ids of the ranks that train into `out`, by rank.
  static std::vector<pid_t> rank_processes(const std::string& out) {
    std::vector<pid_t> found;
    const std::vector<DirectoryEntry> processes = Env::real().list_directory("/proc").value();
    for (const DirectoryEntry& entry : processes) {
      const std::string name = entry.path.substr(entry.path.rfind('/') + 1);
      if (name.find_first_not_of("0123456789") != std::string::npos) continue;
      const auto words = Env::real().read_file("/proc/" + name + "/cmdline");
      const auto variables = Env::real().read_file("/proc/" + name + "/environ");
      if (!words.ok() || !variables.ok()) continue;
      if (!words.value().starts_with(SCRIBE_BINARY) ||
          words.value().find(file(out)) == std::string::npos)
        continue;
      const std::string key = "OMPI_COMM_WORLD_RANK=";
      const std::size_t at = variables.value().find(key);
      if (at == std::string::npos) continue;
      const auto rank =
          static_cast<std::size_t>(std::atoi(variables.value().c_str() + at + key.size()));
      if (found.size() <= rank) found.resize(rank + 1);
      found[rank] = std::atoi(name.c_str());
    }
    return found;
  }

  /// Runs mpirun, and `act` once the run has written `lines` lines of its log.
  static ProgramResult run_and(const std::vector<std::string>& words, const std::string& out,
                               int lines, const std::function<void()>& act) {
    std::jthread watcher([&](const std::stop_token& ended) {
      while (count_lines(file(out + "/train_log.jsonl")) < lines) {
        if (ended.stop_requested()) return;
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
      }
      act();
    });
    return run_words(words);
  }

  inline static std::unique_ptr<TemporaryDirectory> directory_;
};

TEST_F(RanksTest, MpiKeepsTheContractOfCommunicators) {
  const ProgramResult result =
      run_words({kMpirun, "--allow-run-as-root", "--oversubscribe", "--bind-to", "none", "-n", "3",
                 SCRIBE_COMM_TEST, "--gtest_filter=MpiTest.*"});
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_EQ(result.output.find("SKIPPED"), std::string::npos) << result.output;
}

TEST_F(RanksTest, RanksHaveTheLossesOfOneProcessShardedOrNot) {
  must(train_words("one"));
  must_on(1, train_words("of1"));
  EXPECT_EQ(read_bytes(file("of1/model.safetensors")), read_bytes(file("one/model.safetensors")));
  for (const int ranks : {2, 4}) {
    const std::string out = fmt::format("of{}", ranks);
    must_on(ranks, train_words(out));
    expect_same_losses("one", out);
    must_on(ranks, with(train_words(out + "whole"), {"--zero", "0"}));
    for (const std::string name :
         {"/model.safetensors", "/scribe_state.safetensors", "/train_log.jsonl"})
      EXPECT_EQ(read_bytes(file(out + name)), read_bytes(file(out + "whole" + name))) << name;
    must_on(ranks, with(train_words(out + "sharded"), {"--zero", "2"}));
    expect_same_losses("one", out + "sharded");
  }
}

// Layers of 12 MiB, of which the first lies where the third does; two passes in a step.
TEST_F(RanksTest, LayersThatTakeTurnsArriveWhole) {
  for (const std::string zero : {"1", "2"})
    must_on(2, with(train_words("wide" + zero, 3, "3", "512"), {"--zero", zero}));
  const std::vector<double> one = losses("wide1");
  const std::vector<double> other = losses("wide2");
  ASSERT_EQ(one.size(), 4U);  // and that of validation
  ASSERT_EQ(other.size(), 4U);
  for (std::size_t i = 0; i < one.size(); ++i) EXPECT_NEAR(one[i], other[i], 1e-6 * one[i]) << i;
}

TEST_F(RanksTest, FineTuningHasTheLossesOfOneProcess) {
  must(train_words("base"));
  std::string examples;
  for (int i = 0; i < 30; ++i)
    examples += fmt::format(
        "{{\"prompt\": \"def f{}(x):\\n\", \"completion\": \"    return x * {}\\n\"}}\n", i, i * i);
  ASSERT_TRUE(write_file_atomic(Env::real(), file("examples.jsonl"), examples).ok());
  const auto words = [](const std::string& out) {
    return std::vector<std::string>{"finetune",
                                    "--init",
                                    file("base"),
                                    "--data",
                                    file("examples.jsonl"),
                                    "--out",
                                    file(out),
                                    "--steps",
                                    "25",
                                    "--batch-size",
                                    "5",
                                    "--threads",
                                    "1",
                                    "--validation-share",
                                    "0.2",
                                    "--quiet"};
  };
  must(words("tuned"));
  must_on(2, words("tuned2"));
  expect_same_losses("tuned", "tuned2");
}

TEST_F(RanksTest, AKilledRankEndsTheJobAndAnotherNumberOfRanksContinues) {
  must(train_words("unbroken", 100));
  for (const auto& [victim, after] : {std::pair(1U, 1), std::pair(0U, 3)}) {
    const std::string out = fmt::format("killed{}", victim);
    const auto words = train_words(out, 100);
    const ProgramResult killed = run_and(on_ranks(4, words), out, 20, [&, rank = victim] {
      const std::vector<pid_t> ranks = rank_processes(out);
      if (ranks.size() == 4) ::kill(ranks[rank], SIGKILL);
    });
    EXPECT_NE(killed.exit_code, 0);
    EXPECT_NE(killed.output.find(fmt::format("process rank {} ", victim)), std::string::npos)
        << killed.output;
    EXPECT_EQ(killed.output.find("scribe: "), std::string::npos) << killed.output;
    ASSERT_LT(count_lines(file(out + "/train_log.jsonl")), 100);
    must_on(after, words);
    expect_same_losses("unbroken", out, 1e-5);
  }
}

TEST_F(RanksTest, WhatAllRanksKnowIsToldOnce) {
  const ProgramResult missing =
      run_words(on_ranks(3, with(train_words("missing"), {"--data", file("nowhere")})));
  EXPECT_NE(missing.exit_code, 0);
  const std::size_t told = missing.output.find("scribe: there is neither");
  ASSERT_NE(told, std::string::npos) << missing.output;
  EXPECT_EQ(missing.output.find("scribe: ", told + 1), std::string::npos) << missing.output;
}

/// Two network namespaces with a cable between them.
class Cable {
 public:
  Cable() {
    laid_ = ip({"netns", "add", a_}) && ip({"netns", "add", b_}) &&
            ip({"link", "add", "cable0", "netns", a_, "type", "veth", "peer", "name", "cable0",
                "netns", b_}) &&
            ip({"-n", a_, "addr", "add", "10.213.0.1/24", "dev", "cable0"}) &&
            ip({"-n", b_, "addr", "add", "10.213.0.2/24", "dev", "cable0"}) &&
            ip({"-n", a_, "link", "set", "cable0", "up"}) &&
            ip({"-n", b_, "link", "set", "cable0", "up"}) &&
            ip({"-n", a_, "link", "set", "lo", "up"}) && ip({"-n", b_, "link", "set", "lo", "up"});
    // mpirun waits for its other half until TCP gives up: here after seconds, usually 15 minutes.
    for (const std::string& name : {a_, b_})
      laid_ = laid_ && ip({"netns", "exec", name, "/bin/sh", "-c",
                           "echo 3 > /proc/sys/net/ipv4/tcp_retries2"});
  }
  ~Cable() {
    ip({"netns", "del", a_});
    ip({"netns", "del", b_});
  }
  Cable(const Cable&) = delete;
  Cable& operator=(const Cable&) = delete;

  bool laid() const { return laid_; }
  void cut() const { ip({"-n", b_, "link", "set", "cable0", "down"}); }
  const std::string& here() const { return a_; }
  const std::string& there() const { return b_; }
  /// What one end says of the program: `ip`'s path, to run something in a namespace.
  static std::string program() {
    for (const char* path : {"/usr/sbin/ip", "/sbin/ip", "/usr/bin/ip"})
      if (::access(path, X_OK) == 0) return path;
    return {};
  }

 private:
  static bool ip(std::vector<std::string> words) {
    if (program().empty()) return false;
    words.insert(words.begin(), program());
    return run_words(words).exit_code == 0;
  }

  std::string a_ = fmt::format("scribe-a{}", ::getpid());
  std::string b_ = fmt::format("scribe-b{}", ::getpid());
  bool laid_ = false;
};

TEST_F(RanksTest, ACutCableIsAnErrorAndNoHang) {
  const Cable cable;
  if (!cable.laid()) GTEST_SKIP() << "no network namespaces here (needs root and `ip`)";
  // What mpirun runs to reach the other host: agent HOST WORDS...
  ASSERT_TRUE(
      write_file_atomic(Env::real(), file("agent.sh"),
                        fmt::format("#!/bin/sh\nshift\nexec {} netns exec {} sh -c \"$*\"\n",
                                    Cable::program(), cable.there()))
          .ok());
  ASSERT_EQ(::chmod(file("agent.sh").c_str(), 0700), 0);
  const auto words = with({Cable::program(),
                           "netns",
                           "exec",
                           cable.here(),
                           kMpirun,
                           "--allow-run-as-root",
                           "--bind-to",
                           "none",
                           "--host",
                           "10.213.0.1:1,10.213.0.2:1",
                           "-n",
                           "2",
                           "--mca",
                           "plm_rsh_agent",
                           file("agent.sh"),
                           "--mca",
                           "btl",
                           "tcp,self",
                           "--mca",
                           "btl_tcp_if_include",
                           "10.213.0.0/24",
                           "--mca",
                           "oob_tcp_if_include",
                           "10.213.0.0/24",
                           SCRIBE_BINARY},
                          with(train_words("cut", 100000), {"--rank-wait", "4"}));
  const auto start = std::chrono::steady_clock::now();
  const ProgramResult result = run_and(words, "cut", 20, [&] { cable.cut(); });
  EXPECT_NE(result.exit_code, 0);
  EXPECT_NE(result.output.find("scribe: rank 0 of 2 waited 4 s for rank 1 (to "), std::string::npos)
      << result.output;
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::minutes(10));
  EXPECT_GE(count_lines(file("cut/train_log.jsonl")), 20);
}

}  // namespace
}  // namespace scribe::testing
