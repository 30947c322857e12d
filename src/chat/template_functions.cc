// One table of filters, one of tests, one of methods; each entry does as Jinja's or Python's does.
#include "chat/template_functions.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

namespace scribe::chat {
namespace {

constexpr std::string_view kBlanks = " \t\r\n\v\f";

Error wrong(std::string_view what, const Value& value, std::string_view expected) {
  return error(ErrorCode::invalid_argument, "'{}' of {}, expected {}", what, value.kind(),
               expected);
}

/// The argument at `place` or called `name`; null if it was not given.
const Value* argument(const Arguments& arguments, std::size_t place, std::string_view name) {
  if (place < arguments.positional.size()) return &arguments.positional[place];
  for (const auto& [given, value] : arguments.named)
    if (given == name) return &value;
  return nullptr;
}

std::string text_argument(const Arguments& arguments, std::size_t place, std::string_view name,
                          std::string usual = {}) {
  const Value* const value = argument(arguments, place, name);
  return value == nullptr ? std::move(usual) : value->text();
}

/// What is exact as a double too; nothing of other values.
std::optional<std::int64_t> whole_of(const Json& value) {
  constexpr double kWholeMax = 9e15;
  if (!value.is_number() || !(std::abs(value.get<double>()) < kWholeMax)) return std::nullopt;
  return value.get<std::int64_t>();
}

Error too_long(std::string_view what) {
  return error(ErrorCode::limit_exceeded, "'{}' makes a text of more than {} bytes", what,
               kTextBytesMax);
}

std::int64_t whole_argument(const Arguments& arguments, std::size_t place, std::string_view name,
                            std::int64_t usual) {
  const Value* const value = argument(arguments, place, name);
  return value == nullptr || value->json() == nullptr ? usual
                                                      : whole_of(*value->json()).value_or(usual);
}

std::string mapped(std::string text, char (*change)(char)) {
  std::ranges::transform(text, text.begin(), change);
  return text;
}
char upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}
char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
bool is_letter(char c) {
  return lower(c) != upper(c) || static_cast<unsigned char>(c) >= 0x80;
}

std::string titled(std::string text) {
  bool is_begin = true;
  for (char& c : text) {
    c = is_begin ? upper(c) : lower(c);
    is_begin = !is_letter(c);
  }
  return text;
}
std::string capitalized(std::string text) {
  text = mapped(std::move(text), lower);
  if (!text.empty()) text[0] = upper(text[0]);
  return text;
}

enum Ends : unsigned { kLeft = 1, kRight = 2 };
std::string stripped(const std::string& text, std::string_view what, unsigned ends) {
  std::size_t begin = 0;
  std::size_t end = text.size();
  if (ends & kLeft) begin = std::min(text.find_first_not_of(what), text.size());
  if (ends & kRight) end = std::max(begin, text.find_last_not_of(what) + 1);
  return text.substr(begin, end - begin);
}

Result<Value> replaced(const std::string& text, const Arguments& arguments) {
  const std::string from = text_argument(arguments, 0, "old");
  const std::string to = text_argument(arguments, 1, "new");
  std::int64_t count = whole_argument(arguments, 2, "count", -1);
  if (from.empty()) return Value(Json(text));
  std::string out;
  std::size_t at = 0;
  for (std::size_t found = text.find(from); found != std::string::npos && count != 0;
       found = text.find(from, at), --count) {
    out += text.substr(at, found - at) + to;
    at = found + from.size();
    if (out.size() > kTextBytesMax) return too_long("replace");
  }
  return Value(Json(out + text.substr(at)));
}

Json split_text(const std::string& text, const std::optional<std::string>& separator,
                std::int64_t most) {
  Json parts = Json::array();
  std::size_t at = 0;
  if (!separator) {  // At runs of blanks, none of them in a part.
    for (;;) {
      at = text.find_first_not_of(kBlanks, at);
      if (at == std::string::npos) return parts;
      if (most-- == 0) {
        parts.push_back(stripped(text.substr(at), kBlanks, kRight));
        return parts;
      }
      const std::size_t end = std::min(text.find_first_of(kBlanks, at), text.size());
      parts.push_back(text.substr(at, end - at));
      at = end;
    }
  }
  for (std::size_t found = text.find(*separator, at); found != std::string::npos && most-- != 0;
       found = text.find(*separator, at)) {
    parts.push_back(text.substr(at, found - at));
    at = found + separator->size();
  }
  parts.push_back(text.substr(at));
  return parts;
}

Json lines_of(const std::string& text) {
  Json lines = Json::array();
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string line = text.substr(at, end - at);
    if (line.ends_with('\r')) line.pop_back();
    lines.push_back(std::move(line));
    at = end + 1;
  }
  return lines;
}

