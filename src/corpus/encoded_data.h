// Finds data that was written into a source file as base64, hexadecimal numbers or escapes.
#pragma once

#include <cstdint>
#include <string_view>

namespace scribe {

/// What matches, as for The Stack v2 (Lozhkov et al., 2024, "encoded data filter"):
///
///     base64   [a-zA-Z0-9+/\n=]{64,}
///     hex      (?:\b(?:0x|\\x)?[0-9a-fA-F]{2}(?:,|\b\s*)){8,}
///     unicode  (?:\\u[0-9a-fA-F]{4}){8,}
///
/// where \s is ASCII white space and \b takes every byte >= 0x80 for a letter.
struct EncodedData {
  std::int64_t bytes = 0;      ///< of all matches of the three, added
  std::int64_t bytes_max = 0;  ///< of the longest
};

/// Takes linear time: hundreds of megabytes to gigabytes a second on code.
EncodedData find_encoded_data(std::string_view text);

}  // namespace scribe
