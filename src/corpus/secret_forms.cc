// Tables of the forms that secrets have, and what tells one from a placeholder.
#include "corpus/secret_forms.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "corpus/byte_set.h"
#include "corpus/text_lines.h"

namespace scribe {
namespace {

constexpr ByteSet kBase64 = ByteSet("+/=").with_letters_and_digits();
constexpr ByteSet kUrlSafe = ByteSet("-_").with_letters_and_digits();
constexpr ByteSet kDashed = ByteSet("-").with_letters_and_digits();
constexpr ByteSet kCapital = ByteSet().with('A', 'Z').with('0', '9');
constexpr ByteSet kPasswordBytes = ByteSet("!#%&()*+,-./:;=?@[]^_`|~").with_letters_and_digits();
constexpr ByteSet kSpace(" \t");
constexpr ByteSet kQuote("\"'");
constexpr ByteSet kOperator("=!<>+:");

struct TokenForm {
  std::string_view prefix;
  std::size_t anchor;  ///< index in the prefix of the middle byte of its anchor
  const ByteSet& rest;
  std::size_t rest_min;
  std::size_t rest_max;
};

constexpr auto kTokenForms = std::to_array<TokenForm>({
    {"AKIA", 2, kCapital, 16, 16},
    {"ASIA", 2, kCapital, 16, 16},
    {"AIza", 1, kUrlSafe, 35, 35},
    {"ghp_", 2, kAsciiAlphanumeric, 36, 255},
    {"gho_", 2, kAsciiAlphanumeric, 36, 255},
    {"ghu_", 2, kAsciiAlphanumeric, 36, 255},
    {"ghs_", 2, kAsciiAlphanumeric, 36, 255},
    {"ghr_", 2, kAsciiAlphanumeric, 36, 255},
    {"github_pat_", 6, kAsciiWord, 60, 255},
    {"glpat-", 4, kUrlSafe, 20, 64},
    {"xoxb-", 3, kDashed, 10, 255},
    {"xoxp-", 3, kDashed, 10, 255},
    {"xoxa-", 3, kDashed, 10, 255},
    {"xoxr-", 3, kDashed, 10, 255},
    {"xoxs-", 3, kDashed, 10, 255},
    {"xoxe-", 3, kDashed, 10, 255},
    {"sk_live_", 2, kAsciiAlphanumeric, 16, 255},
    {"sk_test_", 2, kAsciiAlphanumeric, 16, 255},
    {"rk_live_", 2, kAsciiAlphanumeric, 16, 255},
    {"rk_test_", 2, kAsciiAlphanumeric, 16, 255},
    {"npm_", 2, kAsciiAlphanumeric, 36, 36},
    {"hf_", 1, kAsciiAlphanumeric, 34, 34},
    {"pypi-AgE", 3, kUrlSafe, 50, 1000},
    {"sk-ant-", 2, kUrlSafe, 32, 255},
});

/// A letter after a backslash is an escape, which ends no word before it.
bool begins_word(std::string_view text, std::size_t begin) {
  if (begin == 0 || !kAsciiWord.has(text[begin - 1])) return true;
  return begin >= 2 && text[begin - 2] == '\\' && kAsciiLetters.has(text[begin - 1]);
}

std::size_t distinct_bytes(std::string_view text) {
  std::array<bool, 256> seen{};
  std::size_t count = 0;
  for (const char c : text)
    if (!std::exchange(seen[static_cast<unsigned char>(c)], true)) ++count;
  return count;
}

bool is_placeholder(std::string_view token) {
  constexpr std::size_t kDistinctMin = 8;
  return distinct_bytes(token) < kDistinctMin || token.find("EXAMPLE") != std::string_view::npos;
}

std::optional<TextSpan> token_of_form(std::string_view text, std::size_t at,
                                      const TokenForm& form) {
  if (at < form.anchor) return std::nullopt;
  const std::size_t begin = at - form.anchor;
  const std::size_t rest = begin + form.prefix.size();
  if (!text.substr(begin).starts_with(form.prefix) || !begins_word(text, begin))
    return std::nullopt;
  const std::size_t end = form.rest.run_end(text, rest, form.rest_max + 1);
  const std::size_t size = end - rest;
  if (size < form.rest_min || size > form.rest_max || is_placeholder(text.substr(rest, size)))
    return std::nullopt;
  return TextSpan{begin, end};
}

/// OpenAI's keys have this in their middle ("OpenAI" in base64) and begin with sk-.
std::optional<TextSpan> openai_key_at(std::string_view text, std::size_t at) {
  constexpr std::string_view kMiddle = "T3BlbkFJ";
  constexpr std::size_t kBytesMax = 255;
  constexpr std::size_t kBytesMin = 40;
  if (!text.substr(at - 1).starts_with(kMiddle)) return std::nullopt;
  const std::size_t run = kUrlSafe.run_begin(text, at, kBytesMax);
  const std::size_t begin = text.substr(0, at).rfind("sk-");
  const std::size_t end = kUrlSafe.run_end(text, at, kBytesMax);
  if (begin == std::string_view::npos || begin < run || !begins_word(text, begin) ||
      end - begin < kBytesMin)
    return std::nullopt;
  return TextSpan{begin, end};
}

/// Three parts between dots; the first two are objects of JSON in base64.
std::optional<TextSpan> json_web_token_at(std::string_view text, std::size_t at) {
  constexpr std::size_t kPartBytesMin = 10;
  constexpr std::size_t kPartBytesMax = 8192;
  const std::size_t begin = at - 1;
  std::size_t end = begin;
  for (int part = 0; part < 3; ++part) {
    if (part > 0 && !text.substr(end++).starts_with('.')) return std::nullopt;
    if (part < 2 && !text.substr(std::min(end, text.size())).starts_with("eyJ"))
      return std::nullopt;
    const std::size_t part_end = kUrlSafe.run_end(text, std::min(end, text.size()), kPartBytesMax);
    if (part_end < end + kPartBytesMin) return std::nullopt;
    end = part_end;
  }
  if (!begins_word(text, begin)) return std::nullopt;
  return TextSpan{begin, end};
}

bool is_secret_name(std::string_view name) {
  const std::string lower = lower_ascii(name);
  for (const std::string_view part :
       {"password", "passwd", "passphrase", "pwd", "secret", "token", "api_key", "api-key",
        "apikey", "access_key", "auth_key", "encryption_key"})
    if (lower.find(part) != std::string::npos) return true;
  return false;
}

/// The name that the literal at text[quote] is set to: NAME = "", "NAME": "", d["NAME"] = "".
std::string_view name_before(std::string_view text, std::size_t quote) {
  constexpr std::size_t kSpacesMax = 8;
  constexpr std::size_t kNameBytesMax = 64;
  std::size_t at = quote;
  if (at > 0 && text[at - 1] == 'b') --at;
  at = kSpace.run_begin(text, at, kSpacesMax);
  if (at < 2 || (text[at - 1] != '=' && text[at - 1] != ':')) return {};
  if (kOperator.has(text[at - 2])) return {};
  at = kSpace.run_begin(text, at - 1, kSpacesMax);
  if (at > 0 && text[at - 1] == ']') --at;
  if (at > 0 && kQuote.has(text[at - 1])) --at;
  const std::size_t begin = kUrlSafe.run_begin(text, at, kNameBytesMax);
  return text.substr(begin, at - begin);
}

enum class Sign : std::uint8_t { small, capital, digit, other };

Sign sign_of(char c) {
  if (c >= 'a' && c <= 'z') return Sign::small;
  if (c >= 'A' && c <= 'Z') return Sign::capital;
  return kAsciiDigits.has(c) ? Sign::digit : Sign::other;
}

bool looks_random(std::string_view value) {
  constexpr std::size_t kDistinctMin = 6;
  constexpr std::size_t kChangesMin = 5;
  constexpr std::size_t kDigitChangesMin = 3;
  constexpr std::string_view kSeparators = "_-./:";  // Names have these too.
  std::array<bool, 4> has{};
  std::size_t changes = 0;
  std::size_t digit_changes = 0;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const Sign sign = sign_of(value[i]);
    if (sign != Sign::other || kSeparators.find(value[i]) == std::string_view::npos)
      has[static_cast<std::size_t>(sign)] = true;
    if (i == 0 || sign == Sign::other) continue;
    const Sign before = sign_of(value[i - 1]);
    if (before == Sign::other || before == sign) continue;
    // From a capital to a small letter is how a word begins.
    if (!(before == Sign::capital && sign == Sign::small)) ++changes;
    if (before == Sign::digit || sign == Sign::digit) ++digit_changes;
  }
  const bool letters = has[0] || has[1];
  if (!letters || !has[2] || distinct_bytes(value) < kDistinctMin) return false;
  if (has[0] && has[1] && has[3]) return true;
  return digit_changes >= kDigitChangesMin && changes >= std::max(kChangesMin, value.size() / 4);
}

}  // namespace

