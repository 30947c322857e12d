// Tests which texts are ranges.
#include "cli/number_range.h"

#include <gtest/gtest.h>

namespace scribe::cli {
namespace {

TEST(NumberRangeTest, ANumberIsARangeOfOne) {
  const NumberRange one = parse_range("--lengths", "3").value();
  EXPECT_EQ(one.first, 3);
  EXPECT_EQ(one.last, 3);
  const NumberRange more = parse_range("--lengths", "1-12").value();
  EXPECT_EQ(more.first, 1);
  EXPECT_EQ(more.last, 12);
}

TEST(NumberRangeTest, WhatIsNoneNamesTheOption) {
  for (const char* text : {"", "x", "1-", "-", "1-x", "1-2-3", "1 - 2", "99999999999"}) {
    const auto range = parse_range("--lengths", text);
    ASSERT_FALSE(range.ok()) << text;
    EXPECT_EQ(range.error().code(), ErrorCode::invalid_argument);
    EXPECT_NE(range.error().message().find("--lengths"), std::string::npos);
  }
}

}  // namespace
}  // namespace scribe::cli
