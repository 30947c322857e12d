// Streams through zlib and libzstd.
#include "base/packed_file.h"

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cstring>
#include <limits>

namespace scribe {
namespace {

constexpr std::size_t kChunkBytes = 1 << 17;

/// What was read to look at the first bytes, then the rest.
class PeekedFile : public ReadFile {
 public:
  PeekedFile(std::string head, std::unique_ptr<ReadFile> rest)
      : head_(std::move(head)), rest_(std::move(rest)) {}

  Result<std::size_t> read(std::span<char> out) override {
    if (position_ == head_.size()) return rest_->read(out);
    const std::size_t count = std::min(out.size(), head_.size() - position_);
    std::memcpy(out.data(), head_.data() + position_, count);
    position_ += count;
    return count;
  }

 private:
  std::string head_;
  std::size_t position_ = 0;
  std::unique_ptr<ReadFile> rest_;
};

/// Packed bytes as they come from a file.
class PackedInput {
 public:
  explicit PackedInput(std::unique_ptr<ReadFile> file)
      : file_(std::move(file)), buffer_(kChunkBytes) {}

  /// What is not used up yet, more of it if that is nothing; empty at the end.
  Result<std::span<char>> available() {
    if (begin_ == end_) {
      begin_ = 0;
      SCRIBE_TRY_ASSIGN(end_, file_->read(buffer_));
    }
    return std::span(buffer_).subspan(begin_, end_ - begin_);
  }
  void use(std::size_t bytes) { begin_ += bytes; }

 private:
  std::unique_ptr<ReadFile> file_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

Error truncated(const std::string& name, std::string_view kind) {
  return error(ErrorCode::invalid_data, "'{}' ends within {} data; fetch or make it again", name,
               kind);
}

class GzipFile : public ReadFile {
 public:
  GzipFile(std::unique_ptr<ReadFile> file, std::string name)
      : input_(std::move(file)), name_(std::move(name)) {
    SCRIBE_CHECK(inflateInit2(&stream_, 15 + 16) == Z_OK, "inflateInit2");
  }
  ~GzipFile() override { inflateEnd(&stream_); }
  GzipFile(const GzipFile&) = delete;
  GzipFile& operator=(const GzipFile&) = delete;

  Result<std::size_t> read(std::span<char> out) override {
    stream_.next_out = reinterpret_cast<Bytef*>(out.data());
    stream_.avail_out = static_cast<uInt>(std::min<std::size_t>(out.size(), 1U << 30));
    const uInt wanted = stream_.avail_out;
    while (stream_.avail_out == wanted && wanted > 0) {
      SCRIBE_TRY_ASSIGN(const std::span<char> packed, input_.available());
      if (packed.empty() && between_members_) return 0;
      stream_.next_in = reinterpret_cast<Bytef*>(packed.data());
      stream_.avail_in = static_cast<uInt>(packed.size());
      between_members_ = false;
      const int status = inflate(&stream_, Z_NO_FLUSH);
      input_.use(packed.size() - stream_.avail_in);
      if (status == Z_STREAM_END) {
        between_members_ = true;
        inflateReset(&stream_);
      } else if (status != Z_OK && status != Z_BUF_ERROR) {
        return error(ErrorCode::invalid_data, "'{}' is damaged: {}", name_,
                     stream_.msg == nullptr ? "not gzip data" : stream_.msg);
      }
      // A member may have bytes left to give when all of the input is used up.
      if (packed.empty() && stream_.avail_out == wanted && !between_members_)
        return truncated(name_, "gzip");
    }
    return static_cast<std::size_t>(wanted - stream_.avail_out);
  }

 private:
  PackedInput input_;
  std::string name_;
  z_stream stream_{};
  bool between_members_ = false;
};

class ZstdFile : public ReadFile {
 public:
  ZstdFile(std::unique_ptr<ReadFile> file, std::string name)
      : input_(std::move(file)), name_(std::move(name)), context_(ZSTD_createDCtx()) {
    SCRIBE_CHECK(context_ != nullptr, "ZSTD_createDCtx");
  }
  ~ZstdFile() override { ZSTD_freeDCtx(context_); }
  ZstdFile(const ZstdFile&) = delete;
  ZstdFile& operator=(const ZstdFile&) = delete;

