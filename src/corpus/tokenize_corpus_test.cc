// Tests the way from documents to token files.
#include "corpus/tokenize_corpus.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <map>
#include <thread>

#include "base/hash.h"
#include "base/json.h"
#include "base/packed_file.h"
#include "base/testing/faulty_env.h"
#include "corpus/document_file.h"
#include "corpus/token_set.h"
#include "tokenizer/bpe_trainer.h"

namespace scribe {
namespace {

class TokenizeCorpusTest : public testing::Test {
 protected:
  TokenizeCorpusTest() {
    BpeTrainer trainer({.vocabulary_size = 260, .space_run_max = 0});
    trainer.add("return return return value value");
    EXPECT_TRUE(trainer.train().value().save(env_, directory_.file("tokenizer.json")).ok());
    options_ = {.corpus = directory_.path(),
                .tokenizer = directory_.file("tokenizer.json"),
                .out = directory_.file("tokens"),
                .quiet = true};
    write_split("train", 40);
    write_split("validation", 3);
  }

  void write_split(const std::string& split, int count) {
    std::string lines;
    for (int index = 0; index < count; ++index)
      lines += to_json_line(Json{{"id", std::to_string(index)},
                                 {"source", "s"},
                                 {"text", fmt::format("return {} {}", split, index)}}) +
               "\n";
    ASSERT_TRUE(write_file_atomic(env_, directory_.file(split + ".jsonl"), lines).ok());
  }

  Result<TokenizeSummary> tokenize() { return tokenize_corpus(env_, stop_, options_); }

  /// The documents of a token file, in its order.
  std::vector<std::string> decoded(const std::string& split) {
    const TokenSet file = TokenSet::open(env_, options_.out + "/" + split).value();
    const Tokenizer tokenizer = Tokenizer::load(env_, options_.tokenizer).value();
    std::vector<TokenId> ids(static_cast<std::size_t>(file.size()));
    EXPECT_TRUE(file.read(0, ids).ok());
    std::vector<std::string> texts(1);
    for (const TokenId id : ids) {
      if (id == tokenizer.end_of_text())
        texts.emplace_back();
      else
        texts.back() += tokenizer.bytes_of(id);
    }
    EXPECT_EQ(texts.back(), "");  // Each document is ended, the last too.
    texts.pop_back();
    return texts;
  }

  /// Many shards of documents, of runs and of tokens.
  void make_large() {
    ASSERT_TRUE(env_.remove(directory_.file("train.jsonl")).ok());
    for (int file = 0; file < 5; ++file) {
      std::string lines;
      // The second file is larger than the others together.
      for (int index = 0; index < (file == 1 ? 900 : 100); ++index) {
        const std::string id = fmt::format("{}-{}", file, index);
        const std::string text = fmt::format("return value {} of {}\n", index, file);
        append_document_line({.id = id, .source = "s", .license = "", .text = text}, lines);
      }
      ASSERT_TRUE(write_file_atomic(env_,
                                    directory_.file(fmt::format("train-{:05}.jsonl.zst", file)),
                                    [&](AppendFile& out) -> Status {
                                      ZstdWriter writer(out, 1);
                                      SCRIBE_TRY(writer.append(lines));
                                      return writer.finish();
                                    })
                      .ok());
    }
    options_.shard_text_bytes = 4000;
    options_.run_text_bytes = 2000;
  }

  std::vector<DirectoryEntry> list(const std::string& folder) {
    return env_.list_directory(folder).value();
  }

  /// All token files, by name.
  std::map<std::string, std::string> result() {
    std::map<std::string, std::string> files;
    for (const DirectoryEntry& entry : list(options_.out)) {
      EXPECT_FALSE(entry.is_directory) << entry.path << " is left";
      files[entry.path.substr(options_.out.size())] = env_.read_file(entry.path).value();
    }
    return files;
  }

