// Files of documents: JSON lines, plain or packed.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"
#include "base/packed_file.h"
#include "base/result.h"

namespace scribe {

/// A document without its own memory.
struct DocumentView {
  std::string_view id;       ///< hash128_hex of the text without white space at its ends
  std::string_view source;   ///< where it came from
  std::string_view license;  ///< SPDX expression; "": unknown
  std::string_view text;
};

/// Longer documents cannot be read back.
inline constexpr std::size_t kDocumentLineBytesMax = std::size_t{1} << 28;

/// Reads a .jsonl, .jsonl.gz or .jsonl.zst file of documents in bounded memory.
class DocumentReader {
 public:
  static Result<DocumentReader> open(Env& env, const std::string& path);
  DocumentReader(DocumentReader&&) noexcept;
  DocumentReader& operator=(DocumentReader&&) = delete;
  ~DocumentReader();

  /// The next document, or nothing at the end. Valid until the next call. Only `text` must be
  /// there; `source` is "path:line" where it is not. Errors: io, limit_exceeded, invalid_data with
  /// path and line.
  Result<std::optional<DocumentView>> next();

 private:
  struct State;
  explicit DocumentReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// The line of a document, with its newline. Requires valid UTF-8.
void append_document_line(const DocumentView& document, std::string& out);

/// The files that hold the documents of a split ("train", "validation") of a collection's folder,
/// in order: SPLIT.jsonl, or SPLIT-00000.jsonl.zst and so on. Errors: not_found.
Result<std::vector<std::string>> document_files(Env& env, const std::string& folder,
                                                std::string_view split);

}  // namespace scribe
