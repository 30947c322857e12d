// Compressed files, read and written a piece at a time.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"
#include "base/result.h"

namespace scribe {

/// Opens a file and unpacks what it holds if its first bytes are those of gzip or Zstandard,
/// several members or frames one after another included. Any other file is read as it is. Errors:
/// not_found, io; reading gives invalid_data for damaged or truncated contents.
Result<std::unique_ptr<ReadFile>> open_packed(Env& env, const std::string& path);

/// The same of bytes that come from elsewhere; `name` stands in errors.
Result<std::unique_ptr<ReadFile>> unpacked(std::unique_ptr<ReadFile> file, std::string name);

/// Lines of a stream, in bounded memory.
class LineReader {
 public:
  /// This many bytes after a line may be read (simdjson reads beyond the end).
  static constexpr std::size_t kPaddingBytes = 64;

  LineReader(std::unique_ptr<ReadFile> file, std::string name, std::size_t line_bytes_max);

  /// The next line without its "\n", or nothing at the end. Valid until the next call. A last line
  /// that no newline ends is a line. Errors: those of the stream; limit_exceeded, naming the line.
  Result<std::optional<std::string_view>> next();

  /// After limit_exceeded: passes over the rest of that line, in the same memory. It counts as one.
  Status skip_line();

  /// Of the line that next() returned last, from 1.
  std::int64_t number() const { return number_; }
  /// "name:number".
  std::string where() const;
  /// Is it the last one, and did no newline end it?
  bool is_torn() const { return torn_; }

 private:
  Result<bool> fill();

  std::unique_ptr<ReadFile> file_;
  std::string name_;
  std::size_t line_bytes_max_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::int64_t number_ = 0;
  bool at_end_ = false;
  bool torn_ = false;
};

/// `bytes` as gzip, for browsers, which do not unpack Zstandard: at most
/// 2 GiB. The same bytes give the same ones.
std::string gzip(std::string_view bytes);

/// Packs what is appended as one Zstandard frame.
class ZstdWriter {
 public:
  /// `file` outlives the writer. Levels: -7 (fastest) to 19.
  ZstdWriter(AppendFile& file, int level);
  ~ZstdWriter();
  ZstdWriter(ZstdWriter&&) noexcept;
  ZstdWriter& operator=(ZstdWriter&&) = delete;
  ZstdWriter(const ZstdWriter&) = delete;
  ZstdWriter& operator=(const ZstdWriter&) = delete;

  Status append(std::string_view bytes);
  /// Ends the frame; nothing may follow.
  Status finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Packs pieces as one Zstandard frame each: what they make one after another open_packed() reads
/// as one file, and unpack_frame() any of them alone.
class ZstdFrames {
 public:
  explicit ZstdFrames(int level);
  ~ZstdFrames();
  ZstdFrames(ZstdFrames&&) noexcept;
  ZstdFrames& operator=(ZstdFrames&&) = delete;
  ZstdFrames(const ZstdFrames&) = delete;
  ZstdFrames& operator=(const ZstdFrames&) = delete;

  /// Valid until the next call.
  std::string_view pack(std::string_view bytes);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// What a frame of `size` bytes unpacked holds. Errors: invalid_data, naming `name`.
Result<std::string> unpack_frame(std::string_view packed, std::size_t size,
                                 const std::string& name);

}  // namespace scribe
