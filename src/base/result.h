// A value or the Error that explains why there is none.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/check.h"

namespace scribe {

/// Why something outside of us went wrong. Each code has one meaning, so that callers and tests can
/// tell errors apart without reading messages.
enum class ErrorCode {
  not_found,         ///< a file, a name or an id does not exist
  invalid_argument,  ///< an option or a request is wrong
  invalid_data,      ///< a file's content is wrong: corrupt, truncated, of another format
  io,                ///< the system refused to read or write: permissions, full disk
  unsupported,       ///< understood, but this build or machine cannot do it
  limit_exceeded,    ///< larger than a stated limit
  interrupted,       ///< stopped by the user; what was finished is kept
  internal,          ///< a helper process failed in a way that says nothing of the input
};

/// The code's name, as printed in JSON.
std::string_view name_of(ErrorCode code);

class [[nodiscard]] Error {
 public:
  Error(ErrorCode code, std::string message) : code_(code), message_(std::move(message)) {}

  ErrorCode code() const { return code_; }
  const std::string& message() const { return message_; }

  /// The same error with "context: " before its message.
  Error in(std::string_view context) && {
    return {code_, std::string(context) + ": " + std::move(message_)};
  }

 private:
  ErrorCode code_;
  std::string message_;
};

/// Formats a message: error(ErrorCode::io, "cannot open '{}'", path).
template <typename... Args>
Error error(ErrorCode code, fmt::format_string<Args...> format, Args&&... args) {
  return {code, fmt::format(format, std::forward<Args>(args)...)};
}

/// A T or an Error. Asking for the one that is not there is a bug and aborts.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}          // NOLINT: implicit on purpose
  Result(Error failure) : error_(std::move(failure)) {}  // NOLINT: implicit on purpose

  bool ok() const { return value_.has_value(); }

  T& value() & {
    check_has_value();
    return *value_;
  }
  const T& value() const& {
    check_has_value();
    return *value_;
  }
  T&& value() && {
    check_has_value();
    return std::move(*value_);
  }

  const Error& error() const& {
    SCRIBE_CHECK(!ok(), "error() of a Result that has a value");
    return *error_;
  }
  Error&& error() && {
    SCRIBE_CHECK(!ok(), "error() of a Result that has a value");
    return std::move(*error_);
  }

 private:
  void check_has_value() const { SCRIBE_CHECK(ok(), "value() of an error: {}", error_->message()); }

  std::optional<T> value_;
  std::optional<Error> error_;
};

/// Success or an Error.
template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error failure) : error_(std::move(failure)) {}  // NOLINT: implicit on purpose

  bool ok() const { return !error_.has_value(); }
  const Error& error() const& {
    SCRIBE_CHECK(!ok(), "error() of a success");
    return *error_;
  }
  Error&& error() && {
    SCRIBE_CHECK(!ok(), "error() of a success");
    return std::move(*error_);
  }

 private:
  std::optional<Error> error_;
};

using Status = Result<void>;

}  // namespace scribe

#define SCRIBE_CONCAT_INNER(a, b) a##b
#define SCRIBE_CONCAT(a, b) SCRIBE_CONCAT_INNER(a, b)

/// Returns the error of a Status (or Result) expression to the caller, if there is one.
#define SCRIBE_TRY(expression)                     \
  do {                                             \
    auto scribe_try_result = (expression);         \
    if (!scribe_try_result.ok()) [[unlikely]]      \
      return std::move(scribe_try_result).error(); \
  } while (false)

/// SCRIBE_TRY_ASSIGN(const std::string text, env.read_file(path)): declares, or returns the error.
#define SCRIBE_TRY_ASSIGN(declaration, expression) \
  SCRIBE_TRY_ASSIGN_INNER(SCRIBE_CONCAT(scribe_result_, __LINE__), declaration, expression)
#define SCRIBE_TRY_ASSIGN_INNER(result, declaration, expression) \
  auto result = (expression);                                    \
  if (!result.ok()) [[unlikely]]                                 \
    return std::move(result).error();                            \
  declaration = std::move(result).value()
