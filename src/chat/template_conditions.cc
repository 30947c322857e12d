// What `x is name` asks, and `x in y`; each entry does as Jinja's does.
#include <algorithm>

#include "chat/template_functions.h"
#include "chat/template_text.h"

namespace scribe::chat {
namespace {

/// `value < other` and its like; of two strings or two numbers.
Result<bool> compared(std::string_view name, const Value& value, const Value& other) {
  const Json* const a = value.json();
  const Json* const b = other.json();
  const auto is_number = [](const Json* json) {
    return json != nullptr && (json->is_number() || json->is_boolean());
  };
  const auto number = [](const Json& json) {
    return json.is_boolean() ? (json.get<bool>() ? 1.0 : 0.0) : json.get<double>();
  };
  const auto order = [&](const auto& left, const auto& right) {
    if (name == "lt" || name == "<" || name == "lessthan") return left < right;
    if (name == "le" || name == "<=") return left <= right;
    if (name == "gt" || name == ">" || name == "greaterthan") return left > right;
    return left >= right;
  };
  if (value.string() != nullptr && other.string() != nullptr)
    return order(*value.string(), *other.string());
  if (!is_number(a) || !is_number(b)) return wrong_value(name, value, "two numbers or two strings");
  return order(number(*a), number(*b));
}

Result<bool> test_with(std::string_view name, const Value& value, const Value& other) {
  if (name == "eq" || name == "equalto" || name == "==") return are_equal(value, other);
  if (name == "ne" || name == "!=") return !are_equal(value, other);
  if (name == "sameas") {
    const bool are_alike =
        (value.json() == nullptr) == (other.json() == nullptr) &&
        (value.json() == nullptr || value.json()->type() == other.json()->type());
    return are_alike && are_equal(value, other);
  }
  if (name == "in") return contains(other, value);
  if (name != "divisibleby") return compared(name, value, other);
  const auto is_whole = [](const Value& one) {
    return one.json() != nullptr && one.json()->is_number_integer();
  };
  if (!is_whole(value) || !is_whole(other) || other.json()->get<std::int64_t>() == 0)
    return wrong_value(name, value, "a whole number and one to divide by");
  const auto by = other.json()->get<std::int64_t>();
  return by == -1 || value.json()->get<std::int64_t>() % by == 0;
}

constexpr std::string_view kWithOther[] = {
    "eq", "equalto",  "==", "ne", "!=", "sameas",      "in", "divisibleby", "lt",
    "<",  "lessthan", "le", "<=", "gt", "greaterthan", ">",  "ge",          ">="};

}  // namespace

Result<bool> contains(const Value& whole, const Value& part) {
  if (whole.string() != nullptr) {
    if (part.string() == nullptr) return wrong_value("in", part, "a string");
    return whole.string()->find(*part.string()) != std::string::npos;
  }
  if (whole.space() != nullptr)
    return wrong_value("in", whole, "a list, a string or a dict");  // Namespaces have no "in".
  if (whole.is_undefined()) return false;
  if (whole.json() != nullptr && whole.json()->is_object()) {
    const std::optional<std::string> key = key_text(part);
    if (!key && part.json() != nullptr) return wrong_value("in", part, "the key of a dict");
    return key && whole.json()->contains(*key);
  }
  SCRIBE_TRY_ASSIGN(const Value list, list_of(whole, "in"));
  return std::ranges::any_of(*list.json(),
                             [&](const Json& item) { return are_equal(list.part(item), part); });
}

Result<bool> apply_test(std::string_view name, const Value& value, const Arguments& arguments) {
  const Json* const json = value.json();
  const bool has_json = json != nullptr;
  if (name == "defined") return !value.is_undefined();
  if (name == "undefined") return value.is_undefined();
  if (name == "none") return has_json && json->is_null();
  if (name == "string") return value.string() != nullptr;
  if (name == "boolean") return has_json && json->is_boolean();
  if (name == "true") return has_json && *json == true;
  if (name == "false") return has_json && *json == false;
  if (name == "number") return has_json && (json->is_number() || json->is_boolean());
  if (name == "integer") return has_json && json->is_number_integer();
  if (name == "float") return has_json && json->is_number_float();
  if (name == "mapping") return has_json && json->is_object();
  if (name == "sequence" || name == "iterable")  // An undefined value is an empty one.
    return value.string() != nullptr || (has_json && json->is_structured()) ||
           value.is_undefined() || (name == "iterable" && value.generator() != nullptr);
  if (name == "callable") return value.function() != nullptr;
  if (name == "lower") return is_all(value.text(), CharacterClass::lower);
  if (name == "upper") return is_all(value.text(), CharacterClass::upper);
  if (name == "escaped") return value.is_markup();
  if (name == "odd" || name == "even") {
    if (!has_json || !json->is_number_integer()) return wrong_value(name, value, "a whole number");
    return (json->get<std::int64_t>() % 2 != 0) == (name == "odd");
  }
  if (std::ranges::find(kWithOther, name) == std::end(kWithOther))
    return error(ErrorCode::unsupported, "there is no test '{}' here", name);
  const Value* const other = argument(arguments, 0, "other");
  if (other == nullptr)
    return error(ErrorCode::invalid_argument, "the test '{}' needs a value", name);
  return test_with(name, value, *other);
}

}  // namespace scribe::chat
