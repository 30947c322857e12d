// One table of filters; each entry does as Jinja's does.
#include "chat/template_functions.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "chat/template_format.h"
#include "chat/template_text.h"

namespace scribe::chat {
namespace {

/// What is exact as a double too; nothing of other values.
std::optional<std::int64_t> whole_of(const Json& value) {
  constexpr double kWholeMax = 9e15;
  if (!value.is_number() || !(std::abs(value.get<double>()) < kWholeMax)) return std::nullopt;
  return value.get<std::int64_t>();
}

bool is_number(const Json& value) {
  return value.is_number() || value.is_boolean();
}
double number_of(const Json& value) {
  return value.is_boolean() ? (value.get<bool>() ? 1.0 : 0.0) : value.get<double>();
}

/// Strings without regard to case, unless `case_sensitive`; numbers by their value.
/// Errors: invalid_argument, for what Python does not compare.
Result<bool> is_less(const Json& left, const Json& right, bool case_sensitive) {
  if (left.is_string() && right.is_string()) {
    const auto& a = left.get_ref<const std::string&>();
    const auto& b = right.get_ref<const std::string&>();
    return case_sensitive ? a < b : lower_text(a) < lower_text(b);
  }
  if (is_number(left) && is_number(right)) return number_of(left) < number_of(right);
  if (left.is_array() && right.is_array()) return left < right;
  return error(ErrorCode::invalid_argument, "a {} and a {} have no order", left.type_name(),
               right.type_name());
}

/// Sorted by `key(item)`; equal ones stay in their order. Errors: as is_less().
template <typename Key>
Status sort_by(Json& list, bool case_sensitive, bool is_reverse, Key key) {
  std::optional<Error> failure;
  std::vector<std::pair<Json, Json>> items;
  for (Json& item : list) items.emplace_back(key(item), std::move(item));
  // Neighbours have an order or all of them have none: a list is of one kind.
  for (std::size_t i = 1; i < items.size() && !failure; ++i)
    if (auto less = is_less(items[0].first, items[i].first, case_sensitive); !less.ok())
      failure = less.error();
  if (failure) return *failure;
  std::ranges::stable_sort(items, [&](const auto& a, const auto& b) {
    const auto& [first, second] = is_reverse ? std::tie(b, a) : std::tie(a, b);
    return is_less(first.first, second.first, case_sensitive).value();
  });
  for (std::size_t i = 0; i < items.size(); ++i) list[i] = std::move(items[i].second);
  return {};
}

/// What an item is sorted and grouped by.
Json key_of(const Value& list, const Json& item, const std::string& attribute) {
  if (attribute.empty()) return item;
  const Value found = attribute_of(list.part(item), attribute);
  return found.json() == nullptr ? Json() : *found.json();
}

Result<Value> length(const Value& value) {
  if (value.string() != nullptr) return Value(Json(length_of(*value.string())));
  if (value.is_undefined()) return Value(Json(0));
  if (value.json() == nullptr || !value.json()->is_structured())
    return wrong_value("length", value, "a list, a string or a dict");
  return Value(Json(value.json()->size()));
}

Result<Value> end_of(const Value& value, bool first) {
  if (Value::Generator* const generator = value.generator()) {
    if (!first) return wrong_value("last", value, "a list (write '| list' before it)");
    if (generator->taken == generator->items.size()) return Value();
    return Value(generator->items[generator->taken++]);
  }
  if (value.string() != nullptr) {
    const std::int64_t at = first ? 0 : length_of(*value.string()) - 1;
    if (value.string()->empty()) return Value();
    return Value(Json(sliced(*value.string(), at, at + 1, 1)));
  }
  SCRIBE_TRY_ASSIGN(const Value list, list_of(value, first ? "first" : "last"));
  if (list.json()->empty()) return Value();
  return list.part(first ? list.json()->front() : list.json()->back());
}

/// transformers' filter, which is json.dumps().
Result<Value> tojson(const Value& value, const Arguments& arguments) {
  if (value.json() == nullptr || has_undefined(*value.json()))
    return wrong_value("tojson", value, "a value that JSON has");
  constexpr std::int64_t kIndentMax = 16;
  JsonStyle style;
  style.ensure_ascii = flag_argument(arguments, 0, "ensure_ascii");
  style.indent = static_cast<int>(
      std::clamp<std::int64_t>(whole_argument(arguments, 1, "indent", -1), -1, kIndentMax));
  if (style.indent >= 0) style.item_separator = ",";
  style.sort_keys = flag_argument(arguments, 3, "sort_keys");
  const Value* const separators = argument(arguments, 2, "separators");
  if (separators != nullptr && separators->is_true()) {
    const Json* const pair = separators->json();
    if (pair == nullptr || !pair->is_array() || pair->size() != 2 || !(*pair)[0].is_string() ||
        !(*pair)[1].is_string())
      return wrong_value("tojson", *separators, "two strings as separators");
    style.item_separator = (*pair)[0].get<std::string>();
    style.key_separator = (*pair)[1].get<std::string>();
    if (style.item_separator.size() + style.key_separator.size() > kIndentMax)
      return error(ErrorCode::limit_exceeded, "'tojson': separators of more than {} bytes",
                   kIndentMax);
  }
  return Value(Json(python_json(*value.json(), style)));
}

Value usual(const Value& value, const Arguments& arguments) {
  const bool is_missing =
      value.is_undefined() || (flag_argument(arguments, 1, "boolean") && !value.is_true());
  if (!is_missing) return value;
  const Value* const other = argument(arguments, 0, "default_value");
  return other == nullptr ? Value(Json("")) : *other;
}

/// The number that all of a text is; nothing if it is none.
std::optional<double> real_of(const std::string& text) {
  std::string plain = stripped(text, std::nullopt, kLeft | kRight);
  if (plain.starts_with('+')) plain.erase(0, 1);
  double number = 0;
  const auto read = std::from_chars(plain.data(), plain.data() + plain.size(), number);
  if (read.ec != std::errc() || read.ptr != plain.data() + plain.size()) return std::nullopt;
  return number;
}

Result<Value> to_int(const Value& value, const Arguments& arguments) {
  const Json* const json = value.json();
  if (value.is_undefined()) return wrong_value("int", value, "a value");
  const Value* const given = argument(arguments, 0, "default");
  const Value otherwise = given == nullptr ? Value(Json(0)) : *given;
  if (json == nullptr) return otherwise;
  if (json->is_boolean()) return Value(Json(json->get<bool>() ? 1 : 0));
  if (json->is_number()) return whole_of(*json) ? Value(Json(*whole_of(*json))) : otherwise;
  if (!json->is_string()) return otherwise;
  const std::int64_t base = whole_argument(arguments, 1, "base", 10);
  if (base != 10) {
    std::string digits = lower_text(stripped(*value.string(), std::nullopt, kLeft | kRight));
    const std::string_view prefix = base == 16 ? "0x" : base == 8 ? "0o" : "0b";
    if (digits.starts_with(prefix)) digits.erase(0, 2);
    std::int64_t number = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), number,
                                      static_cast<int>(std::clamp<std::int64_t>(base, 2, 36)));
    if (read.ec == std::errc() && read.ptr == digits.data() + digits.size())
      return Value(Json(number));
  }
  const std::optional<double> number = real_of(*value.string());
  if (!number || !(std::abs(*number) < 9e15)) return otherwise;
  return Value(Json(static_cast<std::int64_t>(*number)));
}

