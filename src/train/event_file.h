// Event files that TensorBoard reads.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/env.h"

namespace scribe {

/// One number of a step: "loss/train", 2.31.
using EventScalar = std::pair<std::string_view, double>;

/// Appends scalars to a new file, DIRECTORY/events.out.tfevents.TIME.scribe: records of TFRecord,
/// each an Event of TensorFlow's event.proto. What older files of the directory say of the steps
/// from `first_step` on is void, so that a resumed run draws one line.
class EventFile {
 public:
  /// `wall_seconds` since 1970. Errors: io.
  static Result<EventFile> create(Env& env, const std::string& directory, std::int64_t first_step,
                                  double wall_seconds);
  Status add(std::int64_t step, double wall_seconds, std::span<const EventScalar> scalars);
  Status sync() { return file_->sync(); }

 private:
  explicit EventFile(std::unique_ptr<AppendFile> file) : file_(std::move(file)) {}
  Status append(std::string_view event);

  std::unique_ptr<AppendFile> file_;
};

/// CRC-32C (RFC 3720, appendix B.4).
std::uint32_t crc32c(std::string_view bytes);

}  // namespace scribe
