// Finds where a completion must end: stop strings in its bytes, wherever tokens divide them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace scribe {

/// "\nclass", "\ndef", "\n#", "\nif", "\nprint" (Chen et al. 2021, section 3.2).
const std::vector<std::string>& default_stop_strings();

/// Bytes of all stop strings of one request together.
inline constexpr std::size_t kStopBytesMax = 4096;

/// A set of byte strings, compiled to one automaton (Aho and Corasick 1975): a completion is
/// scanned once, byte by byte, however many strings there are. Immutable; shared by all samples.
class StopStrings {
 public:
  /// Errors: invalid_argument for an empty string, limit_exceeded above kStopBytesMax.
  static Result<StopStrings> compile(const std::vector<std::string>& strings);

  /// How far one completion has been read. A new one stands before the completion's first byte, so
  /// that no match starts in the prompt.
  struct Position {
    std::uint16_t state = 0;
    std::size_t length = 0;  ///< bytes read
  };

  /// Reads one token's bytes. If a stop string ends within them: where the completion must be cut,
  /// the start of the earliest match in all that was read. Nothing may be read after a match.
  std::optional<std::size_t> read(Position& position, std::string_view bytes) const;

  /// How many bytes at the end of what was read may be the beginning of a stop string.
  std::size_t begun(const Position& position) const { return states_[position.state].depth; }

 private:
  struct State {
    std::vector<std::uint16_t> next;  // by byte, 256 entries
    std::size_t depth = 0;            // bytes of the stop string that it stands for
    std::size_t match_length = 0;     // of the longest stop string that ends here; 0: none
  };

  StopStrings() = default;
  void insert(std::string_view text);
  void link_failures();

  std::vector<State> states_;
};

}  // namespace scribe
