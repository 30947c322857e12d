// Failures on demand for tests.
#include "base/testing/faulty_env.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

namespace scribe {

class FaultyAppendFile : public AppendFile {
 public:
  FaultyAppendFile(FaultyEnv& env, std::unique_ptr<AppendFile> file, std::string path)
      : env_(env), file_(std::move(file)), path_(std::move(path)) {}

  Status append(std::string_view bytes) override {
    return env_.write(bytes, path_, [&](std::string_view fits) { return file_->append(fits); });
  }
  Status sync() override { return file_->sync(); }

 private:
  FaultyEnv& env_;
  std::unique_ptr<AppendFile> file_;
  std::string path_;
};

class FaultyRandomWriteFile : public RandomWriteFile {
 public:
  FaultyRandomWriteFile(FaultyEnv& env, std::unique_ptr<RandomWriteFile> file, std::string path)
      : env_(env), file_(std::move(file)), path_(std::move(path)) {}

  Status write_at(std::int64_t offset, std::string_view bytes) override {
    return env_.write(bytes, path_,
                      [&](std::string_view fits) { return file_->write_at(offset, fits); });
  }
  Status sync() override { return file_->sync(); }

 private:
  FaultyEnv& env_;
  std::unique_ptr<RandomWriteFile> file_;
  std::string path_;
};

Status FaultyEnv::write(std::string_view bytes, const std::string& path,
                        const std::function<Status(std::string_view fits)>& write_part) {
  if (bytes_left_ < 0) return write_part(bytes);
  const auto fits = std::min<std::size_t>(bytes.size(), static_cast<std::size_t>(bytes_left_));
  SCRIBE_TRY(write_part(bytes.substr(0, fits)));
  bytes_left_ -= static_cast<std::int64_t>(fits);
  if (fits < bytes.size())
    return error(ErrorCode::io, "cannot write '{}': No space left on device", path);
  return {};
}

Result<std::string> FaultyEnv::read_file(const std::string& path) {
  SCRIBE_TRY_ASSIGN(std::string bytes, real_.read_file(path));
  if (read_bytes_max_ >= 0 && bytes.size() > static_cast<std::size_t>(read_bytes_max_))
    bytes.resize(static_cast<std::size_t>(read_bytes_max_));
  return bytes;
}

Result<std::unique_ptr<MappedFile>> FaultyEnv::map_file(const std::string& path) {
  return real_.map_file(path);
}

namespace {

/// Ends early.
class ShortReadFile : public ReadFile {
 public:
  ShortReadFile(std::unique_ptr<ReadFile> file, std::int64_t bytes)
      : file_(std::move(file)), left_(static_cast<std::size_t>(bytes)) {}
  Result<std::size_t> read(std::span<char> out) override {
    SCRIBE_TRY_ASSIGN(const std::size_t got, file_->read(out.first(std::min(out.size(), left_))));
    left_ -= got;
    return got;
  }

 private:
  std::unique_ptr<ReadFile> file_;
  std::size_t left_;
};

}  // namespace

Result<std::unique_ptr<ReadFile>> FaultyEnv::open_read(const std::string& path) {
  SCRIBE_TRY_ASSIGN(std::unique_ptr<ReadFile> file, real_.open_read(path));
  if (read_bytes_max_ < 0) return file;
  return std::unique_ptr<ReadFile>(
      std::make_unique<ShortReadFile>(std::move(file), read_bytes_max_));
}

Result<std::unique_ptr<RandomFile>> FaultyEnv::open_random(const std::string& path) {
  return real_.open_random(path);
}

Result<std::unique_ptr<RandomWriteFile>> FaultyEnv::create_random(const std::string& path,
                                                                  std::int64_t size_bytes) {
  SCRIBE_TRY_ASSIGN(std::unique_ptr<RandomWriteFile> file, real_.create_random(path, size_bytes));
  return std::unique_ptr<RandomWriteFile>(
      std::make_unique<FaultyRandomWriteFile>(*this, std::move(file), path));
}

Result<std::unique_ptr<AppendFile>> FaultyEnv::open_append(const std::string& path) {
  SCRIBE_TRY_ASSIGN(std::unique_ptr<AppendFile> file, real_.open_append(path));
  return std::unique_ptr<AppendFile>(
      std::make_unique<FaultyAppendFile>(*this, std::move(file), path));
}

Status FaultyEnv::truncate(const std::string& path, std::int64_t size_bytes) {
  return real_.truncate(path, size_bytes);
}

Status FaultyEnv::rename(const std::string& from, const std::string& to) {
  if (refuse_renames_) return error(ErrorCode::io, "cannot rename to '{}': injected", to);
  return real_.rename(from, to);
}

Status FaultyEnv::remove(const std::string& path) {
  return real_.remove(path);
}
Status FaultyEnv::remove_tree(const std::string& path) {
  return real_.remove_tree(path);
}
Status FaultyEnv::create_directories(const std::string& path) {
  return real_.create_directories(path);
}
bool FaultyEnv::exists(const std::string& path) {
  return real_.exists(path);
}
Result<std::int64_t> FaultyEnv::file_size(const std::string& path) {
  return real_.file_size(path);
}
Result<std::vector<DirectoryEntry>> FaultyEnv::list_directory(const std::string& path) {
  return real_.list_directory(path);
}
double FaultyEnv::monotonic_seconds() {
  return real_.monotonic_seconds();
}

TemporaryDirectory::TemporaryDirectory() {
  std::string pattern = (std::filesystem::temp_directory_path() / "scribe_test_XXXXXX").string();
  SCRIBE_CHECK(::mkdtemp(pattern.data()) != nullptr, "mkdtemp '{}'", pattern);
  path_ = pattern;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string test_data_directory() {
  if (const char* directory = std::getenv("SCRIBE_DATA_DIR")) return directory;
  const char* source = std::getenv("SCRIBE_SOURCE_DIR");
  const std::string beside = std::string(source == nullptr ? "." : source) + "/../shared/data";
  return std::filesystem::is_directory(beside) ? beside : "";
}

}  // namespace scribe
