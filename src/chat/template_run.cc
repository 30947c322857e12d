// Walks the syntax tree.
#include "chat/template_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include "chat/template_clock.h"
#include "chat/template_functions.h"
#include "chat/template_operators.h"
#include "chat/template_value.h"

namespace scribe::chat {
namespace {

constexpr std::int64_t kStepsMax = 2'000'000;
constexpr std::size_t kOutputBytesMax = 16 << 20;
constexpr std::size_t kStepBytes = 4096;  // A longer text counts as several steps.
constexpr std::int64_t kLoopSteps = 4;    // Of each turn, which makes a `loop`.
constexpr int kMacroDepthMax = 64;
constexpr int kDepthMax = 100;
constexpr std::size_t kNamespacesMax = 10'000;
constexpr std::int64_t kRangeMax = 100'000;
constexpr std::int64_t kNumberMax = 1'000'000'000'000'000;

enum class Flow { on, leave, skip };

class Run {
 public:
  Run(const Json& context, std::optional<std::int64_t> unix_seconds) : scopes_(1) {
    for (const auto& [name, value] : context.items()) scopes_[0][name] = value;
    add_function("raise_exception", raise);
    add_function("namespace",
                 [this](const Arguments& arguments) { return make_namespace(arguments); });
    add_function("range", make_range);
    add_function("dict", make_dict);
    if (unix_seconds)
      add_function("strftime_now", [now = *unix_seconds](const Arguments& arguments) {
        return time_text(now, arguments);
      });
  }
  /// Namespaces may hold each other: they end here, one by one.
  ~Run() {
    for (const std::shared_ptr<Value::Namespace>& space : spaces_) space->members.clear();
  }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  Result<std::string> print(const Statements& statements) {
    SCRIBE_TRY(run(statements));
    return std::move(output_);
  }

 private:
  using Scope = std::map<std::string, Value>;

  void add_function(const std::string& name, Function function) {
    scopes_[0].try_emplace(name, std::move(function));
  }

  static Result<Value> raise(const Arguments& arguments) {
    return error(ErrorCode::invalid_argument, "the chat template refuses these messages: {}",
                 arguments.positional.empty() ? "" : arguments.positional[0].text());
  }
  static Result<Value> time_text(std::int64_t unix_seconds, const Arguments& arguments) {
    const Value* const format = argument(arguments, 0, "format");
    if (format == nullptr || format->string() == nullptr)
      return error(ErrorCode::invalid_argument, "strftime_now() needs a format, as '%d %b %Y'");
    SCRIBE_TRY_ASSIGN(std::string text, local_time_text(unix_seconds, *format->string()));
    return Value(Json(std::move(text)));
  }
  Result<Value> make_namespace(const Arguments& arguments) {
    if (spaces_.size() == kNamespacesMax)
      return error(ErrorCode::limit_exceeded, "more than {} namespaces", kNamespacesMax);
    auto space = std::make_shared<Value::Namespace>();
    spaces_.push_back(space);
    SCRIBE_TRY_ASSIGN(const Value given,
                      make_dict({.positional = arguments.positional, .named = {}}));
    for (const auto& [name, value] : given.json()->items())
      space->members[name] = given.part(value);
    for (const auto& [name, value] : arguments.named) space->members[name] = value;
    return Value(std::move(space));
  }
  /// Of a dict or a list of pairs, and of named values.
  static Result<Value> make_dict(const Arguments& arguments) {
    Json dict = Json::object();
    if (!arguments.positional.empty()) {
      const Json* const given = arguments.positional[0].json();
      const auto is_pair = [](const Json& item) {
        return item.is_array() && item.size() == 2 && item[0].is_string();
      };
      if (given != nullptr && given->is_object())
        dict = *given;
      else if (given != nullptr && given->is_array() && std::ranges::all_of(*given, is_pair))
        for (const Json& pair : *given) dict[pair[0].get<std::string>()] = pair[1];
      else
        return error(ErrorCode::invalid_argument,
                     "dict() of {}, expected a dict or a list of pairs",
                     arguments.positional[0].kind());
    }
    for (const auto& [name, value] : arguments.named) {
      SCRIBE_TRY_ASSIGN(dict[name], json_of(value, "dict"));
    }
    return within_depth(std::move(dict));
  }
  static Result<Value> make_range(const Arguments& arguments) {
    std::vector<std::int64_t> numbers;
    for (const Value& value : arguments.positional) {
      if (value.json() == nullptr || !value.json()->is_number_integer())
        return error(ErrorCode::invalid_argument, "range() of {}, expected whole numbers",
                     value.kind());
      numbers.push_back(std::clamp(value.json()->get<std::int64_t>(), -kNumberMax, kNumberMax));
    }
    if (numbers.empty() || numbers.size() > 3 || (numbers.size() == 3 && numbers[2] == 0))
      return error(ErrorCode::invalid_argument, "range() needs one to three numbers");
    const std::int64_t begin = numbers.size() == 1 ? 0 : numbers[0];
    const std::int64_t end = numbers.size() == 1 ? numbers[0] : numbers[1];
    const std::int64_t step = numbers.size() == 3 ? numbers[2] : 1;
    Json list = Json::array();
    for (std::int64_t i = begin; step > 0 ? i < end : i > end; i += step) {
      if (std::ssize(list) == kRangeMax)
        return error(ErrorCode::limit_exceeded, "range() of more than {} numbers", kRangeMax);
      list.push_back(i);
    }
    return Value(std::move(list));
  }

