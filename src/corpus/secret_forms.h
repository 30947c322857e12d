// Private keys, tokens and passwords in text.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "corpus/address_forms.h"

namespace scribe {

/// Longer keys are not looked for.
inline constexpr std::size_t kPrivateKeyBytesMax = 16 * 1024;

/// The lines of base64 (16 characters or more) of the private key whose "-----BEGIN" has its last
/// '-' at text[at]. None without its "-----END" or if no line has 32.
std::vector<TextSpan> private_key_lines_at(std::string_view text, std::size_t at);

/// The token of a known form that holds text[at], the middle byte of the form's anchor (see
/// kTokenAnchors in private_data.cc). Tokens with few distinct characters or EXAMPLE are not meant.
std::optional<TextSpan> token_at(std::string_view text, std::size_t at);

/// The literal whose first quote is text[at], without its quotes, if it is set to a name that says
/// that it is a secret (`db_password = "..."`, `"api_key": "..."`) and looks random: 8 to 200
/// visible characters without quotes, backslashes, brackets <>{} and $; at least six distinct ones,
/// letters and digits; and either all of small letters, capitals, digits and other signs, or
/// at least max(5, length / 4) changes from small to capital or between letters and digits, of the
/// latter at least three.
std::optional<TextSpan> password_at(std::string_view text, std::size_t at);

}  // namespace scribe
