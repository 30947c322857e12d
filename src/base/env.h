// Files and the clock, injected so that tests can fill the disk or kill between write and rename.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace scribe {

/// A file that is only ever appended to. Closing it (destruction) does not imply sync().
class AppendFile {
 public:
  virtual ~AppendFile() = default;
  /// Appends all bytes or fails; after a failure the file may end with a part of them.
  virtual Status append(std::string_view bytes) = 0;
  /// Returns when what was appended survives a power cut (fdatasync).
  virtual Status sync() = 0;
};

/// Bytes that are read once, from their start to their end: of a file, of a pipe, unpacked ones.
class ReadFile {
 public:
  virtual ~ReadFile() = default;
  /// Fills `out` or a part of it; how much. 0 means the end (or that `out` is empty).
  virtual Result<std::size_t> read(std::span<char> out) = 0;
};

/// A file of which parts are read, in any order.
class RandomFile {
 public:
  virtual ~RandomFile() = default;
  /// Fills `out`. Errors: io, also when the file ends before.
  virtual Status read_at(std::int64_t offset, std::span<char> out) = 0;
};

/// A file of a known size, of which parts are written, in any order.
class RandomWriteFile {
 public:
  virtual ~RandomWriteFile() = default;
  virtual Status write_at(std::int64_t offset, std::string_view bytes) = 0;
  /// As AppendFile::sync().
  virtual Status sync() = 0;
};

/// The bytes of a file, read only, mapped for as long as the object lives.
class MappedFile {
 public:
  virtual ~MappedFile() = default;
  virtual std::span<const std::byte> bytes() const = 0;
};

/// What a directory holds.
struct DirectoryEntry {
  std::string path;  ///< the directory's path, '/', the name
  bool is_directory = false;
  std::int64_t size_bytes = 0;
};

/// The outside world. Every method may be called from any thread.
class Env {
 public:
  virtual ~Env() = default;

  /// The whole file. Errors: not_found, io.
  virtual Result<std::string> read_file(const std::string& path) = 0;
  virtual Result<std::unique_ptr<MappedFile>> map_file(const std::string& path) = 0;

  /// Opens for reading in parts; "/dev/stdin" is standard input. Errors: not_found, io.
  virtual Result<std::unique_ptr<ReadFile>> open_read(const std::string& path) = 0;

  virtual Result<std::unique_ptr<RandomFile>> open_random(const std::string& path) = 0;

  /// Makes a file of zeros, in the place of one that is there.
  virtual Result<std::unique_ptr<RandomWriteFile>> create_random(const std::string& path,
                                                                 std::int64_t size_bytes) = 0;

  /// Opens for appending, creating the file if it is missing.
  virtual Result<std::unique_ptr<AppendFile>> open_append(const std::string& path) = 0;
  /// Cuts a file to `size_bytes` (a journal whose last line was torn by a kill).
  virtual Status truncate(const std::string& path, std::int64_t size_bytes) = 0;

  /// Renames over an existing target, atomically, and syncs the directory.
  virtual Status rename(const std::string& from, const std::string& to) = 0;
  virtual Status remove(const std::string& path) = 0;
  virtual Status remove_tree(const std::string& path) = 0;
  virtual Status create_directories(const std::string& path) = 0;

  virtual bool exists(const std::string& path) = 0;
  virtual Result<std::int64_t> file_size(const std::string& path) = 0;
  /// Entries sorted by path; symbolic links are not followed and not listed. Errors: not_found, io.
  virtual Result<std::vector<DirectoryEntry>> list_directory(const std::string& path) = 0;

  /// Seconds of a clock that never steps back.
  virtual double monotonic_seconds() = 0;

  /// The machine's file system and clock.
  static Env& real();
};

/// Writes `path` whole: to "path.tmp", synced, then renamed. A reader sees the old bytes or the
/// new.
Status write_file_atomic(Env& env, const std::string& path, std::string_view bytes);

/// The same for a file that `write` appends piece by piece. After an error what stood at `path` is
/// untouched and "path.tmp" is gone.
Status write_file_atomic(Env& env, const std::string& path,
                         const std::function<Status(AppendFile&)>& write);

}  // namespace scribe
