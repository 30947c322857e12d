// Which licence a text states, and whether an expression of licences is allowed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace scribe {

/// SPDX's word for "nobody said".
inline constexpr std::string_view kNoAssertion = "NOASSERTION";
/// Of works that their authors gave up all rights in, as Debian marks them.
inline constexpr std::string_view kPublicDomain = "LicenseRef-public-domain";

/// Bytes of a LICENSE file that are looked at.
inline constexpr std::size_t kLicenseTextBytesMax = 256 * 1024;
/// Bytes of a source file that may be its header.
inline constexpr std::size_t kLicenseHeaderBytesMax = 8 * 1024;

/// The licences that a LICENSE or COPYING file, or any notice, states: "MIT", or "Apache-2.0 AND
/// MIT" of a text with several, since nothing says that one may choose. Known by phrases that are
/// theirs alone, so it does not matter how lines are broken or marked. A copy of the GPL family
/// alone says nothing of later versions and counts as -only. Else kNoAssertion.
std::string license_of_text(std::string_view text);

/// The same of the comments and docstrings at the head of a source file, else of its line
/// `__license__ = "..."`. A line with "SPDX-License-Identifier: X" is taken at its word.
std::string license_of_header(std::string_view source);

/// The SPDX id of a short name in Debian's form ("GPL-2+", "Expat", "BSD-3-clause"), or of "GPL-2+
/// with OpenSSL exception or Artistic" the expression. Names that are not known become
/// kNoAssertion.
std::string spdx_of_debian(std::string_view short_names);

/// Licences that ask for little more than a notice.
const std::vector<std::string>& permissive_licenses();

/// Does `expression` let one use the work under licences of `allowed` alone? Of "A OR B" one is
/// enough, "A AND B" needs both, what follows WITH is not looked at; letters in any case. An
/// expression that cannot be read is not allowed.
bool is_license_allowed(std::string_view expression, const std::vector<std::string>& allowed);

}  // namespace scribe
