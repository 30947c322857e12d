// TFRecord framing and the few fields of event.proto that scalars need.
#include "train/event_file.h"

#include <bit>
#include <cstring>

namespace scribe {
namespace {

static_assert(std::endian::native == std::endian::little);

template <typename Number>
std::string fixed(Number value) {
  std::string bytes(sizeof(value), '\0');
  std::memcpy(bytes.data(), &value, sizeof(value));
  return bytes;
}

std::string varint(std::uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7) bytes += static_cast<char>(value | 0x80);
  return bytes + static_cast<char>(value);
}

/// The wire types of protocol buffers.
enum class Wire : std::uint64_t { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

std::string key(std::uint64_t field, Wire wire) {
  return varint(field << 3 | static_cast<std::uint64_t>(wire));
}
std::string bytes_field(std::uint64_t field, std::string_view bytes) {
  return key(field, Wire::bytes) + varint(bytes.size()) + std::string(bytes);
}

// Event: wall_time 1, step 2, file_version 3, summary 5, session_log 7.
std::string event(std::int64_t step, double wall_seconds) {
  return key(1, Wire::fixed64) + fixed(wall_seconds) + key(2, Wire::varint) +
         varint(static_cast<std::uint64_t>(step));
}

/// Summary.Value: tag 1, simple_value 2.
std::string scalar_value(const EventScalar& scalar) {
  return bytes_field(1, scalar.first) + key(2, Wire::fixed32) +
         fixed(static_cast<float>(scalar.second));
}

/// TFRecord stores checksums rotated, so that the checksum of a checksum is no special value.
std::string masked_crc(std::string_view bytes) {
  return fixed(std::rotr(crc32c(bytes), 15) + 0xA282EAD8U);
}

}  // namespace

std::uint32_t crc32c(std::string_view bytes) {
  constexpr std::uint32_t kPolynomial = 0x82F63B78;  // Reversed.
  std::uint32_t crc = ~0U;
  for (const char byte : bytes) {
    crc ^= static_cast<unsigned char>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? kPolynomial : 0);
  }
  return ~crc;
}

Result<EventFile> EventFile::create(Env& env, const std::string& directory, std::int64_t first_step,
                                    double wall_seconds) {
  SCRIBE_TRY(env.create_directories(directory));
  // TensorBoard reads files in the order of their names, and ours must be the newest.
  auto number = static_cast<std::int64_t>(wall_seconds);
  std::string path;
  do path = fmt::format("{}/events.out.tfevents.{:010}.scribe", directory, number++);
  while (env.exists(path));
  SCRIBE_TRY_ASSIGN(std::unique_ptr<AppendFile> file, env.open_append(path));
  EventFile events(std::move(file));
  constexpr std::uint64_t kStart = 1;  // SessionLog.START
  SCRIBE_TRY(events.append(event(0, wall_seconds) + bytes_field(3, "brain.Event:2")));
  SCRIBE_TRY(events.append(event(first_step, wall_seconds) +
                           bytes_field(7, key(1, Wire::varint) + varint(kStart))));
  return events;
}

Status EventFile::add(std::int64_t step, double wall_seconds,
                      std::span<const EventScalar> scalars) {
  std::string summary;
  for (const EventScalar& scalar : scalars) summary += bytes_field(1, scalar_value(scalar));
  return append(event(step, wall_seconds) + bytes_field(5, summary));
}

Status EventFile::append(std::string_view event) {
  const std::string length = fixed(static_cast<std::uint64_t>(event.size()));
  return file_->append(length + masked_crc(length) + std::string(event) + masked_crc(event));
}

}  // namespace scribe
