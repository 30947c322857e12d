// Walks the syntax tree.
#include "chat/template_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>

#include "chat/template_functions.h"
#include "chat/template_value.h"

namespace scribe::chat {
namespace {

constexpr std::int64_t kStepsMax = 2'000'000;
constexpr std::size_t kOutputBytesMax = 16 << 20;
constexpr std::size_t kStepBytes = 4096;  // A longer text counts as several steps.
constexpr int kMacroDepthMax = 64;
constexpr int kDepthMax = 100;
constexpr std::int64_t kRangeMax = 100'000;
constexpr std::int64_t kNumberMax = 1'000'000'000'000'000;

enum class Flow { on, leave, skip };

class Run {
 public:
  explicit Run(const Json& context) : scopes_(1) {
    for (const auto& [name, value] : context.items()) scopes_[0][name] = value;
    add_function("raise_exception", raise);
    add_function("namespace", make_namespace);
    add_function("range", make_range);
    add_function("dict", make_dict);
  }

  Result<std::string> print(const Statements& statements) {
    SCRIBE_TRY(run(statements));
    return std::move(output_);
  }

 private:
  using Scope = std::map<std::string, Value>;

  void add_function(const std::string& name, Result<Value> (*function)(const Arguments&)) {
    scopes_[0].try_emplace(name, Function(function));
  }

  static Result<Value> raise(const Arguments& arguments) {
    return error(ErrorCode::invalid_argument, "the chat template refuses these messages: {}",
                 arguments.positional.empty() ? "" : arguments.positional[0].text());
  }
  static Result<Value> make_namespace(const Arguments& arguments) {
    auto space = std::make_shared<Value::Namespace>();
    for (const auto& [name, value] : arguments.named) (*space)[name] = value;
    return Value(std::move(space));
  }
  static Result<Value> make_dict(const Arguments& arguments) {
    Json dict = Json::object();
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
        output_ += value.text();
        return Flow::on;
      }
      case StatementKind::set: {
        SCRIBE_TRY_ASSIGN(Value value, evaluate(*statement.value));
        SCRIBE_TRY(assign(statement, std::move(value)));
        return Flow::on;
      }
      case StatementKind::set_body: {
        SCRIBE_TRY_ASSIGN(std::string text, printed(statement.body));
        SCRIBE_TRY(assign(statement, Json(std::move(text))));
        return Flow::on;
      }
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

