// JSON and JSONL reading and writing.
#include "base/json.h"

#include <algorithm>

#include "base/json_marks.h"
#include "base/json_object.h"
#include "base/packed_file.h"
#include "base/python_json.h"

namespace scribe {
namespace {

constexpr std::size_t kJsonLineBytesMax = std::size_t{1} << 30;

std::string_view trimmed(std::string_view line) {
  const std::size_t first = line.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return line.substr(first, line.find_last_not_of(" \t\r") - first + 1);
}

/// Do more than kJsonDepthMax brackets stand within each other, outside of strings? Values are
/// copied and written by functions that call themselves for each level.
bool is_too_deep(std::string_view text) {
  int depth = 0;
  return any_outside_strings(text, [&](char c) {
    if (c == ']' || c == '}') --depth;
    return (c == '[' || c == '{') && ++depth > kJsonDepthMax;
  });
}

/// With null for numbers that JSON does not have.
std::string with_null_for_nan(std::string_view text) {
  std::string result;
  std::size_t taken = 0;
  any_outside_strings(text, [&](const char& c) {
    const auto place = static_cast<std::size_t>(&c - text.data());
    for (const std::string_view word : {"NaN", "Infinity", "-Infinity"}) {
      if (place < taken || !text.substr(place).starts_with(word)) continue;
      result.append(text.substr(taken, place - taken)).append("null");
      taken = place + word.size();
    }
    return false;
  });
  return result.append(text.substr(taken));
}

using ParseLine = Result<Json> (*)(std::string_view text, std::string_view where);

Result<Json> parse_python_json(std::string_view text, std::string_view where) {
  Result<Json> value = parse_json(text, where);
  return value.ok() ? std::move(value) : parse_json(with_null_for_nan(text), where);
}

Status for_each_line(Env& env, const std::string& path, ParseLine parse,
                     const std::function<Status(Json value, const std::string& where)>& line) {
  SCRIBE_TRY_ASSIGN(std::unique_ptr<ReadFile> file, open_packed(env, path));
  LineReader lines(std::move(file), path, kJsonLineBytesMax);
  for (;;) {
    SCRIBE_TRY_ASSIGN(const std::optional<std::string_view> text, lines.next());
    if (!text) return {};
    const std::string_view content = trimmed(*text);
    if (content.empty()) continue;
    const std::string where = lines.where();
    auto value = parse(content, where);
    if (!value.ok() && lines.is_torn())
      return error(ErrorCode::invalid_data,
                   "{}: the last line is truncated (no newline, not valid JSON); delete it or "
                   "make the file again",
                   where);
    if (!value.ok()) return std::move(value).error();
    SCRIBE_TRY(line(std::move(value).value(), where));
  }
}

}  // namespace

Result<Json> parse_json(std::string_view text, std::string_view where) {
  if (is_too_deep(text))
    return error(ErrorCode::invalid_data, "{}: more than {} levels of JSON", where, kJsonDepthMax);
  try {
    return Json::parse(text);
  } catch (const Json::exception& exception) {
    return error(ErrorCode::invalid_data, "{}: not valid JSON: {}", where, exception.what());
  }
}

std::string to_json_line(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string to_json_pretty(const Json& value) {
  return value.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

bool is_gzip_path(std::string_view path) {
  return path.ends_with(".gz");
}

Result<std::string> read_text_file(Env& env, const std::string& path, std::int64_t size_bytes_max) {
  SCRIBE_TRY_ASSIGN(const std::int64_t size, env.file_size(path));
  if (size > size_bytes_max)
    return error(ErrorCode::limit_exceeded, "'{}' has {} bytes, more than the limit of {}", path,
                 size, size_bytes_max);
  SCRIBE_TRY_ASSIGN(const std::unique_ptr<ReadFile> file, open_packed(env, path));
  std::string text;
  std::size_t filled = 0;
  text.resize(static_cast<std::size_t>(size) + 1);  // One more, to see the end of a plain file.
  for (;;) {
    if (filled == text.size()) text.resize(2 * filled);
    SCRIBE_TRY_ASSIGN(const std::size_t got, file->read(std::span(text).subspan(filled)));
    if (got == 0) break;
    filled += got;
    if (static_cast<std::int64_t>(filled) > size_bytes_max)
      return error(ErrorCode::limit_exceeded, "'{}' unpacks to more than {} bytes", path,
                   size_bytes_max);
  }
  text.resize(filled);
  return text;
}

Status for_each_json_line(Env& env, const std::string& path,
                          const std::function<Status(Json value, const std::string& where)>& line) {
  return for_each_line(env, path, parse_json, line);
}

Status for_each_python_json_line(
    Env& env, const std::string& path,
    const std::function<Status(Json value, const std::string& where)>& line) {
  return for_each_line(env, path, parse_python_json, line);
}

Result<JsonlJournal> JsonlJournal::open(
    Env& env, const std::string& path,
    const std::function<Status(Json value, const std::string& where)>& line) {
  if (env.exists(path)) {
    SCRIBE_TRY_ASSIGN(const std::string text, env.read_file(path));
    const std::size_t last_newline = text.rfind('\n');
    const std::size_t whole = last_newline == std::string::npos ? 0 : last_newline + 1;
    if (whole < text.size()) SCRIBE_TRY(env.truncate(path, static_cast<std::int64_t>(whole)));
    SCRIBE_TRY(for_each_json_line(env, path, line));
  }
  SCRIBE_TRY_ASSIGN(std::unique_ptr<AppendFile> file, env.open_append(path));
  return JsonlJournal(std::move(file));
}

Status JsonlJournal::append(const Json& value) {
  return file_->append(to_json_line(value) + "\n");
}

namespace internal {

Error missing_field(std::string_view name, std::string_view where) {
  return error(ErrorCode::invalid_data, "{}: field '{}' is missing", where, name);
}

Error wrong_field(std::string_view name, std::string_view where, std::string_view found,
                  std::string_view expected) {
  return error(ErrorCode::invalid_data, "{}: field '{}' is of type {}, expected {}", where, name,
               found, expected);
}

}  // namespace internal
}  // namespace scribe
