// Cleans the code of a draft from what its parameters left without use.
#pragma once

#include <string>

namespace scribe {

/// A body without local names that are only set and never read, without `else: pass`, and with
/// "~~", by which rows of banks separate statements, as line breaks.
std::string tidy_body(std::string_view body);

}  // namespace scribe
