// Text and tags, then the tokens of a tag.
#include "chat/template_lexer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/utf8.h"

namespace scribe::chat {
namespace {

constexpr std::string_view kSpace = " \t\r\n\v\f";
constexpr std::array<std::string_view, 6> kLongSymbols = {"==", "!=", "<=", ">=", "//", "**"};
constexpr std::string_view kSymbols = "+-*/%~<>=.,:|()[]{}";

bool is_name_begin(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

class Lexer {
 public:
  explicit Lexer(std::string_view source) : source_(source) {
    // Jinja drops one newline at the end of a template.
    if (source_.ends_with('\n')) source_.remove_suffix(1);
  }

  Result<std::vector<Token>> run() {
    while (at_ < source_.size()) {
      const std::size_t tag = next_tag();
      take_text(tag);
      if (tag == source_.size()) break;
      SCRIBE_TRY(take_tag());
    }
    add(TokenKind::end, "");
    return std::move(tokens_);
  }

 private:
  Error failure(std::string what) const {
    return error(ErrorCode::invalid_data, "chat template, line {}: {}", line_, what);
  }

  void add(TokenKind kind, std::string text) { tokens_.push_back({kind, std::move(text), line_}); }

  /// Goes to `end`, counting lines.
  void go_to(std::size_t end) {
    line_ += static_cast<int>(std::count(source_.begin() + static_cast<std::ptrdiff_t>(at_),
                                         source_.begin() + static_cast<std::ptrdiff_t>(end), '\n'));
    at_ = end;
  }

  std::size_t next_tag() const {
    for (std::size_t i = source_.find('{', at_); i != std::string_view::npos;
         i = source_.find('{', i + 1))
      if (i + 1 < source_.size() && std::string_view("{%#").find(source_[i + 1]) < 3) return i;
    return source_.size();
  }

  char peek(std::size_t offset = 0) const {
    return at_ + offset < source_.size() ? source_[at_ + offset] : '\0';
  }

  void take_text(std::size_t end) {
    std::string_view text = source_.substr(at_, end - at_);
    const char kind = end + 1 < source_.size() ? source_[end + 1] : '\0';
    const char sign = end + 2 < source_.size() ? source_[end + 2] : '\0';
    if (end < source_.size() && sign == '-') {
      text = text.substr(0, text.find_last_not_of(kSpace) + 1);
    } else if (end < source_.size() && kind != '{' && sign != '+') {
      const std::size_t line = text.rfind('\n') + 1;  // npos + 1 is 0.
      const bool begins_line = line > 0 || is_line_begin_;
      if (begins_line && text.find_first_not_of(" \t", line) == std::string_view::npos)
        text = text.substr(0, line);
    }
    if (!text.empty()) add(TokenKind::text, std::string(text));
    go_to(end);
  }

  /// Behind a tag's end, whose sign was `sign`.
  void after_tag(char sign, bool is_block) {
    const std::size_t begin = at_;
    if (sign == '-')
      go_to(std::min(source_.find_first_not_of(kSpace, at_), source_.size()));
    else if (is_block && sign != '+' && peek() == '\n')
      go_to(at_ + 1);
    is_line_begin_ = at_ > begin && source_[at_ - 1] == '\n';
  }

  Status take_tag() {
    const char kind = source_[at_ + 1];
    go_to(at_ + 2);
    if (kind == '#') {
      const std::size_t end = source_.find("#}", at_);
      if (end == std::string_view::npos) return failure("a comment has no end");
      const char sign = end > at_ ? source_[end - 1] : '\0';
      go_to(end + 2);
      after_tag(sign, true);
      return {};
    }
    if (peek() == '-' || peek() == '+') go_to(at_ + 1);
    const bool is_block = kind == '%';
    if (is_block && take_raw_begin()) return take_raw();
    add(is_block ? TokenKind::block_begin : TokenKind::output_begin, "");
    return take_inside(is_block ? "%}" : "}}", is_block);
  }

  /// Takes "raw %}" if it comes now.
  bool take_raw_begin() {
    const std::size_t name = source_.find_first_not_of(kSpace, at_);
    if (name == std::string_view::npos || !source_.substr(name).starts_with("raw")) return false;
    std::size_t end = source_.find_first_not_of(kSpace, name + 3);
    if (end == std::string_view::npos) return false;
    const char sign = source_[end] == '-' || source_[end] == '+' ? source_[end++] : '\0';
    if (!source_.substr(end).starts_with("%}")) return false;
    go_to(end + 2);
    after_tag(sign, false);  // Jinja trims no newline here.
    return true;
  }

  /// What follows {% raw %} is text, to {% endraw %}.
  Status take_raw() {
    for (std::size_t begin = source_.find("{%", at_); begin != std::string_view::npos;
         begin = source_.find("{%", begin + 2)) {
      std::size_t name = begin + 2;
      if (name < source_.size() && (source_[name] == '-' || source_[name] == '+')) ++name;
      name = std::min(source_.find_first_not_of(kSpace, name), source_.size());
      if (!source_.substr(name).starts_with("endraw")) continue;
      std::size_t end = std::min(source_.find_first_not_of(kSpace, name + 6), source_.size());
      const bool has_sign = end < source_.size() && (source_[end] == '-' || source_[end] == '+');
      const char sign = has_sign ? source_[end++] : '\0';
      if (!source_.substr(end).starts_with("%}")) continue;
      take_text(begin);
      go_to(end + 2);
      after_tag(sign, true);
      return {};
    }
    return failure("'{% raw %}' has no '{% endraw %}'");
  }

  Status take_inside(std::string_view end, bool is_block) {
    int depth = 0;
    for (;;) {
      go_to(std::min(source_.find_first_not_of(kSpace, at_), source_.size()));
      if (at_ == source_.size()) return failure(fmt::format("a tag has no '{}'", end));
      const char sign = peek() == '-' || peek() == '+' ? peek() : '\0';
      if (depth == 0 && source_.substr(at_ + (sign == '\0' ? 0 : 1)).starts_with(end)) {
        add(is_block ? TokenKind::block_end : TokenKind::output_end, "");
        go_to(at_ + end.size() + (sign == '\0' ? 0 : 1));
        after_tag(sign, is_block);
        return {};
      }
      if (std::string_view("([{").find(peek()) < 3) ++depth;
      if (std::string_view(")]}").find(peek()) < 3) --depth;
      SCRIBE_TRY(take_token());
    }
  }

  Status take_token() {
    const char first = peek();
    std::size_t end = at_;
    if (is_name_begin(first)) {
      while (end < source_.size() && (is_name_begin(source_[end]) || is_digit(source_[end]))) ++end;
      add(TokenKind::name, std::string(source_.substr(at_, end - at_)));
    } else if (is_digit(first)) {
      while (end < source_.size() && is_digit(source_[end])) ++end;
      const std::size_t whole = end;
      const auto digits_at = [this](std::size_t place) {
        return place < source_.size() && is_digit(source_[place]);
      };
      if (end < source_.size() && source_[end] == '.' && digits_at(end + 1))
        for (++end; digits_at(end);) ++end;
      if (end < source_.size() && (source_[end] == 'e' || source_[end] == 'E')) {
        const bool has_sign =
            end + 1 < source_.size() && (source_[end + 1] == '+' || source_[end + 1] == '-');
        const std::size_t exponent = end + (has_sign ? 2 : 1);
        if (digits_at(exponent))
          for (end = exponent; digits_at(end);) ++end;
      }
      const bool is_real = end > whole;
      add(is_real ? TokenKind::real : TokenKind::integer,
          std::string(source_.substr(at_, end - at_)));
    } else if (first == '"' || first == '\'') {
      return take_string(first);
    } else {
      const auto longer = std::ranges::find_if(kLongSymbols, [&](std::string_view symbol) {
        return source_.substr(at_).starts_with(symbol);
      });
      end = at_ + (longer == kLongSymbols.end() ? 1 : 2);
      if (longer == kLongSymbols.end() && kSymbols.find(first) == std::string_view::npos)
        return failure(fmt::format("'{}' begins nothing", first));
      add(TokenKind::symbol, std::string(source_.substr(at_, end - at_)));
    }
    go_to(end);
    return {};
  }

  /// The number of so many digits behind `at`, which goes to the last of them.
  Result<std::uint32_t> take_code(std::size_t& at, std::size_t digits, int base) const {
    const std::string_view text = source_.substr(std::min(at + 1, source_.size()), digits);
    std::uint32_t code = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), code, base);
    const bool is_surrogate = code >= 0xD800 && code <= 0xDFFF;
    if (text.size() != digits || read.ptr != text.data() + digits || code > 0x10FFFF ||
        is_surrogate)
      return failure("an escape in a string is no character");
    at += digits;
    return code;
  }

