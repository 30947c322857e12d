// Content hashes.
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace scribe {

/// XXH3, 64 bits, seedable: for tables, splits and fingerprints. Not for adversaries.
std::uint64_t hash64(std::string_view bytes, std::uint64_t seed = 0);

/// hash64() of bytes that come in parts.
class Hash64Stream {
 public:
  Hash64Stream();
  ~Hash64Stream();
  Hash64Stream(Hash64Stream&&) noexcept;
  Hash64Stream& operator=(Hash64Stream&&) = delete;
  Hash64Stream(const Hash64Stream&) = delete;
  Hash64Stream& operator=(const Hash64Stream&) = delete;

  void add(std::string_view bytes);
  /// Of all that was added so far.
  std::uint64_t value() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// XXH3, 128 bits: identity of a document.
struct Hash128 {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  auto operator<=>(const Hash128&) const = default;
};
Hash128 hash128(std::string_view bytes);
/// As 32 hex digits.
std::string to_hex(const Hash128& hash);
std::string hash128_hex(std::string_view bytes);

/// SHA-256 as 64 hex digits: identity of a file that comes from outside.
std::string sha256_hex(std::string_view bytes);

}  // namespace scribe
