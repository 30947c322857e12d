// What the pages of servers share: how they begin, and the first part of their scripts.
#pragma once

#include <string>
#include <string_view>

namespace scribe {

/// A page up to within its style element, report_style() included. Its content policy lets it run
/// its own scripts and ask its own server, nothing else. `title` is HTML.
std::string page_begin(std::string_view title);

/// JavaScript, to stand at the beginning of a page's script: `by(id)` finds an element,
/// `element(tag, options)` makes one, `colour(target, text)` shows Python in colours (classes k, s,
/// c, n and f of report_style()).
std::string_view page_script();

}  // namespace scribe
