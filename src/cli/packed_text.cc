// A stream of zlib, which passes on what is not packed.
#include "cli/packed_text.h"

#include <unistd.h>
#include <zlib.h>

#include <cerrno>
#include <cstring>

namespace scribe::cli {
namespace {

constexpr unsigned kChunkBytes = 1U << 18;
constexpr std::string_view kZstandardMagic = "\x28\xb5\x2f\xfd";

struct CloseGzip {
  void operator()(gzFile file) const { gzclose_r(file); }
};

}  // namespace

struct PackedText::State {
  std::string path;
  std::unique_ptr<gzFile_s, CloseGzip> file;
  std::string buffer;  // what was read, of which the bytes before `begin` are used up
  std::size_t begin = 0;
  std::int64_t line = 0;
  bool at_end = false;

  /// Appends a chunk to the buffer.
  Status fill() {
    const std::size_t size = buffer.size();
    buffer.resize(size + kChunkBytes);
    const int got = gzread(file.get(), buffer.data() + size, kChunkBytes);
    buffer.resize(size + static_cast<std::size_t>(std::max(got, 0)));
    at_end = got == 0;
    int code = Z_OK;
    const char* message = gzerror(file.get(), &code);
    if (code == Z_OK) return {};
    if (code == Z_ERRNO)
      return error(ErrorCode::io, "cannot read '{}': {}", path, std::strerror(errno));
    return error(ErrorCode::invalid_data, "'{}' is damaged or not whole after line {}: {}", path,
                 line, message);
  }
};

PackedText::PackedText(std::unique_ptr<State> state) : state_(std::move(state)) {}
PackedText::PackedText(PackedText&&) noexcept = default;
PackedText::~PackedText() = default;

Result<PackedText> PackedText::open(const std::string& path) {
  auto state = std::make_unique<State>();
  state->path = path;
  const bool is_input = path == "-";
  state->file.reset(is_input ? gzdopen(dup(STDIN_FILENO), "rb") : gzopen(path.c_str(), "rb"));
  if (!state->file)
    return error(errno == ENOENT ? ErrorCode::not_found : ErrorCode::io, "cannot open '{}': {}",
                 path, std::strerror(errno));
  gzbuffer(state->file.get(), kChunkBytes);
  SCRIBE_TRY(state->fill());
  if (state->buffer.starts_with(kZstandardMagic))
    return error(ErrorCode::unsupported,
                 "'{}' is packed by Zstandard, expected plain text or gzip: unpack it with zstd -d",
                 path);
  return PackedText(std::move(state));
}

Result<std::optional<std::string_view>> PackedText::next_line() {
  State& state = *state_;
  std::size_t searched = state.begin;
  for (;;) {
    const std::size_t end = state.buffer.find('\n', searched);
    if (end != std::string::npos || state.at_end) {
      const std::size_t begin = state.begin;
      if (begin == state.buffer.size()) return std::optional<std::string_view>();
      state.begin = end == std::string::npos ? state.buffer.size() : end + 1;
      ++state.line;
      return std::optional(std::string_view(state.buffer).substr(begin, end - begin));
    }
    if (state.buffer.size() - state.begin > kLineBytesMax)
      return error(ErrorCode::limit_exceeded, "{}:{}: the line has more than {} bytes", state.path,
                   state.line + 1, kLineBytesMax);
    state.buffer.erase(0, state.begin);
    state.begin = 0;
    searched = state.buffer.size();
    SCRIBE_TRY(state.fill());
  }
}

std::int64_t PackedText::line() const {
  return state_->line;
}

Result<std::string> PackedText::rest(std::size_t size_bytes_max) {
  State& state = *state_;
  while (!state.at_end) {
    if (state.buffer.size() - state.begin > size_bytes_max)
      return error(ErrorCode::limit_exceeded,
                   "'{}' has more than {} bytes, the most that one "
                   "document may have; JSONL files of documents may have any size",
                   state.path, size_bytes_max);
    SCRIBE_TRY(state.fill());
  }
  return state.buffer.substr(state.begin);
}

}  // namespace scribe::cli
