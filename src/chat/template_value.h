// What expressions of chat templates are made of: JSON, and a few things that are not.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace scribe::chat {

class Value;

struct Arguments {
  std::vector<Value> positional;
  std::vector<std::pair<std::string, Value>> named;
};

using Function = std::function<Result<Value>(const Arguments&)>;

/// A value of Jinja's language as far as chat templates need it: nothing defined, a JSON value
/// (none, bool, int, float, str, list, dict), a generator, a namespace() or something to call. A
/// copy shares its JSON, which never changes, and so does a part: a loop over a conversation copies
/// no message.
///
/// Within lists and dicts what is undefined is kUndefinedItem, and a key that is no string is
/// written as key_text() does.
class Value {
 public:
  struct Namespace;
  /// What map() and its like give in Jinja: true whatever is in it, and read only once.
  struct Generator {
    Json items;
    std::size_t taken = 0;
  };

  Value() = default;  ///< undefined
  Value(Json json) {
    if (!json.is_binary()) content_ = std::make_shared<const Json>(std::move(json));
  }
  Value(Function function) : content_(std::move(function)) {}
  /// Shared, as it is in Jinja: what is set in one place is seen in all.
  Value(std::shared_ptr<Namespace> space) : content_(std::move(space)) {}
  static Value generator(Json items) {
    Value value;
    value.content_ = std::make_shared<Generator>(Generator{std::move(items)});
    return value;
  }
  /// A string that is HTML already: what is added to it is escaped (`safe`, `escape`).
  static Value markup(std::string text) {
    Value value(Json(std::move(text)));
    value.is_markup_ = true;
    return value;
  }

  /// One of the items of json(), or of theirs; all of it stays as long as this does.
  /// Requires: `item` stands within *json().
  Value part(const Json& item) const {
    Value value;
    if (!item.is_binary()) value.content_ = SharedJson(std::get<SharedJson>(content_), &item);
    return value;
  }

  bool is_undefined() const { return std::holds_alternative<std::monostate>(content_); }
  bool is_markup() const { return is_markup_; }
  /// Null for a generator too.
  const Json* json() const {
    const auto* const json = std::get_if<SharedJson>(&content_);
    return json == nullptr ? nullptr : json->get();
  }
  Generator* generator() const {
    const auto* const given = std::get_if<std::shared_ptr<Generator>>(&content_);
    return given == nullptr ? nullptr : given->get();
  }
  const Function* function() const { return std::get_if<Function>(&content_); }
  Namespace* space() const {
    const auto* const space = std::get_if<std::shared_ptr<Namespace>>(&content_);
    return space == nullptr ? nullptr : space->get();
  }
  const std::string* string() const {
    return json() != nullptr && json()->is_string() ? json()->get_ptr<const std::string*>()
                                                    : nullptr;
  }

  /// Python's truth.
  bool is_true() const;
  /// As it is printed: Python's str(); "" if undefined.
  std::string text() const;
  /// "an undefined value", "a string" ... for errors.
  std::string kind() const;

 private:
  using SharedJson = std::shared_ptr<const Json>;  // By copies and parts.

  // Generators and namespaces are shared by copies.
  std::variant<std::monostate, SharedJson, std::shared_ptr<Generator>, Function,
               std::shared_ptr<Namespace>>
      content_;
  bool is_markup_ = false;
};

/// What namespace() makes, and the `loop` of a loop, whose members are fixed.
struct Value::Namespace {
  std::map<std::string, Value> members;
  bool is_fixed = false;
};

/// Stands for an undefined value in a list or dict.
inline const Json kUndefinedItem = Json::binary({});

/// The key of a dict: a string as it is; of another scalar its JSON behind a byte that UTF-8 never
/// has. Nothing for lists, dicts and what is no JSON.
std::optional<std::string> key_text(const Value& key);
/// The value that a key stands for.
Json key_value(const std::string& key);

/// Python's ==: numbers by their value, True is 1.
bool are_equal(const Value& left, const Value& right);
/// Python's repr() of JSON.
std::string python_repr(const Json& value);
/// The arguments of Python's json.dumps().
struct JsonStyle {
  int indent = -1;  ///< blanks for each level; below 0 is None
  bool ensure_ascii = false;
  bool sort_keys = false;
  std::string item_separator = ", ";
  std::string key_separator = ": ";
};
/// Python's json.dumps(); kUndefinedItem must not be in there.
std::string python_json(const Json& value, const JsonStyle& style);
/// Is kUndefinedItem in there?
bool has_undefined(const Json& value);

/// Longest string and longest list that a template may make.
inline constexpr std::size_t kTextBytesMax = 4 << 20;
inline constexpr std::size_t kItemsMax = 1 << 20;

/// Is it nested deeper than `depth`?
bool is_deeper_than(const Json& value, int depth);

/// What copying a value costs, in steps of a run.
std::int64_t copy_steps(const Json& value);

/// Code points of a UTF-8 text, as substrings.
std::vector<std::string> code_points(const std::string& text);

}  // namespace scribe::chat