  FaultyEnv env_;
  StopToken stop_;
  TemporaryDirectory directory_;
  TokenizeOptions options_;
};

TEST_F(TokenizeCorpusTest, HashesThatTheCorpusRecordsAreNotComputedAgain) {
  ASSERT_TRUE(env_.create_directories(directory_.file("c/code")).ok());
  options_.corpus = directory_.file("c/code/");
  const std::string bytes = env_.read_file(directory_.file("train.jsonl")).value();
  ASSERT_TRUE(write_file_atomic(env_, directory_.file("c/code/train.jsonl"), bytes).ok());
  const auto inputs_with = [&](const Json& stats) {
    EXPECT_TRUE(write_file_atomic(env_, directory_.file("c/stats.json"), to_json_line(stats)).ok());
    EXPECT_TRUE(tokenize().ok());
    const std::string path = options_.out + "/tokens.json";
    return parse_json(env_.read_file(path).value(), path).value()["inputs"]["train"];
  };
  const auto stats = [&](std::uint64_t hash, std::size_t size) {
    return Json{{"outputs", {{"code/train.jsonl", size}}},
                {"hashes", {{"code/train.jsonl", fmt::format("{:016x}", hash)}}}};
  };
  const Json computed = inputs_with(Json::object());
  EXPECT_EQ(inputs_with(stats(hash64(bytes), bytes.size())), computed);
  EXPECT_EQ(inputs_with(stats(1, bytes.size() + 1)), computed);  // The file is another one.
  EXPECT_EQ(inputs_with({{"hashes", {{"code/train.jsonl", 7}}}}), computed);
  EXPECT_NE(inputs_with(stats(1, bytes.size())), computed);  // It is believed.
}

TEST_F(TokenizeCorpusTest, OfASmallCorpusNothingMayBeHeldOut) {
  ASSERT_TRUE(env_.remove(directory_.file("validation.jsonl")).ok());
  const TokenizeSummary summary = tokenize().value();
  EXPECT_EQ(summary.train.documents, 40);
  EXPECT_EQ(summary.validation.documents, 0);
}

TEST_F(TokenizeCorpusTest, EveryDocumentIsThereOnceShuffledAndEnded) {
  const TokenizeSummary summary = tokenize().value();
  EXPECT_EQ(summary.train.documents, 40);
  std::vector<std::string> texts = decoded("train");
  std::vector<std::string> expected;
  for (int index = 0; index < 40; ++index)
    expected.push_back(fmt::format("return train {}", index));
  EXPECT_NE(texts, expected);
  std::ranges::sort(texts);
  std::ranges::sort(expected);
  EXPECT_EQ(texts, expected);
  EXPECT_EQ(decoded("validation").size(), 3U);
}

TEST_F(TokenizeCorpusTest, TheFileNamesItsTokenizer) {
  ASSERT_TRUE(tokenize().ok());
  const TokenSet file = TokenSet::open(env_, options_.out + "/train").value();
  EXPECT_EQ(file.tokenizer_hash(), hash64(env_.read_file(options_.tokenizer).value()));
  EXPECT_EQ(file.vocabulary_size(), 260);
}

TEST_F(TokenizeCorpusTest, TheOrderIsAFunctionOfTheSeedAlone) {
  ASSERT_TRUE(tokenize().ok());
  const std::vector<std::string> first = decoded("train");
  options_.threads = 3;
  options_.rebuild = true;
  ASSERT_TRUE(tokenize().ok());
  EXPECT_EQ(decoded("train"), first);
  options_.seed = 1;
  ASSERT_TRUE(tokenize().ok());
  EXPECT_NE(decoded("train"), first);
}

TEST_F(TokenizeCorpusTest, TheSameInputsAgainDoNothingAndOthersDo) {
  EXPECT_FALSE(tokenize().value().reused);
  const TokenizeSummary again = tokenize().value();
  EXPECT_TRUE(again.reused);
  EXPECT_EQ(again.train.documents, 40);
  write_split("train", 41);
  EXPECT_EQ(tokenize().value().train.documents, 41);
  ASSERT_TRUE(env_.truncate(options_.out + "/train-00000.tokens", 70).ok());
  EXPECT_FALSE(tokenize().value().reused);
}

TEST_F(TokenizeCorpusTest, MissingInputsAndEmptySplitsAreClearErrors) {
  write_split("train", 0);
  EXPECT_NE(tokenize().error().message().find("has no document for training"), std::string::npos);
  options_.corpus = directory_.file("nowhere");
  EXPECT_EQ(tokenize().error().code(), ErrorCode::not_found);
  options_.tokenizer = directory_.file("none.json");
  EXPECT_EQ(tokenize().error().code(), ErrorCode::not_found);
}

TEST_F(TokenizeCorpusTest, AFullDiskLeavesNoRecord) {
  env_.fill_disk_after(20);
  EXPECT_EQ(tokenize().error().code(), ErrorCode::io);
  EXPECT_FALSE(env_.exists(options_.out + "/tokens.json"));
  EXPECT_FALSE(env_.exists(options_.out + "/train-00000.tokens"));
}

TEST_F(TokenizeCorpusTest, AStopIsInterrupted) {
  stop_.request();
  EXPECT_EQ(tokenize().error().code(), ErrorCode::interrupted);
}

/// Lists folders backwards.
class BackwardsEnv : public FaultyEnv {
 public:
  Result<std::vector<DirectoryEntry>> list_directory(const std::string& path) override {
    SCRIBE_TRY_ASSIGN(std::vector<DirectoryEntry> entries, FaultyEnv::list_directory(path));
    std::ranges::reverse(entries);
    return entries;
  }
};

/// Fails from the given number of renames on, as if killed; counts those before.
class DyingEnv : public FaultyEnv {
 public:
  explicit DyingEnv(int renames) : left_(renames) {}
  Status rename(const std::string& from, const std::string& to) override {
    if (left_.fetch_sub(1) <= 0) return error(ErrorCode::io, "killed before '{}'", to);
    return FaultyEnv::rename(from, to);
  }