  static Error at_line(int line, Error failure) {
    if (failure.message().starts_with("chat template, line ")) return failure;
    return error(failure.code(), "chat template, line {}: {}", line, failure.message());
  }

  Status count_step() {
    if (++steps_ <= kStepsMax && output_.size() <= kOutputBytesMax) return {};
    return error(ErrorCode::limit_exceeded,
                 "the chat template takes more than {} steps or prints more than {} bytes",
                 kStepsMax, kOutputBytesMax);
  }

  // -------------------------------------------------------------------------------- statements

  Result<Flow> run(const Statements& statements) {
    for (const Statement& statement : statements) {
      SCRIBE_TRY(count_step());
      Result<Flow> flow = run(statement);
      if (!flow.ok()) return at_line(statement.line, std::move(flow).error());
      if (flow.value() != Flow::on) return flow;
    }
    return Flow::on;
  }

  Result<Flow> run(const Statement& statement) {
    switch (statement.kind) {
      case StatementKind::text:
        output_ += statement.text;
        return Flow::on;
      case StatementKind::output: {
        SCRIBE_TRY_ASSIGN(const Value value, evaluate(*statement.value));
        if (value.generator() != nullptr)
          return error(ErrorCode::invalid_argument,
                       "a generator has no text; write '| list' or '| join' behind it");
        output_ += value.text();
        return Flow::on;
      }
      case StatementKind::set: {
        SCRIBE_TRY_ASSIGN(Value value, evaluate(*statement.value));
        SCRIBE_TRY(assign(statement, std::move(value)));
        return Flow::on;
      }
      case StatementKind::set_body: {
        SCRIBE_TRY_ASSIGN(Value text, filtered_body(statement));
        SCRIBE_TRY(assign(statement, std::move(text)));
        return Flow::on;
      }
      case StatementKind::filter_body: {
        SCRIBE_TRY_ASSIGN(const Value text, filtered_body(statement));
        output_ += text.text();
        return Flow::on;
      }
      case StatementKind::scope:
        return scope(statement);
      case StatementKind::when: {
        SCRIBE_TRY_ASSIGN(const Value condition, evaluate(*statement.value));
        return run(condition.is_true() ? statement.body : statement.other);
      }
      case StatementKind::loop:
        return loop(statement);
      case StatementKind::macro:
        scopes_.back()[statement.names[0]] = macro(statement);
        return Flow::on;
      case StatementKind::leave:
        return Flow::leave;
      case StatementKind::skip:
        return Flow::skip;
      case StatementKind::group:
        return run(statement.body);
    }
    return Flow::on;
  }

