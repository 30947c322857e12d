// Readers with callbacks of our own.
#include "corpus/source/archive_stream.h"

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <vector>

namespace scribe {
namespace {

constexpr std::size_t kBufferBytes = 1 << 17;

struct FreeArchive {
  void operator()(archive* reader) const { archive_read_free(reader); }
};
using ArchiveHandle = std::unique_ptr<archive, FreeArchive>;

/// A locale in which every name can be told.
class Utf8Locale {
 public:
  Utf8Locale() : locale_(newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)) {
    SCRIBE_CHECK(locale_ != nullptr, "the C library has no locale C.UTF-8");
  }
  ~Utf8Locale() { freelocale(locale_); }
  Utf8Locale(const Utf8Locale&) = delete;
  Utf8Locale& operator=(const Utf8Locale&) = delete;
  locale_t get() const { return locale_; }

 private:
  locale_t locale_;
};

/// Gives this thread another locale: libarchive turns names into its character set, and gives none
/// where that has not all of their characters.
class ThreadLocale {
 public:
  explicit ThreadLocale(locale_t locale) : before_(uselocale(locale)) {}
  ~ThreadLocale() { uselocale(before_); }
  ThreadLocale(const ThreadLocale&) = delete;
  ThreadLocale& operator=(const ThreadLocale&) = delete;

 private:
  locale_t before_;
};

/// A reader of a stream. libarchive keeps its address.
struct StreamReader {
  explicit StreamReader(std::unique_ptr<ReadFile> from) : file(std::move(from)) {}
  StreamReader(const StreamReader&) = delete;
  StreamReader& operator=(const StreamReader&) = delete;

  Status open() {
    if (archive_read_open(handle.get(), this, nullptr, read_file, nullptr) != ARCHIVE_OK)
      return failure();
    return {};
  }

  /// Why the last call failed.
  Error failure() const {
    if (input_error) return *input_error;
    const char* const text = archive_error_string(handle.get());
    return {ErrorCode::invalid_data, text == nullptr ? "it is not of its kind" : text};
  }

  static la_ssize_t read_file(archive* reader, void* self, const void** bytes) {
    StreamReader& stream = *static_cast<StreamReader*>(self);
    Result<std::size_t> got = stream.file->read(stream.buffer);
    if (!got.ok()) {
      stream.input_error = std::move(got).error();
      archive_set_error(reader, EIO, "%s", stream.input_error->message().c_str());
      return ARCHIVE_FATAL;
    }
    *bytes = stream.buffer.data();
    return static_cast<la_ssize_t>(got.value());
  }

  std::unique_ptr<ReadFile> file;
  std::vector<char> buffer = std::vector<char>(file == nullptr ? 0 : kBufferBytes);
  std::optional<Error> input_error;
  ArchiveHandle handle{archive_read_new()};  // Freed before what it reads from.
};

/// The bytes of the entry at which a reader stands, block by block: what comes before a damage is
/// given before the error.
class EntryFile : public ReadFile {
 public:
  explicit EntryFile(std::unique_ptr<StreamReader> reader) : reader_(std::move(reader)) {}

  Result<std::size_t> read(std::span<char> out) override {
    while (block_.empty()) {
      const void* bytes = nullptr;
      std::size_t size = 0;
      la_int64_t offset = 0;
      const int status = archive_read_data_block(reader_->handle.get(), &bytes, &size, &offset);
      if (status == ARCHIVE_EOF) return 0;
      if (status != ARCHIVE_OK) return reader_->failure();
      block_ = {static_cast<const char*>(bytes), size};
    }
    const std::size_t count = block_.copy(out.data(), out.size());
    block_.remove_prefix(count);
    return count;
  }

 private:
  std::unique_ptr<StreamReader> reader_;
  std::string_view block_;  // Of the reader's memory, until it gives the next.
};

class LimitedFile : public ReadFile {
 public:
  LimitedFile(std::unique_ptr<ReadFile> file, std::int64_t bytes_max)
      : file_(std::move(file)), bytes_max_(bytes_max), left_(bytes_max) {}