 private:
  std::atomic<int> left_;
};

TEST_F(TokenizeCorpusTest, ThreadsListingAndRunsDoNotChangeTheBytes) {
  make_large();
  const TokenizeSummary summary = tokenize().value();
  EXPECT_EQ(summary.train.documents, 1300);
  EXPECT_GE(summary.train.shards, 7);
  const auto expected = result();
  EXPECT_EQ(static_cast<std::int64_t>(expected.size()), summary.train.shards + 1 + 1);

  options_.rebuild = true;
  options_.threads = 3;
  options_.run_text_bytes = 700;
  BackwardsEnv backwards;
  ASSERT_TRUE(tokenize_corpus(backwards, stop_, options_).ok());
  EXPECT_EQ(result(), expected);
}

TEST_F(TokenizeCorpusTest, TheNumberOfShardsDoesNotChangeTheOrder) {
  make_large();
  ASSERT_TRUE(tokenize().ok());
  const std::vector<std::string> many = decoded("train");
  options_.shard_text_bytes = 1'000'000;
  EXPECT_EQ(tokenize().value().train.shards, 1);
  EXPECT_EQ(decoded("train"), many);
  EXPECT_FALSE(env_.exists(options_.out + "/train-00001.tokens")) << "shards of the earlier run";
}

TEST_F(TokenizeCorpusTest, DocumentsWithEqualIdsOrNoneAreAllKept) {
  std::string lines;
  for (int index = 0; index < 30; ++index)
    lines +=
        fmt::format("{{\"id\":\"same\",\"text\":\"return {}\"}}\n{{\"text\":\"twice\"}}\n", index);
  ASSERT_TRUE(write_file_atomic(env_, directory_.file("train.jsonl"), lines).ok());
  options_.shard_text_bytes = 100;
  EXPECT_EQ(tokenize().value().train.documents, 60);
  const std::vector<std::string> texts = decoded("train");
  EXPECT_EQ(std::ranges::count(texts, "twice"), 30);
  EXPECT_EQ(std::ranges::count(texts, "return 17"), 1);
}

TEST_F(TokenizeCorpusTest, AKillAtAnyRenameContinuesToTheSameBytes) {
  make_large();
  options_.threads = 2;
  ASSERT_TRUE(tokenize().ok());
  const auto expected = result();
  for (int renames = 0; renames < 200; renames += 3) {
    ASSERT_TRUE(env_.remove_tree(options_.out).ok());
    DyingEnv dying(renames);
    const auto died = tokenize_corpus(dying, stop_, options_);
    ASSERT_TRUE(tokenize().ok()) << renames;
    EXPECT_TRUE(result() == expected) << renames;
    if (died.ok()) {
      EXPECT_GT(renames, 20);
      return;
    }
    EXPECT_EQ(died.error().code(), ErrorCode::io);
  }
  FAIL() << "never came to an end";
}

TEST_F(TokenizeCorpusTest, WhatIsWholeIsNotMadeAgain) {
  make_large();
  options_.threads = 1;
  DyingEnv dying(20);
  ASSERT_FALSE(tokenize_corpus(dying, stop_, options_).ok());
  std::vector<std::string> runs;
  std::string work;
  for (const DirectoryEntry& entry : list(options_.out))
    if (entry.is_directory) work = entry.path;
  for (const DirectoryEntry& entry : list(work))
    if (entry.path.ends_with(".run")) runs.push_back(entry.path);
  ASSERT_GT(runs.size(), 10U);
  int made = 0;
  class CountingEnv : public FaultyEnv {
   public:
    explicit CountingEnv(int& count) : count_(count) {}
    Result<std::unique_ptr<AppendFile>> open_append(const std::string& path) override {
      if (path.ends_with(".run.tmp")) ++count_;
      return FaultyEnv::open_append(path);
    }

   private:
    int& count_;
  } counting(made);
  ASSERT_TRUE(tokenize_corpus(counting, stop_, options_).ok());
  EXPECT_GT(made, 0);
  const int rest_of_runs = made;
  options_.rebuild = true;
  ASSERT_TRUE(tokenize_corpus(counting, stop_, options_).ok());
  EXPECT_EQ(made - rest_of_runs, rest_of_runs + static_cast<int>(runs.size()));
}

TEST_F(TokenizeCorpusTest, DamagedWorkFilesAreMadeAgainOrErrorsThatNameThem) {
  make_large();
  options_.threads = 1;
  DyingEnv dying(8);
  ASSERT_FALSE(tokenize_corpus(dying, stop_, options_).ok());
  std::string work;
  for (const DirectoryEntry& entry : list(options_.out))
    if (entry.is_directory) work = entry.path;
  const auto flip = [&](const std::string& path, std::size_t at) {
    std::string bytes = env_.read_file(path).value();
    at = std::min(at, bytes.size() - 1);
    bytes[at] = static_cast<char>(bytes[at] ^ 1);
    ASSERT_TRUE(env_.remove(path).ok());
    ASSERT_TRUE(env_.open_append(path).value()->append(bytes).ok());
  };
  flip(work + "/train-00001-00000.run", 9);  // The header; the file is not done.
  // Of a file that is done: how many bytes the first document's ids have; the last id.
  for (const std::size_t at : {std::size_t{40 + 24}, std::size_t{1} << 30}) {
    flip(work + "/train-00000-00000.run", at);
    const auto summary = tokenize();
    ASSERT_FALSE(summary.ok());
    EXPECT_EQ(summary.error().code(), ErrorCode::invalid_data);
    EXPECT_NE(summary.error().message().find("train-00000-00000.run"), std::string::npos)
        << summary.error().message();
    flip(work + "/train-00000-00000.run", at);
  }
  ASSERT_TRUE(env_.remove_tree(work).ok());
  EXPECT_EQ(tokenize().value().train.documents, 1300);
}

TEST_F(TokenizeCorpusTest, OtherInputsAfterAKillStartAnew) {
  make_large();
  DyingEnv dying(20);
  ASSERT_FALSE(tokenize_corpus(dying, stop_, options_).ok());
  options_.seed = 5;
  ASSERT_TRUE(tokenize().ok());
  const auto after_kill = result();
  ASSERT_TRUE(env_.remove_tree(options_.out).ok());
  ASSERT_TRUE(tokenize().ok());
  EXPECT_EQ(result(), after_kill);
}

TEST_F(TokenizeCorpusTest, AFullDiskAtAnyPointIsAnErrorThatNothingHalfWrittenOutlives) {
  make_large();
  options_.threads = 1;  // FaultyEnv counts bytes for one.
  for (std::int64_t bytes = 100; bytes < 150'000; bytes += 12'345) {
    FaultyEnv full;
    full.fill_disk_after(bytes);
    const auto failed = tokenize_corpus(full, stop_, options_);
    if (failed.ok()) {
      EXPECT_GT(bytes, 50'000);
      break;
    }
    EXPECT_EQ(failed.error().code(), ErrorCode::io);
    EXPECT_NE(failed.error().message().find("No space left"), std::string::npos);
    EXPECT_FALSE(env_.exists(options_.out + "/tokens.json"));
    for (const DirectoryEntry& entry : list(options_.out)) {
      EXPECT_FALSE(entry.path.ends_with(".tmp")) << entry.path;
      if (!entry.is_directory) continue;
      for (const DirectoryEntry& work : list(entry.path))
        EXPECT_FALSE(work.path.ends_with(".tmp")) << work.path;
    }
  }
  EXPECT_TRUE(tokenize().ok());
}

TEST_F(TokenizeCorpusTest, RanksShareTheWorkAndGiveTheSameBytes) {
  make_large();
  ASSERT_TRUE(tokenize().ok());
  const auto expected = result();
  constexpr int kRanks = 3;
  for (const bool rebuild : {false, true}) {
    if (!rebuild) {
      ASSERT_TRUE(env_.remove_tree(options_.out).ok());
    }
    std::vector<std::jthread> ranks;
    std::array<std::int64_t, kRanks> tokens{};
    for (int rank = 0; rank < kRanks; ++rank)
      ranks.emplace_back([&, rank] {
        FaultyEnv env;
        TokenizeOptions options = options_;
        options.threads = 2;
        options.rebuild = rebuild;
        options.rank = {.rank = rank, .ranks = kRanks};
        const auto summary = tokenize_corpus(env, stop_, options);
        EXPECT_TRUE(summary.ok()) << rank << ": " << summary.error().message();
        if (summary.ok()) tokens[static_cast<std::size_t>(rank)] = summary.value().train.tokens;
      });
    ranks.clear();
    EXPECT_EQ(result(), expected);
    for (const std::int64_t count : tokens) EXPECT_EQ(count, tokens[0]);
  }
}

TEST_F(TokenizeCorpusTest, ARankThatFailsEndsTheOthers) {
  make_large();
  std::jthread other([&] {
    DyingEnv dying(3);
    TokenizeOptions options = options_;
    options.rank = {.rank = 1, .ranks = 2};
    EXPECT_FALSE(tokenize_corpus(dying, stop_, options).ok());
  });
  options_.rank = {.rank = 0, .ranks = 2};
  options_.rank_timeout_seconds = 0.5;
  const auto summary = tokenize();
  ASSERT_FALSE(summary.ok());
  EXPECT_EQ(summary.error().code(), ErrorCode::internal);
}

}  // namespace
}  // namespace scribe