Result<Value> to_float(const Value& value, const Arguments& arguments) {
  const Json* const json = value.json();
  if (value.is_undefined()) return wrong_value("float", value, "a value");
  const Value* const given = argument(arguments, 0, "default");
  if (json != nullptr && is_number(*json)) return Value(Json(number_of(*json)));
  const std::optional<double> number =
      value.string() != nullptr ? real_of(*value.string()) : std::nullopt;
  if (number) return Value(Json(*number));
  return given == nullptr ? Value(Json(0.0)) : *given;
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
  const bool with_blank = flag_argument(arguments, 2, "blank");
  std::string text = flag_argument(arguments, 1, "first") ? margin : "";
  bool is_first = true;
  for (const std::string& line : lines_of(value.text() + "\n")) {
    if (!is_first) text += "\n" + (!line.empty() || with_blank ? margin : "");
    is_first = false;
    text += line;
    if (text.size() > kTextBytesMax) return too_long("indent");
  }
  return Value(Json(std::move(text)));
}

/// select, reject, selectattr, rejectattr.
Result<Value> chosen(std::string_view name, const Value& value, const Arguments& arguments) {
  const bool by_attribute = name.ends_with("attr");
  const bool wanted = name.starts_with("select");
  if (!value.is_true()) return Value::generator(Json::array());  // As Jinja: None too.
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
  return Value::generator(std::move(kept));
}

