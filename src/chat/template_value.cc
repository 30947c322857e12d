// Truth, equality and text as Python has them.
#include "chat/template_value.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/utf8.h"

namespace scribe::chat {
namespace {

constexpr char kKeyMark = '\xFF';  // UTF-8 has it nowhere.

std::string float_text(double value) {
  std::string text = fmt::format("{}", value);
  if (text.find_first_of(".en") == std::string::npos) text += ".0";  // "inf" and "nan" have an n.
  return text;
}

/// Text of what is no string, list or dict.
std::string scalar_text(const Json& value, bool as_json) {
  if (value.is_binary()) return "Undefined";
  if (value.is_null()) return as_json ? "null" : "None";
  if (value.is_boolean())
    return value.get<bool>() ? (as_json ? "true" : "True") : (as_json ? "false" : "False");
  if (!value.is_number_float()) return value.dump();
  const auto number = value.get<double>();
  if (as_json && std::isnan(number)) return "NaN";
  if (as_json && std::isinf(number)) return number > 0 ? "Infinity" : "-Infinity";
  return float_text(number);
}

/// What repr() escapes though it is a character: other white space, marks of direction, private
/// ones.
bool is_hidden(std::uint32_t code) {
  return (code >= 0x7F && code <= 0xA0) || code == 0xAD || code == 0x1680 || code == 0x180E ||
         (code >= 0x2000 && code <= 0x200F) || (code >= 0x2028 && code <= 0x202F) ||
         (code >= 0x205F && code <= 0x206F) || code == 0x3000 ||
         (code >= 0xE000 && code <= 0xF8FF) || code == 0xFEFF ||
         (code >= 0xFFF0 && code <= 0xFFFB) || code >= 0xE0000;
}

std::string repr_of_string(const std::string& text) {
  const bool doubled = text.find('\'') != std::string::npos && text.find('"') == std::string::npos;
  const char quote = doubled ? '"' : '\'';
  std::string repr(1, quote);
  for (std::size_t at = 0; at < text.size();) {
    const auto [code, length] = code_point_at(text, at);
    const std::string_view character = std::string_view(text).substr(at, length);
    at += length;
    const char c = character.front();
    if (c == '\n')
      repr += "\\n";
    else if (c == '\t')
      repr += "\\t";
    else if (c == '\r')
      repr += "\\r";
    else if (c == '\\' || c == quote)
      repr += std::string("\\") + c;
    else if (code != CodePoint::kInvalid && (code < 0x20 || is_hidden(code)))
      repr += code < 0x100     ? fmt::format("\\x{:02x}", code)
              : code < 0x10000 ? fmt::format("\\u{:04x}", code)
                               : fmt::format("\\U{:08x}", code);
    else
      repr += character;
  }
  return repr + quote;
}

std::string json_string(const std::string& text, const JsonStyle& style) {
  return Json(text).dump(-1, ' ', style.ensure_ascii, Json::error_handler_t::replace);
}

/// The text of a key: of numbers, true and none as JSON writes them.
std::string json_key(const std::string& key) {
  const Json value = key_value(key);
  return value.is_string() ? value.get<std::string>() : scalar_text(value, true);
}

void append_json(const Json& value, const JsonStyle& style, int depth, std::string& out) {
  if (value.is_string()) {
    out += json_string(value.get_ref<const std::string&>(), style);
    return;
  }
  if (!value.is_structured()) {
    out += scalar_text(value, true);
    return;
  }
  const auto new_line = [&](int level) {
    if (style.indent < 0) return;
    out += '\n';
    out.append(static_cast<std::size_t>(style.indent * level), ' ');
  };
  std::vector<std::pair<std::string, const Json*>> items;
  for (const auto& [key, item] : value.items())
    items.emplace_back(value.is_object() ? json_key(key) : "", &item);
  if (value.is_object() && style.sort_keys)
    std::ranges::stable_sort(items, {}, [](const auto& item) { return item.first; });
  out += value.is_object() ? '{' : '[';
  bool is_first = true;
  for (const auto& [key, item] : items) {
    if (!is_first) out += style.item_separator;
    is_first = false;
    new_line(depth + 1);
    if (value.is_object()) out += json_string(key, style) + style.key_separator;
    append_json(*item, style, depth + 1, out);
  }
  if (!is_first) new_line(depth);
  out += value.is_object() ? '}' : ']';
}

}  // namespace

bool Value::is_true() const {
  const Json* const value = json();
  if (value == nullptr) return !is_undefined();
  if (value->is_boolean()) return value->get<bool>();
  if (value->is_number()) return value->get<double>() != 0;
  if (value->is_string()) return !string()->empty();
  return !value->is_null() && !value->empty();
}

std::string Value::text() const {
  if (is_undefined()) return "";
  if (generator() != nullptr) return "<generator>";
  if (json() == nullptr) return function() != nullptr ? "<function>" : "<namespace>";
  return string() != nullptr ? *string() : python_repr(*json());
}

std::string Value::kind() const {
  if (is_undefined()) return "an undefined value";
  if (function() != nullptr) return "a function";
  if (generator() != nullptr) return "a generator";
  if (space() != nullptr) return "a namespace";
  return fmt::format("a value of type {}", json()->type_name());
}

bool are_equal(const Value& left, const Value& right) {
  if (left.is_undefined() || right.is_undefined())
    return left.is_undefined() && right.is_undefined();
  const Json* const a = left.json();
  const Json* const b = right.json();
  if (a == nullptr || b == nullptr)
    return a == b && left.space() == right.space() && left.generator() == right.generator();
  const auto number = [](const Json& value) {
    return value.is_boolean() ? (value.get<bool>() ? 1.0 : 0.0) : value.get<double>();
  };
  const auto is_number = [](const Json& value) { return value.is_boolean() || value.is_number(); };
  if (is_number(*a) && is_number(*b)) return number(*a) == number(*b);
  return *a == *b;
}

std::string python_repr(const Json& value) {
  if (value.is_string()) return repr_of_string(value.get_ref<const std::string&>());
  if (!value.is_structured()) return scalar_text(value, false);
  std::string repr(1, value.is_object() ? '{' : '[');
  for (const auto& [key, item] : value.items()) {
    if (repr.size() > 1) repr += ", ";
    if (value.is_object()) repr += python_repr(key_value(key)) + ": ";
    repr += python_repr(item);
  }
  return repr + (value.is_object() ? '}' : ']');
}

std::string python_json(const Json& value, const JsonStyle& style) {
  std::string out;
  append_json(value, style, 0, out);
  return out;
}

bool has_undefined(const Json& value) {
  if (value.is_binary()) return true;
  return value.is_structured() && std::ranges::any_of(value, has_undefined);
}

std::optional<std::string> key_text(const Value& key) {
  if (key.string() != nullptr) return *key.string();
  if (key.json() == nullptr || key.json()->is_structured()) return std::nullopt;
  const Json& json = *key.json();
  // 1.0 is the key that 1 is.
  const bool is_whole = json.is_number_float() && std::abs(json.get<double>()) < 9e15 &&
                        json.get<double>() == std::floor(json.get<double>());
  return kKeyMark + (is_whole ? Json(json.get<std::int64_t>()) : json).dump();
}

Json key_value(const std::string& key) {
  if (key.starts_with(kKeyMark)) {
    Json value = Json::parse(key.substr(1), nullptr, false);
    if (!value.is_discarded() && !value.is_structured() && !value.is_string()) return value;
  }
  return key;
}

std::int64_t copy_steps(const Json& value) {
  constexpr std::size_t kBytesPerStep = 4096;
  constexpr std::size_t kItemBytes = 512;  // An item takes as long as so much of a text.
  std::size_t bytes = 0;
  const auto add = [&bytes](const auto& self, const Json& one) -> void {
    bytes += kItemBytes;
    if (one.is_string()) bytes += one.get_ref<const std::string&>().size();
    if (one.is_structured())
      for (const Json& item : one) self(self, item);
  };
  add(add, value);
  return static_cast<std::int64_t>(bytes / kBytesPerStep);
}

bool is_deeper_than(const Json& value, int depth) {
  if (!value.is_structured()) return false;
  if (depth == 0) return true;
  for (const Json& item : value)
    if (is_deeper_than(item, depth - 1)) return true;
  return false;
}

std::vector<std::string> code_points(const std::string& text) {
  std::vector<std::string> points;
  for (std::size_t at = 0; at < text.size();) {
    points.push_back(text.substr(at, code_point_at(text, at).length_bytes));
    at += points.back().size();
  }
  return points;
}

}  // namespace scribe::chat
