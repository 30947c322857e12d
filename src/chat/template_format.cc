// Fields and formats, read by hand: a library's would throw, and pad to any width.
#include "chat/template_format.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "chat/template_functions.h"
#include "chat/template_text.h"

namespace scribe::chat {
namespace {

constexpr int kWidthMax = 1000;

struct Format {
  std::string fill = " ";
  char align = '\0';  ///< '<', '>', '^', '='
  char sign = '-';
  bool is_alternate = false;
  int width = 0;
  int precision = -1;
  char type = '\0';
};

Error refused(std::string_view what) {
  return error(ErrorCode::invalid_argument, "format(): {}", what);
}

/// Takes digits from the front of `text`; nothing if there are none.
Result<std::optional<int>> take_number(std::string_view& text) {
  if (text.empty() || text[0] < '0' || text[0] > '9') return std::optional<int>();
  int number = 0;
  while (!text.empty() && text[0] >= '0' && text[0] <= '9') {
    number = number * 10 + (text[0] - '0');
    text.remove_prefix(1);
    if (number > kWidthMax)
      return error(ErrorCode::limit_exceeded, "format(): a width above {}", kWidthMax);
  }
  return std::optional<int>(number);
}

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

Result<Format> read_format(std::string_view text) {
  Format format;
  const std::string_view given = text;
  constexpr std::string_view kAligns = "<>^=";
  if (!text.empty()) {
    const std::string first = code_points(std::string(text.substr(0, 4))).front();
    if (text.size() > first.size() && kAligns.find(text[first.size()]) != std::string_view::npos) {
      format.fill = first;
      format.align = text[first.size()];
      text.remove_prefix(first.size() + 1);
    } else if (kAligns.find(text[0]) != std::string_view::npos) {
      format.align = text[0];
      text.remove_prefix(1);
    }
  }
  if (!text.empty() && std::string_view("+- ").find(text[0]) != std::string_view::npos) {
    format.sign = text[0];
    text.remove_prefix(1);
  }
  format.is_alternate = take(text, '#');
  if (text.starts_with('0') && format.align == '\0') {
    format.fill = "0";
    format.align = '=';
  }
  SCRIBE_TRY_ASSIGN(const std::optional<int> width, take_number(text));
  format.width = width.value_or(0);
  if (take(text, '.')) {
    SCRIBE_TRY_ASSIGN(const std::optional<int> precision, take_number(text));
    if (!precision) return refused("a precision is missing");
    format.precision = *precision;
  }
  if (text.size() == 1 && std::string_view("sdxXobfFeEgG").find(text[0]) != std::string_view::npos)
    format.type = text[0];
  else if (!text.empty())
    return error(ErrorCode::unsupported, "format(): the format '{}' is not supported", given);
  return format;
}

std::string aligned(const Format& format, const std::string& sign, const std::string& body,
                    char usual) {
  const std::int64_t missing = format.width - length_of(sign) - length_of(body);
  if (missing <= 0) return sign + body;
  const char align = format.align == '\0' ? usual : format.align;
  const std::int64_t left = align == '<' ? 0 : align == '^' ? missing / 2 : missing;
  std::string before;
  std::string after;
  for (std::int64_t i = 0; i < missing; ++i) (i < left ? before : after) += format.fill;
  return align == '=' ? sign + before + body : before + sign + body + after;
}

std::string sign_of(bool is_negative, const Format& format) {
  if (is_negative) return "-";
  return format.sign == '-' ? "" : std::string(1, format.sign);
}

Result<std::string> format_whole(std::int64_t number, const Format& format) {
  if (format.precision >= 0) return refused("a precision for a whole number");
  const std::uint64_t size = number < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(number)
                                        : static_cast<std::uint64_t>(number);
  std::string digits;
  if (format.type == 'x') digits = fmt::format("{:x}", size);
  if (format.type == 'X') digits = fmt::format("{:X}", size);
  if (format.type == 'o') digits = fmt::format("{:o}", size);
  if (format.type == 'b') digits = fmt::format("{:b}", size);
  if (digits.empty()) digits = fmt::format("{}", size);
  const bool has_prefix = format.is_alternate && format.type != '\0' && format.type != 'd';
  return aligned(format,
                 sign_of(number < 0, format) + (has_prefix ? std::string("0") + format.type : ""),
                 digits, '>');
}

Result<std::string> format_real(double number, const Format& format) {
  if (format.is_alternate)
    return error(ErrorCode::unsupported, "format(): '#' for a float is not supported");
  const double size = std::abs(number);
  const int precision = format.precision < 0 ? 6 : format.precision;
  std::string digits;
  switch (format.type) {
    case 'f':
    case 'F':
      digits = fmt::format("{:.{}f}", size, precision);
      break;
    case 'e':
      digits = fmt::format("{:.{}e}", size, precision);
      break;
    case 'E':
      digits = fmt::format("{:.{}E}", size, precision);
      break;
    case 'g':
      digits = fmt::format("{:.{}g}", size, precision);
      break;
    case 'G':
      digits = fmt::format("{:.{}G}", size, precision);
      break;
    default:
      if (format.precision >= 0)
        return error(ErrorCode::unsupported,
                     "format(): a precision for a float needs one of the types f, e and g");
      digits = Value(Json(size)).text();
  }
  return aligned(format, sign_of(std::signbit(number), format), digits, '>');
}

Result<std::string> format_value(const Value& value, const Format& format) {
  const Json* const json = value.json();
  const bool is_number = json != nullptr && (json->is_number() || json->is_boolean());
  const bool is_plain = format.type == '\0' || format.type == 's';
  // str(True) without a format, 1 with a type for numbers.
  if (is_number && !(json->is_boolean() && is_plain) && format.type != 's') {
    const bool as_real =
        json->is_number_float() || std::string_view("fFeEgG").find(format.type) < 6;
    if (as_real && (format.type == '\0' || std::string_view("fFeEgG").find(format.type) < 6))
      return format_real(json->is_boolean() ? (json->get<bool>() ? 1.0 : 0.0) : json->get<double>(),
                         format);
    if (json->is_number_float()) return refused("a float with a type for whole numbers");
    return format_whole(
        json->is_boolean() ? (json->get<bool>() ? 1 : 0) : json->get<std::int64_t>(), format);
  }
  if (!is_plain || (format.type == 's' && is_number && format.align == '='))
    return error(ErrorCode::invalid_argument, "format(): the type '{}' for {}", format.type,
                 value.kind());
  std::string text = value.text();
  if (format.precision >= 0) text = sliced(text, 0, format.precision, 1);
  return aligned(format, "", text, '<');
}

std::string repr_of(const Value& value) {
  return value.json() == nullptr ? value.text() : python_repr(*value.json());
}

bool is_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// Reads "{...}" fields of one pattern.
class BraceFields {
 public:
  explicit BraceFields(const Arguments& arguments) : arguments_(arguments) {}

