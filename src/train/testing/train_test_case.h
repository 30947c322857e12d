// What tests of whole runs share: a small corpus to train on, and ways to die in the middle.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <functional>
#include <memory>
#include <string>

#include "checkpoint/checkpoint.h"
#include "train/testing/small_corpus.h"
#include "train/train.h"

namespace scribe {

/// Calls `hook` in the middle of every append and before every opening, renaming and deleting of
/// files that change.
class HookedEnv : public FaultyEnv {
 public:
  explicit HookedEnv(std::function<void()> hook) : hook_(std::move(hook)) {}
  Result<std::unique_ptr<AppendFile>> open_append(const std::string& path) override {
    hook_();
    SCRIBE_TRY_ASSIGN(std::unique_ptr<AppendFile> file, FaultyEnv::open_append(path));
    return std::unique_ptr<AppendFile>(std::make_unique<File>(hook_, std::move(file)));
  }
  Status rename(const std::string& from, const std::string& to) override {
    hook_();
    return FaultyEnv::rename(from, to);
  }
  Status remove_tree(const std::string& path) override {
    if (exists(path)) hook_();
    return FaultyEnv::remove_tree(path);
  }

 private:
  class File : public AppendFile {
   public:
    File(std::function<void()>& hook, std::unique_ptr<AppendFile> file)
        : hook_(hook), file_(std::move(file)) {}
    Status append(std::string_view bytes) override {
      SCRIBE_TRY(file_->append(bytes.substr(0, bytes.size() / 2)));
      hook_();
      return file_->append(bytes.substr(bytes.size() / 2));
    }
    Status sync() override { return file_->sync(); }

   private:
    std::function<void()>& hook_;
    std::unique_ptr<AppendFile> file_;
  };
  std::function<void()> hook_;
};

/// Kills the process, with no chance to clean up, at file operation number `operations`.
inline std::function<void()> kill_at(int operations) {
  return [operations]() mutable {
    if (operations-- == 0) ::kill(::getpid(), SIGKILL);
  };
}

class TrainTest : public testing::Test {
 protected:
  Result<TrainSummary> run(const TrainOptions& options, Env& env = Env::real(), int threads = 1) {
    const auto backend = make_backend(Device::cpu, threads).value();
    StopToken stop;
    return train(env, stop, *backend, options);
  }
  std::string read(const std::string& path) { return Env::real().read_file(path).value(); }
  /// Weights, moments and log of two runs are the same bytes.
  void expect_same_run(const std::string& a, const std::string& b) {
    for (const char* name : {"model.safetensors", "scribe_state.safetensors", "train_log.jsonl",
                             "config.json", "tokenizer.json", "run.toml"})
      EXPECT_TRUE(read(corpus_.file(a) + "/" + name) == read(corpus_.file(b) + "/" + name))
          << name << " of " << a << " and " << b;
  }
  void expect_error(const TrainOptions& options, ErrorCode code, const std::string& part) {
    const auto summary = run(options);
    ASSERT_FALSE(summary.ok()) << part;
    EXPECT_EQ(summary.error().code(), code) << summary.error().message();
    EXPECT_NE(summary.error().message().find(part), std::string::npos) << summary.error().message();
  }

  SmallCorpus corpus_;
};

}  // namespace scribe
