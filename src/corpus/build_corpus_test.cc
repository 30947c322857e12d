// Tests whole corpus builds on small folders: counts, split, sample, repetition, failures.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <thread>

#include "base/hash.h"
#include "base/testing/faulty_env.h"
#include "corpus/corpus.h"
#include "corpus/corpus_record.h"

namespace scribe {
namespace {

class BuildCorpusTest : public testing::Test {
 protected:
  BuildCorpusTest() {
    options_.out = directory_.file("out");
    options_.source.sources = {directory_.file("source")};
    options_.prose_sources = {directory_.file("doc")};
    options_.quiet = true;
    add("doc/README", long_prose("reading"));
  }

  void add(const std::string& name, std::string_view text) {
    const std::string path = directory_.file(name);
    ASSERT_TRUE(env_.create_directories(path.substr(0, path.rfind('/'))).ok());
    ASSERT_TRUE(env_.open_append(path).value()->append(text).ok());
  }
  void add_many(int count) {
    for (int index = 0; index < count; ++index)
      add(fmt::format("source/f{:03}.py", index), fmt::format("value = {}\n", index));
  }
  static std::string long_prose(std::string_view topic) {
    std::string text;
    for (int line = 0; line < 6; ++line)
      text += fmt::format("This is line number {} of a text about {} and writing.\n", line, topic);
    return text;
  }

  Result<CorpusSummary> build() { return build_corpus(env_, stop_, options_); }
  std::int64_t dropped(const CollectionSummary& summary, Rule rule) {
    return summary.dropped[static_cast<std::size_t>(rule)].files;
  }
  std::vector<Document> documents(const std::string& name) {
    std::vector<Document> found;
    EXPECT_TRUE(for_each_document(env_, options_.out + "/" + name, [&](Document document) {
                  found.push_back(std::move(document));
                  return Status();
                }).ok());
    return found;
  }
  std::string bytes_of(const std::string& name) {
    return env_.read_file(options_.out + "/" + name).value();
  }
  /// Names and bytes of all files of the corpus.
  std::map<std::string, std::string> everything() {
    std::map<std::string, std::string> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(options_.out))
      if (entry.is_regular_file())
        files[entry.path().string()] = env_.read_file(entry.path().string()).value();
    return files;
  }

