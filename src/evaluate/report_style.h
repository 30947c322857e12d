// The style sheet of report pages.
#pragma once

#include <string_view>

namespace scribe {

/// CSS without a reference to anything outside the page: light and dark, paper, narrow screens.
std::string_view report_style();

}  // namespace scribe
