// Operators, members, indices and slices of values, as Python has them.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "base/result.h"
#include "chat/template_value.h"

namespace scribe::chat {

/// `left name right` for all but "and" and "or". Errors: invalid_argument, limit_exceeded (whole
/// numbers above 9e15, which doubles do not hold; texts and lists too long).
Result<Value> apply_binary(const std::string& name, const Value& left, const Value& right);

/// `name value` for "not", "-" and "+". Errors: as apply_binary().
Result<Value> apply_unary(const std::string& name, const Value& value);

/// `owner.name`: a method or what a dict or namespace holds; undefined if there is none.
/// Errors: invalid_argument, for an undefined owner.
Result<Value> member_of(const Value& owner, const std::string& name);

/// `owner[index]`: undefined if there is none. Errors: as member_of().
Result<Value> element_of(const Value& owner, const Value& index);

/// `owner[begin:end:step]`. Errors: invalid_argument.
Result<Value> slice_of(const Value& owner, std::array<std::optional<std::int64_t>, 3> bounds);

}  // namespace scribe::chat
