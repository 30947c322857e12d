// Text for HTML pages: escaped, valid UTF-8, Python coloured.
#pragma once

#include <string>
#include <string_view>

namespace scribe {

/// `text` such that it stands for itself in HTML, in an element or a quoted attribute. Bytes that
/// are not UTF-8 become U+FFFD, one per maximal invalid part (Unicode 15, section 3.9), and so does
/// every control character but tab and newline, since HTML cannot hold them.
std::string escape_html(std::string_view text);

/// Python source as escaped HTML with <span class="k|s|c|n|d"> around keywords, strings, comments,
/// numbers and the names after def and class. Works on any bytes: what is not Python stays plain.
std::string highlight_python(std::string_view source);

}  // namespace scribe
