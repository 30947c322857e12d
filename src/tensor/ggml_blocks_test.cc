// Tests of the quantised types against llama.cpp's own package (tools/make_ggml_goldens.py).
#include "tensor/ggml_blocks.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "base/env.h"
#include "base/json.h"
#include "base/philox.h"

namespace scribe {
namespace {

std::vector<std::byte> from_hex(const std::string& text) {
  std::vector<std::byte> bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2)
    bytes.push_back(static_cast<std::byte>(std::stoi(text.substr(i, 2), nullptr, 16)));
  return bytes;
}

/// Whole blocks of a type.
struct Golden {
  std::uint32_t number = 0;
  std::string name;
  std::vector<std::byte> bytes;
  std::vector<float> values;
};

std::vector<Golden> goldens() {
  const char* const root = std::getenv("SCRIBE_SOURCE_DIR");
  const std::string path =
      std::string(root == nullptr ? "." : root) + "/src/tensor/testdata/ggml_blocks.jsonl";
  std::vector<Golden> all;
  const Status read =
      for_each_json_line(Env::real(), path, [&](const Json& line, const std::string&) -> Status {
        Golden one{.number = line["number"], .name = line["type"], .bytes = {}, .values = {}};
        one.bytes = from_hex(line["bytes"]);
        const std::vector<std::byte> values = from_hex(line["values"]);
        one.values.resize(values.size() / sizeof(float));
        std::memcpy(one.values.data(), values.data(), values.size());
        all.push_back(std::move(one));
        return {};
      });
  SCRIBE_CHECK(read.ok(), "{}", read.error().message());
  return all;
}

std::vector<float> decoded(const GgmlType& type, std::span<const std::byte> bytes) {
  const std::size_t blocks = bytes.size() / static_cast<std::size_t>(type.block_bytes);
  std::vector<float> values(blocks * static_cast<std::size_t>(type.block_size));
  decode(bytes, type, values);
  return values;
}

TEST(GgmlBlocksTest, EveryTypeGivesTheBitsThatItsReferenceGives) {
  const std::vector<Golden> all = goldens();
  EXPECT_EQ(all.size(), 12U) << "types but F32, F16 and BF16";
  for (const Golden& golden : all) {
    const GgmlType type = ggml_type(golden.number).value();
    EXPECT_EQ(type.name, golden.name);
    const std::vector<float> values = decoded(type, golden.bytes);
    ASSERT_EQ(values.size(), golden.values.size()) << golden.name;
    for (std::size_t i = 0; i < values.size(); ++i)
      ASSERT_EQ(std::bit_cast<std::uint32_t>(values[i]),
                std::bit_cast<std::uint32_t>(golden.values[i]))
          << golden.name << " value " << i << ": " << values[i] << ", not " << golden.values[i];
  }
}

// Scales may be infinite or not a number, as those of Q8_0 may; nothing but such values comes of
// it.
TEST(GgmlBlocksTest, AnyBytesAreBlocksAndNothingOutsideIsReadOrWritten) {
  PhiloxStream random(5, 1);
  for (const Golden& golden : goldens()) {
    const GgmlType type = ggml_type(golden.number).value();
    for (int trial = 0; trial < 200; ++trial) {
      std::vector<std::byte> bytes(static_cast<std::size_t>(type.block_bytes));
      for (std::byte& byte : bytes) byte = static_cast<std::byte>(random.next_u32());
      EXPECT_EQ(std::ssize(decoded(type, bytes)), type.block_size);
    }
    const std::vector<std::byte> all_set(static_cast<std::size_t>(type.block_bytes),
                                         std::byte{0xFF});
    for (const float value : decoded(type, all_set)) EXPECT_TRUE(std::isnan(value)) << type.name;
  }
}

TEST(GgmlBlocksTest, ATypeThatIsNotReadIsNamedWithThoseThatAreAndTheRemedy) {
  for (const auto& [number, name] :
       std::vector<std::pair<std::uint32_t, std::string>>{{16, "type 16 (IQ2_XXS)"},
                                                          {39, "type 39 (MXFP4)"},
                                                          {4, "type 4 (unknown)"},
                                                          {~0U, "type 4294967295 (unknown)"}}) {
    const auto type = ggml_type(number);
    ASSERT_FALSE(type.ok()) << name;
    EXPECT_EQ(type.error().code(), ErrorCode::unsupported);
    const std::string& message = type.error().message();
    for (const std::string& part : {name, std::string("only F32 F16 BF16 Q4_0"),
                                    std::string("Q4_K"), std::string("llama-quantize")})
      EXPECT_NE(message.find(part), std::string::npos) << message;
  }
}

TEST(GgmlBlocksTest, SizesThatDoNotFitAreABug) {
  const GgmlType type = ggml_type(12).value();
  std::vector<float> values(256);
  std::vector<std::byte> bytes(143);
  EXPECT_DEATH(decode(bytes, type, values), "256 values of Q4_K in 143 bytes");
}

}  // namespace
}  // namespace scribe
