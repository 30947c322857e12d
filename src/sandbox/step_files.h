// Anonymous files that carry a step's input into the jail and its output out of it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "sandbox/unique_fd.h"

namespace scribe::sandbox {

/// A file that holds `content`, sealed, open for reading only. Errors: internal.
Result<UniqueFd> create_input_file(std::string_view content);

/// A file that programs print into: it never blocks them and needs no reader. Made anew for every
/// step, so that nothing that a program does to it outlives the step.
struct OutputFile {
  UniqueFd reader;
  UniqueFd writer;  ///< write-only, appends
};
Result<OutputFile> create_output_file();
/// What was printed, at most `bytes_max`. Errors: internal.
Result<std::string> read_output(const OutputFile& file, std::int64_t bytes_max);

}  // namespace scribe::sandbox
