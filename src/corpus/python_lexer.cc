// One pass from left to right with the position of the line start and the bracket depth.
#include "corpus/python_lexer.h"

#include <algorithm>

#include "base/check.h"
#include "base/utf8.h"

namespace scribe {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_name_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}
bool is_name_part(char c) {
  return is_name_start(c) || is_digit(c);
}
bool is_quote(char c) {
  return c == '"' || c == '\'';
}
bool is_line_end(char c) {
  return c == '\n' || c == '\r';
}
char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_string_prefix(std::string_view name) {
  std::string letters(name);
  std::ranges::transform(letters, letters.begin(), lower);
  std::ranges::sort(letters);
  return letters == "r" || letters == "u" || letters == "b" || letters == "f" || letters == "br" ||
         letters == "fr";
}

/// Length of the line end at `position`: 0, 1, or 2 for \r\n.
std::size_t line_end_length(std::string_view text, std::size_t position) {
  if (position >= text.size() || !is_line_end(text[position])) return 0;
  return text.substr(position).starts_with("\r\n") ? 2 : 1;
}

class Lexer {
 public:
  explicit Lexer(std::string_view source) : source_(source) {
    if (source.starts_with("\xef\xbb\xbf")) line_start_ = position_ = 3;  // A byte order mark.
  }

  std::vector<PythonToken> run() {
    while (position_ < source_.size()) step();
    if (line_has_code_) emit(PythonTokenKind::newline, position_);
    return std::move(tokens_);
  }

 private:
  char at(std::size_t position) const {
    return position < source_.size() ? source_[position] : '\0';
  }

  void step() {
    const char c = source_[position_];
    if (const std::size_t length = line_end_length(source_, position_); length > 0)
      end_line(length);
    else if (c == ' ' || c == '\t' || c == '\f')
      ++position_;
    else if (c == '\\' && line_end_length(source_, position_ + 1) > 0)
      skip_line_end(1 + line_end_length(source_, position_ + 1));
    else if (c == '#')
      emit(PythonTokenKind::comment,
           std::min(source_.find_first_of("\n\r", position_), source_.size()));
    else if (is_quote(c))
      take_string(position_);
    else if (is_name_start(c))
      take_name();
    else if (is_digit(c) || (c == '.' && is_digit(at(position_ + 1))))
      emit(PythonTokenKind::number, number_end());
    else
      take_punctuation(c);
  }

  void emit(PythonTokenKind kind, std::size_t end) {
    tokens_.push_back({.kind = kind,
                       .begin = position_,
                       .end = end,
                       .line = line_,
                       .column = static_cast<std::int32_t>(position_ - line_start_),
                       .depth = depth_});
    position_ = end;
    if (kind != PythonTokenKind::comment) line_has_code_ = kind != PythonTokenKind::newline;
  }

  void end_line(std::size_t length) {
    if (line_has_code_ && depth_ == 0) {
      emit(PythonTokenKind::newline, position_ + length);
      ++line_;
      line_start_ = position_;
    } else {
      skip_line_end(length);
    }
  }

  void skip_line_end(std::size_t length) {
    position_ += length;
    line_start_ = position_;
    ++line_;
  }

  void take_name() {
    std::size_t end = position_;
    while (end < source_.size() && is_name_part(source_[end])) ++end;
    if (end - position_ <= 2 && is_quote(at(end)) &&
        is_string_prefix(source_.substr(position_, end - position_)))
      take_string(end);
    else
      emit(PythonTokenKind::name, end);
  }

  std::size_t number_end() const {
    const bool hexadecimal = source_[position_] == '0' && lower(at(position_ + 1)) == 'x';
    std::size_t end = position_ + 1;
    while (end < source_.size()) {
      const char c = source_[end];
      const bool exponent_sign = (c == '+' || c == '-') && !hexadecimal &&
                                 lower(source_[end - 1]) == 'e' && is_digit(at(end + 1));
      if (!is_name_part(c) && c != '.' && !exponent_sign) break;
      ++end;
    }
    return end;
  }

  void take_punctuation(char c) {
    const bool opens = c == '(' || c == '[' || c == '{';
    if (c == ')' || c == ']' || c == '}') depth_ = std::max(0, depth_ - 1);
    emit(PythonTokenKind::punctuation, position_ + 1);
    if (opens) ++depth_;
  }

  /// Takes the string whose first quote is at `quote`; its prefix begins at position_.
  void take_string(std::size_t quote) {
    const bool triple = at(quote + 1) == source_[quote] && at(quote + 2) == source_[quote];
    std::int32_t line_ends = 0;
    std::size_t last_line_start = line_start_;
    std::size_t at_end = quote + (triple ? 3U : 1U);
    while (at_end < source_.size()) {
      const std::size_t length = line_end_length(source_, at_end);
      if (length > 0 && !triple) break;  // Unterminated.
      if (closes(at_end, source_[quote], triple)) {
        at_end += triple ? 3U : 1U;
        break;
      }
      const std::size_t escaped =
          source_[at_end] == '\\' ? line_end_length(source_, at_end + 1) : 0;
      if (length > 0 || escaped > 0) {
        at_end += length > 0 ? length : 1 + escaped;
        ++line_ends;
        last_line_start = at_end;
      } else {
        at_end += source_[at_end] == '\\' ? 2U : 1U;  // A raw string too keeps a quote after '\'.
      }
    }
    emit(PythonTokenKind::string, std::min(at_end, source_.size()));
    line_ += line_ends;
    line_start_ = last_line_start;
  }

