// Tests which documents a vocabulary is learned from, and which are refused.
#include "cli/training_text.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include "base/json.h"
#include "base/testing/faulty_env.h"

namespace scribe::cli {
namespace {

std::string gzip(const std::string& text) {
  const TemporaryDirectory directory;
  const gzFile file = gzopen(directory.file("packed").c_str(), "wb");
  SCRIBE_CHECK(gzwrite(file, text.data(), static_cast<unsigned>(text.size())) > 0, "gzwrite");
  SCRIBE_CHECK(gzclose(file) == Z_OK, "gzclose");
  return Env::real().read_file(directory.file("packed")).value();
}

class TrainingTextTest : public testing::Test {
 protected:
  std::string write(const std::string& name, const std::string& bytes) {
    SCRIBE_CHECK(write_file_atomic(env_, directory_.file(name), bytes).ok(), "{}", name);
    return directory_.file(name);
  }
  /// Lines of JSON, `size_bytes` of text in each.
  static std::string lines(int count, std::size_t size_bytes) {
    std::string all;
    for (int i = 0; i < count; ++i) {
      std::string text;
      while (text.size() < size_bytes) text += fmt::format("word{} = {}\n", text.size() % 97, i);
      all += to_json_line(Json{{"source", i}, {"text", text}}) + "\n";
    }
    return all;
  }
  Result<TrainingTextCounts> count(const std::vector<std::string>& files, BpeTrainer& trainer,
                                   int threads = 1) {
    ThreadPool pool(threads);
    Progress progress(env_, {.label = "count", .unit = "B", .quiet = true});
    return count_training_text(env_, files, pool, stop_, progress, trainer);
  }
  std::string error_of(const std::vector<std::string>& files, ErrorCode code) {
    BpeTrainer trainer({});
    const Result<TrainingTextCounts> result = count(files, trainer);
    if (result.ok()) return "no error";
    EXPECT_EQ(result.error().code(), code) << result.error().message();
    EXPECT_EQ(result.error().message().find('\n'), std::string::npos) << "one line";
    return result.error().message();
  }

  TemporaryDirectory directory_;
  FaultyEnv env_;
  StopToken stop_;
};

TEST_F(TrainingTextTest, PlainAndPackedFilesAndAnyNumberOfThreadsGiveTheSameVocabulary) {
  const std::string all = lines(300, 30'000);  // more than a batch
  const std::vector<std::vector<std::string>> inputs{
      {write("a.jsonl", all)}, {write("b.jsonl.gz", gzip(all))}, {write("c.jsonl", all + "\n \n")}};
  std::string first;
  for (const auto& files : inputs)
    for (const int threads : {1, 4}) {
      BpeTrainer trainer({.vocabulary_size = 400}, threads);
      const TrainingTextCounts counts = count(files, trainer, threads).value();
      EXPECT_EQ(counts.documents, 300);
      EXPECT_GT(counts.bytes, 300 * 30'000);
      ASSERT_TRUE(trainer.train().value().save(env_, directory_.file("t.json")).ok());
      const std::string learned = env_.read_file(directory_.file("t.json")).value();
      if (first.empty()) first = learned;
      EXPECT_EQ(learned, first) << files[0] << threads;
    }
}

TEST_F(TrainingTextTest, ATextFileIsOneDocument) {
  const std::string text = "def f():\n    return 1\n";
  BpeTrainer trainer({});
  const TrainingTextCounts counts =
      count({write("a.py", text), write("b.txt.gz", gzip(text)), write("empty.py", "")}, trainer)
          .value();
  EXPECT_EQ(counts.documents, 3);
  EXPECT_EQ(counts.bytes, std::ssize(text) * 2);
}

TEST_F(TrainingTextTest, AFolderStandsForItsTrainingShards) {
  ASSERT_TRUE(env_.create_directories(directory_.file("all/sub.jsonl")).ok());
  ASSERT_TRUE(env_.create_directories(directory_.file("split")).ok());
  ASSERT_TRUE(env_.create_directories(directory_.file("none")).ok());
  for (const char* name : {"all/2.jsonl.gz", "all/1.jsonl", "all/notes.txt", "all/3.jsonl.zst",
                           "split/validation.jsonl", "split/train-1.jsonl", "split/train-0.jsonl"})
    write(name, "");
  const auto files = [&](const std::string& name) {
    return training_files(env_, {directory_.file(name)});
  };
  EXPECT_EQ(files("all").value(),
            (std::vector{directory_.file("all/1.jsonl"), directory_.file("all/2.jsonl.gz"),
                         directory_.file("all/3.jsonl.zst")}));
  EXPECT_EQ(files("split").value(), (std::vector{directory_.file("split/train-0.jsonl"),
                                                 directory_.file("split/train-1.jsonl")}));
  EXPECT_EQ(files("all/notes.txt").value(), std::vector{directory_.file("all/notes.txt")});
  EXPECT_EQ(files("none").error().code(), ErrorCode::not_found);
}

TEST_F(TrainingTextTest, WhatCannotBeReadIsAnErrorThatNamesThePlace) {
  const std::string good = lines(3, 10);
  EXPECT_NE(error_of({directory_.file("missing.py")}, ErrorCode::not_found).find("missing.py"),
            std::string::npos);
  EXPECT_NE(error_of({write("a.jsonl", good + "{\"text\": 7}\n")}, ErrorCode::invalid_data)
                .find("a.jsonl:4: field 'text'"),
            std::string::npos);
  EXPECT_NE(error_of({write("b.jsonl", good + "{\"text\": \"cut o")}, ErrorCode::invalid_data)
                .find("b.jsonl:4: the last line is truncated"),
            std::string::npos);
  const std::string packed = gzip(lines(500, 2'000));
  EXPECT_NE(
      error_of({write("c.jsonl.gz", packed.substr(0, packed.size() / 2))}, ErrorCode::invalid_data)
          .find("c.jsonl.gz"),
      std::string::npos);
  std::string flipped = packed;
  flipped[flipped.size() / 2] ^= 0x55;
  EXPECT_NE(error_of({write("d.jsonl.gz", flipped)}, ErrorCode::invalid_data).find("d.jsonl.gz"),
            std::string::npos);
  EXPECT_NE(error_of({write("e.jsonl.zst", "\x28\xb5\x2f\xfdxxxx")}, ErrorCode::invalid_data)
                .find("e.jsonl.zst"),
            std::string::npos);
}

TEST_F(TrainingTextTest, OfSeveralErrorsTheFirstInTheFilesCounts) {
  const std::string bad = write("bad.jsonl", lines(2, 10) + "{\n{}\n" + lines(2, 10));
  EXPECT_NE(
      error_of({bad, directory_.file("missing")}, ErrorCode::invalid_data).find("bad.jsonl:3"),
      std::string::npos);
}

TEST_F(TrainingTextTest, TooManyDifferentPiecesEndCounting) {
  BpeTrainer trainer({.piece_bytes_max = 100});
  EXPECT_EQ(count({write("a.jsonl", lines(3, 1'000))}, trainer).error().code(),
            ErrorCode::limit_exceeded);
}

TEST_F(TrainingTextTest, AStopIsSeenBetweenBatches) {
  stop_.request();
  EXPECT_NE(error_of({write("a.jsonl", lines(3, 10))}, ErrorCode::interrupted).find("nothing was"),
            std::string::npos);
}

}  // namespace
}  // namespace scribe::cli
