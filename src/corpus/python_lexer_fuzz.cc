// Fuzzes the lexer and all that stands on it: tokens must lie in order within the text.
#include "base/check.h"
#include "corpus/prose.h"
#include "corpus/python_lexer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view source(reinterpret_cast<const char*>(data), size);
  std::size_t end = 0;
  for (const scribe::PythonToken& token : scribe::lex_python(source)) {
    SCRIBE_CHECK(token.begin >= end && token.end >= token.begin && token.end <= size,
                 "token [{}, {}) after {} of {}", token.begin, token.end, end, size);
    end = token.end;
    if (token.kind == scribe::PythonTokenKind::string)
      (void)scribe::python_string_value(token.text(source));
  }
  (void)scribe::prose_from_python(source);
  (void)scribe::prose_from_document(source);
  return 0;
}
