// The machine's own file system behind Env.
#include "base/env.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>

namespace scribe {
namespace {

namespace fs = std::filesystem;

Error system_error(std::string_view what, const std::string& path, int number) {
  const ErrorCode code = number == ENOENT ? ErrorCode::not_found : ErrorCode::io;
  return error(code, "cannot {} '{}': {}", what, path, std::strerror(number));
}

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  ~FileDescriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

Status sync_data(const FileDescriptor& file, const std::string& path) {
  if (::fdatasync(file.get()) != 0) return system_error("sync", path, errno);
  return {};
}

class RealAppendFile : public AppendFile {
 public:
  RealAppendFile(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}

  Status append(std::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t written = ::write(fd_.get(), bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return system_error("write", path_, errno);
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
  }

  Status sync() override { return sync_data(fd_, path_); }

 private:
  FileDescriptor fd_;
  std::string path_;
};

class RealReadFile : public ReadFile {
 public:
  RealReadFile(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}

  Result<std::size_t> read(std::span<char> out) override {
    for (;;) {
      const ssize_t got = ::read(fd_.get(), out.data(), out.size());
      if (got >= 0) return static_cast<std::size_t>(got);
      if (errno != EINTR) return system_error("read", path_, errno);
    }
  }

 private:
  FileDescriptor fd_;
  std::string path_;
};

class RealRandomFile : public RandomFile {
 public:
  RealRandomFile(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}

  Status read_at(std::int64_t offset, std::span<char> out) override {
    while (!out.empty()) {
      const ssize_t got = ::pread(fd_.get(), out.data(), out.size(), offset);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return system_error("read", path_, errno);
      if (got == 0) return error(ErrorCode::io, "'{}' ends before byte {}", path_, offset + 1);
      out = out.subspan(static_cast<std::size_t>(got));
      offset += got;
    }
    return {};
  }

 private:
  FileDescriptor fd_;
  std::string path_;
};

class RealRandomWriteFile : public RandomWriteFile {
 public:
  RealRandomWriteFile(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}

  Status set_size(std::int64_t bytes) {
    if (::ftruncate(fd_.get(), bytes) != 0) return system_error("write", path_, errno);
    return {};
  }

  Status write_at(std::int64_t offset, std::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t written = ::pwrite(fd_.get(), bytes.data(), bytes.size(), offset);
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return system_error("write", path_, errno);
      bytes.remove_prefix(static_cast<std::size_t>(written));
      offset += written;
    }
    return {};
  }
  Status sync() override { return sync_data(fd_, path_); }

 private:
  FileDescriptor fd_;
  std::string path_;
};

class RealMappedFile : public MappedFile {
 public:
  RealMappedFile(void* data, std::size_t size) : data_(data), size_(size) {}
  ~RealMappedFile() override {
    if (size_ > 0) ::munmap(data_, size_);
  }
  RealMappedFile(const RealMappedFile&) = delete;
  RealMappedFile& operator=(const RealMappedFile&) = delete;
  std::span<const std::byte> bytes() const override {
    return {static_cast<const std::byte*>(data_), size_};
  }

 private:
  void* data_;
  std::size_t size_;
};

Status sync_parent(const std::string& path) {
  const std::string parent = fs::path(path).parent_path().string();
  const FileDescriptor directory(
      ::open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() < 0) return system_error("open directory of", path, errno);
  if (::fsync(directory.get()) != 0 && errno != EINVAL)
    return system_error("sync directory of", path, errno);
  return {};
}

class RealEnv : public Env {
 public:
  Result<std::string> read_file(const std::string& path) override {
    const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0) return system_error("open", path, errno);
    std::string bytes;
    SCRIBE_TRY_ASSIGN(const std::int64_t size, file_size(path));
    bytes.resize(static_cast<std::size_t>(size) + 1);  // One more, to see the end in one read.
    std::size_t filled = 0;
    for (;;) {
      if (filled == bytes.size()) bytes.resize(bytes.size() * 2);
      const ssize_t got = ::read(file.get(), bytes.data() + filled, bytes.size() - filled);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return system_error("read", path, errno);
      if (got == 0) break;
      filled += static_cast<std::size_t>(got);
    }
    bytes.resize(filled);
    return bytes;
  }

  Result<std::unique_ptr<MappedFile>> map_file(const std::string& path) override {
    const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0) return system_error("open", path, errno);
    struct stat status{};
    if (::fstat(file.get(), &status) != 0) return system_error("stat", path, errno);
    if (!S_ISREG(status.st_mode)) return error(ErrorCode::io, "'{}' is not a file", path);
    const auto size = static_cast<std::size_t>(status.st_size);
    void* data = nullptr;
    if (size > 0) {
      data = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
      if (data == MAP_FAILED) return system_error("map", path, errno);
    }
    return std::unique_ptr<MappedFile>(std::make_unique<RealMappedFile>(data, size));
  }

