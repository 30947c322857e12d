// The code of Jupyter notebooks.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace scribe {

/// The code cells of a notebook (nbformat 3 and 4) in order, with a blank line between two; empty
/// if there is none. What only IPython understands is commented out: lines that begin a statement
/// with '%' or '!' (within a block: "pass  # !ls"), "x = !ls", "name?", whole cells that begin with
/// "%%" (but for %%time and others whose cell is Python: of them the first line).
///
/// Nothing if the notebook says that it is in another language than Python. Errors: invalid_data
/// (no notebook).
Result<std::optional<std::string>> code_of_notebook(std::string_view json);

}  // namespace scribe
