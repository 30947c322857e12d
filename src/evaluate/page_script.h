// The script that several pages share.
#pragma once

#include <string_view>

namespace scribe {

/// JavaScript, to stand at the beginning of a page's script: `by(id)` finds an element,
/// `element(tag, options)` makes one, `colour(target, text)` shows Python in colours (classes k, s,
/// c, n and f of report_style()).
std::string_view page_script();

}  // namespace scribe
