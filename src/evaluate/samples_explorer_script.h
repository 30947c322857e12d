// The script of the samples explorer.
#pragma once

#include <string_view>

namespace scribe {

/// JavaScript that finds the data in `data` and fills the explorer's elements. It stands behind
/// page_script().
std::string_view samples_explorer_script();

}  // namespace scribe
