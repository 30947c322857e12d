// Tests what is read of addresses.
#include "serve/url_query.h"

#include <gtest/gtest.h>

namespace scribe {
namespace {

TEST(UrlQueryTest, ValuesComeInOrderAndDecoded) {
  constexpr std::string_view kQuery = "file=a%2Fb.jsonl&x=1&file=c+d&fil%65=%e2%82%ac&file";
  EXPECT_EQ(query_values(kQuery, "file"),
            (std::vector<std::string>{"a/b.jsonl", "c d", "\xE2\x82\xAC", ""}));
  EXPECT_EQ(query_values(kQuery, "x"), std::vector<std::string>{"1"});
  EXPECT_TRUE(query_values(kQuery, "y").empty());
  EXPECT_TRUE(query_values("", "").empty());
}

TEST(UrlQueryTest, WhatIsNoEscapeStandsForItself) {
  EXPECT_EQ(percent_decoded("100%"), "100%");
  EXPECT_EQ(percent_decoded("%4"), "%4");
  EXPECT_EQ(percent_decoded("%zz%41"), "%zzA");
}

}  // namespace
}  // namespace scribe
