// Fuzzes notebooks: any bytes give code, another language or an error.
#include "base/check.h"
#include "corpus/source/notebook.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto code = scribe::code_of_notebook({reinterpret_cast<const char*>(data), size});
  if (code.ok() && code.value()) {
    // Comments add at most "pass  # " to a line, and cells a blank line.
    SCRIBE_CHECK(code.value()->size() <= 12 * size, "{} bytes of {}", code.value()->size(), size);
  }
  return 0;
}
