// Methods of strings, lists and dicts; each does as Python's does.
#include <algorithm>
#include <optional>

#include "chat/template_format.h"
#include "chat/template_functions.h"
#include "chat/template_text.h"

namespace scribe::chat {
namespace {

Error needs_string(std::string_view name) {
  return error(ErrorCode::invalid_argument, "'{}' needs a string", name);
}

Result<Value> starts(const std::string& text, const Arguments& arguments, std::string_view name) {
  if (arguments.positional.empty() || arguments.positional[0].json() == nullptr)
    return needs_string(name);
  const Json& given = *arguments.positional[0].json();
  const Json options = given.is_array() ? given : Json::array({given});
  bool holds = false;
  for (const Json& option : options) {
    if (!option.is_string()) return needs_string(name);
    const auto& part = option.get_ref<const std::string&>();
    holds = holds || (name == "startswith" ? text.starts_with(part) : text.ends_with(part));
  }
  return Value(Json(holds));
}

/// find(), rfind(), index() and rindex(), in code points.
Result<Value> found(std::string_view name, const std::string& text, const std::string& what) {
  const std::size_t at = name.starts_with('r') ? text.rfind(what) : text.find(what);
  if (at != std::string::npos) return Value(Json(length_of(std::string_view(text).substr(0, at))));
  if (name.ends_with("index"))
    return error(ErrorCode::invalid_argument, "'{}': the text is not in there", name);
  return Value(Json(-1));
}

Value partitioned(const std::string& text, const std::string& what, bool from_right) {
  const std::size_t at = from_right ? text.rfind(what) : text.find(what);
  if (at == std::string::npos)
    return from_right ? Json::array({"", "", text}) : Json::array({text, "", ""});
  return Json::array({text.substr(0, at), what, text.substr(at + what.size())});
}

std::int64_t count_of(const std::string& text, const std::string& what) {
  if (what.empty()) return length_of(text) + 1;
  std::int64_t count = 0;
  for (std::size_t at = text.find(what); at != std::string::npos;
       at = text.find(what, at + what.size()))
    ++count;
  return count;
}

std::string zero_filled(const std::string& text, std::int64_t width) {
  const bool has_sign = text.starts_with('-') || text.starts_with('+');
  return text.substr(0, has_sign ? 1 : 0) + padded(std::string_view(text).substr(has_sign ? 1 : 0),
                                                   width - (has_sign ? 1 : 0), kLeft, '0');
}

std::optional<CharacterClass> class_of(std::string_view name) {
  if (name == "isdigit" || name == "isdecimal" || name == "isnumeric") return CharacterClass::digit;
  if (name == "isalpha") return CharacterClass::letter;
  if (name == "isalnum") return CharacterClass::letter_or_digit;
  if (name == "isspace") return CharacterClass::blank;
  if (name == "isupper") return CharacterClass::upper;
  if (name == "islower") return CharacterClass::lower;
  return std::nullopt;
}

/// Those that need no string as their argument.
Result<Value> plain_method(std::string_view name, const std::string& text,
                           const Arguments& arguments) {
  const Value* const first = argument(arguments, 0, "sep");
  const bool has_text = first != nullptr && first->string() != nullptr;
  const std::optional<std::string> what = has_text ? std::optional(*first->string()) : std::nullopt;
  if (name == "strip") return Value(Json(stripped(text, what, kLeft | kRight)));
  if (name == "lstrip") return Value(Json(stripped(text, what, kLeft)));
  if (name == "rstrip") return Value(Json(stripped(text, what, kRight)));
  if (name == "split" || name == "rsplit") {
    if (has_text && what->empty()) return error(ErrorCode::invalid_argument, "empty separator");
    const std::int64_t most = whole_argument(arguments, 1, "maxsplit", -1);
    return Value(Json(name == "split" ? split_text(text, what, most)
                                      : split_text_from_right(text, what, most)));
  }
  if (name == "splitlines")
    return Value(Json(lines_of(text, flag_argument(arguments, 0, "keepends"))));
  if (name == "upper") return Value(Json(upper_text(text)));
  if (name == "lower" || name == "casefold") return Value(Json(lower_text(text)));
  if (name == "title") return Value(Json(title_text(text)));
  if (name == "capitalize") return Value(Json(capitalized(text)));
  const std::int64_t width = whole_argument(arguments, 0, "width", 0);
  const char fill = text_argument(arguments, 1, "fillchar", " ")[0];
  if (name == "center") return Value(Json(padded(text, width, kLeft | kRight, fill)));
  if (name == "ljust") return Value(Json(padded(text, width, kRight, fill)));
  if (name == "rjust") return Value(Json(padded(text, width, kLeft, fill)));
  if (name == "zfill") return Value(Json(zero_filled(text, width)));
  SCRIBE_CHECK(class_of(name), "method {}", name);
  return Value(Json(is_all(text, *class_of(name))));
}

Result<Value> string_method(std::string_view name, const std::string& text,
                            const Arguments& arguments) {
  if (name == "startswith" || name == "endswith") return starts(text, arguments, name);
  if (name == "format") {
    SCRIBE_TRY_ASSIGN(std::string made, brace_format(text, arguments));
    return Value(Json(std::move(made)));
  }
  if (name == "join") {
    if (arguments.positional.empty()) return error(ErrorCode::invalid_argument, "join of nothing");
    SCRIBE_TRY_ASSIGN(const Value list, list_of(arguments.positional[0], "join"));
    for (const Json& item : *list.json())
      if (!item.is_string())
        return wrong_value("join", list.part(item), "strings (the filter join takes others too)");
    return join(list, {.positional = {Json(text)}, .named = {}});
  }
  if (name == "replace") {
    SCRIBE_TRY_ASSIGN(std::string made, replaced(text, arguments));
    return Value(Json(std::move(made)));
  }
  const bool takes_string = name == "count" || name == "removeprefix" || name == "removesuffix" ||
                            name.ends_with("find") || name.ends_with("index") ||
                            name.ends_with("partition");
  if (!takes_string) return plain_method(name, text, arguments);
  if (arguments.positional.empty() || arguments.positional[0].string() == nullptr)
    return needs_string(name);
  const std::string& what = *arguments.positional[0].string();
  if (name.ends_with("find") || name.ends_with("index")) return found(name, text, what);
  if (name.ends_with("partition")) {
    if (what.empty()) return error(ErrorCode::invalid_argument, "empty separator");
    return partitioned(text, what, name.starts_with('r'));
  }
  if (name == "count") return Value(Json(count_of(text, what)));
  if (name == "removeprefix")
    return Value(Json(text.starts_with(what) ? text.substr(what.size()) : text));
  return Value(Json(text.ends_with(what) ? text.substr(0, text.size() - what.size()) : text));
}

Result<Value> list_method(std::string_view name, const Value& owner, const Arguments& arguments) {
  if (name == "copy") return owner;
  if (arguments.positional.empty())
    return error(ErrorCode::invalid_argument, "'{}' needs a value", name);
  std::int64_t count = 0;
  for (std::size_t i = 0; i < owner.json()->size(); ++i) {
    if (!are_equal(owner.part((*owner.json())[i]), arguments.positional[0])) continue;
    if (name == "index") return Value(Json(i));
    ++count;
  }
  if (name == "index") return error(ErrorCode::invalid_argument, "'index': it is not in the list");
  return Value(Json(count));
}

Result<Value> dict_method(std::string_view name, const Value& owner, const Arguments& arguments) {
  const Json& dict = *owner.json();
  if (name == "copy") return owner;
  if (name == "items") return Value(items_of(dict));
  if (name == "keys") return list_of(owner, "keys");
  if (name == "values") {
    Json list = Json::array();
    for (const auto& [key, value] : dict.items()) list.push_back(value);
    return Value(std::move(list));
  }
  SCRIBE_CHECK(name == "get", "method {}", name);
  const Value* const given = argument(arguments, 0, "key");
  if (given == nullptr) return error(ErrorCode::invalid_argument, "'get' needs a key");
  const std::optional<std::string> key = key_text(*given);
  if (key && dict.contains(*key)) return owner.part(dict[*key]);
  const Value* const otherwise = argument(arguments, 1, "default");
  return otherwise == nullptr ? Value(Json()) : *otherwise;
}

constexpr std::string_view kStringMethods[] = {
    "strip",        "lstrip",  "rstrip",    "startswith", "endswith", "split",      "rsplit",
    "splitlines",   "upper",   "lower",     "casefold",   "title",    "capitalize", "replace",
    "join",         "find",    "rfind",     "index",      "rindex",   "count",      "removeprefix",
    "removesuffix", "format",  "partition", "rpartition", "center",   "ljust",      "rjust",
    "zfill",        "isdigit", "isdecimal", "isnumeric",  "isalpha",  "isalnum",    "isspace",
    "isupper",      "islower"};
constexpr std::string_view kListMethods[] = {"index", "count", "copy"};
constexpr std::string_view kDictMethods[] = {"items", "keys", "values", "get", "copy"};

bool has(std::span<const std::string_view> names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

}  // namespace

Value method_of(const Value& owner, std::string_view name) {
  const std::string called(name);
  if (owner.string() != nullptr && has(kStringMethods, name))
    return Function([owner, called](const Arguments& arguments) -> Result<Value> {
      Arguments escaped = arguments;
      if (owner.is_markup())
        for (Value& value : escaped.positional)
          if (value.string() != nullptr && !value.is_markup())
            value = Json(escaped_html(*value.string()));
      SCRIBE_TRY_ASSIGN(Value made, string_method(called, *owner.string(), escaped));
      if (owner.is_markup() && made.string() != nullptr) return Value::markup(*made.string());
      return made;
    });
  if (owner.json()->is_array() && has(kListMethods, name))
    return Function([owner, called](const Arguments& arguments) {
      return list_method(called, owner, arguments);
    });
  if (owner.json()->is_object() && has(kDictMethods, name))
    return Function([owner, called](const Arguments& arguments) {
      return dict_method(called, owner, arguments);
    });
  return {};
}

}  // namespace scribe::chat