  bool closes(std::size_t position, char quote, bool triple) const {
    if (source_[position] != quote) return false;
    return !triple || (at(position + 1) == quote && at(position + 2) == quote);
  }

  std::string_view source_;
  std::vector<PythonToken> tokens_;
  std::size_t position_ = 0;
  std::size_t line_start_ = 0;
  std::int32_t line_ = 1;
  std::int32_t depth_ = 0;
  bool line_has_code_ = false;
};

int digit_value(char c) {
  if (is_digit(c)) return c - '0';
  const char letter = lower(c);
  return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : 99;
}

/// Surrogates and values beyond Unicode become U+FFFD.
void append_character(std::uint32_t code, std::string& out) {
  const bool is_none = code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF);
  append_utf8(is_none ? 0xFFFD : code, out);
}

/// Resolves the escapes of one body from left to right.
class Unescaper {
 public:
  Unescaper(std::string_view body, bool bytes) : body_(body), bytes_(bytes) {}

  std::string run() {
    while (position_ < body_.size()) {
      if (body_[position_] == '\\' && position_ + 1 < body_.size())
        take_escape(body_[position_ + 1]);
      else
        out_.push_back(body_[position_++]);
    }
    return std::move(out_);
  }

 private:
  void take_escape(char kind) {
    if (const std::size_t length = line_end_length(body_, position_ + 1); length > 0) {
      position_ += 1 + length;
      return;
    }
    constexpr std::string_view kNames = "abfnrtv\\'\"";
    constexpr std::string_view kValues = "\a\b\f\n\r\t\v\\'\"";
    const std::size_t named = kNames.find(kind);
    if (named != std::string_view::npos) return take(2, static_cast<unsigned char>(kValues[named]));
    if (kind >= '0' && kind <= '7') return take_digits(1, 1, 3, 8);
    if (kind == 'x') return take_digits(2, 2, 2, 16);
    if (kind == 'u' && !bytes_) return take_digits(2, 4, 4, 16);
    if (kind == 'U' && !bytes_) return take_digits(2, 8, 8, 16);
    out_.push_back(body_[position_++]);  // An unknown escape stands for itself, backslash included.
  }

  void take_digits(std::size_t offset, std::size_t count_min, std::size_t count_max, int base) {
    std::uint32_t value = 0;
    std::size_t count = 0;
    const std::size_t begin = position_ + offset;
    while (count < count_max && begin + count < body_.size() &&
           digit_value(body_[begin + count]) < base) {
      value = value * static_cast<std::uint32_t>(base) +
              static_cast<std::uint32_t>(digit_value(body_[begin + count]));
      ++count;
    }
    if (count < count_min) {
      out_.push_back(body_[position_++]);
      return;
    }
    take(offset + count, value);
  }

  void take(std::size_t length, std::uint32_t value) {
    position_ += length;
    if (bytes_)
      out_.push_back(static_cast<char>(value & 0xFF));
    else
      append_character(value, out_);
  }

  std::string_view body_;
  bool bytes_;
  std::size_t position_ = 0;
  std::string out_;
};

}  // namespace

std::vector<PythonToken> lex_python(std::string_view source) {
  return Lexer(source).run();
}

PythonStringParts python_string_parts(std::string_view token_text) {
  const std::size_t quote = token_text.find_first_of("'\"");
  SCRIBE_CHECK(quote <= 2, "not a string token: {}", token_text.substr(0, 20));
  PythonStringParts parts{.prefix = token_text.substr(0, quote), .body = token_text.substr(quote)};
  for (const char letter : parts.prefix) {
    parts.raw |= lower(letter) == 'r';
    parts.bytes |= lower(letter) == 'b';
    parts.formatted |= lower(letter) == 'f';
  }
  const std::string mark(3, token_text[quote]);
  const std::size_t width = parts.body.starts_with(mark) ? 3 : 1;
  parts.body.remove_prefix(width);
  // A last quote after an odd number of backslashes belongs to an unterminated body.
  if (parts.body.ends_with(std::string_view(mark).substr(0, width))) {
    const std::string_view before = parts.body.substr(0, parts.body.size() - width);
    const std::size_t last = before.find_last_not_of('\\');
    const std::size_t backslashes = before.size() - (last == std::string_view::npos ? 0 : last + 1);
    parts.terminated = backslashes % 2 == 0;
  }
  if (parts.terminated) parts.body.remove_suffix(width);
  return parts;
}

std::string python_string_value(std::string_view token_text) {
  const PythonStringParts parts = python_string_parts(token_text);
  if (parts.raw) return std::string(parts.body);
  return Unescaper(parts.body, parts.bytes).run();
}

}  // namespace scribe
