// Tests which saves a run keeps: the last, the best, and whole ones however it ends.
#include "train/kept_checkpoints.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "train/testing/train_test_case.h"

namespace scribe {
namespace {

class KeepTest : public TrainTest {
 protected:
  TrainOptions keeping(const std::string& out) {
    TrainOptions options = corpus_.options(out);
    options.cadence.validate_every = 2;
    options.cadence.keep_last = 2;
    options.cadence.keep_best = true;
    return options;
  }
  /// Every file below the run's directory with its bytes.
  std::map<std::string, std::string> files(const std::string& out) {
    std::map<std::string, std::string> found;
    const std::string root = corpus_.file(out);
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root))
      found[entry.path().string().substr(root.size())] =
          entry.is_directory() ? "" : read(entry.path().string());
    return found;
  }
  std::vector<std::string> copies(const std::string& out) {
    std::vector<std::string> names;
    const auto entries = Env::real().list_directory(corpus_.file(out) + "/checkpoints");
    for (const DirectoryEntry& entry : entries.value())
      names.push_back(entry.path.substr(entry.path.rfind('/') + 1));
    return names;
  }
  /// Runs until this file or directory of the run is there.
  void run_until(const TrainOptions& options, const std::string& name) {
    StopToken stop;
    HookedEnv stopping([&] {
      if (Env::real().exists(options.out + "/" + name)) stop.request();
    });
    const auto backend = make_backend(Device::cpu, 1).value();
    ASSERT_FALSE(train(stopping, stop, *backend, options).ok());
  }
  std::vector<float> weights(const std::string& directory) {
    const auto backend = make_backend(Device::cpu, 1).value();
    const Checkpoint checkpoint = load_checkpoint(Env::real(), directory, *backend).value();
    std::vector<float> host(checkpoint.parameters.all().size());
    backend->download(checkpoint.parameters.all(), host);
    return host;
  }
};

TEST_F(KeepTest, TheLastSavesAndTheBestAreKeptAndLoad) {
  TrainOptions options = keeping("run");
  options.cadence.checkpoint_every_steps = 5;
  ASSERT_TRUE(run(options).ok());
  EXPECT_EQ(copies("run"), (std::vector<std::string>{"step-10", "step-12"}));
  EXPECT_EQ(weights(options.out + "/checkpoints/step-12"), weights(options.out));
  std::int64_t best = 0;
  double lowest = 1e9;
  require(for_each_json_line(Env::real(), corpus_.file("run/train_log.jsonl"),
                             [&](const Json& line, const std::string&) -> Status {
                               if (line.value("validation_loss", 1e9) < lowest) {
                                 lowest = line["validation_loss"].get<double>();
                                 best = line["step"].get<std::int64_t>();
                               }
                               return {};
                             }));
  EXPECT_EQ(best, 12) << "counting is learned steadily";
  EXPECT_EQ(weights(corpus_.file("run/best")), weights(corpus_.file("run")));
}

TEST_F(KeepTest, TheBestStaysWhenTheLossRises) {
  TrainOptions options = keeping("run");
  options.optimizer.learning_rate = 3;
  options.optimizer.warmup_steps = 12;
  ASSERT_TRUE(run(options).ok());
  std::map<std::int64_t, double> losses;
  require(for_each_json_line(Env::real(), corpus_.file("run/train_log.jsonl"),
                             [&](const Json& line, const std::string&) -> Status {
                               if (line.contains("validation_loss"))
                                 losses[line["step"].get<std::int64_t>()] =
                                     line["validation_loss"].get<double>();
                               return {};
                             }));
  const auto best =
      std::ranges::min_element(losses, {}, [](const auto& pair) { return pair.second; });
  ASSERT_LT(best->first, 12);
  const auto file = SafetensorsFile::open(Env::real(), options.out + "/best/model.safetensors");
  EXPECT_EQ(file.value().metadata().at("step"), fmt::format("{}", best->first));
  EXPECT_NE(weights(options.out + "/best"), weights(options.out));
}

