// Texts and tokenizers from files and standard input.
#include "cli/tokenizer_input.h"

#include <cstdio>

#include "base/json.h"

namespace scribe::cli {
namespace {

constexpr std::int64_t kInputBytesMax = std::int64_t{1} << 31;

bool is_jsonl(std::string_view path) {
  return path.ends_with(".jsonl") || path.ends_with(".jsonl.gz") || path.ends_with(".jsonl.zst");
}

/// All of standard input. Errors: io, limit_exceeded.
Result<std::string> read_standard_input() {
  std::string text;
  std::string chunk(1 << 16, '\0');
  for (;;) {
    const std::size_t got = std::fread(chunk.data(), 1, chunk.size(), stdin);
    if (got == 0) break;
    text.append(chunk, 0, got);
    if (static_cast<std::int64_t>(text.size()) > kInputBytesMax)
      return error(ErrorCode::limit_exceeded, "standard input: more than {} bytes", kInputBytesMax);
  }
  if (std::ferror(stdin) != 0) return error(ErrorCode::io, "cannot read standard input");
  return text;
}

}  // namespace

Result<Tokenizer> load_tokenizer(Env& env, const std::string& path) {
  Result<Tokenizer> loaded = Tokenizer::load(env, path);
  if (loaded.ok() || loaded.error().code() != ErrorCode::not_found) return loaded;
  return std::move(loaded).error().in(
      "--tokenizer: expected a tokenizer.json, a .tiktoken file, a vocab.json beside its "
      "merges.txt, or a directory");
}

Result<std::string> read_input(Env& env, const std::string& path) {
  return path == "-" ? read_standard_input() : read_text_file(env, path, kInputBytesMax);
}

Status write_standard_output(std::string_view bytes) {
  if (std::fwrite(bytes.data(), 1, bytes.size(), stdout) != bytes.size() ||
      std::fflush(stdout) != 0)
    return error(ErrorCode::io, "cannot write to standard output");
  return {};
}

Status for_each_document(Env& env, const StopToken& stop, const std::vector<std::string>& paths,
                         const DocumentVisitor& visit) {
  const auto interrupted = [&] {
    return error(ErrorCode::interrupted, "stopped by the user; nothing was written");
  };
  for (const std::string& path : paths) {
    if (stop.requested()) return interrupted();
    if (!is_jsonl(path)) {
      SCRIBE_TRY_ASSIGN(const std::string text, read_input(env, path));
      visit(text, path);
      continue;
    }
    SCRIBE_TRY(
        for_each_json_line(env, path, [&](const Json& line, const std::string& where) -> Status {
          if (stop.requested()) return interrupted();
          SCRIBE_TRY_ASSIGN(const std::string text, json_field<std::string>(line, "text", where));
          visit(text, where);
          return {};
        }));
  }
  return {};
}

}  // namespace scribe::cli