  Result<std::size_t> read(std::span<char> out) override {
    SCRIBE_TRY_ASSIGN(const std::size_t got, file_->read(out));
    left_ -= static_cast<std::int64_t>(got);
    if (left_ < 0)
      return error(ErrorCode::limit_exceeded, "it unpacks to more than {} bytes", bytes_max_);
    return got;
  }

 private:
  std::unique_ptr<ReadFile> file_;
  std::int64_t bytes_max_;
  std::int64_t left_;
};

/// At most one compression, and that of an .rpm behind its head: each may multiply the work.
bool is_packed_once(archive* reader) {
  int filters = 0;
  for (int index = 0; index < archive_filter_count(reader); ++index) {
    const int code = archive_filter_code(reader, index);
    if (code != ARCHIVE_FILTER_NONE && code != ARCHIVE_FILTER_RPM) ++filters;
  }
  return filters <= 1;
}

}  // namespace

Result<std::unique_ptr<ReadFile>> without_compression(std::unique_ptr<ReadFile> file) {
  auto reader = std::make_unique<StreamReader>(std::move(file));
  archive* const handle = reader->handle.get();
  // Those that are part of libarchive: the others would start programs.
  archive_read_support_filter_gzip(handle);
  archive_read_support_filter_bzip2(handle);
  archive_read_support_filter_xz(handle);
  archive_read_support_filter_lzma(handle);
  archive_read_support_filter_lzip(handle);
  archive_read_support_filter_compress(handle);
  archive_read_support_filter_zstd(handle);
  archive_read_support_filter_rpm(handle);
  archive_read_support_format_raw(handle);
  SCRIBE_TRY(reader->open());
  if (!is_packed_once(handle))
    return error(ErrorCode::invalid_data, "it is compressed more than once");
  archive_entry* entry = nullptr;
  if (archive_read_next_header(handle, &entry) != ARCHIVE_OK) return reader->failure();
  return std::unique_ptr<ReadFile>(std::make_unique<EntryFile>(std::move(reader)));
}

Result<std::unique_ptr<ReadFile>> debian_data(std::unique_ptr<ReadFile> file) {
  auto reader = std::make_unique<StreamReader>(std::move(file));
  archive_read_support_format_ar(reader->handle.get());
  SCRIBE_TRY(reader->open());
  for (;;) {
    archive_entry* entry = nullptr;
    const int status = archive_read_next_header(reader->handle.get(), &entry);
    if (status == ARCHIVE_EOF) return error(ErrorCode::invalid_data, "it has no data.tar");
    if (status != ARCHIVE_OK && status != ARCHIVE_WARN) return reader->failure();
    const char* const name = archive_entry_pathname(entry);
    if (name != nullptr && std::string_view(name).starts_with("data.tar"))
      return std::unique_ptr<ReadFile>(std::make_unique<EntryFile>(std::move(reader)));
  }
}

std::unique_ptr<ReadFile> limited(std::unique_ptr<ReadFile> file, std::int64_t bytes_max) {
  return std::make_unique<LimitedFile>(std::move(file), bytes_max);
}

struct ArchiveReader::State {
  explicit State(std::unique_ptr<ReadFile> file) : reader(std::move(file)) {}

  Error failure() const { return reader.failure(); }

  /// Takes from what a zip may still unpack.
  Status spend(std::size_t bytes) {
    if (!bytes_left) return {};
    *bytes_left -= static_cast<std::int64_t>(bytes);
    if (*bytes_left >= 0) return {};
    return error(ErrorCode::limit_exceeded, "it unpacks to more than {} bytes", bytes_max);
  }

