// SPDX expressions: one spelling of each, and Debian's short names.
#pragma once

#include <string>
#include <string_view>

namespace scribe {

/// Longer expressions, or deeper ones, are not read.
inline constexpr std::size_t kLicenseExpressionBytesMax = 4096;
inline constexpr int kLicenseExpressionDepthMax = 32;

/// The expression with operators in capitals, one space between words, and today's ids: "GPL-2.0+
/// or mit" is "GPL-2.0-or-later OR mit". Empty if it is no expression.
std::string normalized_license_expression(std::string_view expression);

}  // namespace scribe