  FaultyEnv env_;
  StopToken stop_;
  TemporaryDirectory directory_;
  CorpusOptions options_;
};

TEST_F(BuildCorpusTest, EveryFileIsKeptOrCountedForItsRule) {
  options_.validation_share = 0;
  add("source/a.py", "x = 1\n");
  add("source/b.py", "");
  add("source/c.py", "x = '\xff'\n");
  add("source/d.py", "# auto-generated\nx = 2\n");
  add("source/e.txt", "not Python");
  const CorpusSummary summary = build().value();
  EXPECT_EQ(summary.code.found.files, 4);
  EXPECT_EQ(dropped(summary.code, Rule::empty), 1);
  EXPECT_EQ(dropped(summary.code, Rule::not_utf8), 1);
  EXPECT_EQ(dropped(summary.code, Rule::generated), 1);
  EXPECT_EQ(summary.code.train.documents, 1);
  EXPECT_EQ(documents("code/train")[0].text, "x = 1\n");
  EXPECT_EQ(documents("code/train")[0].source, directory_.file("source/a.py"));
}

TEST_F(BuildCorpusTest, OfEqualTextsTheFirstPathStays) {
  options_.validation_share = 0;
  add("source/b.py", "x = 1\n");
  add("source/a.py", "\n  x = 1");
  const CorpusSummary summary = build().value();
  EXPECT_EQ(dropped(summary.code, Rule::duplicate), 1);
  ASSERT_EQ(documents("code/train").size(), 1U);
  EXPECT_EQ(documents("code/train")[0].source, directory_.file("source/a.py"));
}

TEST_F(BuildCorpusTest, OverlappingFoldersGiveEachFileOnce) {
  add("source/a/b.py", "x = 1\n");
  options_.source.sources.push_back(directory_.file("source/a/"));
  EXPECT_EQ(build().value().code.found.files, 1);
}

TEST_F(BuildCorpusTest, ProseHoldsDocumentsAndNotesButNoCode) {
  options_.validation_share = 0;
  add("source/a.py", "'''\n" + long_prose("parsing") + "'''\nsecret = compute(1)\n");
  ASSERT_TRUE(build().ok());
  const auto prose = documents("prose/train");
  ASSERT_EQ(prose.size(), 2U);
  EXPECT_EQ(prose[0].text, long_prose("reading"));
  EXPECT_EQ(prose[1].text, long_prose("parsing"));
}

TEST_F(BuildCorpusTest, NoProseMakesNoProseFiles) {
  add("source/a.py", "x = 1\n");
  options_.with_prose = false;
  EXPECT_EQ(build().value().prose.found.files, 0);
  EXPECT_FALSE(env_.exists(options_.out + "/prose"));
}

TEST_F(BuildCorpusTest, TheSplitIsAFunctionOfTheDocumentAndTheSeed) {
  options_.validation_share = 0.5;
  add_many(60);
  ASSERT_TRUE(build().ok());
  std::set<std::string> held_out;
  for (const Document& document : documents("code/validation")) held_out.insert(document.id);
  EXPECT_GT(held_out.size(), 15U);
  EXPECT_LT(held_out.size(), 45U);
  for (int index = 60; index < 90; ++index)
    add(fmt::format("source/a{}.py", index), fmt::format("other = {}\n", index));
  options_.rebuild = true;
  ASSERT_TRUE(build().ok());
  std::set<std::string> again;
  for (const Document& document : documents("code/validation")) again.insert(document.id);
  for (const std::string& id : held_out) EXPECT_TRUE(again.contains(id));
  options_.seed = 1;
  ASSERT_TRUE(build().ok());
  std::set<std::string> other_seed;
  for (const Document& document : documents("code/validation")) other_seed.insert(document.id);
  EXPECT_NE(again, other_seed);
}

TEST_F(BuildCorpusTest, NotesFollowTheirCodeIntoTheSplit) {
  options_.validation_share = 0.5;
  for (int index = 0; index < 30; ++index)
    add(fmt::format("source/{}.py", index),
        "'''\n" + long_prose(fmt::format("topic {}", index)) + "'''\n");
  ASSERT_TRUE(build().ok());
  std::set<std::string> code;
  for (const Document& document : documents("code/validation")) code.insert(document.source);
  std::set<std::string> prose;
  for (const Document& document : documents("prose/validation"))
    if (document.source.ends_with(".py")) prose.insert(document.source);
  EXPECT_FALSE(code.empty());
  EXPECT_EQ(code, prose);
}

TEST_F(BuildCorpusTest, TheNumberOfThreadsChangesNothing) {
  add_many(300);
  options_.threads = 1;
  ASSERT_TRUE(build().ok());
  const auto files = everything();
  options_.threads = 4;
  options_.rebuild = true;
  ASSERT_TRUE(build().ok());
  EXPECT_EQ(everything(), files);
}

TEST_F(BuildCorpusTest, ASampleFitsItsLimitAndGrowsWithIt) {
  options_.validation_share = 0;
  add_many(90);  // 11 or 12 bytes each.
  std::set<std::string> smaller;
  for (const std::int64_t limit : {100, 400, 0}) {
    options_.code_bytes_max = limit;
    const CorpusSummary summary = build().value();
    if (limit > 0) {
      EXPECT_LE(summary.code.train.text_bytes, limit);
      EXPECT_GT(summary.code.train.text_bytes, limit - 12);
    }
    EXPECT_EQ(summary.code.train.documents + dropped(summary.code, Rule::over_bytes_max), 90);
    std::set<std::string> ids;
    for (const Document& document : documents("code/train")) ids.insert(document.id);
    for (const std::string& id : smaller) EXPECT_TRUE(ids.contains(id));
    smaller = ids;
  }
}

TEST_F(BuildCorpusTest, TheSameOptionsAgainDoNothingAndOthersRebuild) {
  add("source/a.py", "x = 1\n");
  EXPECT_FALSE(build().value().reused);
  add("source/b.py", "x = 2\n");
  const CorpusSummary again = build().value();
  EXPECT_TRUE(again.reused);
  EXPECT_EQ(again.code.found.files, 1);
  options_.code_filter.characters_min = 1;
  const CorpusSummary other = build().value();
  EXPECT_FALSE(other.reused);
  EXPECT_EQ(other.code.found.files, 2);
  ASSERT_TRUE(env_.remove(options_.out + "/code/train-00000.jsonl.zst").ok());
  EXPECT_FALSE(build().value().reused);
}

TEST_F(BuildCorpusTest, StatsRecordTheSummary) {
  add_many(5);
  const CorpusSummary summary = build().value();
  EXPECT_EQ(to_json(load_corpus_summary(env_, options_.out).value()), to_json(summary));
  EXPECT_EQ(load_corpus_summary(env_, directory_.file("doc")).error().code(), ErrorCode::not_found);
}

TEST_F(BuildCorpusTest, StatsRecordTheHashesOfAllDocuments) {
  add_many(40);
  options_.validation_share = 0.3;
  ASSERT_TRUE(build().ok());
  const Json stats = parse_json(bytes_of("stats.json"), "stats").value();
  std::size_t files = 0;
  for (const auto& [name, size] : stats["outputs"].items()) {
    if (name.find("/train-") == std::string::npos && name.find("/validation-") == std::string::npos)
      continue;
    ++files;
    EXPECT_EQ(stats["hashes"].at(name), fmt::format("{:016x}", hash64(bytes_of(name)))) << name;
  }
  EXPECT_GE(files, 2U);
  EXPECT_EQ(stats["hashes"].size(), files);
  EXPECT_EQ(recorded_hashes(env_, options_.out + "/code").count("train-00000.jsonl.zst"), 1U);
}

TEST_F(BuildCorpusTest, ContaminatedFilesAreDroppedAndReported) {
  const std::string solution =
      "    total = sum(weights) ** 2 + len(weights) * 17\n    return total\n";
  add("problems.jsonl", to_json_line(Json{{"task_id", "T/1"},
                                          {"prompt", "def f(weights):\n    '''Do it.'''\n"},
                                          {"canonical_solution", solution}}));
  add("source/a.py", "def g(weights):\n" + solution);
  add("source/b.py", "x = 1\n");
  options_.decontaminate = {directory_.file("problems.jsonl")};
  const CorpusSummary summary = build().value();
  EXPECT_EQ(dropped(summary.code, Rule::contaminated), 1);
  const Json report = parse_json(bytes_of("decontaminated.jsonl"), "report").value();
  EXPECT_EQ(report["source"], directory_.file("source/a.py"));
  EXPECT_EQ(report["task_id"], "T/1");
  EXPECT_EQ(report["rule"], "solution");
}

TEST_F(BuildCorpusTest, AMissingFolderIsOneClearError) {
  options_.source.sources = {directory_.file("nowhere")};
  const auto built = build();
  EXPECT_EQ(built.error().code(), ErrorCode::not_found);
  EXPECT_NE(built.error().message().find("nowhere'"), std::string::npos);
  EXPECT_FALSE(env_.exists(options_.out));
}

TEST_F(BuildCorpusTest, NoDocumentLeftIsAnErrorThatCountsTheRules) {
  add("source/a.py", "");
  EXPECT_NE(build().error().message().find("1 files found; dropped: empty 1"), std::string::npos);
}

TEST_F(BuildCorpusTest, OptionsOutOfRangeAreRefused) {
  options_.validation_share = 1;
  EXPECT_EQ(build().error().code(), ErrorCode::invalid_argument);
  options_.validation_share = 0.1;
  options_.code_filter.alphanumeric_share_min = 2;
  EXPECT_EQ(build().error().code(), ErrorCode::invalid_argument);
}

TEST_F(BuildCorpusTest, AFullDiskLeavesTheOldCorpusAndNoTemporaryFiles) {
  add_many(20);
  ASSERT_TRUE(build().ok());
  const std::string before = bytes_of("code/train-00000.jsonl.zst");
  add("source/new.py", "y = 1\n");
  options_.rebuild = true;
  env_.fill_disk_after(300);
  EXPECT_EQ(build().error().code(), ErrorCode::io);
  EXPECT_EQ(bytes_of("code/train-00000.jsonl.zst"), before);
  EXPECT_TRUE(load_corpus_summary(env_, options_.out).ok());
  for (const auto& [path, bytes] : everything()) EXPECT_FALSE(path.ends_with(".tmp")) << path;
  env_.fill_disk_after(-1);
  EXPECT_EQ(build().value().code.found.files, 21);
}

TEST_F(BuildCorpusTest, AKillBeforeTheRenamesIsRepairedByTheSameCommand) {
  add_many(20);
  env_.refuse_renames(true);
  EXPECT_EQ(build().error().code(), ErrorCode::io);
  EXPECT_FALSE(env_.exists(options_.out + "/stats.json"));
  env_.refuse_renames(false);
  EXPECT_FALSE(build().value().reused);
}

/// 200 words, of which the last `changed` differ from those of other `variant`s.
std::string words(int changed, int variant) {
  std::string text;
  for (int word = 0; word < 200; ++word)
    text += word < 200 - changed ? fmt::format("name{}\n", word)
                                 : fmt::format("other{}_{}\n", word, variant);
  return text + "\n";
}

TEST_F(BuildCorpusTest, NearDuplicatesGoForTheFirstThatStays) {
  options_.validation_share = 0;
  add("source/a.py", words(0, 0));
  add("source/b.py", words(4, 1));
  add("source/c.py", words(100, 2));
  add("source/d.py", words(0, 0) + "\n");
  const CorpusSummary summary = build().value();
  EXPECT_EQ(dropped(summary.code, Rule::duplicate), 1);
  EXPECT_EQ(dropped(summary.code, Rule::near_duplicate), 1);
  EXPECT_EQ(summary.code.train.documents, 2);
  std::vector<std::string> kept;
  std::vector<std::string> rules;
  ASSERT_TRUE(for_each_json_line(env_, options_.out + "/code/duplicates-00000.jsonl.zst",
                                 [&](const Json& line, const std::string&) {
                                   kept.push_back(line["kept_source"]);
                                   rules.push_back(line["rule"]);
                                   return Status();
                                 })
                  .ok());
  EXPECT_EQ(kept, std::vector(2, directory_.file("source/a.py")));
  EXPECT_EQ(rules, (std::vector<std::string>{"near_duplicate", "duplicate"}));
  options_.near_duplicates = false;
  EXPECT_EQ(build().value().code.train.documents, 3);
}

// b nearly equals a and goes; c equals b, which is not there for it.
TEST_F(BuildCorpusTest, WhatADuplicateWentForIsThere) {
  options_.validation_share = 0;
  add("source/a.py", words(0, 0));
  add("source/b.py", words(4, 1));
  add("source/c.py", words(4, 1) + "\n");
  const CorpusSummary summary = build().value();
  EXPECT_EQ(dropped(summary.code, Rule::duplicate), 1);
  EXPECT_EQ(dropped(summary.code, Rule::near_duplicate), 1);
  std::set<std::string> there;
  for (const Document& document : documents("code/train")) there.insert(document.id);
  std::vector<double> similarities;
  ASSERT_TRUE(for_each_json_line(env_, options_.out + "/code/duplicates-00000.jsonl.zst",
                                 [&](const Json& line, const std::string&) {
                                   EXPECT_TRUE(there.contains(line["kept"])) << line;
                                   similarities.push_back(line["similarity"]);
                                   return Status();
                                 })
                  .ok());
  ASSERT_EQ(similarities.size(), 2U);
  EXPECT_EQ(similarities[0], similarities[1]);
  EXPECT_LT(similarities[0], 1);
}

// Each resembles the one before at about 0.9, but the third and the first at 0.8.
TEST_F(BuildCorpusTest, ChainsOfLikenessDoNotReachFarther) {
  const auto shifted = [](int shift) {
    std::string text;
    for (int word = 0; word < 400; ++word) text += fmt::format("name{}\n", word + shift);
    return text;
  };
  options_.validation_share = 0;
  add("source/a.py", shifted(0));
  add("source/b.py", shifted(22));
  add("source/c.py", shifted(44));
  EXPECT_EQ(dropped(build().value().code, Rule::near_duplicate), 1);
}

TEST_F(BuildCorpusTest, TheOrderOfTheSourcesChangesNothing) {
  add_many(50);
  add("more/b.py", "value = 1\n");
  options_.source.sources.push_back(directory_.file("more"));
  ASSERT_TRUE(build().ok());
  auto files = everything();
  files.erase(options_.out + "/stats.json");  // Names the options as they were given.
  std::ranges::reverse(options_.source.sources);
  EXPECT_FALSE(build().value().reused);
  auto reversed = everything();
  reversed.erase(options_.out + "/stats.json");
  EXPECT_EQ(reversed, files);
}

TEST_F(BuildCorpusTest, RanksMakeTheSameBytesAsOneProcess) {
  add_many(100);
  add("source/z.py", words(0, 0));
  add("source/y.py", words(4, 1));
  ASSERT_TRUE(build().ok());
  const auto files = everything();
  options_.rebuild = true;
  std::vector<std::thread> ranks;
  std::vector<std::string> errors(3);
  for (int rank = 0; rank < 3; ++rank)
    ranks.emplace_back([&, rank] {
      CorpusOptions options = options_;
      options.rank = {.rank = rank, .ranks = 3};
      options.threads = 1;
      const auto built = build_corpus(env_, stop_, options);
      if (!built.ok()) errors[static_cast<std::size_t>(rank)] = built.error().message();
    });
  for (std::thread& rank : ranks) rank.join();
  EXPECT_EQ(errors, std::vector<std::string>(3));
  EXPECT_EQ(everything(), files);
}

TEST_F(BuildCorpusTest, AFailingRankEndsTheOthers) {
  add_many(5);
  options_.rank = {.rank = 1, .ranks = 2};
  std::thread other([&] {
    FaultyEnv full_disk;
    full_disk.fill_disk_after(0);
    CorpusOptions options = options_;
    options.rank.rank = 0;
    EXPECT_FALSE(build_corpus(full_disk, stop_, options).ok());
  });
  options_.rank_timeout_seconds = 0.5;
  EXPECT_EQ(build().error().code(), ErrorCode::internal);
  other.join();
}

TEST_F(BuildCorpusTest, AKillInAnyStageIsMadeGoodByTheSameCommand) {
  add_many(40);
  add("source/z.py", words(0, 0));
  add("source/y.py", words(4, 1));
  ASSERT_TRUE(build().ok());
  const auto files = everything();
  options_.rebuild = true;
  int kills = 0;
  // The disk fills up at every point in turn; what was written by then stays, as after a kill.
  for (std::int64_t bytes = 0;; bytes += 1500) {
    env_.fill_disk_after(bytes);
    if (build().ok()) break;
    ++kills;
  }
  EXPECT_GT(kills, 5);
  EXPECT_EQ(everything(), files);
}

/// Is killed when the prose has been read.
class KilledAfterReading : public FaultyEnv {
 public:
  Status rename(const std::string& from, const std::string& to) override {
    if (to.find("/prose/links-") != to.npos) return error(ErrorCode::io, "'{}': killed", to);
    return FaultyEnv::rename(from, to);
  }
};

// Finished tasks read a part of the documentation each: with another file there, other parts.
TEST_F(BuildCorpusTest, DocumentationThatChangedSinceAKillIsReadAnew) {
  options_.validation_share = 0;
  add_many(5);
  KilledAfterReading killed;
  EXPECT_NE(build_corpus(killed, stop_, options_).error().message().find("killed"),
            std::string::npos);
  add("doc/README.first", long_prose("beginning"));
  add("doc/README", "One line more.\n");
  ASSERT_TRUE(build().ok());
  const auto files = everything();
  EXPECT_EQ(documents("prose/train").size(), 2U);
  options_.rebuild = true;
  ASSERT_TRUE(build().ok());
  EXPECT_EQ(everything(), files);
}

/// Is killed at one of its removals.
class KilledAtARemoval : public FaultyEnv {
 public:
  explicit KilledAtARemoval(int removals) : left_(removals) {}
  Status remove(const std::string& path) override {
    if (left_ <= 0) return error(ErrorCode::io, "'{}' is not removed: killed", path);
    --left_;
    return FaultyEnv::remove(path);
  }

