// What of a growing text can be given out.
#include "sample/text_stream.h"

#include "base/utf8.h"

namespace scribe {

bool TextStream::append(std::string_view bytes) {
  text_ += bytes;
  const auto cut = stop_->read(position_, bytes);
  if (cut) text_.resize(*cut);
  return cut.has_value();
}

std::string_view TextStream::take() {
  const std::string_view safe =
      std::string_view(text_).substr(0, text_.size() - stop_->begun(position_));
  // Neither part that is held back can begin before what was given out: both only grow with bytes
  // that follow it.
  const std::string_view piece =
      safe.substr(given_, safe.size() - incomplete_utf8_tail(safe) - given_);
  given_ += piece.size();
  return piece;
}

std::string_view TextStream::take_rest() {
  const std::string_view piece = std::string_view(text_).substr(given_);
  given_ = text_.size();
  return piece;
}

}  // namespace scribe
