// The last words of tests that run inside the program under test.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace scribe::sandbox {

/// What is put behind the last assertion of a program's own tests.
struct TestEnding {
  std::string token;       ///< printed as a line of its own: only who gets this far prints it
  bool must_fail = false;  ///< first comes an assertion that cannot hold: the negative control
};

/// `tests`, in the form of MultiPL-E for `language`, with that ending. An exit code of 0 alone says
/// nothing, since exit(0) before the first assertion gives it as well. Nothing if the tests do not
/// end as that form does.
std::optional<std::string> with_ending(std::string_view language, std::string_view tests,
                                       const TestEnding& ending);

/// Does a program's output hold the token as a line?
bool has_token(std::string_view output, std::string_view token);

}  // namespace scribe::sandbox
