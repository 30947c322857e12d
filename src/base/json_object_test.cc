// Tests of splitting a JSON object into the texts of its fields.
#include "base/json_object.h"

#include <gtest/gtest.h>

namespace scribe {
namespace {

std::string message_of(std::string_view object) {
  const auto fields = split_json_object(object, "f:1");
  return fields.ok() ? "ok" : fields.error().message();
}

TEST(JsonObjectTest, ValuesKeepTheirText) {
  const auto fields = split_json_object(
      R"( {"a": [1, {"b": "]}\"", "c": [ ]}], "big" : 123456789012345678901234567890, )"
      R"("x":-1.5e+3, )"
      R"("i": [Infinity, -Infinity, NaN], "\u0041": {}, "t": true, "n" :null} )",
      "f:1");
  ASSERT_TRUE(fields.ok()) << fields.error().message();
  EXPECT_EQ(text_of_field(fields.value(), "a"), R"([1, {"b": "]}\"", "c": [ ]}])");
  EXPECT_EQ(text_of_field(fields.value(), "big"), "123456789012345678901234567890");
  EXPECT_EQ(text_of_field(fields.value(), "x"), "-1.5e+3");
  EXPECT_EQ(text_of_field(fields.value(), "i"), "[Infinity, -Infinity, NaN]");
  EXPECT_EQ(text_of_field(fields.value(), "A"), "{}");
  EXPECT_EQ(text_of_field(fields.value(), "n"), "null");
  EXPECT_EQ(text_of_field(fields.value(), "none"), "");
  EXPECT_EQ(fields.value().size(), 7U);
}

TEST(JsonObjectTest, AnEmptyObjectHasNoFields) {
  EXPECT_TRUE(split_json_object("{}", "f:1").value().empty());
}

TEST(JsonObjectTest, WhatIsNotAnObjectIsRefusedWithItsPlace) {
  EXPECT_EQ(message_of("[1]"), "f:1: not valid JSON: byte 1: expected '{'");
  EXPECT_EQ(message_of("{\"a\" 1}"), "f:1: not valid JSON: byte 6: expected ':'");
  EXPECT_EQ(message_of("{\"a\": 1} x"),
            "f:1: not valid JSON: byte 10: expected nothing behind the object");
  EXPECT_EQ(message_of("{\"a\": [1,]}"), "f:1: not valid JSON: byte 10: expected a value");
  EXPECT_EQ(message_of("{\"a\": 1."), "f:1: not valid JSON: byte 9: expected a digit");
}

TEST(JsonObjectTest, EveryTruncationIsRefused) {
  const std::string whole = R"({"a": [1, "b\\", {"c": null}], "d": 1.5e-3})";
  EXPECT_EQ(message_of(whole), "ok");
  for (std::size_t length = 0; length < whole.size(); ++length)
    EXPECT_NE(message_of(whole.substr(0, length)), "ok") << length;
}

TEST(JsonObjectTest, DepthIsLimited) {
  const auto nested = [](int levels) {
    const auto count = static_cast<std::size_t>(levels);
    return "{\"a\": " + std::string(count, '[') + std::string(count, ']') + "}";
  };
  EXPECT_EQ(message_of(nested(kJsonDepthMax)), "ok");
  EXPECT_EQ(message_of(nested(kJsonDepthMax + 1)), "f:1: more than 256 levels of JSON");
}

}  // namespace
}  // namespace scribe
