// Gives out a completion while it is drawn, in pieces that will stand.
#pragma once

#include <string>
#include <string_view>

#include "sample/stop_strings.h"

namespace scribe {

/// A completion that grows by tokens. What it gives out is never taken back: the beginning of a
/// stop string is held until it is none, and a code point of UTF-8 until it is whole. The stop
/// strings must outlive it.
class TextStream {
 public:
  explicit TextStream(const StopStrings& stop) : stop_(&stop) {}

  /// Appends a token's bytes. If they complete a stop string, the text is cut before it and true is
  /// returned: nothing may follow.
  bool append(std::string_view bytes);

  /// The bytes that can be given out since the last call. Valid until the next append().
  std::string_view take();
  /// All that is left, once nothing follows.
  std::string_view take_rest();

  /// All of it, given out or not.
  const std::string& text() const { return text_; }

 private:
  const StopStrings* stop_;
  StopStrings::Position position_;
  std::string text_;
  std::size_t given_ = 0;  // bytes
};

}  // namespace scribe
