// Tests of the GGUF container: a file built by hand is read, and no file can do harm.
#include "tensor/gguf.h"

#include <gtest/gtest.h>

#include <array>
#include <optional>

#include "base/philox.h"
#include "base/testing/faulty_env.h"

namespace scribe {
namespace {

// Type numbers as the format's documentation counts them.
constexpr std::uint32_t kU32 = 4;
constexpr std::uint32_t kBool = 7;
constexpr std::uint32_t kString = 8;
constexpr std::uint32_t kArray = 9;
constexpr std::uint32_t kF32Tensor = 0;
constexpr std::uint32_t kIq2Tensor = 16;

template <typename T>
std::string number(T value) {
  return {reinterpret_cast<const char*>(&value), sizeof(T)};
}

std::string text(std::string_view value) {
  return number(std::uint64_t{value.size()}) + std::string(value);
}

template <typename T>
std::string key(std::string_view name, std::uint32_t type, T value) {
  return text(name) + number(type) + number(value);
}

std::string tensor(std::string_view name, const std::vector<std::int64_t>& dimensions,
                   std::uint32_t type, std::uint64_t offset) {
  std::string bytes = text(name) + number(static_cast<std::uint32_t>(dimensions.size()));
  for (const std::int64_t size : dimensions) bytes += number(size);
  return bytes + number(type) + number(offset);
}

/// The parts of a file, each of which a test may replace.
struct Parts {
  std::string magic = "GGUF";
  std::uint32_t version = 3;
  std::vector<std::string> keys;
  std::vector<std::string> tensors;
  std::optional<std::uint64_t> key_count;
  std::optional<std::uint64_t> tensor_count;
  std::string data;

  std::string bytes() const {
    std::string all = magic + number(version) + number(tensor_count.value_or(tensors.size())) +
                      number(key_count.value_or(keys.size()));
    for (const std::string& one : keys) all += one;
    for (const std::string& one : tensors) all += one;
    all.append((32 - all.size() % 32) % 32, '\0');
    return all + data;
  }
};

/// A key of every kind, and two tensors: 2 rows of 3, and 2 values.
Parts good_parts() {
  Parts parts;
  const std::string strings = number(kString) + number(std::uint64_t{2}) + text("a") + text("bc");
  const std::string numbers = number(std::uint32_t{3}) + number(std::uint64_t{2}) +
                              number(std::int16_t{-1}) + number(std::int16_t{7});
  parts.keys = {key("general.alignment", kU32, 32U),
                key("u8", 0, std::uint8_t{255}),
                key("i64", 11, std::int64_t{-5}),
                key("u64", 10, ~std::uint64_t{0}),
                key("f32", 6, 0.5F),
                key("f64", 12, 0.25),
                key("yes", kBool, std::uint8_t{1}),
                text("s") + number(kString) + text("hello"),
                text("strings") + number(kArray) + strings,
                text("numbers") + number(kArray) + numbers};
  parts.tensors = {tensor("m", {3, 2}, kF32Tensor, 0), tensor("v", {2}, kF32Tensor, 32)};
  for (const float value : {1.0F, 2.0F, 3.0F, 4.0F, 5.0F, 6.0F, 0.0F, 0.0F, 7.0F, 8.0F})
    parts.data += number(value);
  return parts;
}

class GgufTest : public testing::Test {
 protected:
  Result<GgufFile> open_bytes(const std::string& bytes) {
    const std::string path = directory_.file("bytes.gguf");
    if (env_.exists(path)) SCRIBE_CHECK(env_.remove(path).ok(), "cannot remove {}", path);
    // Not synced: thousands of files are written here.
    SCRIBE_CHECK(env_.open_append(path).value()->append(bytes).ok(), "cannot write {}", path);
    return GgufFile::open(env_, path);
  }
  void expect_error(const Parts& parts, ErrorCode code, const std::string& part) {
    const auto opened = open_bytes(parts.bytes());
    ASSERT_FALSE(opened.ok()) << part;
    EXPECT_EQ(opened.error().code(), code) << opened.error().message();
    EXPECT_NE(opened.error().message().find(part), std::string::npos) << opened.error().message();
  }

