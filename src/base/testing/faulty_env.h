// An Env for tests: a temporary directory, and failures on demand.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/env.h"

namespace scribe {

/// Passes everything to the real Env until told otherwise.
class FaultyEnv : public Env {
 public:
  /// After this many bytes more, every write fails as on a full disk (and writes what fitted).
  void fill_disk_after(std::int64_t bytes) { bytes_left_ = bytes; }
  /// From now on renames fail as if the process had been killed before them.
  void refuse_renames(bool refuse) { refuse_renames_ = refuse; }
  /// From now on files that are read end after this many bytes.
  void truncate_reads_to(std::int64_t bytes) { read_bytes_max_ = bytes; }

  Result<std::string> read_file(const std::string& path) override;
  Result<std::unique_ptr<MappedFile>> map_file(const std::string& path) override;
  Result<std::unique_ptr<ReadFile>> open_read(const std::string& path) override;
  Result<std::unique_ptr<RandomFile>> open_random(const std::string& path) override;
  Result<std::unique_ptr<RandomWriteFile>> create_random(const std::string& path,
                                                         std::int64_t size_bytes) override;
  Result<std::unique_ptr<AppendFile>> open_append(const std::string& path) override;
  Status truncate(const std::string& path, std::int64_t size_bytes) override;
  Status rename(const std::string& from, const std::string& to) override;
  Status remove(const std::string& path) override;
  Status remove_tree(const std::string& path) override;
  Status create_directories(const std::string& path) override;
  bool exists(const std::string& path) override;
  Result<std::int64_t> file_size(const std::string& path) override;
  Result<std::vector<DirectoryEntry>> list_directory(const std::string& path) override;
  double monotonic_seconds() override;

 private:
  friend class FaultyAppendFile;
  friend class FaultyRandomWriteFile;
  /// Writes what fits of `bytes`.
  Status write(std::string_view bytes, const std::string& path,
               const std::function<Status(std::string_view fits)>& write_part);

  Env& real_ = Env::real();
  std::int64_t bytes_left_ = -1;      // -1: no limit
  std::int64_t read_bytes_max_ = -1;  // -1: no limit
  bool refuse_renames_ = false;
};

/// A directory of the test's own, removed with it.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  const std::string& path() const { return path_; }
  /// path() '/' name.
  std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

/// The folder of data files (SCRIBE_DATA_DIR, else ../shared/data beside the source), or "" if
/// there is none: tests that need it then skip and say so.
std::string test_data_directory();

}  // namespace scribe
