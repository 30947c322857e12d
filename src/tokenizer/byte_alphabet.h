// GPT-2's alphabet: a printable character for each byte, in which vocabularies are written as text.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace scribe {

/// The 256 bytes in the order of their ids in GPT-2's vocabulary: the printable ones of Latin-1
/// (! to ~, U+00A1 to U+00AC, U+00AE to U+00FF), then the others in ascending order.
/// Source: encoder.py of GPT-2, bytes_to_unicode.
std::array<std::uint8_t, 256> gpt2_byte_order();

/// The bytes as text, in UTF-8: printable bytes are themselves, the n-th other one is U+0100 + n.
/// A space becomes "Ġ", a newline "Ċ".
std::string to_byte_alphabet(std::string_view bytes);

/// The bytes that such a text stands for; nothing if a character is not of the alphabet.
std::optional<std::string> from_byte_alphabet(std::string_view text);

}  // namespace scribe
