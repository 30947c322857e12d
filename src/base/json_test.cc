// Tests of JSON from outside: how deep it may be.
#include "base/json.h"

#include <gtest/gtest.h>

#include "base/json_object.h"

namespace scribe {
namespace {

std::string nested(int levels) {
  const auto count = static_cast<std::size_t>(levels);
  return std::string(count, '[') + std::string(count, ']');
}

TEST(ParseJsonTest, LevelsAreBoundedSoThatCopiesAre) {
  EXPECT_TRUE(parse_json(nested(kJsonDepthMax), "f").ok());
  for (const int levels : {kJsonDepthMax + 1, 1'000'000}) {
    const auto refused = parse_json(nested(levels), "f:3");
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code(), ErrorCode::invalid_data);
    EXPECT_EQ(refused.error().message(), "f:3: more than 256 levels of JSON");
  }
}

TEST(ParseJsonTest, BracketsInStringsAreNoLevels) {
  const std::string many(1000, '[');
  EXPECT_EQ(parse_json("\"" + many + "\\\"" + many + "\"", "f").value(), many + "\"" + many);
  EXPECT_EQ(parse_json("[\"\\\\\", [1]]", "f").value().size(), 2U);
  // One after the other, not within each other.
  std::string flat = "[";
  for (int i = 0; i < 1000; ++i) flat += i == 0 ? "[]" : ",[]";
  EXPECT_EQ(parse_json(flat + "]", "f").value().size(), 1000U);
}

}  // namespace
}  // namespace scribe