Json items_of(const Json& dict) {
  Json items = Json::array();
  for (const auto& [key, value] : dict.items()) items.push_back(Json::array({key, value}));
  return items;
}

/// The items of a list (itself), the characters of a string, the keys of a dict.
/// Errors: invalid_argument.
Result<Value> list_of(const Value& value, std::string_view what) {
  if (value.is_undefined()) return Value(Json::array());
  if (value.string() != nullptr) return Value(Json(code_points(*value.string())));
  if (value.json() != nullptr && value.json()->is_array()) return value;
  if (value.json() != nullptr && value.json()->is_object()) {
    Json keys = Json::array();
    for (const auto& [key, item] : value.json()->items()) keys.push_back(key);
    return Value(std::move(keys));
  }
  return wrong(what, value, "a list, a string or a dict");
}

/// What `x.a.b` is of a JSON value; undefined if it is not there.
/// Requires: it is JSON.
Value attribute_of(const Value& value, const std::string& path) {
  const Json* at = value.json();
  for (const Json& part : split_text(path, ".", -1)) {
    const auto& name = part.get_ref<const std::string&>();
    if (at->is_object() && at->contains(name)) {
      at = &(*at)[name];
    } else if (at->is_array()) {
      std::size_t index = 0;
      const auto read = std::from_chars(name.data(), name.data() + name.size(), index);
      if (read.ec != std::errc() || index >= at->size()) return {};
      at = &(*at)[index];
    } else {
      return {};
    }
  }
  return value.part(*at);
}

bool is_less(const Json& left, const Json& right) {
  if (left.is_string() && right.is_string())
    return mapped(left.get<std::string>(), lower) < mapped(right.get<std::string>(), lower);
  return left < right;
}

// ------------------------------------------------------------------------------------- filters

Result<Value> join(const Value& value, const Arguments& arguments) {
  SCRIBE_TRY_ASSIGN(const Value list, list_of(value, "join"));
  const std::string separator = text_argument(arguments, 0, "d");
  const std::string attribute = text_argument(arguments, 1, "attribute");
  std::string text;
  bool is_first = true;
  for (const Json& json : *list.json()) {
    const Value item = list.part(json);
    if (!is_first) text += separator;
    is_first = false;
    text += (attribute.empty() ? item : attribute_of(item, attribute)).text();
    if (text.size() > kTextBytesMax) return too_long("join");
  }
  return Value(Json(std::move(text)));
}

Result<Value> length(const Value& value) {
  SCRIBE_TRY_ASSIGN(const Value list, list_of(value, "length"));
  return Value(Json(list.json()->size()));
}

Result<Value> end_of(const Value& value, bool first) {
  SCRIBE_TRY_ASSIGN(const Value list, list_of(value, first ? "first" : "last"));
  if (list.json()->empty()) return Value();
  return list.part(first ? list.json()->front() : list.json()->back());
}

Result<Value> tojson(const Value& value, const Arguments& arguments) {
  if (value.json() == nullptr) return wrong("tojson", value, "a value that JSON has");
  constexpr std::int64_t kIndentMax = 16;
  const std::int64_t indent = whole_argument(arguments, 0, "indent", -1);
  return Value(Json(python_json(*value.json(), static_cast<int>(std::min(indent, kIndentMax)))));
}