 private:
  int left_;
};

TEST_F(BuildCorpusTest, NothingOfAnOlderCorpusStaysAfterAKill) {
  add_many(5);
  options_.validation_share = 0;
  ASSERT_TRUE(build().ok());
  ASSERT_FALSE(documents("prose/train").empty());
  options_.with_prose = false;
  options_.rebuild = true;
  int kills = 0;
  for (;; ++kills) {
    KilledAtARemoval env(kills);
    if (build_corpus(env, stop_, options_).ok()) break;
    EXPECT_FALSE(build_corpus(env, stop_, options_).ok());  // The marker is there by now.
  }
  EXPECT_GT(kills, 1);
  for (const auto& [path, bytes] : everything())
    EXPECT_EQ(path.find("/prose/"), std::string::npos) << path;
  EXPECT_EQ(documents("code/train").size(), 5U);
}

TEST_F(BuildCorpusTest, AStopIsInterruptedAndChangesNothing) {
  add_many(3);
  stop_.request();
  EXPECT_EQ(build().error().code(), ErrorCode::interrupted);
  EXPECT_FALSE(env_.exists(options_.out));
}

TEST_F(BuildCorpusTest, ExplainNamesTheFirstRuleThatDrops) {
  add("source/a.py", "# auto-generated\n" + std::string(1001, 'x') + "\n");
  const FilterExplanation explanation =
      explain_file(env_, directory_.file("source/a.py"), options_).value();
  EXPECT_EQ(explanation.dropped_by, Rule::line_length_max);
  EXPECT_EQ(explanation.checks.back().rule, Rule::contaminated);
  EXPECT_FALSE(
      explain_file(env_, directory_.file("doc/README"), options_).value().dropped_by.has_value());
}

}  // namespace
}  // namespace scribe