Result<Value> map(const Value& value, const Arguments& arguments) {
  if (!value.is_true()) return Value::generator(Json::array());
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
  return Value::generator(std::move(results));
}

Result<Value> sorted(const Value& value, const Arguments& arguments) {
  SCRIBE_TRY_ASSIGN(const Value given, list_of(value, "sort"));
  Json list = *given.json();
  const std::string attribute = text_argument(arguments, 2, "attribute");
  SCRIBE_TRY(sort_by(list, flag_argument(arguments, 1, "case_sensitive"),
                     flag_argument(arguments, 0, "reverse"),
                     [&](const Json& item) { return key_of(Value(item), item, attribute); }));
  return Value(std::move(list));
}

Result<Value> sorted_items(const Value& value, const Arguments& arguments) {
  if (value.json() == nullptr || !value.json()->is_object())
    return wrong_value("dictsort", value, "a dict");
  const std::string by = text_argument(arguments, 1, "by", "key");
  if (by != "key" && by != "value")
    return error(ErrorCode::invalid_argument, "'dictsort' by '{}', expected key or value", by);
  Json items = items_of(*value.json());
  SCRIBE_TRY(sort_by(items, flag_argument(arguments, 0, "case_sensitive"),
                     flag_argument(arguments, 2, "reverse"),
                     [&](const Json& item) { return item[by == "key" ? 0 : 1]; }));
  return Value(std::move(items));
}

/// Strings that differ in case only are one, unless case_sensitive.
Result<Value> unique(const Value& value, const Arguments& arguments) {
  SCRIBE_TRY_ASSIGN(const Value list, list_of(value, "unique"));
  const bool case_sensitive = flag_argument(arguments, 0, "case_sensitive");
  const std::string attribute = text_argument(arguments, 1, "attribute");
  constexpr std::size_t kUniqueMax = 10'000;  // Each is compared with all.
  Json kept = Json::array();
  Json keys = Json::array();
  for (const Json& item : *list.json()) {
    Json key = key_of(list, item, attribute);
    if (key.is_string() && !case_sensitive) key = lower_text(key.get_ref<const std::string&>());
    if (std::ranges::find(keys, key) != keys.end()) continue;
    if (keys.size() == kUniqueMax)
      return error(ErrorCode::limit_exceeded, "'unique' of more than {} items", kUniqueMax);
    keys.push_back(std::move(key));
    kept.push_back(item);
  }
  return Value::generator(std::move(kept));
}

Result<Value> grouped(const Value& value, const Arguments& arguments) {
  SCRIBE_TRY_ASSIGN(const Value given, list_of(value, "groupby"));
  const std::string attribute = text_argument(arguments, 0, "attribute");
  Json list = *given.json();
  const auto key = [&](const Json& item) { return key_of(Value(item), item, attribute); };
  SCRIBE_TRY(sort_by(list, flag_argument(arguments, 2, "case_sensitive"), false, key));
  const auto folded = [](Json one) {
    return one.is_string() ? Json(lower_text(one.get_ref<const std::string&>())) : one;
  };
  Json groups = Json::array();
  for (const Json& item : list) {
    const Json its_key = key(item);
    if (groups.empty() || folded(groups.back()[0]) != folded(its_key))
      groups.push_back(Json::array({its_key, Json::array()}));
    groups.back()[1].push_back(item);
  }
  return Value(std::move(groups));
}