std::vector<TextSpan> private_key_lines_at(std::string_view text, std::size_t at) {
  constexpr std::string_view kBegin = "-----BEGIN ";
  constexpr std::size_t kTitleBytesMax = 64;
  constexpr std::size_t kLineBytesMin = 16;
  constexpr std::size_t kLongLineBytes = 32;
  if (at < 4 || !text.substr(at - 4).starts_with(kBegin)) return {};
  std::string_view block = text.substr(at + 1, kPrivateKeyBytesMax);
  const std::size_t title_end = block.substr(0, kTitleBytesMax).find("-----");
  if (title_end == std::string_view::npos ||
      block.substr(0, title_end).find("PRIVATE KEY") == std::string_view::npos)
    return {};
  block = block.substr(0, block.find("-----END"));
  if (at + 1 + block.size() >= text.size() ||
      !text.substr(at + 1 + block.size()).starts_with("-----END"))
    return {};
  std::vector<TextSpan> lines;
  bool long_line = false;
  for (std::size_t i = title_end; i < block.size();) {
    std::size_t begin = i;
    const std::size_t end = kBase64.run_end(block, i, block.size());
    if (begin > 0 && block[begin - 1] == '\\') ++begin;  // The letter of an escape.
    if (end >= begin + kLineBytesMin) lines.push_back({at + 1 + begin, at + 1 + end});
    long_line |= end >= begin + kLongLineBytes;
    i = end + 1;
  }
  return long_line ? lines : std::vector<TextSpan>{};
}

std::optional<TextSpan> token_at(std::string_view text, std::size_t at) {
  if (text[at] == '3') return openai_key_at(text, at);
  if (text[at] == 'y') return json_web_token_at(text, at);
  for (const TokenForm& form : kTokenForms) {
    if (form.prefix[form.anchor] != text[at]) continue;
    if (const auto token = token_of_form(text, at, form)) return token;
  }
  return std::nullopt;
}

std::optional<TextSpan> password_at(std::string_view text, std::size_t at) {
  constexpr std::size_t kBytesMin = 8;
  constexpr std::size_t kBytesMax = 200;
  const std::size_t end = kPasswordBytes.run_end(text, at + 1, kBytesMax + 1);
  const std::size_t size = end - at - 1;
  if (size < kBytesMin || size > kBytesMax || end >= text.size() || text[end] != text[at])
    return std::nullopt;
  if (!looks_random(text.substr(at + 1, size)) || !is_secret_name(name_before(text, at)))
    return std::nullopt;
  return TextSpan{at + 1, end};
}

}  // namespace scribe