Value usual(const Value& value, const Arguments& arguments) {
  const Value* const with_false = argument(arguments, 1, "boolean");
  const bool is_missing =
      value.is_undefined() || (with_false != nullptr && with_false->is_true() && !value.is_true());
  if (!is_missing) return value;
  const Value* const other = argument(arguments, 0, "default_value");
  return other == nullptr ? Value(Json("")) : *other;
}

Value to_int(const Value& value, const Arguments& arguments) {
  const Json* const json = value.json();
  const std::int64_t otherwise = whole_argument(arguments, 0, "default", 0);
  if (json == nullptr) return Json(otherwise);
  if (json->is_boolean()) return Json(json->get<bool>() ? 1 : 0);
  if (json->is_number()) return Json(whole_of(*json).value_or(otherwise));
  if (!json->is_string()) return Json(otherwise);
  const std::string text = stripped(*value.string(), kBlanks, kLeft | kRight);
  double number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_number =
      read.ec == std::errc() && read.ptr == text.data() + text.size() && std::abs(number) < 9e15;
  return Json(is_number ? static_cast<std::int64_t>(number) : otherwise);
}

Value to_float(const Value& value) {
  const Json* const json = value.json();
  if (json != nullptr && json->is_number()) return Json(json->get<double>());
  const std::string text = stripped(value.text(), kBlanks, kLeft | kRight);
  double number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  return Json(read.ec == std::errc() && read.ptr == text.data() + text.size() ? number : 0.0);
}

Result<Value> indented(const Value& value, const Arguments& arguments) {
  constexpr std::int64_t kWidthMax = 1000;
  const Value* const width = argument(arguments, 0, "width");
  const std::string margin =
      width != nullptr && width->string() != nullptr
          ? *width->string()
          : std::string(static_cast<std::size_t>(std::clamp<std::int64_t>(
                            whole_argument(arguments, 0, "width", 4), 0, kWidthMax)),
                        ' ');
  const Value* const with_first = argument(arguments, 1, "first");
  const Value* const with_blank = argument(arguments, 2, "blank");
  std::string text;
  bool is_first = true;
  for (const Json& line : split_text(value.text(), "\n", -1)) {
    const auto& content = line.get_ref<const std::string&>();
    const bool is_moved =
        is_first ? with_first != nullptr && with_first->is_true()
                 : !content.empty() || (with_blank != nullptr && with_blank->is_true());
    text += std::string(is_first ? "" : "\n") + (is_moved ? margin : "") + content;
    is_first = false;
    if (text.size() > kTextBytesMax) return too_long("indent");
  }
  return Value(Json(std::move(text)));
}

/// select, reject, selectattr, rejectattr.
Result<Value> chosen(std::string_view name, const Value& value, const Arguments& arguments) {
  const bool by_attribute = name.ends_with("attr");
  const bool wanted = name.starts_with("select");
  if (!value.is_true()) return Value(Json::array());  // As Jinja: None too.
  SCRIBE_TRY_ASSIGN(const Value list, list_of(value, name));
  const std::string attribute = by_attribute ? text_argument(arguments, 0, "attribute") : "";
  Arguments rest = arguments;
  const auto drop = static_cast<std::ptrdiff_t>(
      std::min<std::size_t>(by_attribute ? 2 : 1, rest.positional.size()));
  rest.positional.erase(rest.positional.begin(), rest.positional.begin() + drop);
  const std::string test = text_argument(arguments, by_attribute ? 1 : 0, "test");
  Json kept = Json::array();
  for (const Json& item : *list.json()) {
    const Value whole = list.part(item);
    const Value looked_at = by_attribute ? attribute_of(whole, attribute) : whole;
    bool holds = looked_at.is_true();
    if (!test.empty()) {
      SCRIBE_TRY_ASSIGN(holds, apply_test(test, looked_at, rest));
    }
    if (holds == wanted) kept.push_back(item);
  }
  return Value(std::move(kept));
}

