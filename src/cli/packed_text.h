// Text files, plain or gzip, read from their start to their end in bounded memory.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace scribe::cli {

/// A file is unpacked if its first bytes are those of gzip; "-" is standard input.
class PackedText {
 public:
  /// Longer lines are errors.
  static constexpr std::size_t kLineBytesMax = std::size_t{1} << 28;

  /// Errors: not_found, io, unsupported (Zstandard).
  static Result<PackedText> open(const std::string& path);
  ~PackedText();
  PackedText(PackedText&&) noexcept;
  PackedText& operator=(PackedText&&) = delete;

  /// The next line without its "\n", or nothing at the end; valid until the next call.
  /// Errors: io, invalid_data (damaged or cut off), limit_exceeded, all with path and line.
  Result<std::optional<std::string_view>> next_line();
  /// Of the line that came last, from 1.
  std::int64_t line() const;

  /// All that is left. Errors: the same, without lines.
  Result<std::string> rest(std::size_t size_bytes_max);

 private:
  struct State;
  explicit PackedText(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace scribe::cli
