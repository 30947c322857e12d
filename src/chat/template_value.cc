// Truth, equality and text as Python has them.
#include "chat/template_value.h"

#include <fmt/format.h>

#include <cmath>

#include "base/utf8_parts.h"

namespace scribe::chat {
namespace {

std::string float_text(double value) {
  std::string text = fmt::format("{}", value);
  if (text.find_first_of(".en") == std::string::npos) text += ".0";  // "inf" and "nan" have an n.
  return text;
}

/// Text of what is no string, list or dict.
std::string scalar_text(const Json& value, bool as_json) {
  if (value.is_null()) return as_json ? "null" : "None";
  if (value.is_boolean())
    return value.get<bool>() ? (as_json ? "true" : "True") : (as_json ? "false" : "False");
  if (value.is_number_float()) return float_text(value.get<double>());
  return value.dump();
}

std::string repr_of_string(const std::string& text) {
  const bool doubled = text.find('\'') != std::string::npos && text.find('"') == std::string::npos;
  const char quote = doubled ? '"' : '\'';
  std::string repr(1, quote);
  for (const char c : text) {
    if (c == '\n')
      repr += "\\n";
    else if (c == '\t')
      repr += "\\t";
    else if (c == '\r')
      repr += "\\r";
    else if (c == '\\' || c == quote)
      repr += std::string("\\") + c;
    else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
      repr += fmt::format("\\x{:02x}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    else
      repr += c;
  }
  return repr + quote;
}

void append_json(const Json& value, int indent, int depth, std::string& out) {
  if (value.is_string()) {
    out += value.dump(-1, ' ', false, Json::error_handler_t::replace);
    return;
  }
  if (!value.is_structured()) {
    out += scalar_text(value, true);
    return;
  }
  const bool is_object = value.is_object();
  out += is_object ? '{' : '[';
  const auto new_line = [&](int level) {
    if (indent < 0) return;
    out += '\n';
    out.append(static_cast<std::size_t>(indent * level), ' ');
  };
  bool is_first = true;
  for (const auto& [key, item] : value.items()) {
    if (!is_first) out += indent < 0 ? ", " : ",";
    is_first = false;
    new_line(depth + 1);
    if (is_object) out += Json(key).dump(-1, ' ', false, Json::error_handler_t::replace) + ": ";
    append_json(item, indent, depth + 1, out);
  }
  if (!is_first) new_line(depth);
  out += is_object ? '}' : ']';
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
  if (json() == nullptr) return function() != nullptr ? "<function>" : "<namespace>";
  return string() != nullptr ? *string() : python_repr(*json());
}

std::string Value::kind() const {
  if (is_undefined()) return "an undefined value";
  if (function() != nullptr) return "a function";
  if (space() != nullptr) return "a namespace";
  return fmt::format("a value of type {}", json()->type_name());
}

bool are_equal(const Value& left, const Value& right) {
  if (left.is_undefined() || right.is_undefined())
    return left.is_undefined() && right.is_undefined();
  const Json* const a = left.json();
  const Json* const b = right.json();
  if (a == nullptr || b == nullptr) return left.space() == right.space() && a == b;
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
    if (value.is_object()) repr += repr_of_string(key) + ": ";
    repr += python_repr(item);
  }
  return repr + (value.is_object() ? '}' : ']');
}

std::string python_json(const Json& value, int indent) {
  std::string out;
  append_json(value, indent, 0, out);
  return out;
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
    const Utf8Part part = utf8_part(text, at);
    points.push_back(text.substr(at, part.length));
    at += part.length;
  }
  return points;
}

}  // namespace scribe::chat
