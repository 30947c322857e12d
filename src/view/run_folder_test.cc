// Tests what is found in a folder of runs.
#include "view/run_folder.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "base/testing/faulty_env.h"

namespace scribe {
namespace {

class RunFolderTest : public testing::Test {
 protected:
  TemporaryDirectory directory_;

  void put(const std::string& path, std::string_view text = "{}\n") {
    const std::string file = directory_.file(path);
    ASSERT_TRUE(Env::real().create_directories(file.substr(0, file.rfind('/'))).ok());
    ASSERT_TRUE(write_file_atomic(Env::real(), file, text).ok());
  }
  RunFolder look() { return look_at_runs(Env::real(), directory_.path()).value(); }
};

TEST_F(RunFolderTest, FindsRunsResultsAndPagesAtAnyDepth) {
  put("codex/train_log.jsonl", "{\"step\":1}\n");
  put("codex/run.toml", "# text\ncommand = \"train\"\nsteps = 240\n");
  put("codex/samples_log.jsonl", "{}\n{}\n");
  put("b/samples/x_results.jsonl");
  put("b/samples/y_results.jsonl.gz");
  put("b/samples/x.jsonl");
  put("report.html", "<p>");
  const RunFolder found = look();
  ASSERT_EQ(found.runs.size(), 1U);
  EXPECT_EQ(found.runs[0].path, "codex");
  EXPECT_EQ(found.runs[0].log_bytes, 11);
  EXPECT_EQ(found.runs[0].sample_bytes, 6);
  EXPECT_EQ(found.runs[0].steps, 240);
  ASSERT_EQ(found.results.size(), 2U);
  EXPECT_EQ(found.results[0].path, "b/samples/x_results.jsonl");
  ASSERT_EQ(found.pages.size(), 1U);
  EXPECT_EQ(found.pages[0].bytes, 3);
  EXPECT_FALSE(found.is_cut);
}

TEST_F(RunFolderTest, TheFolderItselfMayBeARun) {
  put("train_log.jsonl");
  const RunFolder found = look();
  ASSERT_EQ(found.runs.size(), 1U);
  EXPECT_EQ(found.runs[0].path, ".");
  EXPECT_EQ(found.runs[0].steps, 0);
}

TEST_F(RunFolderTest, HiddenNamesAndLinksArePassedOver) {
  put(".git/train_log.jsonl");
  put("real/train_log.jsonl");
  ASSERT_EQ(symlink(directory_.file("real").c_str(), directory_.file("link").c_str()), 0);
  const RunFolder found = look();
  ASSERT_EQ(found.runs.size(), 1U);
  EXPECT_EQ(found.runs[0].path, "real");
}

TEST_F(RunFolderTest, WhatIsTooDeepIsSaid) {
  put("1/2/3/4/5/train_log.jsonl");
  EXPECT_FALSE(look().is_cut);
  put("1/2/3/4/5/6/train_log.jsonl");
  EXPECT_TRUE(look().is_cut);
  EXPECT_EQ(look().runs.size(), 1U);
}

TEST_F(RunFolderTest, AFolderThatIsNotThereIsAnError) {
  EXPECT_EQ(look_at_runs(Env::real(), directory_.file("none")).error().code(),
            ErrorCode::not_found);
}

}  // namespace
}  // namespace scribe
