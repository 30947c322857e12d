// Tests which names are a server's own.
#include "serve/request_host.h"

#include <gtest/gtest.h>

#include <vector>

namespace scribe {
namespace {

TEST(RequestHostTest, LoopbackIsAlwaysOwn) {
  for (const char* const host : {"", "localhost", "LocalHost:8012", "127.0.0.1", "127.0.0.1:8012",
                                 "127.3.2.1:1", "[::1]", "[::1]:8012"})
    EXPECT_TRUE(is_own_host(host, "127.0.0.1", {})) << host;
}

TEST(RequestHostTest, OtherNamesAndAddressesAreNot) {
  for (const char* const host :
       {"evil.example", "evil.example:8012", "localhost.evil.example", "127.0.0.1.evil.example",
        "evil.example:127.0.0.1", "192.0.2.1:8012", "0.0.0.0", "[::2]:8012", "[", "127.0.0.1@evil",
        "localhost\t"})
    EXPECT_FALSE(is_own_host(host, "127.0.0.1", {})) << host;
}

TEST(RequestHostTest, TheAddressListenedOnIsOwn) {
  EXPECT_TRUE(is_own_host("192.0.2.1:8012", "192.0.2.1", {}));
  EXPECT_FALSE(is_own_host("192.0.2.2:8012", "192.0.2.1", {}));
  EXPECT_TRUE(is_own_host("[2001:DB8::1]:8012", "2001:db8:0::1", {}));
  EXPECT_TRUE(is_own_host("192.0.2.2:8012", "0.0.0.0", {}));  // All of them.
  EXPECT_FALSE(is_own_host("evil.example", "0.0.0.0", {}));
}

TEST(RequestHostTest, NamesThatAreGivenAreOwn) {
  const std::vector<std::string> sites{"code.example.org", "other.example"};
  EXPECT_TRUE(is_own_host("Code.Example.org:443", "127.0.0.1", sites));
  EXPECT_TRUE(is_own_host("other.example", "127.0.0.1", sites));
  EXPECT_FALSE(is_own_host("example.org", "127.0.0.1", sites));
  EXPECT_FALSE(is_own_host("x.code.example.org", "127.0.0.1", sites));
}

}  // namespace
}  // namespace scribe
