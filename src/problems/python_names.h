// Which names a piece of Python binds and which it needs.
#pragma once

#include <set>
#include <span>
#include <string>

#include "problems/python_lines.h"

namespace scribe {

struct PythonNames {
  std::set<std::string, std::less<>> bound;  ///< parameters, targets, imports, inner functions
  std::set<std::string, std::less<>> used;   ///< read by name; attributes and keywords are not
  /// First word that needs more than the function's own text ("global", "yield", "class" ...), or
  /// "".
  std::string forbidden;

  /// The first name that is used but neither bound nor a builtin, or "".
  std::string unresolved() const;
};

/// The names of a function's logical lines, its `def` included. Scopes and order are not told
/// apart: a name that is bound anywhere in the function counts as bound everywhere in it.
PythonNames names_of(std::span<const PythonLine> lines);

}  // namespace scribe
