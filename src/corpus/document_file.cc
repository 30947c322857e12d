// Documents through simdjson, and a writer of JSON strings.
#include "corpus/document_file.h"

#include <algorithm>
#include <array>

#include "corpus/json_strings.h"

namespace scribe {

namespace dom = simdjson::dom;

struct DocumentReader::State {
  LineReader lines;
  dom::parser parser;
  std::string where;  // of a document without a source
};

DocumentReader::DocumentReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
DocumentReader::DocumentReader(DocumentReader&&) noexcept = default;
DocumentReader::~DocumentReader() = default;

Result<DocumentReader> DocumentReader::open(Env& env, const std::string& path) {
  SCRIBE_TRY_ASSIGN(std::unique_ptr<ReadFile> file, open_packed(env, path));
  return DocumentReader(std::make_unique<State>(
      State{.lines = LineReader(std::move(file), path, kDocumentLineBytesMax),
            .parser = dom::parser(),
            .where = {}}));
}

Result<std::optional<DocumentView>> DocumentReader::next() {
  std::optional<std::string_view> line;
  do {
    SCRIBE_TRY_ASSIGN(line, state_->lines.next());
    if (!line) return std::optional<DocumentView>();
  } while (line->find_first_not_of(" \t\r") == std::string_view::npos);

  state_->where = state_->lines.where();
  dom::object object;
  const auto parsed = state_->parser.parse(line->data(), line->size(), false).get(object);
  if (parsed != simdjson::SUCCESS)
    return error(ErrorCode::invalid_data, "{}: {}: {}", state_->where,
                 state_->lines.is_torn() ? "the last line is truncated; make the file again"
                                         : "expected a JSON object",
                 simdjson::error_message(parsed));
  DocumentView document{.id = string_or(object, "id", ""),
                        .source = string_or(object, "source", state_->where),
                        .license = string_or(object, "license", ""),
                        .text = {}};
  if (object["text"].get(document.text) != simdjson::SUCCESS)
    return error(ErrorCode::invalid_data, "{}: field 'text' is missing or no string",
                 state_->where);
  return std::optional(document);
}

namespace {

/// What stands for a byte in a JSON string: 0 for itself, 'u' for \u00XX, else what follows '\'.
constexpr std::array<char, 256> make_escapes() {
  std::array<char, 256> escapes{};
  for (std::size_t c = 0; c < 0x20; ++c) escapes[c] = 'u';
  escapes['"'] = '"';
  escapes['\\'] = '\\';
  escapes['\n'] = 'n';
  escapes['\r'] = 'r';
  escapes['\t'] = 't';
  return escapes;
}
constexpr std::array<char, 256> kEscapes = make_escapes();

void append_string(std::string_view text, std::string& out) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += '"';
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const char escape = kEscapes[byte];
    if (escape == 0) [[likely]]
      continue;
    out.append(text, begin, i - begin);
    begin = i + 1;
    out += '\\';
    out += escape;
    if (escape != 'u') continue;
    out += "00";
    out += kHex[byte >> 4];
    out += kHex[byte & 15];
  }
  out.append(text, begin, text.size() - begin);
  out += '"';
}

}  // namespace

void append_document_line(const DocumentView& document, std::string& out) {
  out += "{\"id\":";
  append_string(document.id, out);
  out += ",\"source\":";
  append_string(document.source, out);
  if (!document.license.empty()) {
    out += ",\"license\":";
    append_string(document.license, out);
  }
  out += ",\"text\":";
  append_string(document.text, out);
  out += "}\n";
}

Result<std::vector<std::string>> document_files(Env& env, const std::string& folder,
                                                std::string_view split) {
  const std::string whole = fmt::format("{}/{}.jsonl", folder, split);
  if (env.exists(whole)) return std::vector{whole};
  const std::string prefix = fmt::format("{}/{}-", folder, split);
  SCRIBE_TRY_ASSIGN(const std::vector<DirectoryEntry> entries, env.list_directory(folder));
  std::vector<std::string> files;
  for (const DirectoryEntry& entry : entries)
    if (entry.path.starts_with(prefix) && entry.path.ends_with(".jsonl.zst"))
      files.push_back(entry.path);
  if (files.empty())
    return error(ErrorCode::not_found, "'{}' holds neither {}.jsonl nor {}-*.jsonl.zst", folder,
                 split, split);
  return files;
}

}  // namespace scribe
