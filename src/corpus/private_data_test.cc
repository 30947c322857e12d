// Tests what counts as private data, what only looks like it, and that redaction is final.
#include "corpus/private_data.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/philox.h"
#include "corpus/python_judgement.h"

namespace scribe {
namespace {

/// "email:a@b.de token:..." of what is found.
std::string found_in(std::string_view text, PrivateDataScope scope = {}) {
  std::string found;
  for (const PrivateDatum& datum : find_private_data(text, scope))
    found += fmt::format("{}{}:{}", found.empty() ? "" : " ", name_of(datum.kind),
                         text.substr(datum.begin, datum.end - datum.begin));
  return found;
}

std::string redacted(std::string text) {
  PrivateDataCounts counts{};
  return redact_private_data(std::move(text), {}, counts);
}

TEST(PrivateDataTest, EmailAddressesAreFound) {
  EXPECT_EQ(found_in("# Jane <jane.doe+list@mail.some-where.org>,"),
            "email:jane.doe+list@mail.some-where.org");
  EXPECT_EQ(found_in("'mailto:a_b@x1.de.'"), "email:a_b@x1.de");
  EXPECT_EQ(found_in("a@b.com"), "email:a@b.com");
  // The n belongs to the escape.
  EXPECT_EQ(found_in("'\\nann@uni.edu'"), "email:ann@uni.edu");
}

TEST(PrivateDataTest, WhatLooksLikeAnEmailAddressStays) {
  for (const char* text :
       {"user@example.com", "x@mail.example.org", "a@host.test", "git@github.com:x/y.git",
        "https://user@host.com/x", "https://user:pw@host.com/x", "@decorator.name",
        "c = a@b.inverse(x)", "c = q@k.mT", "a@b", "a@.com", "a@b..com", "a@-b.com", "a@b.c",
        "a@b.co_x", "x = y @ z.T"})
    EXPECT_EQ(found_in(text), "") << text;
}

TEST(PrivateDataTest, PublicIpAddressesAreFound) {
  EXPECT_EQ(found_in("host = '52.94.236.248'"), "ip_address:52.94.236.248");
  EXPECT_EQ(found_in("http://85.214.132.117:8080/"), "ip_address:85.214.132.117");
  EXPECT_EQ(found_in("[2a00:1450:4001:82f::200e]"), "ip_address:2a00:1450:4001:82f::200e");
  EXPECT_EQ(found_in("2001:470:1:18:0:0:0:115."), "ip_address:2001:470:1:18:0:0:0:115");
}

TEST(PrivateDataTest, OtherAddressesAndVersionsStay) {
  for (const char* text : {"10.1.2.3",
                           "127.0.0.1",
                           "192.168.1.20",
                           "172.16.0.99",
                           "172.31.255.255",
                           "169.254.169.254",
                           "0.0.0.0",
                           "255.255.255.0",
                           "224.0.0.251",
                           "100.64.0.77",
                           "198.18.0.50",
                           "192.0.2.44",
                           "198.51.100.44",
                           "203.0.113.44",
                           "8.8.8.8",
                           "1.1.1.1",
                           "9.9.9.9",  // Not anybody's.
                           "1.2.3.4",
                           "2.5.29.14",
                           "1.3.6.1.4.1.311",
                           "50.60.70",
                           "50.60.70.80.90",
                           "50.60.70.256",
                           "050.60.70.80",
                           "50.60.70.80a",
                           "v50.60.70.80",
                           "x50.60.70.80",
                           "foo-50.60.70.80",
                           "Chrome/51.0.2704.103",
                           "foo==50.60.70.80",
                           "version 50.60.70.80",
                           "50.60.70.80-rc1",
                           "50.60.70.80@x",  // Not an address.
                           "::1",
                           "fe80::1:2:3",
                           "fd00::1:2:3",
                           "2001:db8::1:2",
                           "x[2000::3]",
                           "12:30:45",
                           "00:1a:2b:3c:4d:5e",
                           "2001:4860:4860::8888",
                           "a::b::c",
                           "std::vector"})
    EXPECT_EQ(found_in(text), "") << text;
  // The neighbours of the ranges are public.
  for (const char* text : {"172.32.0.20", "100.128.0.20", "192.0.3.20", "198.17.255.20"})
    EXPECT_EQ(found_in(text), fmt::format("ip_address:{}", text));
}

TEST(PrivateDataTest, TokensOfKnownFormsAreFound) {
  constexpr std::string_view kAlphanumeric = "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0u1V2w3X4y5Z6";
  const auto of = [&](std::string_view prefix, std::size_t size) {
    std::string token(prefix);
    while (token.size() < prefix.size() + size) token += kAlphanumeric;
    return token.substr(0, prefix.size() + size);
  };
  for (const std::string& token : {std::string("AKIAQ4RTYUPWLK2JHGFD"),
                                   std::string("ASIAQ4RTYUPWLK2JHGFD"),
                                   of("AIza", 35),
                                   of("ghp_", 36),
                                   of("gho_", 36),
                                   of("ghu_", 36),
                                   of("ghs_", 36),
                                   of("ghr_", 36),
                                   of("github_pat_", 82),
                                   of("glpat-", 20),
                                   of("xoxb-12345678-", 24),
                                   of("xoxp-", 30),
                                   of("sk_live_", 24),
                                   of("rk_test_", 24),
                                   of("npm_", 36),
                                   of("hf_", 34),
                                   of("pypi-AgE", 60),
                                   of("sk-ant-", 90),
                                   of("sk-", 20) + "T3BlbkFJ" + of("", 20),
                                   "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NSJ9." + of("", 43)})
    for (const char* form : {"{}", "x = '{}'\n", "Bearer {} ", "'\\n{}'"})
      EXPECT_EQ(found_in(fmt::format(fmt::runtime(form), token)), "token:" + token);
  // Too short, too long, within a word, or a placeholder.
  for (const std::string& token :
       {std::string("AKIAQ4RTYUPWLK2JHGF"), std::string("AKIAQ4RTYUPWLK2JHGFDX"),
        std::string("xAKIAQ4RTYUPWLK2JHGFD"), std::string("AKIAIOSFODNN7EXAMPLE"), of("ghp_", 35),
        "ghp_" + std::string(36, 'x'), of("AIza", 36), of("sk_life_", 24)})
    EXPECT_EQ(found_in("'" + token + "'"), "") << token;
}

TEST(PrivateDataTest, PasswordsNeedANameAndMustLookRandom) {
  EXPECT_EQ(found_in("db_password = \"s9Kq2Lm8Zx4V\""), "password:s9Kq2Lm8Zx4V");
  EXPECT_EQ(found_in("{'api_key': 'd41d8cd98f00b204e9800998ecf8427e'}"),
            "password:d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(found_in("os.environ['SECRET_KEY'] = b'x7!Kp2@Lq9#'"), "password:x7!Kp2@Lq9#");
  EXPECT_EQ(found_in("passwd=\"P@ssw0rd\""), "password:P@ssw0rd");
  for (const char* text :
       {"name = 's9Kq2Lm8Zx4V'", "password = 'password1'", "token = 'my_token_2_name'",
        "tokenizer = 'gpt2-medium-v3'", "secret = '<SECRET12aB>'", "password = 's9Kq2L'",
        "password == 's9Kq2Lm8Zx4V'", "password: str = os.environ['X']", "password = \"s9Kq 2Lm8\"",
        "f('password', 's9Kq2Lm8Zx4V')", "secret = 'SomeVeryLongNameOfThing1'"})
    EXPECT_EQ(found_in(text), "") << text;
}

TEST(PrivateDataTest, PrivateKeysLoseTheirLinesAndKeepTheirFrame) {
  const std::string line(64, 'Q');
  const std::string key = "-----BEGIN RSA PRIVATE KEY-----\n" + line + "\n" + line +
                          "\nabcdefghijklmnop==\n-----END RSA PRIVATE KEY-----\n";
  EXPECT_EQ(redacted(key),
            "-----BEGIN RSA PRIVATE KEY-----\n<KEY>\n<KEY>\n<KEY>\n"
            "-----END RSA PRIVATE KEY-----\n");
  // Escaped line ends and literals in a row stay what they are.
  EXPECT_EQ(redacted("k = ('-----BEGIN PRIVATE KEY-----\\n'\n     '" + line +
                     "\\n'\n     '-----END PRIVATE KEY-----')"),
            "k = ('-----BEGIN PRIVATE KEY-----\\n'\n     '<KEY>\\n'\n     "
            "'-----END PRIVATE KEY-----')");
  EXPECT_EQ(redacted("'-----BEGIN PRIVATE KEY-----\\n" + line + "\\n-----END PRIVATE KEY-----'"),
            "'-----BEGIN PRIVATE KEY-----\\n<KEY>\\n-----END PRIVATE KEY-----'");
  for (const std::string& text :
       {"-----BEGIN PUBLIC KEY-----\n" + line + "\n-----END PUBLIC KEY-----",
        "-----BEGIN PRIVATE KEY-----\n" + line,
        "BEGIN = '-----BEGIN PRIVATE KEY-----'\n" + line + std::string(16 * 1024, ' ') +
            "-----END PRIVATE KEY-----",
        std::string("BEGIN = '-----BEGIN PRIVATE KEY-----'\nEND = '-----END PRIVATE KEY-----'")})
    EXPECT_EQ(found_in(text), "");
}

TEST(PrivateDataTest, ScopesAreApart) {
  const std::string text = "AKIAQ4RTYUPWLK2JHGFD ann@uni.edu";
  EXPECT_EQ(found_in(text, {.secrets = true, .personal_data = false}),
            "token:AKIAQ4RTYUPWLK2JHGFD");
  EXPECT_EQ(found_in(text, {.secrets = false, .personal_data = true}), "email:ann@uni.edu");
  EXPECT_EQ(found_in(text, {.secrets = false, .personal_data = false}), "");
  for (const char* small : {"", "@", "a@", "\"", "\"\""}) EXPECT_EQ(found_in(small), "");
}

TEST(PrivateDataTest, RedactionCountsAndReplacesByKind) {
  PrivateDataCounts counts{};
  const std::string text = redact_private_data(
      "ann@uni.edu bob@uni.edu AKIAQ4RTYUPWLK2JHGFD\n"
      "pwd='s9Kq2Lm8Zx4V' 52.94.236.248 52.94.236.248 52.94.236.249",
      {}, counts);
  EXPECT_TRUE(text.starts_with("<EMAIL> <EMAIL> <KEY>\npwd='<PASSWORD>' ")) << text;
  EXPECT_EQ(counts, (PrivateDataCounts{0, 1, 1, 2, 3}));
  // Equal addresses stay equal, in a range for documentation.
  const std::size_t first = text.find("' ") + 2;
  const std::string address = text.substr(first, text.find(' ', first) - first);
  EXPECT_EQ(text.find(address, first + 1), first + address.size() + 1);
  EXPECT_TRUE(address.starts_with("192.0.2.") || address.starts_with("198.51.100.") ||
              address.starts_with("203.0.113."))
      << address;
  EXPECT_TRUE(redacted("2a00:1450:4001:82f::200e").starts_with("2001:db8::"));
}

TEST(PrivateDataTest, RedactedLiteralsAreStillLiterals) {
  const std::string source =
      "S = {'token': 'd41d8cd98f00b204e9800998ecf8427e', \"to\": \"ann@uni.edu\"}\n"
      "K = '''-----BEGIN PRIVATE KEY-----\n" +
      std::string(64, 'Q') + "\n-----END PRIVATE KEY-----'''\nH = (\"52.94.236.248\", 'é')\n";
  const std::string text = redacted(source);
  EXPECT_NE(text, source);
  const auto before = lex_python(source);
  const auto after = lex_python(text);
  ASSERT_EQ(before.size(), after.size());
  for (std::size_t i = 0; i < before.size(); ++i) EXPECT_EQ(before[i].kind, after[i].kind);
  EXPECT_FALSE(python_fault(text, after).has_value());
}

TEST(PrivateDataTest, RedactionIsFinalAndTheSameOnEveryInstructionSet) {
  constexpr std::array<std::string_view, 34> kPieces = {"ann",
                                                        "@",
                                                        ".",
                                                        "uni.edu",
                                                        "52.94.236.248",
                                                        "8.8.8.8",
                                                        ":",
                                                        "2a00:1450:4001:82f",
                                                        "::",
                                                        "AKIAQ4RTYUPWLK2JHGFD",
                                                        "ghp_a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8",
                                                        "password",
                                                        " = ",
                                                        "'",
                                                        "\"",
                                                        "s9Kq2Lm8Zx4V",
                                                        "-----BEGIN PRIVATE KEY-----",
                                                        "-----END PRIVATE KEY-----",
                                                        "QQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQ",
                                                        "\n",
                                                        " ",
                                                        "version ",
                                                        "\\n",
                                                        "/",
                                                        "-",
                                                        "(",
                                                        "\u00e9",
                                                        "<EMAIL>",
                                                        "<",
                                                        "eyJhbGciOiJIUzI1NiJ9",
                                                        "sk-",
                                                        "T3BlbkFJ",
                                                        "12",
                                                        "token"};
  std::vector<const TextKernels*> fast;
  if (__builtin_cpu_supports("avx2")) fast.push_back(&avx2_text_kernels());
  if (&best_text_kernels() == &avx512_text_kernels()) fast.push_back(&avx512_text_kernels());
  PhiloxStream random(11, 0);
  int changed = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (std::uint64_t pieces = random.next_below(24); pieces > 0; --pieces)
      text += kPieces[random.next_below(kPieces.size())];
    const std::string once = redacted(text);
    EXPECT_EQ(redacted(once), once) << text;
    EXPECT_EQ(found_in(once), "") << text;
    changed += once != text ? 1 : 0;
    const auto plain = find_private_data(text, {}, plain_text_kernels());
    for (const TextKernels* kernels : fast) {
      const auto found = find_private_data(text, {}, *kernels);
      ASSERT_EQ(found.size(), plain.size()) << text;
      for (std::size_t i = 0; i < found.size(); ++i) {
        EXPECT_EQ(found[i].begin, plain[i].begin);
        EXPECT_EQ(found[i].end, plain[i].end);
        EXPECT_EQ(found[i].kind, plain[i].kind);
      }
    }
  }
  EXPECT_GT(changed, 1000);  // The texts would be of no use otherwise.
}

}  // namespace
}  // namespace scribe
