// Tests what every other module stands on: Result, Env, JSON lines, Philox, the thread pool.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/hash.h"
#include "base/json.h"
#include "base/philox.h"
#include "base/result.h"
#include "base/testing/faulty_env.h"
#include "base/thread_pool.h"
#include "base/utf8_parts.h"

namespace scribe {
namespace {

TEST(ResultTest, ValueOfAnErrorIsABug) {
  const Result<int> failed = error(ErrorCode::io, "disk on fire");
  EXPECT_DEATH((void)failed.value(), "disk on fire");
}

TEST(ResultTest, ContextStandsBeforeTheMessage) {
  EXPECT_EQ(error(ErrorCode::io, "no {}", 1).in("load").message(), "load: no 1");
}

TEST(EnvTest, AtomicWriteKeepsTheOldFileWhenTheDiskIsFull) {
  FaultyEnv env;
  const TemporaryDirectory directory;
  const std::string path = directory.file("a");
  ASSERT_TRUE(write_file_atomic(env, path, "old").ok());
  env.fill_disk_after(2);
  EXPECT_EQ(write_file_atomic(env, path, "new!").error().code(), ErrorCode::io);
  EXPECT_EQ(env.read_file(path).value(), "old");
}

TEST(EnvTest, PartsOfAFileAreWrittenInAnyOrder) {
  TemporaryDirectory directory;
  FaultyEnv env;
  const std::string path = directory.file("parts");
  ASSERT_TRUE(write_file_atomic(env, path, "what was there before").ok());
  {
    const auto file = env.create_random(path, 9).value();
    ASSERT_TRUE(file->write_at(6, "789").ok());
    ASSERT_TRUE(file->write_at(1, "23").ok());
    ASSERT_TRUE(file->sync().ok());
    env.fill_disk_after(2);
    EXPECT_EQ(file->write_at(0, "xyz").error().code(), ErrorCode::io);
  }
  EXPECT_EQ(env.read_file(path).value(), std::string("xy3\0\0\000789", 9));
  EXPECT_EQ(env.create_random(directory.file("none/parts"), 1).error().code(),
            ErrorCode::not_found);
}

TEST(EnvTest, MissingFilesAreNotFound) {
  EXPECT_EQ(Env::real().read_file("/nonexistent/x").error().code(), ErrorCode::not_found);
  EXPECT_EQ(Env::real().list_directory("/nonexistent").error().code(), ErrorCode::not_found);
}

TEST(Utf8Test, InvalidPartsAreReplacedAsInJsonAndOffsetsFollow) {
  // An euro sign, an overlong form, an e acute and an incomplete euro sign.
  const std::string text = "a\xE2\x82\xAC\xC0\xAFz\xC3\xA9\xE2\x82";
  std::vector<std::int64_t> offsets{0, 1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 13};
  const std::string replaced = replace_invalid_utf8(text, offsets);
  EXPECT_EQ(replaced, "a\xE2\x82\xAC\xEF\xBF\xBD\xEF\xBF\xBDz\xC3\xA9\xEF\xBF\xBD");
  EXPECT_EQ(offsets, (std::vector<std::int64_t>{0, 1, 2, 4, 7, 10, 11, 12, 13, 13, 16, 18}));
  EXPECT_EQ(replace_invalid_utf8(replaced), replaced);
  PhiloxStream random(1, 0);
  for (int i = 0; i < 2000; ++i) {
    std::string bytes;  // Mostly lead and continuation bytes.
    for (int j = 0; j < 12; ++j) bytes += static_cast<char>(0x7C + random.next_u32() % 0x84);
    EXPECT_EQ(to_json_line(replace_invalid_utf8(bytes)), to_json_line(bytes));
  }
}

TEST(JsonTest, ATornLastLineIsCutOffByAJournalAndReportedByAReader) {
  Env& env = Env::real();
  const TemporaryDirectory directory;
  const std::string path = directory.file("journal.jsonl");
  ASSERT_TRUE(write_file_atomic(env, path, "{\"a\": 1}\n{\"a\": 2").ok());
  const auto ignore = [](const Json&, const std::string&) { return Status(); };
  const Status read = for_each_json_line(env, path, ignore);
  EXPECT_EQ(read.error().code(), ErrorCode::invalid_data);
  EXPECT_NE(read.error().message().find("journal.jsonl:2: the last line is truncated"),
            std::string::npos);
  auto journal = JsonlJournal::open(env, path, ignore);
  ASSERT_TRUE(journal.value().append(Json{{"a", 3}}).ok());
  EXPECT_EQ(env.read_file(path).value(), "{\"a\": 1}\n{\"a\":3}\n");
}

TEST(JsonTest, WritersSurviveInvalidUtf8) {
  EXPECT_EQ(to_json_line(Json{{"text", "a\xff"}}), "{\"text\":\"a\xef\xbf\xbd\"}");
}

TEST(JsonTest, FieldsOfTheWrongTypeNameThePlaceAndTheType) {
  const Json object{{"n", "five"}};
  EXPECT_EQ(json_field<std::int64_t>(object, "n", "f:1").error().message(),
            "f:1: field 'n' is of type string, expected an integer");
  EXPECT_EQ(json_field<double>(object, "m", "f:1").error().message(), "f:1: field 'm' is missing");
}

// Known answers of the Random123 distribution (kat_vectors, philox4x32 10).
TEST(PhiloxTest, MatchesTheKnownAnswers) {
  constexpr std::array<std::uint32_t, 4> kZero{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8};
  EXPECT_EQ(philox4x32({0, 0, 0, 0}, {0, 0}), kZero);
  constexpr std::uint32_t kOnes = 0xffffffff;
  constexpr std::array<std::uint32_t, 4> kFull{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd};
  EXPECT_EQ(philox4x32({kOnes, kOnes, kOnes, kOnes}, {kOnes, kOnes}), kFull);
}

TEST(PhiloxTest, ShuffleIsAPermutationAndAFunctionOfTheSeed) {
  std::vector<int> a(100);
  for (int i = 0; i < 100; ++i) a[static_cast<std::size_t>(i)] = i;
  std::vector<int> b = a;
  PhiloxStream first(1, 0);
  PhiloxStream second(1, 0);
  shuffle(a, first);
  shuffle(b, second);
  EXPECT_EQ(a, b);
  EXPECT_EQ(std::set<int>(a.begin(), a.end()).size(), 100U);
  EXPECT_FALSE(std::ranges::is_sorted(a));
}

// sha256("abc") from FIPS 180-2; XXH3 of "" from xxHash's own documentation.
TEST(HashTest, KnownAnswers) {
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hash64(""), 0x2d06800538d394c2ULL);
}

TEST(HashTest, PartsHaveTheHashOfTheWhole) {
  std::string bytes;
  for (int i = 0; i < 3000; ++i) bytes += static_cast<char>(i * 7);
  for (const std::size_t part : {1U, 100U, 255U, 3000U}) {
    Hash64Stream stream;
    for (std::size_t at = 0; at < bytes.size(); at += part)
      stream.add(std::string_view(bytes).substr(at, part));
    EXPECT_EQ(stream.value(), hash64(bytes)) << part;
  }
  EXPECT_EQ(Hash64Stream().value(), hash64(""));
}

TEST(ThreadPoolTest, EveryTaskRunsOnceOnAThreadInRange) {
  for (const int threads : {1, 2, 5}) {
    ThreadPool pool(threads);
    for (int round = 0; round < 200; ++round) {
      std::vector<std::atomic<int>> counts(37);
      pool.run(37, [&](std::int64_t index, int thread) {
        ASSERT_GE(thread, 0);
        ASSERT_LT(thread, threads);
        counts[static_cast<std::size_t>(index)]++;
      });
      for (const auto& count : counts) ASSERT_EQ(count.load(), 1);
    }
  }
}

}  // namespace
}  // namespace scribe
