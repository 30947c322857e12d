// Which language a file is written in, by its name.
#pragma once

#include <string_view>

namespace scribe {

/// As GitHub names them.
inline constexpr std::string_view kPython = "Python";
/// Of names that the table does not know.
inline constexpr std::string_view kUnknownLanguage = "unknown";

/// By the file name (`Makefile`), else by the extension in any case. "src/a.py" is kPython.
std::string_view language_of(std::string_view path);

}  // namespace scribe