  /// What the statements print, aside.
  Result<std::string> printed(const Statements& statements) {
    std::string before = std::move(output_);
    output_.clear();
    Result<Flow> flow = run(statements);
    std::string text = std::exchange(output_, std::move(before));
    if (!flow.ok()) return std::move(flow).error();
    return text;
  }

  /// What the body prints, through the filters of `value` if there are some.
  Result<Value> filtered_body(const Statement& statement) {
    scopes_.emplace_back();  // What is set in there is seen in there alone.
    Result<std::string> text = printed(statement.body);
    scopes_.pop_back();
    if (!text.ok()) return std::move(text).error();
    if (statement.value == nullptr) return Value(Json(std::move(text).value()));
    scopes_.emplace_back();
    scopes_.back()[kBodyName] = Json(std::move(text).value());
    Result<Value> filtered = evaluate(*statement.value);
    scopes_.pop_back();
    return filtered;
  }

  /// {% with %}: the values do not see each other.
  Result<Flow> scope(const Statement& statement) {
    Scope names;
    for (const auto& [name, value] : statement.parameters) {
      SCRIBE_TRY_ASSIGN(names[name], evaluate(*value));
    }
    scopes_.push_back(std::move(names));
    Result<Flow> flow = run(statement.body);
    scopes_.pop_back();
    return flow;
  }

  Status assign(const Statement& statement, Value value) {
    if (!statement.text.empty()) {
      const Value owner = find(statement.names[0]);
      if (owner.space() == nullptr || owner.space()->is_fixed)
        return error(ErrorCode::invalid_argument, "'{}' is {}, expected a namespace",
                     statement.names[0], owner.kind());
      owner.space()->members[statement.text] = std::move(value);
      return {};
    }
    return bind(statement.names, std::move(value));
  }

  /// Several names take the items of a list.
  Status bind(const std::vector<std::string>& names, Value value) {
    if (names.size() == 1) {
      scopes_.back()[names[0]] = std::move(value);
      return {};
    }
    const Json* const items = value.json();
    if (items == nullptr || !items->is_array() || items->size() != names.size())
      return error(ErrorCode::invalid_argument, "expected {} values, got {}", names.size(),
                   value.kind());
    for (std::size_t i = 0; i < names.size(); ++i)
      scopes_.back()[names[i]] = value.part((*items)[i]);
    return {};
  }

  Result<Flow> loop(const Statement& statement) {
    SCRIBE_TRY_ASSIGN(const Value sequence, evaluate(*statement.value));
    SCRIBE_TRY_ASSIGN(const Value as_list, list_of(sequence, "for"));
    scopes_.emplace_back();
    Result<Flow> flow = loop_over(statement, as_list);
    scopes_.pop_back();
    return flow;
  }

  Result<Flow> loop_over(const Statement& statement, const Value& list) {
    std::vector<Value> items;
    for (const Json& json : *list.json()) {
      Value item = list.part(json);
      if (statement.condition != nullptr) {
        SCRIBE_TRY(count_step());
        SCRIBE_TRY(bind(statement.names, item));
        SCRIBE_TRY_ASSIGN(const Value holds, evaluate(*statement.condition));
        if (!holds.is_true()) continue;
      }
      items.push_back(std::move(item));
    }
    if (items.empty()) return run(statement.other);
    const std::size_t count = items.size();
    for (std::size_t i = 0; i < count; ++i) {
      scopes_.back().clear();
      SCRIBE_TRY(bind(statement.names, items[i]));
      steps_ += kLoopSteps;
      SCRIBE_TRY(count_step());
      scopes_.back()["loop"] = loop_at(items, i);
      SCRIBE_TRY_ASSIGN(const Flow flow, run(statement.body));
      if (flow == Flow::leave) break;
    }
    return Flow::on;
  }

