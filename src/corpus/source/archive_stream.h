// libarchive behind ReadFile: bytes go in, unpacked bytes or entries come out.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/env.h"
#include "base/result.h"

struct archive;
struct archive_entry;

namespace scribe {

/// Takes one compression away (gzip, bzip2, xz, lzma, lzip, compress, Zstandard; the head of an
/// .rpm); bytes without one are passed on. Errors: invalid_data, those of `file`.
Result<std::unique_ptr<ReadFile>> without_compression(std::unique_ptr<ReadFile> file);

/// The member data.tar or data.tar.* of a Debian package. Errors: invalid_data, those of `file`.
Result<std::unique_ptr<ReadFile>> debian_data(std::unique_ptr<ReadFile> file);

/// Ends with limit_exceeded where more than `bytes_max` come.
std::unique_ptr<ReadFile> limited(std::unique_ptr<ReadFile> file, std::int64_t bytes_max);

/// An entry of an archive.
struct ArchiveEntry {
  std::string path;  ///< any bytes; "" if it has no name that can be told
  /// -1: not said. What is said need not be true.
  std::int64_t size_bytes = -1;
  bool is_file = false;  ///< a regular one: no link, no device, no sparse file
  bool is_encrypted = false;
};

/// The entries of a tar, cpio or zip archive in order.
class ArchiveReader {
 public:
  /// Of an uncompressed tar or cpio. Errors: invalid_data, those of `file`.
  static Result<ArchiveReader> open_stream(std::unique_ptr<ReadFile> file);
  /// Of a zip, which is read from its end and unpacked entry by entry, to `bytes_max` in all;
  /// `bytes` outlive the reader. Errors: invalid_data; later limit_exceeded.
  static Result<ArchiveReader> open_zip(std::span<const std::byte> bytes, std::int64_t bytes_max);
  ArchiveReader(ArchiveReader&&) noexcept;
  ArchiveReader& operator=(ArchiveReader&&) = delete;
  ~ArchiveReader();

  /// The next entry, or nothing at the end. Errors: invalid_data, those of the stream.
  Result<std::optional<ArchiveEntry>> next();

  /// What became of reading an entry's bytes.
  enum class Read : std::uint8_t { whole, too_large, damaged };
  /// Fills `bytes` with those of the entry, or with the first `bytes_max` of one that has this size
  /// or more, which is too_large. Errors: the archive cannot be read on.
  Result<Read> read(std::int64_t bytes_max, std::string& bytes);

 private:
  struct State;
  explicit ArchiveReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace scribe