TEST_F(KeepTest, CopiesOfARunKilledAnywhereAreWholeAndEndTheSame) {
  ASSERT_TRUE(run(keeping("unbroken")).ok());
  const TrainOptions options = keeping("killed");
  int kills = 0;
  for (int operations = 3; operations < 3000; operations += 7) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      HookedEnv env(kill_at(operations));
      ::_exit(run(options, env).ok() ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    for (const auto& [path, bytes] : files("killed"))
      if ((path.starts_with("/best") || path.starts_with("/checkpoints/step-")) && bytes.empty())
        weights(options.out + path);  // Ends the test if it does not load.
    if (WIFEXITED(status)) {
      ASSERT_EQ(WEXITSTATUS(status), 0);
      break;
    }
    ++kills;
  }
  EXPECT_GT(kills, 3);
  EXPECT_TRUE(files("unbroken") == files("killed"));
}

TEST_F(KeepTest, WhatAKillLeftAsideIsPutBackOrDeleted) {
  ASSERT_TRUE(run(keeping("unbroken")).ok());
  Env& env = Env::real();
  const TrainOptions options = keeping("killed");
  run_until(options, "checkpoints/step-6");
  const std::string model = read(options.out + "/best/model.safetensors");
  // Between the renames of a new best; while a copy is deleted.
  require(env.rename(options.out + "/best", options.out + "/.old-best.tmp"));
  require(env.create_directories(options.out + "/.best.tmp"));
  require(env.create_directories(options.out + "/checkpoints/.step-3.tmp"));
  TrainOptions no_better = options;
  no_better.cadence.keep_best = false;
  ASSERT_TRUE(run(no_better).ok());
  EXPECT_EQ(read(options.out + "/best/model.safetensors"), model);
  std::map<std::string, std::string> found = files("killed");
  for (const auto& [path, bytes] : files("unbroken"))
    if (!path.starts_with("/best")) {
      EXPECT_TRUE(found.at(path) == bytes) << path;
    }
  EXPECT_EQ(found.size(), files("unbroken").size());
}

TEST_F(KeepTest, WhatTheRunDidNotWriteIsNotDeleted) {
  Env& env = Env::real();
  TrainOptions options = keeping("run");
  const std::string mine = options.out + "/checkpoints/step-1";
  require(env.create_directories(mine));
  require(write_file_atomic(env, mine + "/notes.txt", "mine"));
  run_until(options, "checkpoints/step-3");
  ASSERT_TRUE(env.exists(options.out + "/checkpoints/step-3/model.safetensors"));
  require(write_file_atomic(env, options.out + "/checkpoints/step-3/notes.txt", "mine"));
  ASSERT_TRUE(run(options).ok());
  EXPECT_EQ(copies("run"), (std::vector<std::string>{"step-1", "step-12", "step-3", "step-9"}));
  EXPECT_EQ(read(mine + "/notes.txt"), "mine");
}

TEST_F(KeepTest, WhatIsInTheWayIsAnErrorAndStays) {
  Env& env = Env::real();
  for (const std::string name : {"best", "checkpoints/step-3"}) {
    const TrainOptions options = keeping(name == "best" ? "a" : "b");
    require(env.create_directories(options.out + "/" + name));
    require(write_file_atomic(env, options.out + "/" + name + "/model.safetensors", "mine"));
    expect_error(options, ErrorCode::invalid_argument, name + "' is in the way");
    EXPECT_EQ(read(options.out + "/" + name + "/model.safetensors"), "mine");
  }
}

TEST_F(KeepTest, CopiesThatNoRuleMakesAreRefused) {
  TrainOptions options = keeping("run");
  options.cadence.checkpoint_every_steps = 0;
  expect_error(options, ErrorCode::invalid_argument, "--checkpoint-every-steps");
  options = keeping("run");
  options.validation_batches = 0;
  expect_error(options, ErrorCode::invalid_argument, "--keep-best");
  options = keeping("run");
  options.cadence.keep_last = -1;
  expect_error(options, ErrorCode::invalid_argument, "--keep-last");
}

}  // namespace
}  // namespace scribe