  static Value loop_at(const std::vector<Value>& items, std::size_t i) {
    const std::size_t count = items.size();
    auto loop = std::make_shared<Value::Namespace>();
    loop->is_fixed = true;
    Scope& members = loop->members;
    members["index"] = Json(i + 1);
    members["index0"] = Json(i);
    members["revindex"] = Json(count - i);
    members["revindex0"] = Json(count - i - 1);
    members["first"] = Json(i == 0);
    members["last"] = Json(i + 1 == count);
    members["length"] = Json(count);
    members["depth"] = Json(1);
    members["depth0"] = Json(0);
    if (i > 0) members["previtem"] = items[i - 1];
    if (i + 1 < count) members["nextitem"] = items[i + 1];
    members["cycle"] = Function([i](const Arguments& arguments) -> Result<Value> {
      if (arguments.positional.empty())
        return error(ErrorCode::invalid_argument, "loop.cycle() needs values");
      return arguments.positional[i % arguments.positional.size()];
    });
    return Value(std::move(loop));
  }

  /// A macro sees the names of the template's own level and its parameters.
  Value macro(const Statement& statement) {
    return Function([this, &statement](const Arguments& arguments) -> Result<Value> {
      if (arguments.positional.size() > statement.parameters.size())
        return error(ErrorCode::invalid_argument, "'{}' takes {} arguments, got {}",
                     statement.names[0], statement.parameters.size(), arguments.positional.size());
      if (macro_depth_ == kMacroDepthMax)
        return error(ErrorCode::limit_exceeded, "macros call each other more than {} deep",
                     kMacroDepthMax);
      for (const auto& [name, value] : arguments.named)
        if (std::ranges::find(statement.parameters, name, [](const auto& one) {
              return one.first;
            }) == statement.parameters.end())
          return error(ErrorCode::invalid_argument, "'{}' takes no argument '{}'",
                       statement.names[0], name);
      std::vector<Scope> hidden(std::make_move_iterator(scopes_.begin() + 1),
                                std::make_move_iterator(scopes_.end()));
      scopes_.resize(1);
      scopes_.emplace_back();
      ++macro_depth_;
      const Status bound = bind_parameters(statement, arguments);
      Result<std::string> text = bound.ok() ? printed(statement.body) : bound.error();
      --macro_depth_;
      scopes_.resize(1);
      std::ranges::move(hidden, std::back_inserter(scopes_));
      if (!text.ok()) return std::move(text).error();
      return Value(Json(std::move(text).value()));
    });
  }

  /// In the macro's own scope, where a default sees the parameters before it.
  Status bind_parameters(const Statement& macro, const Arguments& arguments) {
    for (std::size_t i = 0; i < macro.parameters.size(); ++i) {
      const auto& [name, usual] = macro.parameters[i];
      const Value* const given = argument(arguments, i, name);
      if (given != nullptr) {
        scopes_.back()[name] = *given;
      } else if (usual != nullptr) {
        SCRIBE_TRY_ASSIGN(Value value, evaluate(*usual));
        scopes_.back()[name] = std::move(value);
      } else {
        scopes_.back()[name] = Value();
      }
    }
    return {};
  }

  // ------------------------------------------------------------------------------- expressions

  Value find(const std::string& name) const {
    for (auto scope = scopes_.rbegin(); scope != scopes_.rend(); ++scope)
      if (const auto found = scope->find(name); found != scope->end()) return found->second;
    return {};
  }

  Result<Value> evaluate(const Expression& expression) {
    SCRIBE_TRY(count_step());
    Result<Value> value = value_of(expression);
    if (!value.ok()) return at_line(expression.line, std::move(value).error());
    if (const std::string* const text = value.value().string()) {
      steps_ += static_cast<std::int64_t>(text->size() / kStepBytes);
      if (text->size() > kTextBytesMax)
        return error(ErrorCode::limit_exceeded,
                     "chat template, line {}: a text of more than {} bytes", expression.line,
                     kTextBytesMax);
    }
    return value;
  }

