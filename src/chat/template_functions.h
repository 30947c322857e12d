// Filters, tests, and methods of strings and dicts that chat templates use.
#pragma once

#include <string>
#include <string_view>

#include "chat/template_value.h"

namespace scribe::chat {

/// The value of `value | name(arguments)`. Errors: unsupported (no such filter), invalid_argument.
Result<Value> apply_filter(std::string_view name, const Value& value, const Arguments& arguments);

/// Is `value is name(arguments)`? Errors: unsupported (no such test), invalid_argument.
Result<bool> apply_test(std::string_view name, const Value& value, const Arguments& arguments);

/// The method `name` of a string, list or dict, bound to it; undefined if there is none.
/// Requires: the owner is JSON.
Value method_of(const Value& owner, std::string_view name);

/// JSON of a value. Errors: invalid_argument, for what is none.
Result<Json> json_of(const Value& value, std::string_view what);

/// Whether `part` is in `whole`: a substring, an item, a key. Errors: invalid_argument.
Result<bool> contains(const Value& whole, const Value& part);

}  // namespace scribe::chat