  /// Of what stands between the braces.
  Result<std::string> field(std::string_view text) {
    const std::size_t colon = text.find(':');
    std::string_view name = text.substr(0, colon);
    const std::string_view format_text =
        colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1);
    if (format_text.find('{') != std::string_view::npos)
      return error(ErrorCode::unsupported, "format(): fields within formats are not supported");
    char conversion = '\0';
    if (name.size() >= 2 && name[name.size() - 2] == '!') {
      conversion = name.back();
      name.remove_suffix(2);
      if (conversion != 's' && conversion != 'r')
        return error(ErrorCode::unsupported, "format(): the conversion '!{}' is not supported",
                     conversion);
    }
    SCRIBE_TRY_ASSIGN(Value value, named(name));
    if (conversion == 'r') value = Json(repr_of(value));
    if (conversion == 's') value = Json(value.text());
    SCRIBE_TRY_ASSIGN(const Format format, read_format(format_text));
    return format_value(value, format);
  }

 private:
  Result<Value> named(std::string_view name) {
    const std::size_t rest = std::min(name.find_first_of(".["), name.size());
    const std::string first(name.substr(0, rest));
    name.remove_prefix(rest);
    Value value;
    if (first.empty() || is_digits(first)) {
      SCRIBE_TRY_ASSIGN(value, placed(first));
    } else {
      const auto found =
          std::ranges::find(arguments_.named, first, [](const auto& one) { return one.first; });
      if (found == arguments_.named.end())
        return error(ErrorCode::invalid_argument, "format(): no argument is called '{}'", first);
      value = found->second;
    }
    while (!name.empty()) {
      const bool is_index = name.starts_with('[');
      name.remove_prefix(1);
      const std::size_t end = std::min(name.find_first_of(is_index ? "]" : ".["), name.size());
      const std::string key(name.substr(0, end));
      if (is_index && end == name.size()) return refused("']' is missing");
      name.remove_prefix(end + (is_index ? 1 : 0));
      if (!name.empty() && name[0] != '.' && name[0] != '[')
        return refused("only '.' or '[' may follow ']'");
      if (key.empty()) return refused("an empty attribute");
      if (value.json() == nullptr) return refused("an attribute of " + value.kind());
      value = attribute_of(value, key);
    }
    return value;
  }

  Result<Value> placed(const std::string& number) {
    if (number.size() > 6) return refused("no argument has this place");
    const std::size_t place = number.empty() ? next_++ : std::stoul(number);
    if (place >= arguments_.positional.size())
      return error(ErrorCode::invalid_argument, "format(): argument {} is missing", place);
    return arguments_.positional[place];
  }

  const Arguments& arguments_;
  std::size_t next_ = 0;
};

/// Reads "%..." fields of one pattern.
class PercentFields {
 public:
  explicit PercentFields(const Arguments& arguments) : arguments_(arguments) {}

  bool has_more() const { return next_ < arguments_.positional.size() && arguments_.named.empty(); }

