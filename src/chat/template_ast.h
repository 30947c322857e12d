// The syntax tree of a chat template.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"

namespace scribe::chat {

struct Expression;
using ExpressionPtr = std::unique_ptr<Expression>;

enum class ExpressionKind {
  constant,
  name,
  list,     ///< `items`
  dict,     ///< `items` are keys and values in turn
  unary,    ///< `text` is "not", "-" or "+"
  binary,   ///< `text` is the operator; "and" and "or" do not look at the right side in vain
  chain,    ///< items[0], then an operator and its right side for each of `named`: a < b < c
  ternary,  ///< items: value, condition, other (may be null)
  member,   ///< items[0].text
  element,  ///< items[0][items[1]]
  slice,    ///< items[0][items[1]:items[2]:items[3]], each of the last three may be null
  call,     ///< items[0](rest of items, named)
  filter,   ///< items[0] | text(rest of items, named)
  test,     ///< items[0] is text(rest of items)
};

struct Expression {
  ExpressionKind kind = ExpressionKind::constant;
  int line = 1;
  std::string text;
  Json constant;
  std::vector<ExpressionPtr> items;
  std::vector<std::pair<std::string, ExpressionPtr>> named;
};

struct Statement;
using Statements = std::vector<Statement>;

enum class StatementKind {
  text,         ///< prints `text`
  output,       ///< prints `value`
  set,          ///< names = value; with `text` the namespace names[0] gets its member `text`
  set_body,     ///< names[0] = what `body` prints, through the filters of `value` if there are some
  filter_body,  ///< prints what `body` prints through the filters of `value`
  scope,        ///< `body`, with the names and values of `parameters`
  when,         ///< if `value` then `body` else `other`
  loop,         ///< for names in value if condition: body, else other
  macro,        ///< names[0](parameters): body
  leave,        ///< break
  skip,         ///< continue
  group,        ///< `body`, as it is
};

/// The name that filters of a body have for what it prints; no template can write it.
inline constexpr const char* kBodyName = "{body}";

struct Statement {
  StatementKind kind = StatementKind::text;
  int line = 1;
  std::string text;
  std::vector<std::string> names;
  ExpressionPtr value;
  ExpressionPtr condition;
  std::vector<std::pair<std::string, ExpressionPtr>> parameters;  ///< with their defaults, or null
  Statements body;
  Statements other;
};

}  // namespace scribe::chat
