// Fuzzes what reads licences: texts, headers, expressions and debian/copyright.
#include "base/check.h"
#include "corpus/debian_copyright.h"
#include "corpus/license.h"
#include "corpus/license_expression.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto check = [](const std::string& expression) {
    // What we write we can read.
    SCRIBE_CHECK(!scribe::normalized_license_expression(expression).empty(), "'{}'", expression);
  };
  check(scribe::license_of_text(text));
  check(scribe::license_of_header(text));
  const std::string first_line(text.substr(0, text.find('\n')));
  const std::string normalized = scribe::normalized_license_expression(first_line);
  if (!normalized.empty())
    SCRIBE_CHECK(scribe::normalized_license_expression(normalized) == normalized, "'{}'",
                 normalized);
  check(scribe::spdx_of_debian(first_line));
  const auto copyright = scribe::DebianCopyright::parse(text, "fuzz");
  if (copyright.ok()) check(copyright.value().license_of("src/module.py"));
  return 0;
}
