// The lexical rules of Python 3, without indentation tokens.
#include "problems/python_lines.h"

#include <algorithm>
#include <array>

namespace scribe {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
/// Bytes of non-ASCII characters count as letters, as in most identifiers that have them.
bool is_name_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c & 0x80) != 0;
}
bool is_name_part(char c) {
  return is_name_start(c) || is_digit(c);
}
bool is_string_prefix(std::string_view word) {
  constexpr std::string_view kLetters = "rRbBuUfF";
  return word.size() <= 2 && word.find_first_not_of(kLetters) == std::string_view::npos;
}

constexpr std::array<std::string_view, 25> kLongSymbols = {
    "**=", "//=", ">>=", "<<=", "...", "==", "!=", "<=", ">=", "->", ":=", "+=", "-=",
    "*=",  "/=",  "%=",  "&=",  "|=",  "^=", "@=", "**", "//", "<<", ">>", "<>"};

/// Walks over the source once.
class Lexer {
 public:
  explicit Lexer(std::string_view source) : source_(source) {}

  std::optional<std::vector<PythonLine>> run() {
    while (position_ < source_.size()) {
      if (!read_line()) return std::nullopt;
    }
    return std::move(lines_);
  }

 private:
  char peek(std::size_t ahead = 0) const {
    return position_ + ahead < source_.size() ? source_[position_ + ahead] : '\0';
  }

  bool read_line() {
    PythonLine line{.begin = position_, .end = 0, .indent = read_indent(), .tokens = {}};
    depth_ = 0;
    while (position_ < source_.size()) {
      if (peek() == '\n' && depth_ == 0) {
        ++position_;
        break;
      }
      if (!read_item(line.tokens)) return false;
    }
    if (depth_ != 0) return false;
    line.end = position_;
    if (!line.tokens.empty()) lines_.push_back(std::move(line));
    return true;
  }

  int read_indent() {
    int indent = 0;
    for (; peek() == ' ' || peek() == '\t'; ++position_) indent += peek() == ' ' ? 1 : kTabIndent;
    return indent;
  }

  /// One token, space, comment or continuation.
  bool read_item(std::vector<PythonLineToken>& tokens) {
    const char c = peek();
    if (c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\n') {
      ++position_;
      return true;
    }
    if (c == '#') {
      position_ = std::min(source_.find('\n', position_), source_.size());
      return true;
    }
    if (c == '\\') return skip_continuation();
    const std::size_t begin = position_;
    if (c == '"' || c == '\'') return read_string(begin, tokens);
    if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return read_number(tokens);
    if (is_name_start(c)) return read_word(tokens);
    return read_symbol(tokens);
  }

  bool skip_continuation() {
    ++position_;
    if (peek() == '\r') ++position_;
    if (peek() != '\n') return false;
    ++position_;
    return true;
  }

  bool read_word(std::vector<PythonLineToken>& tokens) {
    const std::size_t begin = position_;
    while (is_name_part(peek())) ++position_;
    const std::string_view word = source_.substr(begin, position_ - begin);
    if ((peek() == '"' || peek() == '\'') && is_string_prefix(word))
      return read_string(begin, tokens);
    return add(tokens, PythonLineTokenKind::name, begin);
  }

  bool read_number(std::vector<PythonLineToken>& tokens) {
    const std::size_t begin = position_;
    while (is_name_part(peek()) || peek() == '.' ||
           ((peek() == '+' || peek() == '-') && is_exponent(begin)))
      ++position_;
    return add(tokens, PythonLineTokenKind::number, begin);
  }

  /// Does the sign at the position belong to a number like 1e-5?
  bool is_exponent(std::size_t begin) const {
    const char last = source_[position_ - 1];
    const bool hexadecimal = source_.substr(begin, 2) == "0x" || source_.substr(begin, 2) == "0X";
    return (last == 'e' || last == 'E') && !hexadecimal;
  }