  FaultyEnv env_;
  TemporaryDirectory directory_;
};

TEST_F(GgufTest, AFileBuiltByHandIsRead) {
  const auto opened = open_bytes(good_parts().bytes());
  ASSERT_TRUE(opened.ok()) << opened.error().message();
  const GgufFile& file = opened.value();
  EXPECT_EQ(file.integer("u8").value(), 255);
  EXPECT_EQ(file.integer("i64").value(), -5);
  EXPECT_EQ(file.number("u64").value(), 0x1.0p64);
  EXPECT_EQ(file.number("f32").value(), 0.5);
  EXPECT_EQ(file.number("f64").value(), 0.25);
  EXPECT_TRUE(file.boolean("yes").value());
  EXPECT_EQ(file.text("s").value(), "hello");
  EXPECT_EQ(file.texts("strings").value(), (std::vector<std::string_view>{"a", "bc"}));
  EXPECT_EQ(file.integers("numbers").value(), (std::vector<std::int64_t>{-1, 7}));
  std::vector<float> matrix(6);
  std::vector<float> vector(2);
  ASSERT_TRUE(file.read("m", {2, 3}, matrix).ok());
  ASSERT_TRUE(file.read("v", {2}, vector).ok());
  EXPECT_EQ(matrix, (std::vector<float>{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(vector, (std::vector<float>{7, 8}));
}

TEST_F(GgufTest, AKeyThatIsMissingOrOfAnotherTypeIsNamed) {
  const auto opened = open_bytes(good_parts().bytes());
  ASSERT_TRUE(opened.ok());
  const GgufFile& file = opened.value();
  EXPECT_NE(file.integer("nothing").error().message().find("'nothing' is missing"),
            std::string::npos);
  EXPECT_EQ(file.integer("u64").error().code(), ErrorCode::invalid_data);
  EXPECT_EQ(file.integer("f32").error().code(), ErrorCode::invalid_data);
  EXPECT_EQ(file.number("s").error().code(), ErrorCode::invalid_data);
  EXPECT_EQ(file.boolean("u8").error().code(), ErrorCode::invalid_data);
  EXPECT_EQ(file.text("strings").error().code(), ErrorCode::invalid_data);
  EXPECT_EQ(file.texts("numbers").error().code(), ErrorCode::invalid_data);
  EXPECT_EQ(file.integers("strings").error().code(), ErrorCode::invalid_data);
  EXPECT_EQ(file.texts("s").error().code(), ErrorCode::invalid_data);
  std::vector<float> out(6);
  EXPECT_NE(file.read("m", {3, 2}, out).error().message().find("(2, 3), expected (3, 2)"),
            std::string::npos);
  EXPECT_NE(file.read("x", {6}, out).error().message().find("'x' is missing"), std::string::npos);
}

TEST_F(GgufTest, EveryPrefixOfAFileIsInvalid) {
  const std::string bytes = good_parts().bytes();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto opened = open_bytes(bytes.substr(0, size));
    ASSERT_FALSE(opened.ok()) << size;
    EXPECT_EQ(opened.error().code(), ErrorCode::invalid_data) << opened.error().message();
  }
}

TEST_F(GgufTest, AnotherMagicNumberOrVersionIsRefused) {
  Parts parts = good_parts();
  parts.magic = "GGML";
  expect_error(parts, ErrorCode::invalid_data, "does not begin with 'GGUF'");
  parts = good_parts();
  parts.version = 2;
  expect_error(parts, ErrorCode::unsupported, "version 2, only little-endian version 3");
  parts.version = 3U << 24;
  expect_error(parts, ErrorCode::unsupported, "(big-endian)");
}

TEST_F(GgufTest, CountsThatCannotFitAreRefusedBeforeAnythingIsAllocated) {
  for (const std::uint64_t count :
       {std::uint64_t{1000}, std::uint64_t{1} << 40, ~std::uint64_t{0}}) {
    Parts parts = good_parts();
    parts.key_count = count;
    expect_error(parts, ErrorCode::invalid_data, "do not fit");
    parts = good_parts();
    parts.tensor_count = count;
    expect_error(parts, ErrorCode::invalid_data, "do not fit");
  }
}

TEST_F(GgufTest, LengthsOfStringsAndArraysBeyondTheEndAreInvalid) {
  for (const std::uint64_t length :
       {std::uint64_t{5000}, std::uint64_t{1} << 61, ~std::uint64_t{0}}) {
    const auto refused = [&](const std::string& one) {
      Parts parts = good_parts();
      parts.keys.push_back(one);
      expect_error(parts, ErrorCode::invalid_data, "left");
    };
    refused(number(length) + "name");
    refused(text("k") + number(kString) + number(length) + "value");
    refused(text("k") + number(kArray) + number(kString) + number(length));
    refused(text("k") + number(kArray) + number(std::uint32_t{10}) + number(length));
    refused(text("k") + number(kArray) + number(kString) + number(std::uint64_t{1}) +
            number(length) + "element");
  }
}

TEST_F(GgufTest, NamesHaveAByteAndAtMostAThousand) {
  Parts parts = good_parts();
  parts.keys.push_back(key("", kU32, 1U));
  expect_error(parts, ErrorCode::invalid_data, "expected 1 to 1024");
  parts = good_parts();
  parts.tensors[1] = tensor(std::string(1025, 'x'), {2}, kF32Tensor, 32);
  expect_error(parts, ErrorCode::invalid_data, "expected 1 to 1024");
}

TEST_F(GgufTest, UnknownTypesAndNestedArraysAreRefused) {
  Parts parts = good_parts();
  parts.keys.push_back(key("k", 13, 1U));
  expect_error(parts, ErrorCode::invalid_data, "key 'k' is of type 13");
  parts = good_parts();
  parts.keys.push_back(text("k") + number(kArray) + number(std::uint32_t{77}) +
                       number(std::uint64_t{0}));
  expect_error(parts, ErrorCode::invalid_data, "is of type 77");
  parts = good_parts();
  parts.keys.push_back(text("k") + number(kArray) + number(kArray) + number(std::uint64_t{1}) +
                       number(kU32) + number(std::uint64_t{0}));
  expect_error(parts, ErrorCode::unsupported, "an array of arrays");
}

TEST_F(GgufTest, KeysAndTensorsStandThereOnce) {
  Parts parts = good_parts();
  parts.keys.push_back(key("u8", kU32, 1U));
  expect_error(parts, ErrorCode::invalid_data, "key 'u8' stands there twice");
  parts = good_parts();
  parts.tensors[1] = tensor("m", {2}, kF32Tensor, 32);
  expect_error(parts, ErrorCode::invalid_data, "tensor 'm' stands there twice");
}

TEST_F(GgufTest, DimensionsAreOneToFourAndPositiveAndTheirProductFits) {
  // 2^32 * 2^32 wraps to zero; 2^61 floats take 2^63 bytes.
  constexpr std::int64_t kLarge = std::int64_t{1} << 32;
  for (const std::vector<std::int64_t>& dimensions :
       std::vector<std::vector<std::int64_t>>{{},
                                              {1, 1, 1, 1, 2},
                                              {0},
                                              {-2},
                                              {kLarge, kLarge},
                                              {kLarge, kLarge, 0},
                                              {std::int64_t{1} << 61}}) {
    Parts parts = good_parts();
    parts.tensors[1] = tensor("v", dimensions, kF32Tensor, 32);
    expect_error(parts, ErrorCode::invalid_data, "tensor 'v'");
  }
}

TEST_F(GgufTest, TensorsLieAlignedWithinTheDataAndApart) {
  const auto refused = [&](const std::string& one, const std::string& part) {
    Parts parts = good_parts();
    parts.tensors[1] = one;
    expect_error(parts, ErrorCode::invalid_data, part);
  };
  refused(tensor("v", {2}, kF32Tensor, 4), "expected a multiple of 32");
  refused(tensor("v", {2}, kF32Tensor, 64), "takes 8 bytes from byte 64 of the data, which has 40");
  refused(tensor("v", {2}, kF32Tensor, std::uint64_t{1} << 63), "truncated or corrupt");
  refused(tensor("v", {3}, kF32Tensor, 32), "truncated or corrupt");
  refused(tensor("v", {2}, kF32Tensor, 0), "inside of the one before");
  refused(tensor("v", {33}, 8, 32), "rows are not whole blocks of 32");
  refused(tensor("v", {128}, 12, 32), "cannot be Q4_K: rows are not whole blocks of 256");
  refused(tensor("v", {256}, 12, 32), "takes 144 bytes from byte 32 of the data, which has 40");
}

TEST_F(GgufTest, TheAlignmentIsAPositiveNumberThatIsKeptTo) {
  for (const std::uint32_t alignment : {0U, 1U << 17}) {
    Parts parts = good_parts();
    parts.keys[0] = key("general.alignment", kU32, alignment);
    expect_error(parts, ErrorCode::invalid_data, "general.alignment");
  }
  Parts parts = good_parts();
  parts.keys[0] = text("general.alignment") + number(kString) + text("32");
  expect_error(parts, ErrorCode::invalid_data, "general.alignment");
  parts = good_parts();
  parts.keys[0] = key("general.alignment", kU32, 64U);
  expect_error(parts, ErrorCode::invalid_data, "expected a multiple of 64");
}

TEST_F(GgufTest, ATensorOfATypeThatIsNotReadIsNamedWithTheRemedy) {
  Parts parts = good_parts();
  parts.tensors[1] = tensor("v", {256}, kIq2Tensor, 32);
  const auto opened = open_bytes(parts.bytes());
  ASSERT_TRUE(opened.ok()) << opened.error().message();
  std::vector<float> out(256);
  const Status read = opened.value().read("v", {256}, out);
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().code(), ErrorCode::unsupported);
  EXPECT_NE(read.error().message().find("'v': type 16 (IQ2_XXS)"), std::string::npos)
      << read.error().message();
  EXPECT_NE(read.error().message().find("llama-quantize"), std::string::npos);
}

TEST_F(GgufTest, MoreThanTheLimitBeforeTheDataIsRefused) {
  Parts parts = good_parts();
  const std::string large(static_cast<std::size_t>(kGgufHeaderMax), 'x');
  parts.keys.push_back(text("k") + number(kString) + text(large));
  expect_error(parts, ErrorCode::limit_exceeded, "more than the limit");
}

TEST_F(GgufTest, FlippedBytesNeverCrash) {
  const std::string bytes = good_parts().bytes();
  PhiloxStream random(1, 2);
  for (int trial = 0; trial < 3000; ++trial) {
    std::string broken = bytes;
    for (int flip = 0; flip < 3; ++flip)
      broken[random.next_below(bytes.size())] = static_cast<char>(random.next_u32());
    const auto opened = open_bytes(broken);
    if (!opened.ok()) continue;
    for (const auto& [name, stored] : opened.value().tensors()) {
      std::vector<float> out(stored.bytes.size() / 4);
      if (stored.type != kF32Tensor) continue;
      EXPECT_TRUE(opened.value().read(name, stored.shape, out).ok());
    }
  }
}

/// What the writer makes of every kind of value and tensor.
class GgufWriterTest : public GgufTest {
 protected:
  GgufWriterTest() {
    header_.add("architecture", "gpt2");
    header_.add("count", 3U);
    header_.add("epsilon", 1e-5F);
    header_.add("flag", true);
    header_.add("tokens", std::vector<std::string>{"a", "", "bc"});
    header_.add("types", std::vector<std::int32_t>{1, -3});
    header_.add_tensor("odd", {3}, NumberFormat::f32);
    header_.add_tensor("blocks", {2, 32}, NumberFormat::q8_0);
    header_.add_tensor("half", {1, 2}, NumberFormat::f16);
    values_ = {{1, 2, 3}, std::vector<float>(64, 127), {0.5F, -2}};
  }

  Status write() {
    std::vector<std::byte> bytes;
    return write_gguf(env_, path_, header_,
                      [&](std::size_t i) -> Result<std::span<const std::byte>> {
                        constexpr std::array kFormats = {NumberFormat::f32, NumberFormat::q8_0,
                                                         NumberFormat::f16};
                        bytes.resize(std::array{12U, 68U, 4U}.at(i));
                        SCRIBE_TRY(encode(values_.at(i), kFormats.at(i), bytes));
                        return std::span<const std::byte>(bytes);
                      });
  }

  GgufHeader header_;
  std::vector<std::vector<float>> values_;
  std::string path_ = directory_.file("written.gguf");
};

TEST_F(GgufWriterTest, WhatIsWrittenIsRead) {
  ASSERT_TRUE(write().ok());
  const auto opened = GgufFile::open(env_, path_);
  ASSERT_TRUE(opened.ok()) << opened.error().message();
  const GgufFile& file = opened.value();
  EXPECT_EQ(file.text("architecture").value(), "gpt2");
  EXPECT_EQ(file.integer("count").value(), 3);
  EXPECT_EQ(static_cast<float>(file.number("epsilon").value()), 1e-5F);
  EXPECT_TRUE(file.boolean("flag").value());
  EXPECT_EQ(file.texts("tokens").value(), (std::vector<std::string_view>{"a", "", "bc"}));
  EXPECT_EQ(file.integers("types").value(), (std::vector<std::int64_t>{1, -3}));
  std::vector<float> out(64);
  ASSERT_TRUE(file.read("blocks", {2, 32}, out).ok());
  EXPECT_EQ(out, values_[1]);  // 127 is exact: the scale is 1.
  out.resize(2);
  ASSERT_TRUE(file.read("half", {1, 2}, out).ok());
  EXPECT_EQ(out, values_[2]);
}

TEST_F(GgufWriterTest, TheBytesAreThoseOfTheFormat) {
  GgufHeader header;
  header.add("k", 7U);
  header.add_tensor("t", {1, 2}, NumberFormat::f32);
  const std::vector<float> values{1, 2};
  ASSERT_TRUE(write_gguf(env_, path_, header, [&](std::size_t) {
                return Result<std::span<const std::byte>>(std::as_bytes(std::span(values)));
              }).ok());
  Parts expected;
  expected.keys = {key("k", kU32, 7U)};
  expected.tensors = {tensor("t", {2, 1}, kF32Tensor, 0)};
  // Data is padded at its end too, as llama.cpp writes it.
  expected.data = number(1.0F) + number(2.0F) + std::string(24, '\0');
  EXPECT_EQ(env_.read_file(path_).value(), expected.bytes());
}

TEST_F(GgufWriterTest, AnErrorOrAFullDiskLeavesNoFile) {
  values_[2][0] = 1e6F;  // Too large for f16.
  const Status refused = write();
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), ErrorCode::limit_exceeded);
  EXPECT_FALSE(env_.exists(path_));
  EXPECT_FALSE(env_.exists(path_ + ".tmp"));
  values_[2][0] = 1;
  env_.fill_disk_after(20);
  const Status full = write();
  ASSERT_FALSE(full.ok());
  EXPECT_EQ(full.error().code(), ErrorCode::io);
  EXPECT_FALSE(env_.exists(path_ + ".tmp"));
}

}  // namespace
}  // namespace scribe
