// JSON and JSONL reading and writing.
#include "base/json.h"

#include <zlib.h>

#include <algorithm>

#include "base/packed_file.h"

namespace scribe {
namespace {

constexpr std::size_t kJsonLineBytesMax = std::size_t{1} << 30;

Result<std::string> gunzip(std::string_view packed, const std::string& path,
                           std::int64_t size_bytes_max) {
  z_stream stream{};
  SCRIBE_CHECK(inflateInit2(&stream, 15 + 16) == Z_OK, "inflateInit2");
  std::string text;
  std::string chunk(1 << 16, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  std::size_t left = packed.size();
  int status = Z_OK;
  while (status == Z_OK) {
    if (stream.avail_in == 0) {
      stream.avail_in = static_cast<uInt>(std::min<std::size_t>(left, 1U << 30));
      left -= stream.avail_in;
    }
    stream.next_out = reinterpret_cast<Bytef*>(chunk.data());
    stream.avail_out = static_cast<uInt>(chunk.size());
    status = inflate(&stream, Z_NO_FLUSH);
    text.append(chunk, 0, chunk.size() - stream.avail_out);
    if (static_cast<std::int64_t>(text.size()) > size_bytes_max) break;
    if (status == Z_STREAM_END && (stream.avail_in > 0 || left > 0)) {
      status = inflateReset(&stream);  // Another member follows, as `cat a.gz b.gz` writes.
    }
  }
  inflateEnd(&stream);
  if (static_cast<std::int64_t>(text.size()) > size_bytes_max)
    return error(ErrorCode::limit_exceeded, "'{}' unpacks to more than {} bytes", path,
                 size_bytes_max);
  if (status != Z_STREAM_END)
    return error(ErrorCode::invalid_data, "'{}' is not a whole gzip file", path);
  return text;
}

std::string_view trimmed(std::string_view line) {
  const std::size_t first = line.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return line.substr(first, line.find_last_not_of(" \t\r") - first + 1);
}

}  // namespace

Result<Json> parse_json(std::string_view text, std::string_view where) {
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
  SCRIBE_TRY_ASSIGN(std::string bytes, env.read_file(path));
  if (!is_gzip_path(path)) return bytes;
  return gunzip(bytes, path, size_bytes_max);
}

Status for_each_json_line(Env& env, const std::string& path,
                          const std::function<Status(Json value, const std::string& where)>& line) {
  SCRIBE_TRY_ASSIGN(std::unique_ptr<ReadFile> file, open_packed(env, path));
  LineReader lines(std::move(file), path, kJsonLineBytesMax);
  for (;;) {
    SCRIBE_TRY_ASSIGN(const std::optional<std::string_view> text, lines.next());
    if (!text) return {};
    const std::string_view content = trimmed(*text);
    if (content.empty()) continue;
    const std::string where = lines.where();
    auto value = parse_json(content, where);
    if (!value.ok() && lines.is_torn())
      return error(ErrorCode::invalid_data,
                   "{}: the last line is truncated (no newline, not valid JSON); delete it or "
                   "make the file again",
                   where);
    if (!value.ok()) return std::move(value).error();
    SCRIBE_TRY(line(std::move(value).value(), where));
  }
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
