// Python's two ways to write values into a pattern: "{}".format(x) and "%s" % x.
#pragma once

#include <string>

#include "base/result.h"
#include "chat/template_value.h"

namespace scribe::chat {

/// str.format() with fields by place, name, attribute and index; conversions !s and !r; formats
/// [[fill]align][sign][#][0][width][.precision][type] with widths and precisions up to 1000.
/// Errors: invalid_argument, unsupported (',' and '_' between digits, '%', 'n', fields in formats).
Result<std::string> brace_format(const std::string& pattern, const Arguments& arguments);

/// `pattern % values`: %s %r %d %i %f %e %g %x %o and %%, by place or by name.
/// Errors: invalid_argument, unsupported.
Result<std::string> percent_format(const std::string& pattern, const Arguments& arguments);

}  // namespace scribe::chat
