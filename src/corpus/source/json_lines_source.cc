// Rows of JSON lines through simdjson.
#include <simdjson.h>

#include "base/packed_file.h"
#include "corpus/source/row_items.h"

namespace scribe {

namespace dom = simdjson::dom;

namespace {

constexpr std::size_t kEscapedBytesMax = 6;            // A character as "\u000a".
constexpr std::size_t kOtherFieldsBytesMax = 1 << 20;  // What a row may have beside its text.

/// The field "a.b": of that name, else b in the object a.
std::optional<dom::element> field_of(const dom::object& object, std::string_view name) {
  dom::element value;
  if (object[name].get(value) == simdjson::SUCCESS) return value;
  const std::size_t dot = name.find('.');
  dom::object inner;
  if (dot == std::string_view::npos || object[name.substr(0, dot)].get(inner) != simdjson::SUCCESS)
    return std::nullopt;
  return field_of(inner, name.substr(dot + 1));
}

std::optional<std::string_view> string_in(const dom::object& object, std::string_view name) {
  const std::optional<dom::element> value = field_of(object, name);
  std::string_view text;
  if (!value || value->get(text) != simdjson::SUCCESS) return std::nullopt;
  return text;
}

/// A string, or all strings of a list.
std::string license_in(const dom::object& object, std::string_view name) {
  const std::optional<dom::element> value = field_of(object, name);
  std::string_view text;
  if (!value) return {};
  if (value->get(text) == simdjson::SUCCESS) return std::string(text);
  dom::array list;
  std::vector<std::string> licenses;
  if (value->get(list) != simdjson::SUCCESS) return {};
  for (const dom::element element : list)
    if (element.get(text) == simdjson::SUCCESS) licenses.emplace_back(text);
  return all_licenses(licenses);
}

SourceRow row_of(const dom::object& object, const RowFields& fields) {
  std::optional<std::string_view> text = string_in(object, fields.text);
  if (!text) text = string_in(object, "text");
  return {.text = text,
          .path = string_in(object, fields.path).value_or(""),
          .repository = string_in(object, fields.repository).value_or(""),
          .license = license_in(object, fields.license)};
}

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

class JsonLinesSource {
 public:
  JsonLinesSource(const SourcePart& part, const SourceOptions& options, const VisitItem& visit)
      : part_(part), options_(options), items_(part, options, visit) {}

  Result<PartReport> run(Env& env) {
    const bool is_standard_input = part_.path == "-";
    auto file = open_packed(env, is_standard_input ? "/dev/stdin" : part_.path);
    if (!file.ok()) return items_.finish(std::move(file).error());
    const auto item_bytes_max = static_cast<std::size_t>(options_.item_bytes_max);
    LineReader lines(std::move(file).value(), part_.path,
                     kEscapedBytesMax * item_bytes_max + kOtherFieldsBytesMax);
    for (;;) {
      Result<std::optional<std::string_view>> line = lines.next();
      if (line.ok() && !line.value()) return items_.finish({});
      if (line.ok()) {
        if (is_blank(*line.value())) continue;
        dom::object object;
        if (parser_.parse(line.value()->data(), line.value()->size(), false).get(object) ==
            simdjson::SUCCESS) {
          SCRIBE_TRY(items_.take(lines.number(), row_of(object, options_.fields)));
        } else if (lines.is_torn()) {
          return items_.finish(error(ErrorCode::invalid_data, "its last line is truncated"));
        } else {
          SCRIBE_TRY(items_.drop(lines.number(), Rule::unreadable));
        }
        continue;
      }
      if (line.error().code() != ErrorCode::limit_exceeded)
        return items_.finish(std::move(line).error());
      if (Status skipped = lines.skip_line(); !skipped.ok()) return items_.finish(skipped);
      SCRIBE_TRY(items_.drop(lines.number(), Rule::too_large));
    }
  }

 private:
  const SourcePart& part_;
  const SourceOptions& options_;
  RowItems items_;
  dom::parser parser_;
};

}  // namespace

Result<PartReport> read_json_lines(Env& env, const SourcePart& part, const SourceOptions& options,
                                   const VisitItem& visit) {
  return JsonLinesSource(part, options, visit).run(env);
}

}  // namespace scribe