/// Rows of so many items (batch).
Result<Value> batched(const Value& value, const Arguments& arguments) {
  SCRIBE_TRY_ASSIGN(const Value list, list_of(value, "batch"));
  const std::int64_t size = whole_argument(arguments, 0, "linecount", 0);
  if (size < 1) return error(ErrorCode::invalid_argument, "'batch' needs the size of a row");
  Json rows = Json::array();
  for (const Json& item : *list.json()) {
    if (rows.empty() || std::ssize(rows.back()) == size) rows.push_back(Json::array());
    rows.back().push_back(item);
  }
  const Value* const fill = argument(arguments, 1, "fill_with");
  if (fill != nullptr && fill->json() != nullptr && !fill->json()->is_null() && !rows.empty()) {
    if (size > std::ssize(*list.json()) + 10'000)
      return error(ErrorCode::limit_exceeded, "'batch' fills a row of {}", size);
    while (std::ssize(rows.back()) < size) rows.back().push_back(*fill->json());
  }
  return Value::generator(std::move(rows));
}

Result<Value> reversed(const Value& value) {
  if (value.string() != nullptr)
    return Value(Json(sliced(*value.string(), length_of(*value.string()) - 1, -1, -1)));
  SCRIBE_TRY_ASSIGN(const Value given, list_of(value, "reverse"));
  Json list = *given.json();
  std::reverse(list.begin(), list.end());
  return value.generator() != nullptr ? Value(std::move(list)) : Value::generator(std::move(list));
}

Result<Value> extreme(const Value& value, const Arguments& arguments, bool least) {
  SCRIBE_TRY_ASSIGN(const Value given, list_of(value, least ? "min" : "max"));
  const Json& list = *given.json();
  if (list.empty()) return Value();
  const bool case_sensitive = flag_argument(arguments, 0, "case_sensitive");
  const std::string attribute = text_argument(arguments, 1, "attribute");
  const Json* best = &list.front();
  for (const Json& item : list) {
    const Json key = key_of(given, item, attribute);
    const Json best_key = key_of(given, *best, attribute);
    SCRIBE_TRY_ASSIGN(const bool is_better, least ? is_less(key, best_key, case_sensitive)
                                                  : is_less(best_key, key, case_sensitive));
    if (is_better) best = &item;
  }
  return given.part(*best);
}

Result<Value> sum(const Value& value, const Arguments& arguments) {
  SCRIBE_TRY_ASSIGN(const Value list, list_of(value, "sum"));
  const std::string attribute = text_argument(arguments, 0, "attribute");
  const Value* const start = argument(arguments, 1, "start");
  double total = 0;
  bool is_whole = true;
  const auto add = [&](const Json& one) {
    if (!is_number(one)) return false;
    is_whole = is_whole && !one.is_number_float();
    total += number_of(one);
    return true;
  };
  bool are_numbers = start == nullptr || (start->json() != nullptr && add(*start->json()));
  for (const Json& item : *list.json())
    are_numbers = are_numbers && add(key_of(list, item, attribute));
  if (!are_numbers || !(std::abs(total) < 9e15)) return wrong_value("sum", value, "small numbers");
  return is_whole ? Value(Json(static_cast<std::int64_t>(total))) : Value(Json(total));
}

Result<Value> rounded(const Value& value, const Arguments& arguments) {
  if (value.json() == nullptr || !is_number(*value.json()))
    return wrong_value("round", value, "a number");
  const std::string method = text_argument(arguments, 1, "method", "common");
  const std::int64_t precision = whole_argument(arguments, 0, "precision", 0);
  if (method == "common" && !value.json()->is_number_float() && precision >= 0)
    return Value(Json(static_cast<std::int64_t>(number_of(*value.json()))));
  const double scale = std::pow(10.0, static_cast<double>(precision));
  const double scaled = number_of(*value.json()) * scale;
  if (method == "common") return Value(Json(std::nearbyint(scaled) / scale));
  if (method == "ceil") return Value(Json(std::ceil(scaled) / scale));
  if (method == "floor") return Value(Json(std::floor(scaled) / scale));
  return error(ErrorCode::invalid_argument, "'round' by '{}', expected common, ceil or floor",
               method);
}

Result<Value> absolute(const Value& value) {
  if (value.json() == nullptr || !value.json()->is_number())
    return wrong_value("abs", value, "a number");
  if (value.json()->is_number_integer() && whole_of(*value.json()))
    return Value(Json(std::abs(*whole_of(*value.json()))));
  return Value(Json(std::abs(value.json()->get<double>())));
}

/// Filters whose result is HTML where the value was.
std::optional<std::string> changed_text(std::string_view name, const Value& value,
                                        const Arguments& arguments) {
  if (name == "trim") {
    const Value* const characters = argument(arguments, 0, "chars");
    return stripped(value.text(),
                    characters != nullptr && characters->string() != nullptr
                        ? std::optional<std::string_view>(*characters->string())
                        : std::nullopt,
                    kLeft | kRight);
  }
  if (name == "upper") return upper_text(value.text());
  if (name == "lower") return lower_text(value.text());
  if (name == "capitalize") return capitalized(value.text());
  if (name == "string") return value.text();
  return std::nullopt;
}

Result<Value> text_filter(std::string_view name, const Value& value, const Arguments& arguments) {
  if (name == "safe") return Value::markup(value.text());
  if (name == "escape" || name == "e" || name == "forceescape")
    return value.is_markup() && name != "forceescape" ? value
                                                      : Value::markup(escaped_html(value.text()));
  if (name == "title") return Value(Json(title_words(value.text())));
  if (name == "center")
    return Value(
        Json(padded(value.text(), whole_argument(arguments, 0, "width", 80), kLeft | kRight)));
  SCRIBE_TRY_ASSIGN(std::string text, name == "replace" ? replaced(value.text(), arguments)
                                                        : percent_format(value.text(), arguments));
  return Value(Json(std::move(text)));
}

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::ranges::find(names, name) != names.end();
}