  /// libarchive unpacks an entry of unknown size to find the next, however large it is.
  Status drain() {
    if (!bytes_left || !at_unknown_size) return {};
    at_unknown_size = false;
    for (;;) {
      const void* block = nullptr;
      std::size_t size = 0;
      la_int64_t offset = 0;
      const int status = archive_read_data_block(reader.handle.get(), &block, &size, &offset);
      if (status == ARCHIVE_FATAL) return failure();
      if (status != ARCHIVE_OK) return {};
      SCRIBE_TRY(spend(size));
    }
  }

  StreamReader reader;
  Utf8Locale utf8;
  std::int64_t bytes_max = 0;
  std::optional<std::int64_t> bytes_left;  // Of a zip; a stream limits itself.
  bool at_unknown_size = false;
};

ArchiveReader::ArchiveReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
ArchiveReader::ArchiveReader(ArchiveReader&&) noexcept = default;
ArchiveReader::~ArchiveReader() = default;

Result<ArchiveReader> ArchiveReader::open_stream(std::unique_ptr<ReadFile> file) {
  auto state = std::make_unique<State>(std::move(file));
  archive_read_support_format_tar(state->reader.handle.get());
  archive_read_support_format_cpio(state->reader.handle.get());
  SCRIBE_TRY(state->reader.open());
  return ArchiveReader(std::move(state));
}

Result<ArchiveReader> ArchiveReader::open_zip(std::span<const std::byte> bytes,
                                              std::int64_t bytes_max) {
  auto state = std::make_unique<State>(nullptr);
  state->bytes_max = bytes_max;
  state->bytes_left = bytes_max;
  archive* const handle = state->reader.handle.get();
  archive_read_support_format_zip(handle);
  if (archive_read_open_memory(handle, bytes.data(), bytes.size()) != ARCHIVE_OK)
    return state->failure();
  return ArchiveReader(std::move(state));
}

Result<std::optional<ArchiveEntry>> ArchiveReader::next() {
  SCRIBE_TRY(state_->drain());
  const ThreadLocale utf8(state_->utf8.get());
  archive* const handle = state_->reader.handle.get();
  archive_entry* entry = nullptr;
  const int status = archive_read_next_header(handle, &entry);
  if (status == ARCHIVE_EOF) return std::optional<ArchiveEntry>();
  if (status != ARCHIVE_OK && status != ARCHIVE_WARN) return state_->failure();
  const char* const name = archive_entry_pathname(entry);
  state_->at_unknown_size = archive_entry_size_is_set(entry) == 0;
  return std::optional(ArchiveEntry{
      .path = name == nullptr ? "" : name,
      .size_bytes = state_->at_unknown_size ? -1 : archive_entry_size(entry),
      .is_file = archive_entry_filetype(entry) == AE_IFREG &&
                 archive_entry_hardlink(entry) == nullptr && archive_entry_sparse_count(entry) == 0,
      .is_encrypted = archive_entry_is_encrypted(entry) != 0});
}

Result<ArchiveReader::Read> ArchiveReader::read(std::int64_t bytes_max, std::string& bytes) {
  const auto room = static_cast<std::size_t>(bytes_max);
  bytes.clear();
  for (;;) {
    const void* block = nullptr;
    std::size_t size = 0;
    la_int64_t offset = 0;
    const int status = archive_read_data_block(state_->reader.handle.get(), &block, &size, &offset);
    if (status == ARCHIVE_FATAL) return state_->failure();
    if (status == ARCHIVE_EOF) {
      state_->at_unknown_size = false;
      return Read::whole;
    }
    if (status != ARCHIVE_OK || offset != static_cast<la_int64_t>(bytes.size()))
      return Read::damaged;
    SCRIBE_TRY(state_->spend(size));
    const std::size_t taken = std::min(size, room - bytes.size());
    bytes.append(static_cast<const char*>(block), taken);
    if (bytes.size() >= room) return Read::too_large;
  }
}

}  // namespace scribe