Result<Value> map(const Value& value, const Arguments& arguments) {
  if (!value.is_true()) return Value(Json::array());
  SCRIBE_TRY_ASSIGN(const Value list, list_of(value, "map"));
  Json results = Json::array();
  const Value* const attribute = argument(arguments, SIZE_MAX, "attribute");
  const Value* const otherwise = argument(arguments, SIZE_MAX, "default");
  Arguments rest = arguments;
  if (!rest.positional.empty()) rest.positional.erase(rest.positional.begin());
  for (const Json& json : *list.json()) {
    const Value item = list.part(json);
    Value result;
    if (attribute != nullptr) {
      result = attribute_of(item, attribute->text());
      if (result.is_undefined() && otherwise != nullptr) result = *otherwise;
    } else {
      SCRIBE_TRY_ASSIGN(result, apply_filter(text_argument(arguments, 0, "name"), item, rest));
    }
    SCRIBE_TRY_ASSIGN(Json mapped_item, json_of(result, "map"));
    results.push_back(std::move(mapped_item));
  }
  return Value(std::move(results));
}

Result<Value> sorted(const Value& value, const Arguments& arguments) {
  SCRIBE_TRY_ASSIGN(const Value given, list_of(value, "sort"));
  Json list = *given.json();
  const std::string attribute = text_argument(arguments, 2, "attribute");
  const Value* const is_reverse = argument(arguments, 0, "reverse");
  const auto key = [&](const Json& item) {
    const Value found = attribute.empty() ? Value(item) : attribute_of(item, attribute);
    return found.json() == nullptr ? Json() : *found.json();
  };
  std::stable_sort(list.begin(), list.end(),
                   [&](const Json& a, const Json& b) { return is_less(key(a), key(b)); });
  if (is_reverse != nullptr && is_reverse->is_true()) std::reverse(list.begin(), list.end());
  return Value(std::move(list));
}

Result<Value> sorted_items(const Value& value) {
  if (value.json() == nullptr || !value.json()->is_object())
    return wrong("dictsort", value, "a dict");
  Json items = items_of(*value.json());
  std::stable_sort(items.begin(), items.end(),
                   [](const Json& a, const Json& b) { return is_less(a[0], b[0]); });
  return Value(std::move(items));
}

Result<Value> unique(const Value& value) {
  SCRIBE_TRY_ASSIGN(const Value list, list_of(value, "unique"));
  Json kept = Json::array();
  for (const Json& item : *list.json())
    if (std::ranges::find(kept, item) == kept.end()) kept.push_back(item);
  return Value(std::move(kept));
}

Result<Value> reversed(const Value& value) {
  SCRIBE_TRY_ASSIGN(const Value given, list_of(value, "reverse"));
  Json list = *given.json();
  std::reverse(list.begin(), list.end());
  if (value.string() == nullptr) return Value(std::move(list));
  return join(list, {});
}

Result<Value> extreme(const Value& value, bool least) {
  SCRIBE_TRY_ASSIGN(const Value given, list_of(value, least ? "min" : "max"));
  const Json& list = *given.json();
  if (list.empty()) return Value();
  const auto found =
      least ? std::ranges::min_element(list, is_less) : std::ranges::max_element(list, is_less);
  return given.part(*found);
}

Result<Value> rounded(const Value& value, const Arguments& arguments) {
  if (value.json() == nullptr || !value.json()->is_number())
    return wrong("round", value, "a number");
  const double scale =
      std::pow(10.0, static_cast<double>(whole_argument(arguments, 0, "precision", 0)));
  return Value(Json(std::nearbyint(value.json()->get<double>() * scale) / scale));
}

Result<Value> absolute(const Value& value) {
  if (value.json() == nullptr || !value.json()->is_number()) return wrong("abs", value, "a number");
  if (value.json()->is_number_integer() && whole_of(*value.json()))
    return Value(Json(std::abs(*whole_of(*value.json()))));
  return Value(Json(std::abs(value.json()->get<double>())));
}

// ------------------------------------------------------------------------------------- methods

Result<Value> starts(const std::string& text, const Arguments& arguments, bool at_begin) {
  if (arguments.positional.empty() || arguments.positional[0].json() == nullptr)
    return error(ErrorCode::invalid_argument, "'{}' needs a string",
                 at_begin ? "startswith" : "endswith");
  const Json& given = *arguments.positional[0].json();
  const Json options = given.is_array() ? given : Json::array({given});
  for (const Json& option : options) {
    const std::string part = Value(option).text();
    if (at_begin ? text.starts_with(part) : text.ends_with(part)) return Value(Json(true));
  }
  return Value(Json(false));
}

