// The replies to many calls in one request: frames, published in shared memory as they are made.
#pragma once

#include <cstddef>
#include <string_view>

namespace scribe::sandbox {

/// A reply to `each` is a row of frames: one of these bytes, then one encoded value (codec.h). The
/// candidate raises CallArea::reply_bytes after every frame, so that the tester sees what was
/// returned before a call that hangs or kills; the last frame is an `end`, and only then the reply
/// counts as given.
enum class Frame : char {
  value = 'V',   ///< what one call returned
  digest = 'D',  ///< the digest (value_digest.h), as a str, of a value too large to cross
  end = 'E',  ///< a tuple that says why no more follow: ("done",), ("full",), ("raised", ...) ...
};

/// Kept free behind the values, so that an `end` always fits.
inline constexpr std::size_t kEndFrameBytes = 4096;

/// Keys of the options of `each`, as they stand among the keywords of its request.
inline constexpr const char* kResumedOption = "resumed";  ///< the first call was made already
inline constexpr const char* kDigestOption = "digest";    ///< large values cross as digests

}  // namespace scribe::sandbox
