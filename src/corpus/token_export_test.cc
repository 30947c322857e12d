// Tests the bytes that other trainers are given.
#include "corpus/token_export.h"

#include <gtest/gtest.h>

#include <cstring>

#include "base/testing/faulty_env.h"

namespace scribe {
namespace {

class TokenExportTest : public testing::Test {
 protected:
  /// Two shards: the documents {1, 2, 9} and {3}, then {4, 5}.
  TokenSet shards(std::int32_t vocabulary_size) {
    write(vocabulary_size, 0, {{1, 2, 9}, {3}});
    write(vocabulary_size, 1, {{4, 5}});
    return TokenSet::open(env_, folder_.file("train")).value();
  }

  void write(std::int32_t vocabulary_size, std::uint32_t shard,
             const std::vector<std::vector<TokenId>>& documents) {
    std::vector<std::vector<std::byte>> bytes(documents.size());
    std::vector<std::span<const std::byte>> spans;
    for (std::size_t index = 0; index < documents.size(); ++index) {
      append_token_bytes(documents[index], vocabulary_size, bytes[index]);
      spans.emplace_back(bytes[index]);
    }
    const TokenFileInfo info{.vocabulary_size = vocabulary_size, .shard = shard, .shards = 2};
    const std::string path = token_shard_path(folder_.file("train"), shard);
    ASSERT_TRUE(write_token_file(env_, path, info, spans).ok());
  }

  std::vector<std::string> written(const TokenSet& tokens, TokenFormat format) {
    const auto paths = export_tokens(env_, stop_, tokens, format, folder_.file("out"));
    EXPECT_TRUE(paths.ok()) << (paths.ok() ? "" : paths.error().message());
    std::vector<std::string> bytes;
    for (const std::string& path : paths.value()) bytes.push_back(env_.read_file(path).value());
    return bytes;
  }

  FaultyEnv env_;
  TemporaryDirectory folder_;
  StopToken stop_;
};

/// The numbers that a text is of, little endian.
template <typename T>
std::vector<T> numbers(std::string_view bytes) {
  std::vector<T> found(bytes.size() / sizeof(T));
  EXPECT_EQ(bytes.size() % sizeof(T), 0U);
  std::memcpy(found.data(), bytes.data(), bytes.size());
  return found;
}

const std::vector<std::uint16_t> kIds = {1, 2, 9, 3, 4, 5};

TEST_F(TokenExportTest, AnArrayOfNumpyIsAHeaderOf64BytesAndTheIds) {
  const std::string bytes = written(shards(10), TokenFormat::npy).at(0);
  EXPECT_EQ(bytes.substr(0, 10), std::string("\x93NUMPY\x01\0\x76\0", 10));  // 118 more
  EXPECT_EQ(bytes.substr(10, 58), "{'descr': '<u2', 'fortran_order': False, 'shape': (6,), }\x20");
  EXPECT_EQ(bytes.find('\n'), 127U);
  EXPECT_EQ(numbers<std::uint16_t>(bytes.substr(128)), kIds);
}

TEST_F(TokenExportTest, LargeVocabulariesHaveWideIds) {
  const TokenSet tokens = shards(70'000);
  const std::string npy = written(tokens, TokenFormat::npy).at(0);
  EXPECT_NE(npy.find("'<u4'"), std::string::npos);
  EXPECT_EQ(numbers<std::uint32_t>(npy.substr(128)),
            (std::vector<std::uint32_t>(kIds.begin(), kIds.end())));
  EXPECT_EQ(written(tokens, TokenFormat::megatron).at(1).at(17), 4);  // int32
  EXPECT_EQ(numbers<std::int32_t>(written(tokens, TokenFormat::llm_c).at(0).substr(0, 12)),
            (std::vector<std::int32_t>{20240801, 7, 4}));
}

TEST_F(TokenExportTest, MegatronHasASequenceForEachDocumentOfAllShards) {
  const std::vector<std::string> files = written(shards(10), TokenFormat::megatron);
  EXPECT_EQ(numbers<std::uint16_t>(files.at(0)), kIds);
  const std::string& index = files.at(1);
  EXPECT_EQ(index.substr(0, 9), std::string("MMIDIDX\0\0", 9));
  EXPECT_EQ(numbers<std::uint64_t>(index.substr(9, 8)), std::vector<std::uint64_t>{1});
  EXPECT_EQ(index.at(17), 8);  // uint16
  EXPECT_EQ(numbers<std::int64_t>(index.substr(18, 16)), (std::vector<std::int64_t>{3, 4}));
  EXPECT_EQ(numbers<std::int32_t>(index.substr(34, 12)), (std::vector<std::int32_t>{3, 1, 2}));
  EXPECT_EQ(numbers<std::int64_t>(index.substr(46)),
            (std::vector<std::int64_t>{0, 6, 8, 0, 1, 2, 3}));
}

TEST_F(TokenExportTest, LlmCHasAFileForEachShard) {
  const std::vector<std::string> files = written(shards(10), TokenFormat::llm_c);
  ASSERT_EQ(files.size(), 2U);
  EXPECT_EQ(numbers<std::int32_t>(files[1].substr(0, 16)),
            (std::vector<std::int32_t>{20240520, 1, 2, 0}));
  EXPECT_EQ(numbers<std::uint16_t>(files[1].substr(1024)), (std::vector<std::uint16_t>{4, 5}));
  EXPECT_TRUE(env_.exists(folder_.file("out_000001.bin")));
}

TEST_F(TokenExportTest, AStopOrAFullDiskLeavesNoFile) {
  const TokenSet tokens = shards(10);
  env_.fill_disk_after(100);
  EXPECT_EQ(
      export_tokens(env_, stop_, tokens, TokenFormat::npy, folder_.file("out")).error().code(),
      ErrorCode::io);
  env_.fill_disk_after(1 << 20);
  stop_.request();
  for (const TokenFormat format : {TokenFormat::npy, TokenFormat::megatron, TokenFormat::llm_c})
    EXPECT_EQ(export_tokens(env_, stop_, tokens, format, folder_.file("out")).error().code(),
              ErrorCode::interrupted);
  for (const char* name : {"out.npy", "out.bin", "out.idx", "out_000000.bin"})
    EXPECT_FALSE(env_.exists(folder_.file(name))) << name;
}

}  // namespace
}  // namespace scribe
