// memfd_create, seals, and second openings through /proc.
#include "sandbox/step_files.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace scribe::sandbox {
namespace {

Error file_error(std::string_view what) {
  return error(ErrorCode::internal, "cannot {} an anonymous file: {}", what, std::strerror(errno));
}

UniqueFd opened_again(const UniqueFd& file, int flags) {
  return UniqueFd(::open(fmt::format("/proc/self/fd/{}", file.get()).c_str(), flags | O_CLOEXEC));
}

}  // namespace

Result<UniqueFd> create_input_file(std::string_view content) {
  const UniqueFd file(::memfd_create("input", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!file.valid()) return file_error("create");
  while (!content.empty()) {
    const ssize_t written = ::write(file.get(), content.data(), content.size());
    if (written <= 0) return file_error("write");
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fcntl(file.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) !=
      0)
    return file_error("seal");
  UniqueFd reader = opened_again(file, O_RDONLY);
  if (!reader.valid()) return file_error("open");
  return reader;
}

Result<OutputFile> create_output_file() {
  OutputFile file{.reader = UniqueFd(::memfd_create("output", MFD_CLOEXEC)), .writer = UniqueFd()};
  if (!file.reader.valid()) return file_error("create");
  file.writer = opened_again(file.reader, O_WRONLY | O_APPEND);
  if (!file.writer.valid()) return file_error("open");
  return file;
}

Result<std::string> read_output(const OutputFile& file, std::int64_t bytes_max) {
  struct stat status{};
  if (::fstat(file.reader.get(), &status) != 0) return file_error("measure");
  std::string text(static_cast<std::size_t>(std::min(status.st_size, bytes_max)), '\0');
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t got = ::pread(file.reader.get(), text.data() + done, text.size() - done,
                                static_cast<off_t>(done));
    if (got <= 0) return file_error("read");
    done += static_cast<std::size_t>(got);
  }
  return text;
}

}  // namespace scribe::sandbox
