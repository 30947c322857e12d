// Which licence a file of a Debian package has, by its debian/copyright.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace scribe {

inline constexpr std::size_t kDebianCopyrightBytesMax = 16 * 1024 * 1024;
inline constexpr std::size_t kDebianFilesPatternsMax = 1'000'000;

/// A debian/copyright in the machine-readable form ("DEP-5", copyright-format 1.0), or free text.
class DebianCopyright {
 public:
  /// Free text counts for every file: its licence is license_of_text(). `where` starts the message
  /// of an error. A Files stanza without License is kNoAssertion. Errors: limit_exceeded,
  /// invalid_data (a stanza that begins with a continuation, a line without a colon).
  static Result<DebianCopyright> parse(std::string_view text, std::string_view where);

  /// The SPDX expression of the last Files stanza that matches, or kNoAssertion. `path` is relative
  /// to the top of the package's source: "src/a.py". In a pattern * is any bytes, also '/', and ?
  /// is one; a backslash takes the meaning from them.
  const std::string& license_of(std::string_view path) const;

  bool is_machine_readable() const { return machine_readable_; }

 private:
  struct Pattern {
    std::string pattern;
    std::size_t license;  ///< index into licenses_
  };

  bool machine_readable_ = false;
  std::vector<Pattern> patterns_;      ///< in the order of the file
  std::vector<std::string> licenses_;  ///< SPDX; [0] is of files that no pattern matches
};

/// Does the pattern of a Files field match the whole path?
bool matches_debian_pattern(std::string_view pattern, std::string_view path);

}  // namespace scribe