  Status assign(const Statement& statement, Value value) {
    if (!statement.text.empty()) {
      const Value owner = find(statement.names[0]);
      if (owner.space() == nullptr)
        return error(ErrorCode::invalid_argument, "'{}' is {}, expected a namespace",
                     statement.names[0], owner.kind());
      (*owner.space())[statement.text] = std::move(value);
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
    SCRIBE_TRY_ASSIGN(const Value as_list, apply_filter("list", sequence, {}));
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
      auto loop = std::make_shared<Value::Namespace>();
      (*loop)["index"] = Json(i + 1);
      (*loop)["index0"] = Json(i);
      (*loop)["revindex"] = Json(count - i);
      (*loop)["revindex0"] = Json(count - i - 1);
      (*loop)["first"] = Json(i == 0);
      (*loop)["last"] = Json(i + 1 == count);
      (*loop)["length"] = Json(count);
      if (i > 0) (*loop)["previtem"] = items[i - 1];
      if (i + 1 < count) (*loop)["nextitem"] = items[i + 1];
      scopes_.back()["loop"] = std::move(loop);
      SCRIBE_TRY_ASSIGN(const Flow flow, run(statement.body));
      if (flow == Flow::leave) break;
    }
    return Flow::on;
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
      Scope parameters;
      for (std::size_t i = 0; i < statement.parameters.size(); ++i) {
        const auto& [name, usual] = statement.parameters[i];
        const auto named =
            std::ranges::find(arguments.named, name, [](const auto& given) { return given.first; });
        if (i < arguments.positional.size()) {
          parameters[name] = arguments.positional[i];
        } else if (named != arguments.named.end()) {
          parameters[name] = named->second;
        } else if (usual != nullptr) {
          SCRIBE_TRY_ASSIGN(parameters[name], evaluate(*usual));
        }
      }
      std::vector<Scope> hidden(std::make_move_iterator(scopes_.begin() + 1),
                                std::make_move_iterator(scopes_.end()));
      scopes_.resize(1);
      scopes_.push_back(std::move(parameters));
      ++macro_depth_;
      Result<std::string> text = printed(statement.body);
      --macro_depth_;
      scopes_.resize(1);
      std::ranges::move(hidden, std::back_inserter(scopes_));
      if (!text.ok()) return std::move(text).error();
      return Value(Json(std::move(text).value()));
    });
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
      case ExpressionKind::unary:
        return unary(expression);
      case ExpressionKind::binary:
        return binary(expression);
      case ExpressionKind::ternary: {
        SCRIBE_TRY_ASSIGN(const Value condition, evaluate(*expression.items[1]));
        if (condition.is_true()) return evaluate(*expression.items[0]);
        if (expression.items[2] == nullptr) return Value();
        return evaluate(*expression.items[2]);
      }
      case ExpressionKind::member: {
        SCRIBE_TRY_ASSIGN(const Value owner, evaluate(*expression.items[0]));
        return member(owner, expression.text);
      }
      case ExpressionKind::element: {
        SCRIBE_TRY_ASSIGN(const Value owner, evaluate(*expression.items[0]));
        SCRIBE_TRY_ASSIGN(const Value index, evaluate(*expression.items[1]));
        return element(owner, index);
      }
      case ExpressionKind::slice:
        return slice(expression);
      case ExpressionKind::call: {
        SCRIBE_TRY_ASSIGN(const Value function, evaluate(*expression.items[0]));
        SCRIBE_TRY_ASSIGN(const Arguments arguments, arguments_of(expression));
        if (function.function() == nullptr)
          return error(ErrorCode::invalid_argument, "{} is called like a function",
                       function.kind());
        return (*function.function())(arguments);
      }
      case ExpressionKind::filter: {
        SCRIBE_TRY_ASSIGN(const Value value, evaluate(*expression.items[0]));
        SCRIBE_TRY_ASSIGN(const Arguments arguments, arguments_of(expression));
        return apply_filter(expression.text, value, arguments);
      }
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
    return within_depth(std::move(items));
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
      SCRIBE_TRY_ASSIGN(items[key.text()], json_of(value, "a value of a dict"));
    }
    return within_depth(std::move(items));
  }

  static Result<Value> member(const Value& owner, const std::string& name) {
    if (owner.space() != nullptr) {
      const auto found = owner.space()->find(name);
      return found == owner.space()->end() ? Value() : found->second;
    }
    if (owner.json() == nullptr)
      return error(ErrorCode::invalid_argument, "'.{}' of {}", name, owner.kind());
    Value method = method_of(owner, name);
    if (!method.is_undefined()) return method;
    if (owner.json()->is_object() && owner.json()->contains(name))
      return owner.part((*owner.json())[name]);
    return Value();
  }

  static Result<Value> element(const Value& owner, const Value& index) {
    if (index.string() != nullptr && owner.string() == nullptr) {
      if (owner.json() != nullptr && owner.json()->is_object() &&
          owner.json()->contains(*index.string()))
        return owner.part((*owner.json())[*index.string()]);
      return member(owner, *index.string());
    }
    if (owner.json() == nullptr || index.json() == nullptr || !index.json()->is_number_integer())
      return error(ErrorCode::invalid_argument, "{} in brackets behind {}", index.kind(),
                   owner.kind());
    if (owner.json()->is_object()) return Value();
    SCRIBE_TRY_ASSIGN(const Value items, apply_filter("list", owner, {}));
    const auto size = static_cast<std::int64_t>(items.json()->size());
    std::int64_t at = index.json()->get<std::int64_t>();
    if (at < 0) at += size;
    if (at < 0 || at >= size) return Value();
    return items.part((*items.json())[static_cast<std::size_t>(at)]);
  }

  Result<Value> slice(const Expression& expression) {
    SCRIBE_TRY_ASSIGN(const Value owner, evaluate(*expression.items[0]));
    std::array<std::optional<std::int64_t>, 3> bounds;
    for (std::size_t i = 0; i < bounds.size(); ++i) {
      if (expression.items[i + 1] == nullptr) continue;
      SCRIBE_TRY_ASSIGN(const Value bound, evaluate(*expression.items[i + 1]));
      if (bound.json() == nullptr || bound.json()->is_null()) continue;
      if (!bound.json()->is_number_integer())
        return error(ErrorCode::invalid_argument, "{} as a bound of a slice", bound.kind());
      bounds[i] = bound.json()->get<std::int64_t>();
    }
    SCRIBE_TRY_ASSIGN(const Value items, apply_filter("list", owner, {}));
    const Json& list = *items.json();
    const auto size = static_cast<std::int64_t>(list.size());
    // A step over all of them is as good as any longer one.
    const std::int64_t step = std::clamp(bounds[2].value_or(1), -size - 1, size + 1);
    if (step == 0) return error(ErrorCode::invalid_argument, "a slice with steps of 0");
    // As in Python: from the end where negative, then within [0, size], or [-1, size - 1]
    // backwards.
    const auto place = [&](std::optional<std::int64_t> bound, std::int64_t usual) {
      if (!bound) return usual;
      const std::int64_t at = *bound < 0 ? std::max(*bound, -size - 1) + size : *bound;
      return step > 0 ? std::clamp<std::int64_t>(at, 0, size)
                      : std::clamp<std::int64_t>(at, -1, size - 1);
    };
    const std::int64_t begin = place(bounds[0], step > 0 ? 0 : size - 1);
    const std::int64_t end = place(bounds[1], step > 0 ? size : -1);
    Json part = Json::array();
    for (std::int64_t i = begin; step > 0 ? i < end : i > end; i += step)
      part.push_back(list[static_cast<std::size_t>(i)]);
    if (owner.string() == nullptr) return Value(std::move(part));
    return apply_filter("join", Value(std::move(part)), {});
  }

  Result<Value> unary(const Expression& expression) {
    SCRIBE_TRY_ASSIGN(const Value value, evaluate(*expression.items[0]));
    if (expression.text == "not") return Value(Json(!value.is_true()));
    if (value.json() == nullptr || !value.json()->is_number())
      return error(ErrorCode::invalid_argument, "'{}' before {}", expression.text, value.kind());
    if (expression.text == "+") return value;
    return arithmetic("-", Json(0), *value.json());
  }

  Result<Value> binary(const Expression& expression) {
    const std::string& name = expression.text;
    SCRIBE_TRY_ASSIGN(const Value left, evaluate(*expression.items[0]));
    if (name == "and" && !left.is_true()) return left;
    if (name == "or" && left.is_true()) return left;
    SCRIBE_TRY_ASSIGN(const Value right, evaluate(*expression.items[1]));
    if (name == "and" || name == "or") return right;
    if (name == "==" || name == "!=") return Value(Json(are_equal(left, right) == (name == "==")));
    if (name == "in" || name == "not in") {
      SCRIBE_TRY_ASSIGN(const bool is_in, contains(right, left));
      return Value(Json(is_in == (name == "in")));
    }
    if (name == "~") return Value(Json(left.text() + right.text()));
    const Json* const a = left.json();
    const Json* const b = right.json();
    const auto wrong = [&] {
      return error(ErrorCode::invalid_argument, "'{}' between {} and {}", name, left.kind(),
                   right.kind());
    };
    if (a == nullptr || b == nullptr) return wrong();
    if (name == "+" && a->is_string() && b->is_string())
      return Value(Json(*left.string() + *right.string()));
    if (name == "+" && a->is_array() && b->is_array()) {
      if (a->size() + b->size() > kItemsMax)
        return error(ErrorCode::limit_exceeded, "a list of more than {} items", kItemsMax);
      Json both = *a;
      both.insert(both.end(), b->begin(), b->end());
      return Value(std::move(both));
    }
    if (name == "*" && a->is_string() && b->is_number_integer()) {
      const std::int64_t times = std::max<std::int64_t>(0, b->get<std::int64_t>());
      const auto longest = static_cast<std::int64_t>(kTextBytesMax);
      if (times > longest / std::max<std::int64_t>(1, std::ssize(*left.string())))
        return error(ErrorCode::limit_exceeded, "a string repeated {} times", times);
      std::string text;
      for (std::int64_t i = 0; i < times; ++i) text += *left.string();
      return Value(Json(std::move(text)));
    }
    const bool are_strings = a->is_string() && b->is_string();
    const auto is_number = [](const Json& value) {
      return value.is_number() || value.is_boolean();
    };
    if (!are_strings && (!is_number(*a) || !is_number(*b))) return wrong();
    if (name == "<" || name == ">" || name == "<=" || name == ">=") {
      const bool less =
          are_strings ? *left.string() < *right.string() : as_double(*a) < as_double(*b);
      const bool equal = are_equal(left, right);
      return Value(Json(name == "<"    ? less
                        : name == "<=" ? less || equal
                        : name == ">"  ? !less && !equal
                                       : !less));
    }
    if (are_strings) return wrong();
    return arithmetic(name, *a, *b);
  }

  static double as_double(const Json& value) {
    return value.is_boolean() ? (value.get<bool>() ? 1.0 : 0.0) : value.get<double>();
  }

  static Result<Value> arithmetic(const std::string& name, const Json& a, const Json& b) {
    const double x = as_double(a);
    const double y = as_double(b);
    if ((name == "/" || name == "//" || name == "%") && y == 0)
      return error(ErrorCode::invalid_argument, "division by zero");
    double result = 0;
    if (name == "+") result = x + y;
    if (name == "-") result = x - y;
    if (name == "*") result = x * y;
    if (name == "/") result = x / y;
    if (name == "//") result = std::floor(x / y);
    if (name == "%") result = x - y * std::floor(x / y);
    if (name == "**") result = std::pow(x, y);
    const bool is_whole = name != "/" && !a.is_number_float() && !b.is_number_float();
    constexpr double kWholeMax = 9e15;  // Whole numbers are exact up to here.
    if (is_whole && std::abs(result) > kWholeMax)
      return error(ErrorCode::limit_exceeded, "a number above {}", kWholeMax);
    if (is_whole && result == std::floor(result))
      return Value(Json(static_cast<std::int64_t>(result)));
    return Value(Json(result));
  }

  std::vector<Scope> scopes_;
  std::string output_;
  std::int64_t steps_ = 0;
  int macro_depth_ = 0;
};

}  // namespace

Result<std::string> run_template(const Statements& statements, const Json& context) {
  return Run(context).print(statements);
}

}  // namespace scribe::chat
