// The page on which people try a served model.
#pragma once

#include <string>

namespace scribe {

/// One HTML page that needs nothing but this server: an editor with Python's colours, parameters,
/// samples side by side with their tokens' probabilities, tests that are run on them. It asks the
/// server's own paths, with a key that the reader gives if one is needed, and holds nothing secret.
std::string playground_page();

}  // namespace scribe