Result<Value> list_filter(std::string_view name, const Value& value, const Arguments& arguments) {
  if (is_one_of(name, {"select", "reject", "selectattr", "rejectattr"}))
    return chosen(name, value, arguments);
  if (name == "map") return map(value, arguments);
  if (name == "sort") return sorted(value, arguments);
  if (name == "dictsort") return sorted_items(value, arguments);
  if (name == "unique") return unique(value, arguments);
  if (name == "groupby") return grouped(value, arguments);
  if (name == "batch") return batched(value, arguments);
  if (name == "reverse") return reversed(value);
  if (name == "min" || name == "max") return extreme(value, arguments, name == "min");
  if (name == "sum") return sum(value, arguments);
  if (name == "list") return list_of(value, "list");
  if (name == "items") {
    if (value.is_undefined()) return Value::generator(Json::array());
    if (value.json() == nullptr || !value.json()->is_object())
      return wrong_value("items", value, "a dict");
    return Value::generator(items_of(*value.json()));
  }
  return error(ErrorCode::unsupported, "there is no filter '{}' here", name);
}

}  // namespace

Error wrong_value(std::string_view what, const Value& value, std::string_view expected) {
  return error(ErrorCode::invalid_argument, "'{}' of {}, expected {}", what, value.kind(),
               expected);
}

Error too_long(std::string_view what) {
  return error(ErrorCode::limit_exceeded, "'{}' makes a text of more than {} bytes", what,
               kTextBytesMax);
}

const Value* argument(const Arguments& arguments, std::size_t place, std::string_view name) {
  if (place < arguments.positional.size()) return &arguments.positional[place];
  for (const auto& [given, value] : arguments.named)
    if (given == name) return &value;
  return nullptr;
}

std::string text_argument(const Arguments& arguments, std::size_t place, std::string_view name,
                          std::string usual) {
  const Value* const value = argument(arguments, place, name);
  if (value == nullptr || (value->json() != nullptr && value->json()->is_null())) return usual;
  return value->text();
}