  Result<Value> value_of(const Expression& expression) {
    switch (expression.kind) {
      case ExpressionKind::constant:
        return Value(expression.constant);
      case ExpressionKind::name:
        return find(expression.text);
      case ExpressionKind::list:
        return list(expression);
      case ExpressionKind::dict:
        return dict(expression);
      case ExpressionKind::unary: {
        SCRIBE_TRY_ASSIGN(const Value value, evaluate(*expression.items[0]));
        return apply_unary(expression.text, value);
      }
      case ExpressionKind::binary:
        return binary(expression);
      case ExpressionKind::chain:
        return chain(expression);
      case ExpressionKind::ternary: {
        SCRIBE_TRY_ASSIGN(const Value condition, evaluate(*expression.items[1]));
        if (condition.is_true()) return evaluate(*expression.items[0]);
        if (expression.items[2] == nullptr) return Value();
        return evaluate(*expression.items[2]);
      }
      case ExpressionKind::member: {
        SCRIBE_TRY_ASSIGN(const Value owner, evaluate(*expression.items[0]));
        return member_of(owner, expression.text);
      }
      case ExpressionKind::element: {
        SCRIBE_TRY_ASSIGN(const Value owner, evaluate(*expression.items[0]));
        SCRIBE_TRY_ASSIGN(const Value index, evaluate(*expression.items[1]));
        if (owner.string() != nullptr) count_size(owner);
        return element_of(owner, index);
      }
      case ExpressionKind::slice:
        return slice(expression);
      case ExpressionKind::call:
        return call(expression);
      case ExpressionKind::filter:
        return filter(expression);
      case ExpressionKind::test: {
        SCRIBE_TRY_ASSIGN(const Value value, evaluate(*expression.items[0]));
        SCRIBE_TRY_ASSIGN(const Arguments arguments, arguments_of(expression));
        SCRIBE_TRY_ASSIGN(const bool holds, apply_test(expression.text, value, arguments));
        return Value(Json(holds));
      }
    }
    return Value();
  }

  Result<Arguments> arguments_of(const Expression& expression) {
    Arguments arguments;
    for (std::size_t i = 1; i < expression.items.size(); ++i) {
      SCRIBE_TRY_ASSIGN(Value value, evaluate(*expression.items[i]));
      arguments.positional.push_back(std::move(value));
    }
    for (const auto& [name, item] : expression.named) {
      SCRIBE_TRY_ASSIGN(Value value, evaluate(*item));
      arguments.named.emplace_back(name, std::move(value));
    }
    return arguments;
  }

  Result<Value> list(const Expression& expression) {
    Json items = Json::array();
    for (const ExpressionPtr& item : expression.items) {
      SCRIBE_TRY_ASSIGN(const Value value, evaluate(*item));
      SCRIBE_TRY_ASSIGN(Json json, json_of(value, "an item of a list"));
      items.push_back(std::move(json));
    }
    SCRIBE_TRY_ASSIGN(Value made, within_depth(std::move(items)));
    return counted(std::move(made));
  }

  static Result<Value> within_depth(Json made) {
    if (is_deeper_than(made, kDepthMax))
      return error(ErrorCode::limit_exceeded, "lists and dicts nested deeper than {}", kDepthMax);
    return Value(std::move(made));
  }

  Result<Value> dict(const Expression& expression) {
    Json items = Json::object();
    for (std::size_t i = 0; i < expression.items.size(); i += 2) {
      SCRIBE_TRY_ASSIGN(const Value key, evaluate(*expression.items[i]));
      SCRIBE_TRY_ASSIGN(const Value value, evaluate(*expression.items[i + 1]));
      const std::optional<std::string> text = key_text(key);
      if (!text) return error(ErrorCode::invalid_argument, "{} as the key of a dict", key.kind());
      SCRIBE_TRY_ASSIGN(items[*text], json_of(value, "a value of a dict"));
    }
    SCRIBE_TRY_ASSIGN(Value made, within_depth(std::move(items)));
    return counted(std::move(made));
  }

