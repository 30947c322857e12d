// Filters, tests, and methods of strings, lists and dicts that chat templates use.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "chat/template_value.h"

namespace scribe::chat {

/// The value of `value | name(arguments)`. Errors: unsupported (no such filter), invalid_argument,
/// limit_exceeded.
Result<Value> apply_filter(std::string_view name, const Value& value, const Arguments& arguments);

/// Is `value is name(arguments)`? Errors: unsupported (no such test), invalid_argument.
Result<bool> apply_test(std::string_view name, const Value& value, const Arguments& arguments);

/// The method `name` of a string, list or dict, bound to it; undefined if there is none. Methods
/// that would change a list or dict are not there, as in Jinja's sandbox for chat templates.
/// Requires: the owner is JSON.
Value method_of(const Value& owner, std::string_view name);

/// The items of a list (itself), the characters of a string, the keys of a dict, what a generator
/// has not given yet; none of an undefined value. `what` asks, for errors: invalid_argument.
Result<Value> list_of(const Value& value, std::string_view what);

/// What `x.a.b` is of a value; undefined if it is not there or the value is no JSON.
Value attribute_of(const Value& value, const std::string& path);

/// JSON of a value; kUndefinedItem if it is undefined. Errors: invalid_argument, for what is none.
Result<Json> json_of(const Value& value, std::string_view what);

/// Whether `part` is in `whole`: a substring, an item, a key. Errors: invalid_argument.
Result<bool> contains(const Value& whole, const Value& part);

// -------------------------------------------------------- for the files of filters and methods

/// invalid_argument: 'what' of a value of some kind, what was expected.
Error wrong_value(std::string_view what, const Value& value, std::string_view expected);
/// limit_exceeded: 'what' makes a text of more than kTextBytesMax.
Error too_long(std::string_view what);

/// The argument at `place` or called `name`; null if it was not given.
const Value* argument(const Arguments& arguments, std::size_t place, std::string_view name);
std::string text_argument(const Arguments& arguments, std::size_t place, std::string_view name,
                          std::string usual = {});
std::int64_t whole_argument(const Arguments& arguments, std::size_t place, std::string_view name,
                            std::int64_t usual);
bool flag_argument(const Arguments& arguments, std::size_t place, std::string_view name,
                   bool usual = false);

/// str.replace(), for the filter and the method. Errors: limit_exceeded.
Result<std::string> replaced(const std::string& text, const Arguments& arguments);
/// The filter join, which is the method of its separator too. Errors: as list_of().
Result<Value> join(const Value& value, const Arguments& arguments);
/// Keys and values of a dict, in pairs.
Json items_of(const Json& dict);

}  // namespace scribe::chat