  /// The position is at the opening quote; `begin` may lie before it, at a prefix.
  bool read_string(std::size_t begin, std::vector<PythonLineToken>& tokens) {
    const char quote = peek();
    const bool is_long = peek(1) == quote && peek(2) == quote;
    const std::size_t quotes = is_long ? 3 : 1;
    position_ += quotes;
    for (; position_ < source_.size(); ++position_) {
      if (peek() == '\\') {
        ++position_;
      } else if (peek() == '\n' && !is_long) {
        return false;
      } else if (peek() == quote && (!is_long || (peek(1) == quote && peek(2) == quote))) {
        position_ += quotes;
        return add(tokens, PythonLineTokenKind::string, begin);
      }
    }
    return false;
  }

  bool read_symbol(std::vector<PythonLineToken>& tokens) {
    constexpr std::string_view kSingle = "()[]{}+-*/%@&|^~<>=:;,.";
    const std::size_t begin = position_;
    const auto matches = [&](std::string_view symbol) {
      return source_.substr(begin).starts_with(symbol);
    };
    if (const auto found = std::ranges::find_if(kLongSymbols, matches);
        found != kLongSymbols.end()) {
      position_ += found->size();
      return add(tokens, PythonLineTokenKind::symbol, begin);
    }
    if (kSingle.find(peek()) == std::string_view::npos) return false;
    const char c = peek();
    ++position_;
    if (c == ')' || c == ']' || c == '}') --depth_;
    if (depth_ < 0) return false;
    add(tokens, PythonLineTokenKind::symbol, begin);
    if (c == '(' || c == '[' || c == '{') ++depth_;
    return true;
  }

  bool add(std::vector<PythonLineToken>& tokens, PythonLineTokenKind kind,
           std::size_t begin) const {
    tokens.push_back({kind, source_.substr(begin, position_ - begin), depth_});
    return true;
  }

  std::string_view source_;
  std::size_t position_ = 0;
  int depth_ = 0;
  std::vector<PythonLine> lines_;
};

constexpr auto kKeywords = std::to_array<std::string_view>(
    {"False", "None",     "True",  "and",    "as",   "assert", "async",  "await",    "break",
     "class", "continue", "def",   "del",    "elif", "else",   "except", "finally",  "for",
     "from",  "global",   "if",    "import", "in",   "is",     "lambda", "nonlocal", "not",
     "or",    "pass",     "raise", "return", "try",  "while",  "with",   "yield"});

