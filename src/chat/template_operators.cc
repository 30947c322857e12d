// Each operator looks at what its sides are.
#include "chat/template_operators.h"

#include <algorithm>
#include <cmath>

#include "chat/template_format.h"
#include "chat/template_functions.h"
#include "chat/template_text.h"

namespace scribe::chat {
namespace {

double as_double(const Json& value) {
  return value.is_boolean() ? (value.get<bool>() ? 1.0 : 0.0) : value.get<double>();
}

bool is_number(const Json& value) {
  return value.is_number() || value.is_boolean();
}

Result<Value> arithmetic(const std::string& name, const Json& a, const Json& b) {
  const double x = as_double(a);
  const double y = as_double(b);
  if ((name == "/" || name == "//" || name == "%") && y == 0)
    return error(ErrorCode::invalid_argument, "division by zero");
  double result = 0;
  if (name == "+") result = x + y;
  if (name == "-") result = x - y;
  if (name == "*") result = x * y;
  if (name == "/") result = x / y;
  if (name == "//") result = std::floor(x / y);
  if (name == "%") result = x - y * std::floor(x / y);
  if (name == "**") result = std::pow(x, y);
  const bool is_whole = name != "/" && !a.is_number_float() && !b.is_number_float();
  constexpr double kWholeMax = 9e15;  // Whole numbers are exact up to here.
  if (is_whole && std::abs(result) > kWholeMax)
    return error(ErrorCode::limit_exceeded, "a number above {}", kWholeMax);
  if (is_whole && result == std::floor(result))
    return Value(Json(static_cast<std::int64_t>(result)));
  return Value(Json(result));
}

Result<Value> repeated(const std::string& text, std::int64_t times) {
  times = std::max<std::int64_t>(0, times);
  const auto longest = static_cast<std::int64_t>(kTextBytesMax);
  if (times > longest / std::max<std::int64_t>(1, std::ssize(text)))
    return error(ErrorCode::limit_exceeded, "a string repeated {} times", times);
  std::string many;
  for (std::int64_t i = 0; i < times; ++i) many += text;
  return Value(Json(std::move(many)));
}

Result<Value> repeated(const Json& list, std::int64_t times) {
  times = std::max<std::int64_t>(0, times);
  const auto longest = static_cast<std::int64_t>(kItemsMax);
  if (times > longest / std::max<std::int64_t>(1, copy_steps(list) + std::ssize(list)))
    return error(ErrorCode::limit_exceeded, "a list repeated {} times", times);
  Json many = Json::array();
  for (std::int64_t i = 0; i < times; ++i) many.insert(many.end(), list.begin(), list.end());
  return Value(std::move(many));
}

Result<Value> concatenated(const Json& a, const Json& b) {
  if (a.size() + b.size() > kItemsMax)
    return error(ErrorCode::limit_exceeded, "a list of more than {} items", kItemsMax);
  Json both = a;
  both.insert(both.end(), b.begin(), b.end());
  return Value(std::move(both));
}

/// `a + b` where one is HTML: the other is escaped.
Value joined_markup(const Value& a, const Value& b) {
  const auto html = [](const Value& value) {
    return value.is_markup() ? *value.string() : escaped_html(*value.string());
  };
  return Value::markup(html(a) + html(b));
}

/// `text % value`: a dict's values by name, a list's by place, or the one value.
Result<Value> formatted(const std::string& text, const Value& value) {
  Arguments arguments;
  if (value.json() != nullptr && value.json()->is_object()) {
    for (const auto& [key, item] : value.json()->items())
      arguments.named.emplace_back(key, value.part(item));
    arguments.positional.push_back(value);
  } else if (value.json() != nullptr && value.json()->is_array()) {
    for (const Json& item : *value.json()) arguments.positional.push_back(value.part(item));
  } else {
    arguments.positional.push_back(value);
  }
  SCRIBE_TRY_ASSIGN(std::string made, percent_format(text, arguments));
  return Value(Json(std::move(made)));
}

/// Of two numbers or two strings.
bool compare(const std::string& name, const Value& left, const Value& right) {
  const Json& a = *left.json();
  const Json& b = *right.json();
  const bool less = a.is_string() ? *left.string() < *right.string() : as_double(a) < as_double(b);
  const bool equal = are_equal(left, right);
  if (name == "<") return less;
  if (name == "<=") return less || equal;
  return name == ">" ? !less && !equal : !less;
}

}  // namespace

Result<Value> apply_binary(const std::string& name, const Value& left, const Value& right) {
  if (name == "==" || name == "!=") return Value(Json(are_equal(left, right) == (name == "==")));
  if (name == "in" || name == "not in") {
    SCRIBE_TRY_ASSIGN(const bool is_in, contains(right, left));
    return Value(Json(is_in == (name == "in")));
  }
  if (name == "~") return Value(Json(left.text() + right.text()));
  const Json* const a = left.json();
  const Json* const b = right.json();
  const auto wrong = [&] {
    return error(ErrorCode::invalid_argument, "'{}' between {} and {}", name, left.kind(),
                 right.kind());
  };
  if (name == "%" && left.string() != nullptr) return formatted(*left.string(), right);
  if (a == nullptr || b == nullptr) return wrong();
  const bool are_strings = a->is_string() && b->is_string();
  if (name == "+" && are_strings) {
    if (left.is_markup() || right.is_markup()) return joined_markup(left, right);
    return Value(Json(*left.string() + *right.string()));
  }
  if (name == "+" && a->is_array() && b->is_array()) return concatenated(*a, *b);
  if (name == "*" && (b->is_string() || b->is_array()) && a->is_number_integer())
    return apply_binary(name, right, left);
  if (name == "*" && a->is_string() && b->is_number_integer()) {
    SCRIBE_TRY_ASSIGN(Value made, repeated(*left.string(), b->get<std::int64_t>()));
    return left.is_markup() ? Value::markup(*made.string()) : made;
  }
  if (name == "*" && a->is_array() && b->is_number_integer())
    return repeated(*a, b->get<std::int64_t>());
  if (!are_strings && (!is_number(*a) || !is_number(*b))) return wrong();
  if (name == "<" || name == ">" || name == "<=" || name == ">=")
    return Value(Json(compare(name, left, right)));
  if (are_strings) return wrong();
  return arithmetic(name, *a, *b);
}

Result<Value> apply_unary(const std::string& name, const Value& value) {
  if (name == "not") return Value(Json(!value.is_true()));
  if (value.json() == nullptr || !is_number(*value.json()))
    return error(ErrorCode::invalid_argument, "'{}' before {}", name, value.kind());
  if (name == "-" && value.json()->is_number_float())
    return Value(Json(-value.json()->get<double>()));  // 0 - 0.0 has another sign.
  return arithmetic(name, Json(0), *value.json());
}

Result<Value> member_of(const Value& owner, const std::string& name) {
  if (owner.space() != nullptr) {
    const auto found = owner.space()->members.find(name);
    return found == owner.space()->members.end() ? Value() : found->second;
  }
  if (owner.is_undefined())
    return error(ErrorCode::invalid_argument, "'.{}' of {}", name, owner.kind());
  if (owner.json() == nullptr) return Value();
  Value method = method_of(owner, name);
  if (!method.is_undefined()) return method;
  if (owner.json()->is_object() && owner.json()->contains(name))
    return owner.part((*owner.json())[name]);
  return Value();
}

Result<Value> element_of(const Value& owner, const Value& index) {
  if (owner.is_undefined())
    return error(ErrorCode::invalid_argument, "{} in brackets behind {}", index.kind(),
                 owner.kind());
  if (owner.json() != nullptr && owner.json()->is_object()) {
    const std::optional<std::string> key = key_text(index);
    if (key && owner.json()->contains(*key)) return owner.part((*owner.json())[*key]);
  }
  if (index.string() != nullptr) return member_of(owner, *index.string());
  if (owner.json() == nullptr || index.json() == nullptr || !is_number(*index.json()) ||
      index.json()->is_number_float())
    return Value();
  const bool is_string = owner.string() != nullptr;
  if (!is_string && !owner.json()->is_array()) return Value();
  const std::int64_t size = is_string ? length_of(*owner.string()) : std::ssize(*owner.json());
  std::int64_t at = index.json()->is_boolean() ? (index.json()->get<bool>() ? 1 : 0)
                                               : index.json()->get<std::int64_t>();
  if (at < 0) at += size;
  if (at < 0 || at >= size) return Value();
  if (is_string) return Value(Json(sliced(*owner.string(), at, at + 1, 1)));
  return owner.part((*owner.json())[static_cast<std::size_t>(at)]);
}

Result<Value> slice_of(const Value& owner, std::array<std::optional<std::int64_t>, 3> bounds) {
  if (owner.is_undefined())
    return error(ErrorCode::invalid_argument, "a slice of {}", owner.kind());
  const bool is_string = owner.string() != nullptr;
  if (!is_string && (owner.json() == nullptr || !owner.json()->is_array())) return Value();
  const std::int64_t size = is_string ? length_of(*owner.string()) : std::ssize(*owner.json());
  // A step over all of them is as good as any longer one.
  const std::int64_t step = std::clamp(bounds[2].value_or(1), -size - 1, size + 1);
  if (step == 0) return error(ErrorCode::invalid_argument, "a slice with steps of 0");
  // As in Python: from the end where negative, then within [0, size], or [-1, size - 1] backwards.
  const auto place = [&](std::optional<std::int64_t> bound, std::int64_t usual) {
    if (!bound) return usual;
    const std::int64_t at = *bound < 0 ? std::max(*bound, -size - 1) + size : *bound;
    return step > 0 ? std::clamp<std::int64_t>(at, 0, size)
                    : std::clamp<std::int64_t>(at, -1, size - 1);
  };
  const std::int64_t begin = place(bounds[0], step > 0 ? 0 : size - 1);
  const std::int64_t end = place(bounds[1], step > 0 ? size : -1);
  if (is_string) {
    std::string part = sliced(*owner.string(), begin, end, step);
    return owner.is_markup() ? Value::markup(std::move(part)) : Value(Json(std::move(part)));
  }
  Json part = Json::array();
  for (std::int64_t i = begin; step > 0 ? i < end : i > end; i += step)
    part.push_back((*owner.json())[static_cast<std::size_t>(i)]);
  return Value(std::move(part));
}

}  // namespace scribe::chat
