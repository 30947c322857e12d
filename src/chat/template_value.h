// What expressions of chat templates are made of: JSON, and a few things that are not.
#pragma once

#include <functional>
#include <map>
#include <memory>
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
/// (none, bool, int, float, str, list, dict), a namespace() or something to call. A copy shares its
/// JSON, which never changes, and so does a part: a loop over a conversation copies no message.
class Value {
 public:
  using Namespace = std::map<std::string, Value>;

  Value() = default;  ///< undefined
  Value(Json json) : content_(std::make_shared<const Json>(std::move(json))) {}
  Value(Function function) : content_(std::move(function)) {}
  /// Shared, as it is in Jinja: what is set in one place is seen in all.
  Value(std::shared_ptr<Namespace> space) : content_(std::move(space)) {}

  /// One of the items of json(), or of theirs; all of it stays as long as this does.
  /// Requires: `item` stands within *json().
  Value part(const Json& item) const {
    Value value;
    value.content_ = SharedJson(std::get<SharedJson>(content_), &item);
    return value;
  }

  bool is_undefined() const { return std::holds_alternative<std::monostate>(content_); }
  const Json* json() const {
    const auto* const json = std::get_if<SharedJson>(&content_);
    return json == nullptr ? nullptr : json->get();
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

  std::variant<std::monostate, SharedJson, Function, std::shared_ptr<Namespace>> content_;
};

/// Python's ==: numbers by their value, True is 1.
bool are_equal(const Value& left, const Value& right);
/// Python's repr() of JSON.
std::string python_repr(const Json& value);
/// Python's json.dumps() with ensure_ascii=False; `indent` below 0 is None.
std::string python_json(const Json& value, int indent);
/// Longest string and longest list that a template may make.
inline constexpr std::size_t kTextBytesMax = 4 << 20;
inline constexpr std::size_t kItemsMax = 1 << 20;

/// Is it nested deeper than `depth`?
bool is_deeper_than(const Json& value, int depth);

/// Code points of a UTF-8 text, as substrings.
std::vector<std::string> code_points(const std::string& text);

}  // namespace scribe::chat