constexpr auto kBuiltins = std::to_array<std::string_view>({"ArithmeticError",
                                                            "AssertionError",
                                                            "AttributeError",
                                                            "BaseException",
                                                            "BaseExceptionGroup",
                                                            "BlockingIOError",
                                                            "BrokenPipeError",
                                                            "BufferError",
                                                            "BytesWarning",
                                                            "ChildProcessError",
                                                            "ConnectionAbortedError",
                                                            "ConnectionError",
                                                            "ConnectionRefusedError",
                                                            "ConnectionResetError",
                                                            "DeprecationWarning",
                                                            "EOFError",
                                                            "Ellipsis",
                                                            "EncodingWarning",
                                                            "EnvironmentError",
                                                            "Exception",
                                                            "ExceptionGroup",
                                                            "False",
                                                            "FileExistsError",
                                                            "FileNotFoundError",
                                                            "FloatingPointError",
                                                            "FutureWarning",
                                                            "GeneratorExit",
                                                            "IOError",
                                                            "ImportError",
                                                            "ImportWarning",
                                                            "IndentationError",
                                                            "IndexError",
                                                            "InterruptedError",
                                                            "IsADirectoryError",
                                                            "KeyError",
                                                            "KeyboardInterrupt",
                                                            "LookupError",
                                                            "MemoryError",
                                                            "ModuleNotFoundError",
                                                            "NameError",
                                                            "None",
                                                            "NotADirectoryError",
                                                            "NotImplemented",
                                                            "NotImplementedError",
                                                            "OSError",
                                                            "OverflowError",
                                                            "PendingDeprecationWarning",
                                                            "PermissionError",
                                                            "ProcessLookupError",
                                                            "RecursionError",
                                                            "ReferenceError",
                                                            "ResourceWarning",
                                                            "RuntimeError",
                                                            "RuntimeWarning",
                                                            "StopAsyncIteration",
                                                            "StopIteration",
                                                            "SyntaxError",
                                                            "SyntaxWarning",
                                                            "SystemError",
                                                            "SystemExit",
                                                            "TabError",
                                                            "TimeoutError",
                                                            "True",
                                                            "TypeError",
                                                            "UnboundLocalError",
                                                            "UnicodeDecodeError",
                                                            "UnicodeEncodeError",
                                                            "UnicodeError",
                                                            "UnicodeTranslateError",
                                                            "UnicodeWarning",
                                                            "UserWarning",
                                                            "ValueError",
                                                            "Warning",
                                                            "ZeroDivisionError",
                                                            "abs",
                                                            "aiter",
                                                            "all",
                                                            "anext",
                                                            "any",
                                                            "ascii",
                                                            "bin",
                                                            "bool",
                                                            "breakpoint",
                                                            "bytearray",
                                                            "bytes",
                                                            "callable",
                                                            "chr",
                                                            "classmethod",
                                                            "compile",
                                                            "complex",
                                                            "delattr",
                                                            "dict",
                                                            "dir",
                                                            "divmod",
                                                            "enumerate",
                                                            "eval",
                                                            "exec",
                                                            "filter",
                                                            "float",
                                                            "format",
                                                            "frozenset",
                                                            "getattr",
                                                            "globals",
                                                            "hasattr",
                                                            "hash",
                                                            "help",
                                                            "hex",
                                                            "id",
                                                            "input",
                                                            "int",
                                                            "isinstance",
                                                            "issubclass",
                                                            "iter",
                                                            "len",
                                                            "list",
                                                            "locals",
                                                            "map",
                                                            "max",
                                                            "memoryview",
                                                            "min",
                                                            "next",
                                                            "object",
                                                            "oct",
                                                            "open",
                                                            "ord",
                                                            "pow",
                                                            "print",
                                                            "property",
                                                            "range",
                                                            "repr",
                                                            "reversed",
                                                            "round",
                                                            "set",
                                                            "setattr",
                                                            "slice",
                                                            "sorted",
                                                            "staticmethod",
                                                            "str",
                                                            "sum",
                                                            "super",
                                                            "tuple",
                                                            "type",
                                                            "vars",
                                                            "zip"});

}  // namespace

std::optional<std::vector<PythonLine>> python_lines(std::string_view source) {
  return Lexer(source).run();
}

bool is_python_keyword(std::string_view word) {
  return std::ranges::find(kKeywords, word) != kKeywords.end();
}

bool is_python_builtin(std::string_view name) {
  return std::ranges::binary_search(kBuiltins, name);
}

namespace {

/// `x` of `x!r`, `x:>8` and `x`: what stands before the conversion and the format specification.
std::string_view without_format(std::string_view field) {
  int depth = 0;
  for (std::size_t i = 0; i < field.size(); ++i) {
    const char c = field[i];
    if (c == '(' || c == '[' || c == '{') ++depth;
    if (c == ')' || c == ']' || c == '}') --depth;
    const bool is_not_equal = c == '!' && i + 1 < field.size() && field[i + 1] == '=';
    if (depth == 0 && (c == ':' || (c == '!' && !is_not_equal))) return field.substr(0, i);
  }
  return field;
}

}  // namespace

std::vector<std::string_view> fstring_expressions(std::string_view literal) {
  std::vector<std::string_view> expressions;
  const std::size_t quote = literal.find_first_of("'\"");
  const std::string_view prefix = literal.substr(0, quote);
  if (prefix.find_first_of("fF") == std::string_view::npos) return expressions;
  int depth = 0;  // Of braces; a format specification may hold braces of its own.
  std::size_t begin = 0;
  for (std::size_t i = quote; i < literal.size(); ++i) {
    const bool is_doubled = i + 1 < literal.size() && literal[i + 1] == literal[i];
    if (depth == 0 && is_doubled && (literal[i] == '{' || literal[i] == '}')) {
      ++i;
    } else if (literal[i] == '{') {
      if (depth++ == 0) begin = i + 1;
    } else if (literal[i] == '}' && depth > 0 && --depth == 0) {
      expressions.push_back(without_format(literal.substr(begin, i - begin)));
    }
  }
  return expressions;
}

}  // namespace scribe
