// HTML escaping that repairs UTF-8, and a small Python scanner for colours.
#include "evaluate/report_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "base/utf8_parts.h"

namespace scribe {
namespace {

std::string_view escaped_ascii(std::string_view character) {
  const char value = character.front();
  switch (value) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    case '\t':
    case '\n':
      return character;
    default:
      return (value >= 0 && value < 0x20) || value == 0x7F ? kReplacementCharacter : character;
  }
}

constexpr std::array<std::string_view, 35> kKeywords = {
    "False", "None",     "True",  "and",    "as",   "assert", "async",  "await",    "break",
    "class", "continue", "def",   "del",    "elif", "else",   "except", "finally",  "for",
    "from",  "global",   "if",    "import", "in",   "is",     "lambda", "nonlocal", "not",
    "or",    "pass",     "raise", "return", "try",  "while",  "with",   "yield"};

bool is_digit(char value) {
  return value >= '0' && value <= '9';
}
bool is_word(char value) {
  return (value >= 'a' && value <= 'z') || (value >= 'A' && value <= 'Z') || is_digit(value) ||
         value == '_' || (static_cast<unsigned char>(value) >= 0x80);
}
bool is_quote(char value) {
  return value == '"' || value == '\'';
}

/// Where the string literal whose quote stands at `begin` ends: after its closing quote, or at the
/// end of the line (of the text, for triple quotes) if it is never closed.
std::size_t string_end(std::string_view text, std::size_t begin) {
  const char quote = text[begin];
  const bool triple = text.substr(begin, 3) == std::string(3, quote);
  std::size_t at = begin + (triple ? 3 : 1);
  while (at < text.size()) {
    if (text[at] == '\\') {
      at += 2;
    } else if (!triple && text[at] == '\n') {
      return at;
    } else if (triple ? text.substr(at, 3) == std::string(3, quote) : text[at] == quote) {
      return at + (triple ? 3 : 1);
    } else {
      ++at;
    }
  }
  return text.size();
}

std::size_t word_end(std::string_view text, std::size_t begin) {
  std::size_t at = begin;
  while (at < text.size() && is_word(text[at])) ++at;
  return at;
}

/// r"", b'', f""" and the like: at most two letters before a quote.
bool is_string_prefix(std::string_view text, std::size_t begin, std::size_t end) {
  if (end - begin > 2 || end >= text.size() || !is_quote(text[end])) return false;
  const std::string_view prefix = text.substr(begin, end - begin);
  return std::ranges::all_of(prefix, [](char letter) {
    return std::string_view("rRbBfFuU").find(letter) != std::string_view::npos;
  });
}

}  // namespace

std::string escape_html(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  for (std::size_t at = 0; at < text.size();) {
    const Utf8Part part = utf8_part(text, at);
    const std::string_view bytes = text.substr(at, part.length);
    if (!part.valid)
      out += kReplacementCharacter;
    else
      out += part.length == 1 ? escaped_ascii(bytes) : bytes;
    at += part.length;
  }
  return out;
}

std::string highlight_python(std::string_view source) {
  std::string out;
  std::size_t plain_begin = 0;
  bool names_definition = false;  // The last word was def or class.
  const auto emit = [&](std::size_t begin, std::size_t end, std::string_view style) {
    out += escape_html(source.substr(plain_begin, begin - plain_begin));
    out += fmt::format("<span class=\"{}\">{}</span>", style,
                       escape_html(source.substr(begin, end - begin)));
    plain_begin = end;
  };
  for (std::size_t at = 0; at < source.size();) {
    std::size_t end = at + 1;
    if (source[at] == '#') {
      end = std::min(source.find('\n', at), source.size());
      emit(at, end, "c");
    } else if (is_quote(source[at])) {
      end = string_end(source, at);
      emit(at, end, "s");
    } else if (is_word(source[at])) {
      end = word_end(source, at);
      const std::string_view word = source.substr(at, end - at);
      const bool keyword = std::ranges::find(kKeywords, word) != kKeywords.end();
      if (is_string_prefix(source, at, end)) {
        end = string_end(source, end);
        emit(at, end, "s");
      } else if (keyword) {
        emit(at, end, "k");
      } else if (is_digit(word.front())) {
        emit(at, end, "n");
      } else if (names_definition) {
        emit(at, end, "d");
      }
      names_definition = word == "def" || word == "class";
    }
    at = end;
  }
  return out + escape_html(source.substr(plain_begin));
}

}  // namespace scribe