Result<Value> string_method(std::string_view name, const std::string& text,
                            const Arguments& arguments) {
  const Value* const first = argument(arguments, 0, "sep");
  const bool has_text = first != nullptr && first->string() != nullptr;
  const std::string what = has_text ? *first->string() : std::string(kBlanks);
  if (name == "strip") return Value(Json(stripped(text, what, kLeft | kRight)));
  if (name == "lstrip") return Value(Json(stripped(text, what, kLeft)));
  if (name == "rstrip") return Value(Json(stripped(text, what, kRight)));
  if (name == "startswith" || name == "endswith")
    return starts(text, arguments, name == "startswith");
  if (name == "split") {
    if (has_text && what.empty()) return error(ErrorCode::invalid_argument, "empty separator");
    return Value(split_text(text, has_text ? std::optional(what) : std::nullopt,
                            whole_argument(arguments, 1, "maxsplit", -1)));
  }
  if (name == "splitlines") return Value(lines_of(text));
  if (name == "upper") return Value(Json(mapped(text, upper)));
  if (name == "lower") return Value(Json(mapped(text, lower)));
  if (name == "title") return Value(Json(titled(text)));
  if (name == "capitalize") return Value(Json(capitalized(text)));
  if (name == "replace") return replaced(text, arguments);
  if (name == "join") {
    if (arguments.positional.empty()) return error(ErrorCode::invalid_argument, "join of nothing");
    return join(arguments.positional[0], {.positional = {Json(text)}, .named = {}});
  }
  const std::size_t found = text.find(what);
  if (name == "find")
    return Value(Json(found == std::string::npos
                          ? -1
                          : static_cast<std::int64_t>(code_points(text.substr(0, found)).size())));
  if (name == "count") {
    std::int64_t count = 0;
    for (std::size_t at = found; at != std::string::npos && !what.empty();
         at = text.find(what, at + what.size()))
      ++count;
    return Value(Json(count));
  }
  if (name == "removeprefix")
    return Value(Json(text.starts_with(what) ? text.substr(what.size()) : text));
  SCRIBE_CHECK(name == "removesuffix", "method {}", name);
  return Value(Json(text.ends_with(what) ? text.substr(0, text.size() - what.size()) : text));
}

Result<Value> dict_method(std::string_view name, const Value& owner, const Arguments& arguments) {
  const Json& dict = *owner.json();
  if (name == "items") return Value(items_of(dict));
  if (name == "keys" || name == "values") {
    Json list = Json::array();
    for (const auto& [key, value] : dict.items())
      list.push_back(name == "keys" ? Json(key) : value);
    return Value(std::move(list));
  }
  SCRIBE_CHECK(name == "get", "method {}", name);
  const std::string key = text_argument(arguments, 0, "key");
  if (dict.contains(key)) return owner.part(dict[key]);
  const Value* const otherwise = argument(arguments, 1, "default");
  return otherwise == nullptr ? Value(Json()) : *otherwise;
}

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::ranges::find(names, name) != names.end();
}

}  // namespace

Result<Json> json_of(const Value& value, std::string_view what) {
  if (value.json() != nullptr) return *value.json();
  return wrong(what, value, "a value that JSON has");
}

Result<bool> contains(const Value& whole, const Value& part) {
  if (whole.string() != nullptr) {
    if (part.string() == nullptr) return wrong("in", part, "a string");
    return whole.string()->find(*part.string()) != std::string::npos;
  }
  if (whole.is_undefined()) return false;
  if (whole.space() != nullptr) return whole.space()->contains(part.text());
  if (whole.json() == nullptr || !whole.json()->is_structured())
    return wrong("in", whole, "a list, a string or a dict");
  if (whole.json()->is_object())
    return part.string() != nullptr && whole.json()->contains(*part.string());
  return std::ranges::any_of(*whole.json(),
                             [&](const Json& item) { return are_equal(whole.part(item), part); });
}

