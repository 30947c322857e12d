// Tests of the safetensors container: what is written is read, and no header can do harm.
#include "tensor/safetensors.h"

#include <gtest/gtest.h>

#include <cstring>
#include <functional>

#include "base/philox.h"
#include "base/testing/faulty_env.h"

namespace scribe {
namespace {

/// A file of a header as text and `data_bytes` zero bytes.
std::string file_of(const std::string& header, std::size_t data_bytes) {
  const std::uint64_t length = header.size();
  std::string bytes(8, '\0');
  std::memcpy(bytes.data(), &length, 8);
  return bytes + header + std::string(data_bytes, '\0');
}

class SafetensorsTest : public testing::Test {
 protected:
  Result<SafetensorsFile> open_bytes(const std::string& bytes) {
    const std::string path = directory_.file("bytes.safetensors");
    if (env_.exists(path)) SCRIBE_CHECK(env_.remove(path).ok(), "cannot remove {}", path);
    // Not synced: thousands of files are written here.
    SCRIBE_CHECK(env_.open_append(path).value()->append(bytes).ok(), "cannot write {}", path);
    return SafetensorsFile::open(env_, path);
  }
  ErrorCode code_of(const std::string& header, std::size_t data_bytes) {
    const auto opened = open_bytes(file_of(header, data_bytes));
    return opened.ok() ? ErrorCode::internal : opened.error().code();
  }
  std::string write_pair() {
    const std::string path = directory_.file("pair.safetensors");
    const std::vector<TensorToWrite> tensors{{"b", {2, 3}, matrix_}, {"a", {1}, scalar_}};
    const Status written = write_safetensors(env_, path, tensors, {{"format", "pt"}});
    SCRIBE_CHECK(written.ok(), "{}", written.error().message());
    return path;
  }

  FaultyEnv env_;
  TemporaryDirectory directory_;
  std::vector<float> matrix_{1, 2, 3, 4, 5, 6};
  std::vector<float> scalar_{-0.5F};
};

TEST_F(SafetensorsTest, WhatIsWrittenIsRead) {
  const auto file = SafetensorsFile::open(env_, write_pair());
  ASSERT_TRUE(file.ok()) << file.error().message();
  EXPECT_EQ(file.value().metadata().at("format"), "pt");
  EXPECT_EQ(file.value().tensors().size(), 2U);
  std::vector<float> matrix(6);
  std::vector<float> scalar(1);
  ASSERT_TRUE(file.value().read("b", {2, 3}, matrix).ok());
  ASSERT_TRUE(file.value().read("a", {1}, scalar).ok());
  EXPECT_EQ(matrix, matrix_);
  EXPECT_EQ(scalar, scalar_);
}

TEST_F(SafetensorsTest, DataStartsAtAMultipleOfEightBytes) {
  const auto bytes = env_.read_file(write_pair());
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.value().data(), 8);
  EXPECT_EQ(length % 8, 0U);
}

TEST_F(SafetensorsTest, AnotherShapeIsAnErrorThatNamesBoth) {
  const auto file = SafetensorsFile::open(env_, write_pair());
  std::vector<float> out(6);
  const Status read = file.value().read("b", {3, 2}, out);
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().code(), ErrorCode::invalid_data);
  EXPECT_NE(read.error().message().find("(2, 3), expected (3, 2)"), std::string::npos)
      << read.error().message();
}

TEST_F(SafetensorsTest, AMissingTensorIsAnErrorThatNamesIt) {
  const auto file = SafetensorsFile::open(env_, write_pair());
  std::vector<float> out(1);
  const Status read = file.value().read("c", {1}, out);
  ASSERT_FALSE(read.ok());
  EXPECT_NE(read.error().message().find("'c' is missing"), std::string::npos);
}

TEST_F(SafetensorsTest, EveryPrefixOfAFileIsInvalid) {
  const std::string bytes = env_.read_file(write_pair()).value();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto opened = open_bytes(bytes.substr(0, size));
    ASSERT_FALSE(opened.ok()) << size;
    EXPECT_EQ(opened.error().code(), ErrorCode::invalid_data);
  }
}

TEST_F(SafetensorsTest, FlippedBytesOfTheHeaderNeverCrash) {
  const std::string bytes = env_.read_file(write_pair()).value();
  PhiloxStream random(1, 2);
  for (int trial = 0; trial < 500; ++trial) {
    std::string broken = bytes;
    for (int flip = 0; flip < 3; ++flip)
      broken[random.next_below(bytes.size() - 28)] = static_cast<char>(random.next_u32());
    const auto opened = open_bytes(broken);
    if (opened.ok()) continue;
    EXPECT_TRUE(opened.error().code() == ErrorCode::invalid_data ||
                opened.error().code() == ErrorCode::limit_exceeded);
  }
}

