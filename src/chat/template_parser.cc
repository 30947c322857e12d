// Recursive descent, in the order of Jinja's precedences.
#include "chat/template_parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <initializer_list>

#include "chat/template_lexer.h"

namespace scribe::chat {
namespace {

constexpr int kDepthMax = 200;

class Parser {
 public:
  explicit Parser(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  Result<Statements> run() {
    Statements all;
    SCRIBE_TRY(parse_body({}, all));
    if (!is(TokenKind::end)) return failure("expected no more");
    return all;
  }

 private:
  /// Counts how deep the parser is in its own calls.
  struct Depth {
    explicit Depth(int& its_count) : count(its_count) { ++count; }
    ~Depth() { --count; }
    Depth(const Depth&) = delete;
    Depth& operator=(const Depth&) = delete;
    int& count;
  };
  Status check_depth() const {
    if (depth_ <= kDepthMax) return {};
    return error(ErrorCode::limit_exceeded, "chat template, line {}: nested deeper than {}",
                 now().line, kDepthMax);
  }

  const Token& now() const { return tokens_[at_]; }
  const Token& following() const { return tokens_[std::min(at_ + 1, tokens_.size() - 1)]; }
  bool is(TokenKind kind) const { return now().kind == kind; }
  bool is_symbol(std::string_view text) const {
    return is(TokenKind::symbol) && now().text == text;
  }
  bool is_name(std::string_view text) const { return is(TokenKind::name) && now().text == text; }

  bool take_symbol(std::string_view text) {
    if (!is_symbol(text)) return false;
    ++at_;
    return true;
  }
  bool take_name(std::string_view text) {
    if (!is_name(text)) return false;
    ++at_;
    return true;
  }

  Error failure(std::string_view expected) const {
    const std::string found = is(TokenKind::end) ? "the end" : fmt::format("'{}'", now().text);
    return error(ErrorCode::invalid_data, "chat template, line {}: {}, found {}", now().line,
                 expected, found);
  }
  Status expect_symbol(std::string_view text) {
    if (!take_symbol(text)) return failure(fmt::format("expected '{}'", text));
    return {};
  }
  Result<std::string> expect_name() {
    if (!is(TokenKind::name)) return failure("expected a name");
    return tokens_[at_++].text;
  }
  Status expect_end_of_block() {
    if (!is(TokenKind::block_end)) return failure("expected '%}'");
    ++at_;
    return {};
  }

  // ------------------------------------------------------------------------------- statements

  bool is_block_named(std::initializer_list<std::string_view> names) const {
    return is(TokenKind::block_begin) && following().kind == TokenKind::name &&
           std::ranges::find(names, following().text) != names.end();
  }

  /// To the statement (not taken) that one of `ends` begins, or to the end of the template.
  Status parse_body(std::initializer_list<std::string_view> ends, Statements& body) {
    const Depth depth(depth_);
    SCRIBE_TRY(check_depth());
    while (!is(TokenKind::end) && !is_block_named(ends)) {
      Statement statement;
      statement.line = now().line;
      if (is(TokenKind::text)) {
        statement.text = tokens_[at_++].text;
      } else if (is(TokenKind::output_begin)) {
        ++at_;
        statement.kind = StatementKind::output;
        SCRIBE_TRY_ASSIGN(statement.value, parse_tuple());
        if (!is(TokenKind::output_end)) return failure("expected '}}'");
        ++at_;
      } else {
        ++at_;  // block_begin
        SCRIBE_TRY(parse_block(statement));
      }
      body.push_back(std::move(statement));
    }
    return {};
  }

  /// Takes "{% name %}", which must come now.
  Status take_end(std::string_view name) {
    if (!is_block_named({name})) return failure(fmt::format("expected '{{% {} %}}'", name));
    at_ += 2;
    return expect_end_of_block();
  }

  Status parse_block(Statement& statement) {
    SCRIBE_TRY_ASSIGN(const std::string name, expect_name());
    if (name == "if") return parse_if(statement);
    if (name == "for") return parse_for(statement);
    if (name == "set") return parse_set(statement);
    if (name == "macro") return parse_macro(statement);
    if (name == "filter") return parse_filter_body(statement);
    if (name == "with") return parse_with(statement);
    if (name == "generation") {
      statement.kind = StatementKind::group;
      SCRIBE_TRY(expect_end_of_block());
      SCRIBE_TRY(parse_body({"endgeneration"}, statement.body));
      return take_end("endgeneration");
    }
    if (name == "break" || name == "continue") {
      statement.kind = name == "break" ? StatementKind::leave : StatementKind::skip;
      return expect_end_of_block();
    }
    return error(ErrorCode::unsupported,
                 "chat template, line {}: '{{% {} %}}' is not supported, only for, if, set, macro, "
                 "filter, with, raw, break, continue and generation",
                 statement.line, name);
  }

  Status parse_if(Statement& statement) {
    statement.kind = StatementKind::when;
    SCRIBE_TRY_ASSIGN(statement.value, parse_tuple());
    SCRIBE_TRY(expect_end_of_block());
    SCRIBE_TRY(parse_body({"elif", "else", "endif"}, statement.body));
    if (is_block_named({"elif"})) {
      at_ += 2;
      Statement rest;
      rest.line = now().line;
      const Depth depth(depth_);
      SCRIBE_TRY(check_depth());
      SCRIBE_TRY(parse_if(rest));
      statement.other.push_back(std::move(rest));
      return {};
    }
    if (is_block_named({"else"})) {
      SCRIBE_TRY(take_end("else"));
      SCRIBE_TRY(parse_body({"endif"}, statement.other));
    }
    return take_end("endif");
  }

  Status parse_names(std::vector<std::string>& names) {
    do {
      SCRIBE_TRY_ASSIGN(std::string name, expect_name());
      names.push_back(std::move(name));
    } while (take_symbol(","));
    return {};
  }

  Status parse_for(Statement& statement) {
    statement.kind = StatementKind::loop;
    const bool in_brackets = take_symbol("(");
    SCRIBE_TRY(parse_names(statement.names));
    if (in_brackets) SCRIBE_TRY(expect_symbol(")"));
    if (!take_name("in")) return failure("expected 'in'");
    // No ternary here: "if" begins the loop's own condition.
    SCRIBE_TRY_ASSIGN(statement.value, parse_or());
    if (take_name("if")) {
      SCRIBE_TRY_ASSIGN(statement.condition, parse_expression());
    }
    if (is_name("recursive"))
      return error(ErrorCode::unsupported, "chat template, line {}: recursive loops",
                   statement.line);
    SCRIBE_TRY(expect_end_of_block());
    SCRIBE_TRY(parse_body({"else", "endfor"}, statement.body));
    if (is_block_named({"else"})) {
      SCRIBE_TRY(take_end("else"));
      SCRIBE_TRY(parse_body({"endfor"}, statement.other));
    }
    return take_end("endfor");
  }

  Status parse_set(Statement& statement) {
    statement.kind = StatementKind::set;
    SCRIBE_TRY(parse_names(statement.names));
    if (take_symbol(".")) {
      SCRIBE_TRY_ASSIGN(statement.text, expect_name());
    }
    if (take_symbol("=")) {
      SCRIBE_TRY_ASSIGN(statement.value, parse_tuple());
      return expect_end_of_block();
    }
    statement.kind = StatementKind::set_body;
    if (take_symbol("|")) SCRIBE_TRY(parse_body_filters(statement));
    SCRIBE_TRY(expect_end_of_block());
    SCRIBE_TRY(parse_body({"endset"}, statement.body));
    return take_end("endset");
  }

  /// name(arguments) | name ... of what the body prints.
  Status parse_body_filters(Statement& statement) {
    statement.value = make(ExpressionKind::name, kBodyName);
    do {
      SCRIBE_TRY_ASSIGN(std::string name, expect_name());
      statement.value =
          make_with(ExpressionKind::filter, std::move(name), std::move(statement.value));
      if (take_symbol("(")) SCRIBE_TRY(parse_arguments(*statement.value));
    } while (take_symbol("|"));
    return {};
  }

  Status parse_filter_body(Statement& statement) {
    statement.kind = StatementKind::filter_body;
    SCRIBE_TRY(parse_body_filters(statement));
    SCRIBE_TRY(expect_end_of_block());
    SCRIBE_TRY(parse_body({"endfilter"}, statement.body));
    return take_end("endfilter");
  }

  Status parse_with(Statement& statement) {
    statement.kind = StatementKind::scope;
    while (!is(TokenKind::block_end)) {
      SCRIBE_TRY_ASSIGN(std::string name, expect_name());
      SCRIBE_TRY(expect_symbol("="));
      SCRIBE_TRY_ASSIGN(ExpressionPtr value, parse_expression());
      statement.parameters.emplace_back(std::move(name), std::move(value));
      if (!is(TokenKind::block_end)) SCRIBE_TRY(expect_symbol(","));
    }
    SCRIBE_TRY(expect_end_of_block());
    SCRIBE_TRY(parse_body({"endwith"}, statement.body));
    return take_end("endwith");
  }

  Status parse_macro(Statement& statement) {
    statement.kind = StatementKind::macro;
    SCRIBE_TRY_ASSIGN(std::string name, expect_name());
    statement.names = {std::move(name)};
    SCRIBE_TRY(expect_symbol("("));
    while (!take_symbol(")")) {
      SCRIBE_TRY_ASSIGN(std::string parameter, expect_name());
      ExpressionPtr usual;
      if (take_symbol("=")) {
        SCRIBE_TRY_ASSIGN(usual, parse_expression());
      }
      statement.parameters.emplace_back(std::move(parameter), std::move(usual));
      if (!is_symbol(")")) SCRIBE_TRY(expect_symbol(","));
    }
    SCRIBE_TRY(expect_end_of_block());
    SCRIBE_TRY(parse_body({"endmacro"}, statement.body));
    return take_end("endmacro");
  }

  // ------------------------------------------------------------------------------ expressions

  ExpressionPtr make(ExpressionKind kind, std::string text = {}) const {
    auto made = std::make_unique<Expression>();
    made->kind = kind;
    made->line = now().line;
    made->text = std::move(text);
    return made;
  }
  ExpressionPtr make_with(ExpressionKind kind, std::string text, ExpressionPtr first,
                          ExpressionPtr second = nullptr) const {
    ExpressionPtr made = make(kind, std::move(text));
    made->items.push_back(std::move(first));
    if (second != nullptr) made->items.push_back(std::move(second));
    return made;
  }

  /// "a, b" is a list here: templates tell tuples and lists apart nowhere.
  Result<ExpressionPtr> parse_tuple() {
    SCRIBE_TRY_ASSIGN(ExpressionPtr first, parse_expression());
    if (!is_symbol(",")) return first;
    ExpressionPtr list = make_with(ExpressionKind::list, "", std::move(first));
    while (take_symbol(",")) {
      if (is(TokenKind::block_end) || is(TokenKind::output_end) || is_symbol(")")) break;
      SCRIBE_TRY_ASSIGN(ExpressionPtr item, parse_expression());
      list->items.push_back(std::move(item));
    }
    return list;
  }

  Result<ExpressionPtr> parse_expression() {
    const Depth depth(depth_);
    SCRIBE_TRY(check_depth());
    SCRIBE_TRY_ASSIGN(ExpressionPtr value, parse_or());
    while (take_name("if")) {
      ExpressionPtr choice = make_with(ExpressionKind::ternary, "", std::move(value));
      SCRIBE_TRY_ASSIGN(ExpressionPtr condition, parse_or());
      choice->items.push_back(std::move(condition));
      choice->items.push_back(nullptr);
      if (take_name("else")) {
        SCRIBE_TRY_ASSIGN(choice->items[2], parse_expression());
      }
      value = std::move(choice);
    }
    return value;
  }

  Result<ExpressionPtr> parse_or() {
    SCRIBE_TRY_ASSIGN(ExpressionPtr left, parse_and());
    while (take_name("or")) {
      SCRIBE_TRY_ASSIGN(ExpressionPtr right, parse_and());
      left = make_with(ExpressionKind::binary, "or", std::move(left), std::move(right));
    }
    return left;
  }

  Result<ExpressionPtr> parse_and() {
    SCRIBE_TRY_ASSIGN(ExpressionPtr left, parse_not());
    while (take_name("and")) {
      SCRIBE_TRY_ASSIGN(ExpressionPtr right, parse_not());
      left = make_with(ExpressionKind::binary, "and", std::move(left), std::move(right));
    }
    return left;
  }

  Result<ExpressionPtr> parse_not() {
    if (!take_name("not")) return parse_comparison();
    const Depth depth(depth_);
    SCRIBE_TRY(check_depth());
    SCRIBE_TRY_ASSIGN(ExpressionPtr value, parse_not());
    return make_with(ExpressionKind::unary, "not", std::move(value));
  }

  /// The comparison that comes now is taken; "" if none does.
  std::string take_comparison() {
    constexpr std::array<std::string_view, 6> kComparisons = {"==", "!=", "<", ">", "<=", ">="};
    for (const std::string_view symbol : kComparisons)
      if (take_symbol(symbol)) return std::string(symbol);
    if (take_name("in")) return "in";
    if (is_name("not") && following().kind == TokenKind::name && following().text == "in") {
      at_ += 2;
      return "not in";
    }
    return "";
  }

  Result<ExpressionPtr> parse_comparison() {
    SCRIBE_TRY_ASSIGN(ExpressionPtr left, parse_sum());
    std::string name = take_comparison();
    if (name.empty()) return left;
    ExpressionPtr chain = make_with(ExpressionKind::chain, "", std::move(left));
    for (; !name.empty(); name = take_comparison()) {
      SCRIBE_TRY_ASSIGN(ExpressionPtr right, parse_sum());
      chain->named.emplace_back(std::move(name), std::move(right));
    }
    if (chain->named.size() > 1) return chain;
    auto& [only, right] = chain->named[0];
    return make_with(ExpressionKind::binary, std::move(only), std::move(chain->items[0]),
                     std::move(right));
  }

  using Level = Result<ExpressionPtr> (Parser::*)();
  Result<ExpressionPtr> parse_binary(std::initializer_list<std::string_view> symbols, Level next) {
    SCRIBE_TRY_ASSIGN(ExpressionPtr left, (this->*next)());
    for (;;) {
      const auto found = std::ranges::find_if(
          symbols, [this](std::string_view symbol) { return is_symbol(symbol); });
      if (found == symbols.end()) return left;
      ++at_;
      SCRIBE_TRY_ASSIGN(ExpressionPtr right, (this->*next)());
      left =
          make_with(ExpressionKind::binary, std::string(*found), std::move(left), std::move(right));
    }
  }
  Result<ExpressionPtr> parse_sum() { return parse_binary({"+", "-"}, &Parser::parse_concat); }
  Result<ExpressionPtr> parse_concat() { return parse_binary({"~"}, &Parser::parse_product); }
  Result<ExpressionPtr> parse_product() {
    return parse_binary({"*", "/", "//", "%"}, &Parser::parse_filtered);
  }

  /// A unary sign binds weaker than a power and than members, stronger than filters and tests.
  Result<ExpressionPtr> parse_filtered() {
    SCRIBE_TRY_ASSIGN(ExpressionPtr value, parse_unary());
    for (;;) {
      if (take_symbol("|")) {
        SCRIBE_TRY_ASSIGN(std::string name, expect_name());
        value = make_with(ExpressionKind::filter, std::move(name), std::move(value));
        if (take_symbol("(")) SCRIBE_TRY(parse_arguments(*value));
      } else if (take_name("is")) {
        const bool is_negated = take_name("not");
        SCRIBE_TRY_ASSIGN(std::string name, expect_name());
        value = make_with(ExpressionKind::test, std::move(name), std::move(value));
        if (take_symbol("(")) {
          SCRIBE_TRY(parse_arguments(*value));
        } else if (begins_argument()) {  // "is divisibleby 2".
          SCRIBE_TRY_ASSIGN(ExpressionPtr argument, parse_primary());
          SCRIBE_TRY_ASSIGN(argument, parse_postfix(std::move(argument)));
          value->items.push_back(std::move(argument));
        }
        if (is_negated) value = make_with(ExpressionKind::unary, "not", std::move(value));
      } else {
        return value;
      }
    }
  }

  /// Of a test without brackets.
  bool begins_argument() const {
    constexpr std::array<std::string_view, 7> kOthers = {"else", "or", "and", "if",
                                                         "is",   "in", "not"};
    return is(TokenKind::string) || is(TokenKind::integer) || is(TokenKind::real) ||
           is_symbol("[") ||
           (is(TokenKind::name) && std::ranges::find(kOthers, now().text) == kOthers.end());
  }

  Result<ExpressionPtr> parse_unary() {
    const Depth depth(depth_);
    SCRIBE_TRY(check_depth());
    for (const std::string_view sign : {"-", "+"})
      if (take_symbol(sign)) {
        SCRIBE_TRY_ASSIGN(ExpressionPtr value, parse_unary());
        return make_with(ExpressionKind::unary, std::string(sign), std::move(value));
      }
    SCRIBE_TRY_ASSIGN(ExpressionPtr value, parse_primary());
    SCRIBE_TRY_ASSIGN(value, parse_postfix(std::move(value)));
    if (!take_symbol("**")) return value;
    SCRIBE_TRY_ASSIGN(ExpressionPtr power, parse_unary());
    return make_with(ExpressionKind::binary, "**", std::move(value), std::move(power));
  }

  Result<ExpressionPtr> parse_postfix(ExpressionPtr value) {
    for (;;) {
      if (take_symbol(".")) {
        if (is(TokenKind::integer)) {
          SCRIBE_TRY_ASSIGN(ExpressionPtr index, parse_number());
          value = make_with(ExpressionKind::element, "", std::move(value), std::move(index));
          continue;
        }
        SCRIBE_TRY_ASSIGN(std::string name, expect_name());
        value = make_with(ExpressionKind::member, std::move(name), std::move(value));
      } else if (take_symbol("[")) {
        SCRIBE_TRY_ASSIGN(value, parse_subscript(std::move(value)));
      } else if (take_symbol("(")) {
        value = make_with(ExpressionKind::call, "", std::move(value));
        SCRIBE_TRY(parse_arguments(*value));
      } else {
        return value;
      }
    }
  }

  Result<ExpressionPtr> parse_subscript(ExpressionPtr value) {
    std::array<ExpressionPtr, 3> parts;
    std::size_t count = 0;
    bool is_slice = false;
    while (!take_symbol("]")) {
      if (take_symbol(":")) {
        is_slice = true;
        if (++count == parts.size()) return failure("expected ']'");
      } else {
        SCRIBE_TRY_ASSIGN(parts[count], parse_expression());
        if (!is_symbol(":") && !is_symbol("]")) return failure("expected ']'");
      }
    }
    if (!is_slice) {
      if (parts[0] == nullptr) return failure("expected an index before ']'");
      return make_with(ExpressionKind::element, "", std::move(value), std::move(parts[0]));
    }
    ExpressionPtr slice = make_with(ExpressionKind::slice, "", std::move(value));
    for (ExpressionPtr& part : parts) slice->items.push_back(std::move(part));
    return slice;
  }

  /// Behind the bracket.
  Status parse_arguments(Expression& call) {
    while (!take_symbol(")")) {
      if (is(TokenKind::name) && following().kind == TokenKind::symbol && following().text == "=") {
        std::string name = tokens_[at_].text;
        at_ += 2;
        SCRIBE_TRY_ASSIGN(ExpressionPtr value, parse_expression());
        call.named.emplace_back(std::move(name), std::move(value));
      } else {
        SCRIBE_TRY_ASSIGN(ExpressionPtr value, parse_expression());
        call.items.push_back(std::move(value));
      }
      if (!is_symbol(")")) SCRIBE_TRY(expect_symbol(","));
    }
    return {};
  }

  Result<ExpressionPtr> parse_primary() {
    const Token& token = now();
    if (token.kind == TokenKind::string) return parse_strings();
    if (token.kind == TokenKind::integer || token.kind == TokenKind::real) return parse_number();
    if (token.kind == TokenKind::name) return parse_name();
    if (take_symbol("(")) {
      if (take_symbol(")")) return make(ExpressionKind::list);
      SCRIBE_TRY_ASSIGN(ExpressionPtr value, parse_tuple());
      SCRIBE_TRY(expect_symbol(")"));
      return value;
    }
    if (take_symbol("[")) {
      ExpressionPtr list = make(ExpressionKind::list);
      while (!take_symbol("]")) {
        SCRIBE_TRY_ASSIGN(ExpressionPtr item, parse_expression());
        list->items.push_back(std::move(item));
        if (!is_symbol("]")) SCRIBE_TRY(expect_symbol(","));
      }
      return list;
    }
    if (take_symbol("{")) {
      ExpressionPtr dict = make(ExpressionKind::dict);
      while (!take_symbol("}")) {
        SCRIBE_TRY_ASSIGN(ExpressionPtr key, parse_expression());
        SCRIBE_TRY(expect_symbol(":"));
        SCRIBE_TRY_ASSIGN(ExpressionPtr value, parse_expression());
        dict->items.push_back(std::move(key));
        dict->items.push_back(std::move(value));
        if (!is_symbol("}")) SCRIBE_TRY(expect_symbol(","));
      }
      return dict;
    }
    return failure("expected an expression");
  }

  /// Strings one behind the other are one.
  Result<ExpressionPtr> parse_strings() {
    ExpressionPtr value = make(ExpressionKind::constant);
    std::string text;
    while (is(TokenKind::string)) text += tokens_[at_++].text;
    value->constant = std::move(text);
    return value;
  }

  Result<ExpressionPtr> parse_number() {
    ExpressionPtr value = make(ExpressionKind::constant);
    const Token& token = now();
    const char* const end = token.text.data() + token.text.size();
    std::int64_t whole = 0;
    double real = 0;
    const bool is_whole = token.kind == TokenKind::integer;
    const auto read = is_whole ? std::from_chars(token.text.data(), end, whole)
                               : std::from_chars(token.text.data(), end, real);
    if (read.ec != std::errc()) return failure("expected a smaller number");
    value->constant = is_whole ? Json(whole) : Json(real);
    ++at_;
    return value;
  }

  Result<ExpressionPtr> parse_name() {
    const std::string name = tokens_[at_++].text;
    ExpressionPtr value = make(ExpressionKind::constant);
    if (name == "true" || name == "True" || name == "false" || name == "False") {
      value->constant = name == "true" || name == "True";
    } else if (name != "none" && name != "None") {
      value->kind = ExpressionKind::name;
      value->text = name;
    }
    return value;
  }

  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

Result<Statements> parse_template(std::string_view source) {
  SCRIBE_TRY_ASSIGN(std::vector<Token> tokens, template_tokens(source));
  return Parser(std::move(tokens)).run();
}

}  // namespace scribe::chat