  Status take_string(char quote) {
    std::string text;
    std::size_t i = at_ + 1;
    for (; i < source_.size() && source_[i] != quote; ++i) {
      if (source_[i] != '\\' || i + 1 == source_.size()) {
        text += source_[i];
        continue;
      }
      const char c = source_[++i];
      constexpr std::string_view kLetters = "ntrfvba";
      constexpr std::string_view kMeanings = "\n\t\r\f\v\b\a";
      const std::size_t known = kLetters.find(c);
      if (known != std::string_view::npos) {
        text += kMeanings[known];
      } else if (c == '\\' || c == '\'' || c == '"') {
        text += c;
      } else if (c == 'x' || c == 'u' || c == 'U') {
        SCRIBE_TRY_ASSIGN(const std::uint32_t code, take_code(i,
                                                              c == 'x'   ? 2
                                                              : c == 'u' ? 4
                                                                         : 8,
                                                              16));
        append_utf8(code, text);
      } else if (c >= '0' && c <= '7') {
        std::size_t digits = 1;
        while (digits < 3 && i + digits < source_.size() && source_[i + digits] >= '0' &&
               source_[i + digits] <= '7')
          ++digits;
        --i;
        SCRIBE_TRY_ASSIGN(const std::uint32_t code, take_code(i, digits, 8));
        append_utf8(code, text);
      } else if (c == 'N') {
        return failure("'\\N' in a string is not supported; write the character");
      } else if (c != '\n') {  // A newline behind a backslash is none.
        text += std::string("\\") + c;
      }
    }
    if (i == source_.size()) return failure("a string has no end");
    add(TokenKind::string, std::move(text));
    go_to(i + 1);
    return {};
  }

  std::string_view source_;
  std::size_t at_ = 0;
  int line_ = 1;
  bool is_line_begin_ = true;
  std::vector<Token> tokens_;
};

}  // namespace

Result<std::vector<Token>> template_tokens(std::string_view source) {
  return Lexer(source).run();
}

}  // namespace scribe::chat