TEST_F(SafetensorsTest, OverlapsAndHolesAreInvalid) {
  const std::string a = R"("a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]})";
  EXPECT_EQ(code_of("{" + a + R"(,"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}})", 12),
            ErrorCode::invalid_data);
  EXPECT_EQ(code_of("{" + a + R"(,"b":{"dtype":"F32","shape":[1],"data_offsets":[12,16]}})", 16),
            ErrorCode::invalid_data);
  EXPECT_EQ(code_of("{" + a + "}", 12), ErrorCode::invalid_data);
}

TEST_F(SafetensorsTest, ShapesThatDoNotFitTheirBytesAreInvalid) {
  // 2^32 * 2^32 * 4 wraps to zero in 64 bits.
  for (const char* tensor :
       {R"({"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}})",
        R"({"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}})",
        R"({"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}})",
        R"({"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}})",
        R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}})",
        R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,80]}})",
        R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,9]}})",
        R"({"a":{"dtype":"X32","shape":[2],"data_offsets":[0,8]}})",
        R"({"a":{"dtype":"F32","data_offsets":[0,8]}})", R"({"a":7})", R"([1])", R"({"a":)"})
    EXPECT_EQ(code_of(tensor, 8), ErrorCode::invalid_data) << tensor;
}

TEST_F(SafetensorsTest, AHugeHeaderIsRefusedBeforeItIsParsed) {
  const std::string header(static_cast<std::size_t>(kSafetensorsHeaderMax) + 1, '[');
  EXPECT_EQ(code_of(header, 0), ErrorCode::limit_exceeded);
}

TEST_F(SafetensorsTest, ADeeplyNestedHeaderIsInvalid) {
  EXPECT_EQ(code_of(std::string(1 << 20, '['), 0), ErrorCode::invalid_data);
}

TEST_F(SafetensorsTest, HalfPrecisionIsWidened) {
  // 0x3C00 is 1 and 0xC000 -2 in F16, 0x0001 its smallest number 2^-24; 0x3F80 is 1 in BF16.
  std::string bytes = file_of(R"({"h":{"dtype":"F16","shape":[3],"data_offsets":[0,6]},)"
                              R"("b":{"dtype":"BF16","shape":[1],"data_offsets":[6,8]}})",
                              0);
  for (const unsigned bits : {0x3C00U, 0xC000U, 0x0001U, 0x3F80U}) {
    bytes.push_back(static_cast<char>(bits & 0xFF));
    bytes.push_back(static_cast<char>(bits >> 8));
  }
  const auto file = open_bytes(bytes);
  ASSERT_TRUE(file.ok()) << file.error().message();
  std::vector<float> half(3);
  std::vector<float> brain(1);
  ASSERT_TRUE(file.value().read("h", {3}, half).ok());
  ASSERT_TRUE(file.value().read("b", {1}, brain).ok());
  EXPECT_EQ(half, (std::vector<float>{1, -2, 0x1.0p-24F}));
  EXPECT_EQ(brain[0], 1);
}

TEST_F(SafetensorsTest, IntegersAreNotReadAsFloats) {
  const auto file =
      open_bytes(file_of(R"({"m":{"dtype":"I32","shape":[1],"data_offsets":[0,4]}})", 4));
  ASSERT_TRUE(file.ok());
  std::vector<float> out(1);
  const Status read = file.value().read("m", {1}, out);
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().code(), ErrorCode::unsupported);
}

TEST_F(SafetensorsTest, AFullDiskLeavesTheOldFileAndNoRest) {
  const std::string path = write_pair();
  const std::string before = env_.read_file(path).value();
  env_.fill_disk_after(20);
  const Status written = write_safetensors(env_, path, {}, {{"format", "a longer piece of text"}});
  ASSERT_FALSE(written.ok());
  EXPECT_EQ(written.error().code(), ErrorCode::io);
  EXPECT_EQ(env_.read_file(path).value(), before);
  EXPECT_FALSE(env_.exists(path + ".tmp"));
}

TEST_F(SafetensorsTest, ARefusedRenameLeavesTheOldFile) {
  const std::string path = write_pair();
  const std::string before = env_.read_file(path).value();
  env_.refuse_renames(true);
  EXPECT_FALSE(write_safetensors(env_, path, {}, {}).ok());
  EXPECT_EQ(env_.read_file(path).value(), before);
}

TEST_F(SafetensorsTest, AMissingFileIsNotFound) {
  const auto opened = SafetensorsFile::open(env_, directory_.file("nothing"));
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().code(), ErrorCode::not_found);
}

}  // namespace
}  // namespace scribe