std::int64_t whole_argument(const Arguments& arguments, std::size_t place, std::string_view name,
                            std::int64_t usual) {
  const Value* const value = argument(arguments, place, name);
  return value == nullptr || value->json() == nullptr ? usual
                                                      : whole_of(*value->json()).value_or(usual);
}

bool flag_argument(const Arguments& arguments, std::size_t place, std::string_view name,
                   bool usual) {
  const Value* const value = argument(arguments, place, name);
  return value == nullptr ? usual : value->is_true();
}

Result<std::string> replaced(const std::string& text, const Arguments& arguments) {
  const std::string from = text_argument(arguments, 0, "old");
  const std::string to = text_argument(arguments, 1, "new");
  std::int64_t count = whole_argument(arguments, 2, "count", -1);
  std::string out;
  std::size_t at = 0;
  if (from.empty()) {  // Before each character, and at the end.
    for (const std::string& character : code_points(text)) {
      if (count-- != 0)
        out += to;
      else
        count = 0;
      out += character;
      if (out.size() > kTextBytesMax) return too_long("replace");
    }
    return count == 0 ? out : out + to;
  }
  for (std::size_t found = text.find(from); found != std::string::npos && count != 0;
       found = text.find(from, at), --count) {
    out.append(text, at, found - at);
    out += to;
    at = found + from.size();
    if (out.size() > kTextBytesMax) return too_long("replace");
  }
  return out + text.substr(at);
}

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

Json items_of(const Json& dict) {
  Json items = Json::array();
  for (const auto& [key, value] : dict.items())
    items.push_back(Json::array({key_value(key), value}));
  return items;
}

Result<Value> list_of(const Value& value, std::string_view what) {
  if (value.is_undefined()) return Value(Json::array());
  if (Value::Generator* const generator = value.generator()) {
    Json rest = Json::array();
    for (; generator->taken < generator->items.size(); ++generator->taken)
      rest.push_back(std::move(generator->items[generator->taken]));
    return Value(std::move(rest));
  }
  if (value.string() != nullptr) return Value(Json(code_points(*value.string())));
  if (value.json() != nullptr && value.json()->is_array()) return value;
  if (value.json() != nullptr && value.json()->is_object()) {
    Json keys = Json::array();
    for (const auto& [key, item] : value.json()->items()) keys.push_back(key_value(key));
    return Value(std::move(keys));
  }
  return wrong_value(what, value, "a list, a string or a dict");
}

Value attribute_of(const Value& value, const std::string& path) {
  if (value.json() == nullptr) return {};
  const Json* at = value.json();
  for (const std::string& name : split_text(path, ".", -1)) {
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

Result<Json> json_of(const Value& value, std::string_view what) {
  if (value.json() != nullptr) return *value.json();
  if (value.is_undefined()) return kUndefinedItem;
  return wrong_value(what, value, "a value that JSON has");
}

Result<Value> apply_filter(std::string_view name, const Value& value, const Arguments& arguments) {
  if (std::optional<std::string> text = changed_text(name, value, arguments))
    return value.is_markup() ? Value::markup(*std::move(text)) : Value(Json(*std::move(text)));
  if (is_one_of(name,
                {"safe", "escape", "e", "forceescape", "title", "center", "replace", "format"}))
    return text_filter(name, value, arguments);
  if (name == "length" || name == "count") return length(value);
  if (name == "first" || name == "last") return end_of(value, name == "first");
  if (name == "join") return join(value, arguments);
  if (name == "tojson") return tojson(value, arguments);
  if (name == "default" || name == "d") return usual(value, arguments);
  if (name == "int") return to_int(value, arguments);
  if (name == "float") return to_float(value, arguments);
  if (name == "indent") return indented(value, arguments);
  if (name == "attr") {
    if (value.json() == nullptr) return Value();
    return method_of(value, text_argument(arguments, 0, "name"));
  }
  if (name == "round") return rounded(value, arguments);
  if (name == "abs") return absolute(value);
  return list_filter(name, value, arguments);
}

}  // namespace scribe::chat