  Result<Value> slice(const Expression& expression) {
    SCRIBE_TRY_ASSIGN(const Value owner, evaluate(*expression.items[0]));
    std::array<std::optional<std::int64_t>, 3> bounds;
    for (std::size_t i = 0; i < bounds.size(); ++i) {
      if (expression.items[i + 1] == nullptr) continue;
      SCRIBE_TRY_ASSIGN(const Value bound, evaluate(*expression.items[i + 1]));
      if (bound.json() != nullptr && bound.json()->is_null()) continue;
      if (bound.json() == nullptr || !bound.json()->is_number_integer())
        return error(ErrorCode::invalid_argument, "{} as a bound of a slice", bound.kind());
      bounds[i] = bound.json()->get<std::int64_t>();
    }
    if (owner.string() != nullptr) count_size(owner);
    SCRIBE_TRY_ASSIGN(Value part, slice_of(owner, bounds));
    return counted(std::move(part));
  }

  Result<Value> binary(const Expression& expression) {
    const std::string& name = expression.text;
    SCRIBE_TRY_ASSIGN(const Value left, evaluate(*expression.items[0]));
    if (name == "and" && !left.is_true()) return left;
    if (name == "or" && left.is_true()) return left;
    SCRIBE_TRY_ASSIGN(const Value right, evaluate(*expression.items[1]));
    if (name == "and" || name == "or") return right;
    if (name == "in" || name == "not in") count_size(right);
    SCRIBE_TRY_ASSIGN(Value made, apply_binary(name, left, right));
    return counted(std::move(made));
  }

  /// a < b < c: each side is evaluated once, and none in vain.
  Result<Value> chain(const Expression& expression) {
    SCRIBE_TRY_ASSIGN(Value left, evaluate(*expression.items[0]));
    Value holds;
    for (const auto& [name, item] : expression.named) {
      SCRIBE_TRY_ASSIGN(Value right, evaluate(*item));
      SCRIBE_TRY_ASSIGN(holds, apply_binary(name, left, right));
      if (!holds.is_true()) break;
      left = std::move(right);
    }
    return holds;
  }

  Result<Value> call(const Expression& expression) {
    const Expression& called = *expression.items[0];
    SCRIBE_TRY_ASSIGN(const Value function, evaluate(called));
    SCRIBE_TRY_ASSIGN(const Arguments arguments, arguments_of(expression));
    if (function.function() == nullptr)
      return error(ErrorCode::invalid_argument, "{}{} is called like a function",
                   called.text.empty() ? "" : fmt::format("'{}', ", called.text), function.kind());
    SCRIBE_TRY_ASSIGN(Value made, (*function.function())(arguments));
    return counted(std::move(made));
  }

  Result<Value> filter(const Expression& expression) {
    SCRIBE_TRY_ASSIGN(const Value value, evaluate(*expression.items[0]));
    SCRIBE_TRY_ASSIGN(const Arguments arguments, arguments_of(expression));
    count_size(value);
    SCRIBE_TRY_ASSIGN(Value made, apply_filter(expression.text, value, arguments));
    if (made.generator() != nullptr || expression.text == "sort" || expression.text == "groupby")
      return counted(std::move(made));
    return made;
  }

  /// A made list or dict takes steps for what was copied into it.
  Result<Value> counted(Value made) {
    if (made.json() != nullptr && made.json()->is_structured()) steps_ += copy_steps(*made.json());
    if (made.generator() != nullptr)  // Each item was asked for by name.
      steps_ += 2 * copy_steps(made.generator()->items);
    return made;
  }

  /// Looking at all items, or at all of a text character by character, takes steps too.
  void count_size(const Value& value) {
    constexpr std::size_t kItemsPerStep = 64;
    constexpr std::size_t kCharactersPerStep = 512;
    if (const std::string* const text = value.string(); text != nullptr)
      steps_ += static_cast<std::int64_t>(text->size() / kCharactersPerStep);
    else if (value.json() != nullptr)
      steps_ += static_cast<std::int64_t>(value.json()->size() / kItemsPerStep);
  }

  std::vector<Scope> scopes_;
  std::vector<std::shared_ptr<Value::Namespace>> spaces_;  // Shared with values.
  std::string output_;
  std::int64_t steps_ = 0;
  int macro_depth_ = 0;
};

}  // namespace

Result<std::string> run_template(const Statements& statements, const Json& context,
                                 std::optional<std::int64_t> unix_seconds) {
  return Run(context, unix_seconds).print(statements);
}

}  // namespace scribe::chat
