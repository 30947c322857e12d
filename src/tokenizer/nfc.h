// Normalization Form C: characters that look and mean the same are written the same.
#pragma once

#include <string>
#include <string_view>

namespace scribe {

/// Whether nfc(text) may differ from `text`: a quick look at the bytes, false for plain ASCII.
bool may_change_in_nfc(std::string_view text);

/// The text in Normalization Form C of Unicode 9.0 (Unicode Standard Annex #15). Bytes that are not
/// valid UTF-8 stay, and nothing is reordered or composed across them.
std::string nfc(std::string_view text);

}  // namespace scribe
