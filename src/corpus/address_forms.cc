// Reads outwards from the byte that gives an address away.
#include "corpus/address_forms.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include "corpus/byte_set.h"
#include "corpus/text_lines.h"

namespace scribe {
namespace {

constexpr std::size_t kLocalBytesMax = 64;
constexpr std::size_t kDomainBytesMax = 255;
constexpr ByteSet kLocal = ByteSet("._%+-").with_letters_and_digits();
constexpr ByteSet kDomain = ByteSet(".-").with_letters_and_digits();
constexpr ByteSet kIpv6 = ByteSet(":.").with('0', '9').with('a', 'f').with('A', 'F');

/// After a backslash a letter is an escape of the language, not a part of the address.
std::size_t behind_escape(std::string_view text, std::size_t begin) {
  constexpr std::string_view kEscapes = "abfnrtv";
  const bool escaped = begin > 0 && text[begin - 1] == '\\' && begin < text.size() &&
                       kEscapes.find(text[begin]) != std::string_view::npos;
  return escaped ? begin + 1 : begin;
}

/// Is what stands before text[begin] not part of the same word?
bool begins_word(std::string_view text, std::size_t begin) {
  return begin == 0 || !kAsciiWord.has(text[begin - 1]) ||
         (begin >= 2 && text[begin - 2] == '\\' && behind_escape(text, begin - 1) == begin);
}

bool is_top_level(std::string_view name) {
  constexpr auto kNames = std::to_array<std::string_view>(
      {"com",  "org",  "net",     "edu",     "gov",  "mil",    "int",  "info",
       "biz",  "name", "pro",     "dev",     "app",  "cloud",  "tech", "online",
       "site", "xyz",  "company", "science", "blog", "email",  "club", "world",
       "shop", "live", "group",   "systems", "asia", "agency", "team", "software"});
  if (!std::ranges::all_of(name, [](char c) { return kAsciiLetters.has(c); })) return false;
  return name.size() == 2 || std::ranges::find(kNames, name) != kNames.end();
}

/// RFC 2606 and RFC 6762: names that belong to nobody.
bool is_example_domain(std::string_view domain) {
  for (const std::string_view name : {"example.com", "example.net", "example.org"})
    if (domain == name || domain.ends_with(fmt::format(".{}", name))) return true;
  for (const std::string_view name : {".example", ".test", ".invalid", ".localhost", ".local"})
    if (domain.ends_with(name)) return true;
  return false;
}

bool is_in_url(std::string_view text, std::size_t begin) {
  constexpr std::size_t kUrlBytesMax = 64;
  const std::size_t first = begin > kUrlBytesMax ? begin - kUrlBytesMax : 0;
  std::string_view before = text.substr(first, begin - first);
  const std::size_t gap = before.find_last_of(" \t\r\n\"'<>(");
  if (gap != std::string_view::npos) before.remove_prefix(gap + 1);
  return before.find("//") != std::string_view::npos;
}

using Ipv4 = std::array<unsigned, 4>;

/// The number of at most three digits at `position`, which moves behind it.
std::optional<unsigned> octet_at(std::string_view text, std::size_t& position) {
  const std::size_t end = kAsciiDigits.run_end(text, position, 4);
  const std::size_t digits = end - position;
  if (digits == 0 || digits > 3 || (digits > 1 && text[position] == '0')) return std::nullopt;
  unsigned value = 0;
  for (; position < end; ++position)
    value = value * 10 + static_cast<unsigned>(text[position] - '0');
  if (value > 255) return std::nullopt;
  return value;
}

/// The address at `begin`, which ends at `end`.
std::optional<Ipv4> read_ipv4(std::string_view text, std::size_t begin, std::size_t& end) {
  Ipv4 address{};
  end = begin;
  for (std::size_t i = 0; i < address.size(); ++i) {
    if (i > 0 && !text.substr(end).starts_with('.')) return std::nullopt;
    end += i > 0 ? 1 : 0;
    const std::optional<unsigned> octet = octet_at(text, end);
    if (!octet.has_value()) return std::nullopt;
    address[i] = *octet;
  }
  return address;
}

/// By IANA's registry of special-purpose addresses.
bool is_public(const Ipv4& a) {
  const bool special = a[0] == 0 || a[0] == 10 || a[0] == 127 || a[0] >= 224 ||
                       (a[0] == 100 && a[1] >= 64 && a[1] < 128) || (a[0] == 169 && a[1] == 254) ||
                       (a[0] == 172 && a[1] >= 16 && a[1] < 32) || (a[0] == 192 && a[1] == 168) ||
                       (a[0] == 192 && a[1] == 0 && (a[2] == 0 || a[2] == 2)) ||
                       (a[0] == 198 && (a[1] == 18 || a[1] == 19)) ||
                       (a[0] == 198 && a[1] == 51 && a[2] == 100) ||
                       (a[0] == 203 && a[1] == 0 && a[2] == 113);
  constexpr auto kResolvers = std::to_array<Ipv4>({{8, 8, 8, 8},
                                                   {8, 8, 4, 4},
                                                   {1, 1, 1, 1},
                                                   {1, 0, 0, 1},
                                                   {9, 9, 9, 9},
                                                   {208, 67, 222, 222},
                                                   {208, 67, 220, 220}});
  return !special && std::ranges::find(kResolvers, a) == kResolvers.end();
}

/// Do the bytes before text[begin] say that a version number follows?
bool follows_version_mark(std::string_view text, std::size_t begin) {
  constexpr std::size_t kContextBytes = 24;
  if (begin >= 2) {
    const char last = text[begin - 1];
    const char before = text[begin - 2];
    if ((last == '-' || last == '/') && kAsciiAlphanumeric.has(before)) return true;
    if (last == '=' && std::string_view("=<>~!").find(before) != std::string_view::npos)
      return true;
  }
  const std::size_t first = begin > kContextBytes ? begin - kContextBytes : 0;
  std::string_view context = text.substr(first, begin - first);
  const std::size_t line = context.find_last_of("\r\n");
  if (line != std::string_view::npos) context.remove_prefix(line + 1);
  const std::string lower = lower_ascii(context);
  return lower.find("version") != std::string::npos || lower.find("ver ") != std::string::npos ||
         lower.find("ver=") != std::string::npos || lower.find("release") != std::string::npos;
}

bool follows_more(std::string_view text, std::size_t end) {
  if (end >= text.size()) return false;
  const char next = text[end];
  if (kAsciiWord.has(next) || next == '@') return true;
  return (next == '.' || next == '-') && kAsciiAlphanumeric.has(text, end + 1) &&
         (next == '-' ? kAsciiLetters : kAsciiDigits).has(text, end + 1);
}

using Ipv6 = std::array<std::uint8_t, 16>;

Ipv6 ipv6_of(const std::string& text) {
  Ipv6 address{};
  inet_pton(AF_INET6, text.c_str(), address.data());
  return address;
}

bool is_public(const Ipv6& address) {
  if ((address[0] & 0xE0) != 0x20) return false;
  if (address[0] == 0x20 && address[1] == 0x01 && address[2] == 0x0D && address[3] == 0xB8)
    return false;
  for (const char* resolver : {"2001:4860:4860::8888", "2001:4860:4860::8844",
                               "2606:4700:4700::1111", "2606:4700:4700::1001", "2620:fe::fe"})
    if (address == ipv6_of(resolver)) return false;
  return true;
}

/// Groups of digits between colons.
std::ptrdiff_t groups_of(std::string_view address) {
  std::ptrdiff_t groups = 0;
  for (std::size_t i = 0; i < address.size(); ++i)
    groups += address[i] != ':' && (i == 0 || address[i - 1] == ':') ? 1 : 0;
  return groups;
}

}  // namespace

std::optional<TextSpan> email_at(std::string_view text, std::size_t at) {
  std::size_t begin = behind_escape(text, kLocal.run_begin(text, at, kLocalBytesMax));
  while (begin < at && !kAsciiAlphanumeric.has(text[begin])) ++begin;
  std::size_t end = kDomain.run_end(text, at + 1, kDomainBytesMax);
  while (end > at + 1 && !kAsciiAlphanumeric.has(text[end - 1])) --end;
  const std::string_view written = text.substr(at + 1, end - at - 1);
  const std::string domain = lower_ascii(written);
  const std::size_t dot = domain.rfind('.');
  if (begin == at || dot == std::string::npos || dot == 0 || domain.front() == '-' ||
      domain.find("..") != std::string::npos)
    return std::nullopt;
  if (!is_top_level(std::string_view(domain).substr(dot + 1)) || is_example_domain(domain))
    return std::nullopt;
  // x@y.mT is a product of matrices.
  const auto capitals =
      std::ranges::count_if(written.substr(dot + 1), [](char c) { return c >= 'A' && c <= 'Z'; });
  if (capitals != 0 && capitals != static_cast<std::ptrdiff_t>(domain.size() - dot - 1))
    return std::nullopt;
  if (end < text.size() && std::string_view("([@_").find(text[end]) != std::string_view::npos)
    return std::nullopt;
  if (text.substr(begin, at - begin) == "git" || is_in_url(text, begin)) return std::nullopt;
  return TextSpan{begin, end};
}

std::optional<TextSpan> ipv4_at(std::string_view text, std::size_t at) {
  constexpr unsigned kVersionPartsBelow = 16;
  const std::size_t begin = kAsciiDigits.run_begin(text, at, 4);
  if (!begins_word(text, begin) || (begin > 0 && text[begin - 1] == '.')) return std::nullopt;
  std::size_t end = 0;
  const std::optional<Ipv4> address = read_ipv4(text, begin, end);
  if (!address.has_value() || !is_public(*address) || follows_more(text, end)) return std::nullopt;
  // Versions, sections and object identifiers begin with small numbers; 0.4 % of addresses do.
  const bool small = (*address)[0] < kVersionPartsBelow && (*address)[1] < kVersionPartsBelow;
  if (small || follows_version_mark(text, begin)) return std::nullopt;
  return TextSpan{begin, end};
}

std::optional<TextSpan> ipv6_at(std::string_view text, std::size_t at) {
  constexpr std::size_t kBytesMax = 39;
  constexpr std::ptrdiff_t kGroupsMin = 3;
  const std::size_t begin = kIpv6.run_begin(text, at, kBytesMax);
  std::size_t end = kIpv6.run_end(text, at, kBytesMax);
  while (end > at && (text[end - 1] == '.' || text[end - 1] == ':')) --end;
  if (end - begin > kBytesMax || !begins_word(text, begin) || follows_more(text, end))
    return std::nullopt;
  const std::string written(text.substr(begin, end - begin));
  Ipv6 address{};
  if (written.find('.') != std::string::npos || groups_of(written) < kGroupsMin ||
      inet_pton(AF_INET6, written.c_str(), address.data()) != 1 || !is_public(address))
    return std::nullopt;
  return TextSpan{begin, end};
}

}  // namespace scribe