Value method_of(const Value& owner, std::string_view name) {
  const std::string called(name);
  if (owner.string() != nullptr &&
      is_one_of(name, {"strip", "lstrip", "rstrip", "startswith", "endswith", "split", "splitlines",
                       "upper", "lower", "title", "capitalize", "replace", "join", "find", "count",
                       "removeprefix", "removesuffix"}))
    return Function([owner, called](const Arguments& arguments) {
      return string_method(called, *owner.string(), arguments);
    });
  if (owner.json()->is_object() && is_one_of(name, {"items", "keys", "values", "get"}))
    return Function([owner, called](const Arguments& arguments) {
      return dict_method(called, owner, arguments);
    });
  return {};
}

Result<Value> apply_filter(std::string_view name, const Value& value, const Arguments& arguments) {
  if (name == "trim")
    return Value(Json(stripped(
        value.text(), text_argument(arguments, 0, "chars", std::string(kBlanks)), kLeft | kRight)));
  if (name == "upper") return Value(Json(mapped(value.text(), upper)));
  if (name == "lower") return Value(Json(mapped(value.text(), lower)));
  if (name == "title") return Value(Json(titled(value.text())));
  if (name == "capitalize") return Value(Json(capitalized(value.text())));
  if (name == "string") return Value(Json(value.text()));
  if (name == "safe") return value;
  if (name == "replace") return replaced(value.text(), arguments);
  if (name == "length" || name == "count") return length(value);
  if (name == "first" || name == "last") return end_of(value, name == "first");
  if (name == "join") return join(value, arguments);
  if (name == "tojson") return tojson(value, arguments);
  if (name == "default" || name == "d") return usual(value, arguments);
  if (name == "int") return to_int(value, arguments);
  if (name == "float") return to_float(value);
  if (name == "indent") return indented(value, arguments);
  if (is_one_of(name, {"select", "reject", "selectattr", "rejectattr"}))
    return chosen(name, value, arguments);
  if (name == "map") return map(value, arguments);
  if (name == "sort") return sorted(value, arguments);
  if (name == "dictsort") return sorted_items(value);
  if (name == "unique") return unique(value);
  if (name == "reverse") return reversed(value);
  if (name == "min" || name == "max") return extreme(value, name == "min");
  if (name == "round") return rounded(value, arguments);
  if (name == "abs") return absolute(value);
  if (name == "list") return list_of(value, "list");
  if (name == "items") {
    if (value.is_undefined()) return Value(Json::array());
    if (value.json() == nullptr || !value.json()->is_object())
      return wrong("items", value, "a dict");
    return Value(items_of(*value.json()));
  }
  return error(ErrorCode::unsupported, "there is no filter '{}' here", name);
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
  if (name == "sequence" || name == "iterable")
    return value.string() != nullptr || (has_json && json->is_structured());
  if (name == "callable") return value.function() != nullptr;
  if (is_one_of(name, {"odd", "even"})) {
    if (!has_json || !json->is_number_integer()) return wrong(name, value, "a whole number");
    return (json->get<std::int64_t>() % 2 != 0) == (name == "odd");
  }
  const Value* const other = argument(arguments, 0, "other");
  if (is_one_of(name, {"eq", "equalto", "==", "sameas", "ne", "!=", "in", "divisibleby"}) &&
      other == nullptr)
    return error(ErrorCode::invalid_argument, "the test '{}' needs a value", name);
  if (is_one_of(name, {"eq", "equalto", "==", "sameas"})) return are_equal(value, *other);
  if (is_one_of(name, {"ne", "!="})) return !are_equal(value, *other);
  if (name == "in") return contains(*other, value);
  if (name == "divisibleby") {
    const std::int64_t by = whole_argument(arguments, 0, "num", 0);
    if (!has_json || !json->is_number_integer() || !whole_of(*json) || by == 0)
      return wrong(name, value, "a whole number and one to divide by");
    return *whole_of(*json) % by == 0;
  }
  return error(ErrorCode::unsupported, "there is no test '{}' here", name);
}

}  // namespace scribe::chat