  Result<std::size_t> read(std::span<char> out) override {
    ZSTD_outBuffer to{out.data(), out.size(), 0};
    while (to.pos == 0 && to.size > 0) {
      SCRIBE_TRY_ASSIGN(const std::span<char> packed, input_.available());
      // A frame may have bytes left to give when all of the input is used up.
      if (packed.empty() && between_frames_) return 0;
      ZSTD_inBuffer from{packed.data(), packed.size(), 0};
      const std::size_t status = ZSTD_decompressStream(context_, &to, &from);
      input_.use(from.pos);
      if (ZSTD_isError(status) != 0U)
        return error(ErrorCode::invalid_data, "'{}' is damaged: {}", name_,
                     ZSTD_getErrorName(status));
      between_frames_ = status == 0;
      if (packed.empty() && to.pos == 0) return truncated(name_, "Zstandard");
    }
    return to.pos;
  }

 private:
  PackedInput input_;
  std::string name_;
  ZSTD_DCtx* context_;
  bool between_frames_ = false;
};

}  // namespace

Result<std::unique_ptr<ReadFile>> unpacked(std::unique_ptr<ReadFile> file, std::string name) {
  std::string head(4, '\0');
  std::size_t filled = 0;
  while (filled < head.size()) {
    SCRIBE_TRY_ASSIGN(const std::size_t got, file->read(std::span(head).subspan(filled)));
    if (got == 0) break;
    filled += got;
  }
  head.resize(filled);
  const bool is_gzip = head.starts_with("\x1f\x8b");
  const bool is_zstd = head == "\x28\xb5\x2f\xfd";
  auto whole = std::make_unique<PeekedFile>(std::move(head), std::move(file));
  if (is_gzip)
    return std::unique_ptr<ReadFile>(std::make_unique<GzipFile>(std::move(whole), std::move(name)));
  if (is_zstd)
    return std::unique_ptr<ReadFile>(std::make_unique<ZstdFile>(std::move(whole), std::move(name)));
  return std::unique_ptr<ReadFile>(std::move(whole));
}

Result<std::unique_ptr<ReadFile>> open_packed(Env& env, const std::string& path) {
  SCRIBE_TRY_ASSIGN(std::unique_ptr<ReadFile> file, env.open_read(path));
  return unpacked(std::move(file), path);
}

LineReader::LineReader(std::unique_ptr<ReadFile> file, std::string name, std::size_t line_bytes_max)
    : file_(std::move(file)),
      name_(std::move(name)),
      line_bytes_max_(line_bytes_max),
      buffer_(2 * kChunkBytes) {}

std::string LineReader::where() const {
  return fmt::format("{}:{}", name_, number_);
}

Result<std::optional<std::string_view>> LineReader::next() {
  std::size_t searched = 0;
  for (;;) {
    const char* const from = buffer_.data() + begin_;
    const void* const newline = std::memchr(from + searched, '\n', end_ - begin_ - searched);
    if (newline != nullptr) {
      const auto length = static_cast<std::size_t>(static_cast<const char*>(newline) - from);
      begin_ += length + 1;
      ++number_;
      return std::optional(std::string_view(from, length));
    }
    searched = end_ - begin_;
    if (searched > line_bytes_max_)
      return error(ErrorCode::limit_exceeded, "{}:{}: the line has more than {} bytes", name_,
                   number_ + 1, line_bytes_max_);
    SCRIBE_TRY_ASSIGN(const bool more, fill());
    if (more) continue;
    if (searched == 0) return std::optional<std::string_view>();
    const std::string_view last(buffer_.data() + begin_, searched);
    begin_ = end_;
    torn_ = true;
    ++number_;
    return std::optional(last);
  }
}

Status LineReader::skip_line() {
  ++number_;
  for (;;) {
    const char* const from = buffer_.data() + begin_;
    const void* const newline = std::memchr(from, '\n', end_ - begin_);
    if (newline != nullptr) {
      begin_ += static_cast<std::size_t>(static_cast<const char*>(newline) - from) + 1;
      return {};
    }
    begin_ = end_;
    SCRIBE_TRY_ASSIGN(const bool more, fill());
    if (!more) return {};
  }
}

/// Reads on behind what is left of the buffer; false at the end.
Result<bool> LineReader::fill() {
  if (at_end_) return false;
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ + kChunkBytes + kPaddingBytes > buffer_.size()) buffer_.resize(2 * buffer_.size());
  SCRIBE_TRY_ASSIGN(const std::size_t got,
                    file_->read(std::span(buffer_).subspan(end_, kChunkBytes)));
  end_ += got;
  at_end_ = got == 0;
  return got > 0;
}

std::string gzip(std::string_view bytes) {
  SCRIBE_CHECK(bytes.size() <= std::numeric_limits<std::int32_t>::max(), "{} bytes", bytes.size());
  z_stream stream{};
  // 15 + 16: a window of 32 KiB, with gzip's header, which holds no time.
  SCRIBE_CHECK(
      deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK,
      "deflateInit2");
  std::string packed(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  SCRIBE_CHECK(deflate(&stream, Z_FINISH) == Z_STREAM_END, "deflate of {} bytes", bytes.size());
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

struct ZstdWriter::State {
  AppendFile& file;
  ZSTD_CCtx* context;
  std::vector<char> buffer = std::vector<char>(ZSTD_CStreamOutSize());
};

ZstdWriter::ZstdWriter(AppendFile& file, int level)
    : state_(std::make_unique<State>(State{.file = file, .context = ZSTD_createCCtx()})) {
  SCRIBE_CHECK(state_->context != nullptr, "ZSTD_createCCtx");
  ZSTD_CCtx_setParameter(state_->context, ZSTD_c_compressionLevel, level);
  ZSTD_CCtx_setParameter(state_->context, ZSTD_c_checksumFlag, 1);
}

ZstdWriter::~ZstdWriter() {
  if (state_ != nullptr) ZSTD_freeCCtx(state_->context);
}

ZstdWriter::ZstdWriter(ZstdWriter&&) noexcept = default;

Status ZstdWriter::append(std::string_view bytes) {
  ZSTD_inBuffer from{bytes.data(), bytes.size(), 0};
  while (from.pos < from.size) {
    ZSTD_outBuffer to{state_->buffer.data(), state_->buffer.size(), 0};
    const std::size_t status = ZSTD_compressStream2(state_->context, &to, &from, ZSTD_e_continue);
    SCRIBE_CHECK(ZSTD_isError(status) == 0U, "{}", ZSTD_getErrorName(status));
    if (to.pos > 0) SCRIBE_TRY(state_->file.append({state_->buffer.data(), to.pos}));
  }
  return {};
}

Status ZstdWriter::finish() {
  ZSTD_inBuffer from{nullptr, 0, 0};
  for (std::size_t left = 1; left > 0;) {
    ZSTD_outBuffer to{state_->buffer.data(), state_->buffer.size(), 0};
    left = ZSTD_compressStream2(state_->context, &to, &from, ZSTD_e_end);
    SCRIBE_CHECK(ZSTD_isError(left) == 0U, "{}", ZSTD_getErrorName(left));
    SCRIBE_TRY(state_->file.append({state_->buffer.data(), to.pos}));
  }
  return {};
}

struct ZstdFrames::State {
  int level;
  ZSTD_CCtx* context;
  std::vector<char> buffer;
};

ZstdFrames::ZstdFrames(int level)
    : state_(std::make_unique<State>(
          State{.level = level, .context = ZSTD_createCCtx(), .buffer = {}})) {
  SCRIBE_CHECK(state_->context != nullptr, "ZSTD_createCCtx");
}

ZstdFrames::~ZstdFrames() {
  if (state_ != nullptr) ZSTD_freeCCtx(state_->context);
}

ZstdFrames::ZstdFrames(ZstdFrames&&) noexcept = default;

std::string_view ZstdFrames::pack(std::string_view bytes) {
  std::vector<char>& buffer = state_->buffer;
  buffer.resize(ZSTD_compressBound(bytes.size()));
  const std::size_t size = ZSTD_compressCCtx(state_->context, buffer.data(), buffer.size(),
                                             bytes.data(), bytes.size(), state_->level);
  SCRIBE_CHECK(ZSTD_isError(size) == 0U, "{}", ZSTD_getErrorName(size));
  return {buffer.data(), size};
}

Result<std::string> unpack_frame(std::string_view packed, std::size_t size,
                                 const std::string& name) {
  std::string bytes(size, '\0');
  const std::size_t got = ZSTD_decompress(bytes.data(), size, packed.data(), packed.size());
  if (ZSTD_isError(got) != 0U || got != size)
    return error(ErrorCode::invalid_data, "'{}' is damaged: {}", name,
                 ZSTD_isError(got) != 0U ? ZSTD_getErrorName(got) : "a frame of another size");
  return bytes;
}

}  // namespace scribe
