// Finds what no model should learn by heart: keys, tokens, passwords, addresses of people.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/text_kernels.h"

namespace scribe {

enum class PrivateDataKind : std::uint8_t {
  private_key,  ///< the base64 between -----BEGIN ... PRIVATE KEY----- and its END
  token,        ///< by its form: AWS, GitHub, GitLab, Google, Hugging Face, npm, PyPI,
                ///< Slack, Stripe, OpenAI and Anthropic keys, JSON web tokens
  password,     ///< a random-looking literal that a name like `password` or `api_key` is set to
  email,        ///< user@host.domain; not of example domains, not git@
  ip_address,   ///< a public IPv4 or IPv6 address that is no version number or public resolver
};
inline constexpr std::size_t kPrivateDataKindCount = 5;
using PrivateDataCounts = std::array<std::int64_t, kPrivateDataKindCount>;

/// "private_key", "token", "password", "email", "ip_address".
std::string_view name_of(PrivateDataKind kind);

/// Are these looked for?
struct PrivateDataScope {
  bool secrets = true;        ///< the first three kinds
  bool personal_data = true;  ///< the last two
};

/// text[begin, end) is of that kind; ASCII bytes.
struct PrivateDatum {
  PrivateDataKind kind;
  std::size_t begin;
  std::size_t end;
};

/// In order and apart from each other. Linear time.
std::vector<PrivateDatum> find_private_data(std::string_view text, PrivateDataScope scope,
                                            const TextKernels& kernels = best_text_kernels());

/// Replaces what find_private_data() finds, until it finds nothing: keys and tokens by <KEY>,
/// passwords by <PASSWORD>, e-mail addresses by <EMAIL>, IP addresses by one of the ranges kept for
/// documentation, chosen by the hash of the address. So the same text gives the same bytes, what
/// was redacted stays as it is, and literals stay literals. Adds to `counts`, by kind.
std::string redact_private_data(std::string text, PrivateDataScope scope,
                                PrivateDataCounts& counts);

}  // namespace scribe
