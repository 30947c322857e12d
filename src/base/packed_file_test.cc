// Tests packed files and lines of streams.
#include "base/packed_file.h"

#include <gtest/gtest.h>

#include "base/philox.h"
#include "base/testing/faulty_env.h"

namespace scribe {
namespace {

class PackedFileTest : public testing::Test {
 protected:
  FaultyEnv env_;
  TemporaryDirectory folder_;
  const std::string path_ = folder_.file("packed");

  void write(std::string_view bytes) { ASSERT_TRUE(write_file_atomic(env_, path_, bytes).ok()); }

  std::string zstd(std::string_view text) {
    const std::string path = folder_.file("zstd");
    const Status written = write_file_atomic(env_, path, [&](AppendFile& file) -> Status {
      ZstdWriter writer(file, 1);
      SCRIBE_TRY(writer.append(text));
      return writer.finish();
    });
    SCRIBE_CHECK(written.ok(), "{}", written.error().message());
    return env_.read_file(path).value();
  }

  /// Everything, read `step` bytes at a time.
  Result<std::string> read_all(std::size_t step) {
    SCRIBE_TRY_ASSIGN(const std::unique_ptr<ReadFile> file, open_packed(env_, path_));
    std::string all;
    std::string part(step, '\0');
    for (;;) {
      SCRIBE_TRY_ASSIGN(const std::size_t got, file->read(part));
      if (got == 0) return all;
      all.append(part, 0, got);
    }
  }

  Result<std::vector<std::string>> lines(std::size_t line_bytes_max = 1 << 20) {
    SCRIBE_TRY_ASSIGN(std::unique_ptr<ReadFile> file, open_packed(env_, path_));
    LineReader reader(std::move(file), "name", line_bytes_max);
    std::vector<std::string> all;
    for (;;) {
      SCRIBE_TRY_ASSIGN(const std::optional<std::string_view> line, reader.next());
      if (!line) return all;
      all.emplace_back(*line);
    }
  }
};

/// Does not pack well, so that both packers need many chunks.
std::string long_text() {
  std::string text;
  for (std::uint64_t i = 0; i < 150'000; ++i) text += std::to_string(i * 0x9E3779B97F4A7C15U);
  return text;
}

TEST_F(PackedFileTest, PlainGzipAndZstdGiveTheSameBytes) {
  const std::string text = long_text();
  for (const std::string& packed : {text, gzip(text), zstd(text)}) {
    write(packed);
    for (const std::size_t step : {1000UL, 1UL << 20}) EXPECT_EQ(read_all(step).value(), text);
  }
}

TEST_F(PackedFileTest, MembersAndFramesOneAfterAnotherAreOneFile) {
  write(gzip("one ") + gzip("two"));
  EXPECT_EQ(read_all(100).value(), "one two");
  write(zstd("one ") + zstd("") + zstd("two"));
  EXPECT_EQ(read_all(100).value(), "one two");
}

TEST_F(PackedFileTest, FramesAreReadAloneAndTogether) {
  ZstdFrames frames(1);
  const std::string first(frames.pack("one "));
  const std::string second(frames.pack("two"));
  write(first + second);
  EXPECT_EQ(read_all(100).value(), "one two");
  EXPECT_EQ(unpack_frame(second, 3, "name").value(), "two");
  EXPECT_EQ(unpack_frame(second, 4, "name").error().code(), ErrorCode::invalid_data);
  EXPECT_EQ(unpack_frame(second.substr(1), 3, "name").error().code(), ErrorCode::invalid_data);
}

TEST_F(PackedFileTest, ShortFilesAreReadAsTheyAre) {
  for (const std::string text : {"", "a", "\x1f", "\x28\xb5\x2f"}) {
    write(text);
    EXPECT_EQ(read_all(10).value(), text);
  }
}

TEST_F(PackedFileTest, TruncatedAndDamagedFilesAreInvalid) {
  const std::string text = long_text();
  for (std::string packed : {gzip(text), zstd(text)}) {
    write(std::string_view(packed).substr(0, packed.size() - 1));
    EXPECT_EQ(read_all(1000).error().code(), ErrorCode::invalid_data);
    packed[packed.size() / 2] ^= 0x55;
    write(packed);
    EXPECT_EQ(read_all(1000).error().code(), ErrorCode::invalid_data);
  }
}

TEST_F(PackedFileTest, LinesOfAnyLengthComeWhole) {
  std::vector<std::string> wanted;
  std::string text;
  for (std::size_t length = 1; length < 1'000'000; length *= 3) {
    wanted.emplace_back(length, 'x');
    wanted.emplace_back();
    text += wanted[wanted.size() - 2] + "\n\n";
  }
  write(text);
  EXPECT_EQ(lines().value(), wanted);
}

TEST_F(PackedFileTest, ALastLineNeedsNoNewlineButIsTorn) {
  write("a\nb");
  LineReader reader(open_packed(env_, path_).value(), "name", 100);
  EXPECT_EQ(reader.next().value(), "a");
  EXPECT_FALSE(reader.is_torn());
  EXPECT_EQ(reader.next().value(), "b");
  EXPECT_TRUE(reader.is_torn());
  EXPECT_EQ(reader.where(), "name:2");
  EXPECT_EQ(reader.next().value(), std::nullopt);
}

TEST_F(PackedFileTest, ALineBeyondTheLimitIsRefusedByNumber) {
  write("short\n" + std::string(2'000'000, 'x'));
  const Error error = lines(1'000'000).error();
  EXPECT_EQ(error.code(), ErrorCode::limit_exceeded);
  EXPECT_NE(error.message().find("name:2"), std::string::npos);
}

TEST_F(PackedFileTest, ALongLineCanBePassedOver) {
  for (const std::size_t length : {101U, 300'000U, 2'000'000U}) {
    write("a\n" + std::string(length, 'x') + "\nb\n" + std::string(length, 'y'));
    LineReader reader(open_packed(env_, path_).value(), "name", 100);
    EXPECT_EQ(reader.next().value(), "a");
    // A line that is in the buffer with its end is given, whatever its length.
    if (const auto line = reader.next(); !line.ok()) {
      EXPECT_EQ(line.error().code(), ErrorCode::limit_exceeded);
      EXPECT_TRUE(reader.skip_line().ok());
    }
    EXPECT_EQ(reader.number(), 2) << length;
    EXPECT_EQ(reader.next().value(), "b") << length;
    EXPECT_EQ(reader.next().error().code(), ErrorCode::limit_exceeded) << length;
    EXPECT_TRUE(reader.skip_line().ok());
    EXPECT_EQ(reader.next().value(), std::nullopt) << length;
  }
}

}  // namespace
}  // namespace scribe