  Result<std::unique_ptr<ReadFile>> open_read(const std::string& path) override {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return system_error("open", path, errno);
    return std::unique_ptr<ReadFile>(std::make_unique<RealReadFile>(fd, path));
  }

  Result<std::unique_ptr<RandomFile>> open_random(const std::string& path) override {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return system_error("open", path, errno);
    return std::unique_ptr<RandomFile>(std::make_unique<RealRandomFile>(fd, path));
  }

  Result<std::unique_ptr<RandomWriteFile>> create_random(const std::string& path,
                                                         std::int64_t size_bytes) override {
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0) return system_error("open for writing", path, errno);
    auto file = std::make_unique<RealRandomWriteFile>(fd, path);
    SCRIBE_TRY(file->set_size(size_bytes));
    return std::unique_ptr<RandomWriteFile>(std::move(file));
  }

  Result<std::unique_ptr<AppendFile>> open_append(const std::string& path) override {
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (fd < 0) return system_error("open for writing", path, errno);
    return std::unique_ptr<AppendFile>(std::make_unique<RealAppendFile>(fd, path));
  }

  Status truncate(const std::string& path, std::int64_t size_bytes) override {
    if (::truncate(path.c_str(), size_bytes) != 0) return system_error("truncate", path, errno);
    return {};
  }

  Status rename(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) return system_error("rename to", to, errno);
    return sync_parent(to);
  }

  Status remove(const std::string& path) override {
    if (::unlink(path.c_str()) != 0) return system_error("remove", path, errno);
    return {};
  }

  Status remove_tree(const std::string& path) override {
    std::error_code code;
    fs::remove_all(path, code);
    if (code) return system_error("remove", path, code.value());
    return {};
  }

  Status create_directories(const std::string& path) override {
    std::error_code code;
    fs::create_directories(path, code);
    if (code) return system_error("create directory", path, code.value());
    return {};
  }

  bool exists(const std::string& path) override {
    std::error_code code;
    return fs::exists(path, code);
  }

  Result<std::int64_t> file_size(const std::string& path) override {
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0) return system_error("stat", path, errno);
    if (S_ISDIR(status.st_mode)) return error(ErrorCode::io, "'{}' is a directory", path);
    return static_cast<std::int64_t>(status.st_size);
  }

  Result<std::vector<DirectoryEntry>> list_directory(const std::string& path) override {
    const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir(path.c_str()), ::closedir);
    if (directory == nullptr) return system_error("list", path, errno);
    const std::string prefix = path.ends_with('/') ? path : path + "/";
    std::vector<DirectoryEntry> found;
    for (;;) {
      errno = 0;
      const dirent* const entry = ::readdir(directory.get());
      if (entry == nullptr && errno != 0) return system_error("list", path, errno);
      if (entry == nullptr) break;
      const std::string_view name = entry->d_name;
      struct stat status{};
      if (name == "." || name == "..") continue;
      // By the open folder: the way to it is long where there are many.
      if (::fstatat(::dirfd(directory.get()), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0)
        continue;  // Gone since it was listed.
      if (!S_ISDIR(status.st_mode) && !S_ISREG(status.st_mode)) continue;
      found.push_back({.path = prefix + entry->d_name,
                       .is_directory = S_ISDIR(status.st_mode),
                       .size_bytes = static_cast<std::int64_t>(status.st_size)});
    }
    std::ranges::sort(found, {}, &DirectoryEntry::path);
    return found;
  }

  double monotonic_seconds() override {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
  }
};

}  // namespace

Env& Env::real() {
  static RealEnv env;
  return env;
}

Status write_file_atomic(Env& env, const std::string& path, std::string_view bytes) {
  return write_file_atomic(env, path, [&](AppendFile& file) { return file.append(bytes); });
}

Status write_file_atomic(Env& env, const std::string& path,
                         const std::function<Status(AppendFile&)>& write) {
  const std::string temporary = path + ".tmp";
  if (env.exists(temporary)) SCRIBE_TRY(env.remove(temporary));
  const auto write_and_sync = [&]() -> Status {
    SCRIBE_TRY_ASSIGN(const std::unique_ptr<AppendFile> file, env.open_append(temporary));
    SCRIBE_TRY(write(*file));
    return file->sync();
  };
  Status written = write_and_sync();
  if (written.ok()) written = env.rename(temporary, path);
  if (!written.ok() && env.exists(temporary)) {
    // A full disk is relieved of the half file; the first error is the one worth telling.
    if (!env.remove(temporary).ok()) return written;
  }
  return written;
}

}  // namespace scribe
