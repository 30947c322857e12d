// E-mail and IP addresses in text.
#pragma once

#include <optional>
#include <string_view>

namespace scribe {

/// text[begin, end).
struct TextSpan {
  std::size_t begin;
  std::size_t end;
};

/// The address whose '@' is text[at]: a name of [A-Za-z0-9._%+-], a domain with a dot and a common
/// top-level name. Not in a URL, of an example domain, git@, or `a @ b.inv(...)` written tightly.
std::optional<TextSpan> email_at(std::string_view text, std::size_t at);

/// The public address whose first '.' is text[at]. Not: private, loopback, link-local, multicast,
/// documentation and benchmark ranges, public resolvers; what stands like a version number (after
/// "version", "release", "v", "name-", "name/", "=="; with more than four parts; the first two
/// below 16).
std::optional<TextSpan> ipv4_at(std::string_view text, std::size_t at);

/// The public address (2000::/3, without documentation) that holds the ':' at text[at], written
/// with at least three groups. Public resolvers are not meant.
std::optional<TextSpan> ipv6_at(std::string_view text, std::size_t at);

}  // namespace scribe