  /// Takes what stands behind the '%'.
  Result<std::string> field(std::string_view& rest) {
    std::optional<Value> value;
    if (rest.starts_with('(')) {
      SCRIBE_TRY_ASSIGN(value, named(rest));
    }
    SCRIBE_TRY_ASSIGN(Format format, percent_form(rest));
    if (!value) {
      if (next_ >= arguments_.positional.size()) return refused("not enough arguments for '%'");
      value = arguments_.positional[next_++];
    }
    if (format.type == 'r' || format.type == 's') {
      format.align = format.align == '=' ? '>' : format.align;
      format.fill = " ";
      value = Json(format.type == 'r' ? repr_of(*value) : value->text());
      format.type = 's';
      return format_value(*value, format);
    }
    const Json* const json = value->json();
    if (json == nullptr || (!json->is_number() && !json->is_boolean()))
      return error(ErrorCode::invalid_argument, "'%{}' of {}", format.type, value->kind());
    if (format.type == 'd' && json->is_number_float() && std::abs(json->get<double>()) < 9e15)
      value = Json(static_cast<std::int64_t>(json->get<double>()));
    return format_value(*value, format);
  }

 private:
  Result<std::optional<Value>> named(std::string_view& rest) {
    const std::size_t end = rest.find(')');
    if (end == std::string_view::npos) return refused("')' is missing");
    const std::string name(rest.substr(1, end - 1));
    rest.remove_prefix(end + 1);
    const auto found =
        std::ranges::find(arguments_.named, name, [](const auto& one) { return one.first; });
    if (found == arguments_.named.end())
      return error(ErrorCode::invalid_argument, "'%': no argument is called '{}'", name);
    return std::optional(found->second);
  }

  /// Flags, width, precision and type.
  static Result<Format> percent_form(std::string_view& rest) {
    Format format;
    format.align = '>';
    for (bool is_flag = true; is_flag;) {
      is_flag = false;
      for (const char flag : {'-', '+', ' ', '#', '0'}) {
        if (!take(rest, flag)) continue;
        is_flag = true;
        if (flag == '-') format.align = '<';
        if (flag == '+' || flag == ' ') format.sign = flag;
        if (flag == '#') format.is_alternate = true;
        if (flag == '0') format.fill = "0";
      }
    }
    if (format.align == '<') format.fill = " ";
    if (format.fill == "0") format.align = '=';
    SCRIBE_TRY_ASSIGN(const std::optional<int> width, take_number(rest));
    format.width = width.value_or(0);
    if (take(rest, '.')) {
      SCRIBE_TRY_ASSIGN(const std::optional<int> precision, take_number(rest));
      format.precision = precision.value_or(0);
    }
    if (rest.empty()) return refused("'%' at the end");
    format.type = rest[0] == 'i' || rest[0] == 'u' ? 'd' : rest[0];
    if (std::string_view("srdxXofFeEgG").find(format.type) == std::string_view::npos)
      return error(ErrorCode::unsupported, "'%{}' is not supported, only s, r, d, x, o, f, e and g",
                   rest[0]);
    rest.remove_prefix(1);
    return format;
  }

  const Arguments& arguments_;
  std::size_t next_ = 0;
};

}  // namespace

Result<std::string> brace_format(const std::string& pattern, const Arguments& arguments) {
  BraceFields fields(arguments);
  std::string out;
  for (std::size_t at = 0; at < pattern.size();) {
    const char c = pattern[at];
    if (c != '{' && c != '}') {
      out += pattern[at++];
      continue;
    }
    if (at + 1 < pattern.size() && pattern[at + 1] == c) {
      out += c;
      at += 2;
      continue;
    }
    const std::size_t end = pattern.find('}', at);
    if (c == '}' || end == std::string::npos)
      return refused(c == '}' ? "a lone '}'" : "a lone '{'");
    SCRIBE_TRY_ASSIGN(const std::string text,
                      fields.field(std::string_view(pattern).substr(at + 1, end - at - 1)));
    out += text;
    if (out.size() > kTextBytesMax)
      return error(ErrorCode::limit_exceeded, "format() makes more than {} bytes", kTextBytesMax);
    at = end + 1;
  }
  return out;
}

Result<std::string> percent_format(const std::string& pattern, const Arguments& arguments) {
  PercentFields fields(arguments);
  std::string out;
  std::string_view rest = pattern;
  while (!rest.empty()) {
    const std::size_t percent = std::min(rest.find('%'), rest.size());
    out += rest.substr(0, percent);
    rest.remove_prefix(percent);
    if (!take(rest, '%')) break;
    if (take(rest, '%')) {
      out += '%';
      continue;
    }
    SCRIBE_TRY_ASSIGN(const std::string text, fields.field(rest));
    out += text;
    if (out.size() > kTextBytesMax)
      return error(ErrorCode::limit_exceeded, "'%' makes more than {} bytes", kTextBytesMax);
  }
  if (fields.has_more()) return refused("more arguments than '%' in the text");
  return out;
}

}  // namespace scribe::chat
