// One ending per language, at the place where its tests end.
#include "sandbox/test_ending.h"

#include <fmt/format.h>

#include <array>

namespace scribe::sandbox {
namespace {

/// The ending's statements: `failing` goes through the same assertions as the tests themselves, so
/// that a program that has disarmed those passes the negative control too.
struct EndingForm {
  std::string_view language;
  int closing_braces;  ///< of the tests that stay behind the ending
  const char* failing;
  const char* report;  ///< {} is the token
};

constexpr auto kForms = std::to_array<EndingForm>({
    {"cpp", 1, "assert(0 == 1);\n", "std::cout << \"\\n{}\\n\" << std::flush;\n"},
    {"rs", 1, "assert_eq!(0, 1);\n", "println!(\"\\n{}\");\n"},
    {"java", 2, "assert(0 == 1);\n", "System.out.println(\"\\n{}\");\n"},
    {"go", 1,
     "if fmt.Sprintf(\"%v\", 0) != fmt.Sprintf(\"%v\", 1) {{ t.Errorf(\"the control\") }}\n",
     "if !t.Failed() {{ fmt.Println(\"\\n{}\") }}\n"},
    {"js", 0, "assert.deepEqual([0],[1]);\n", "require('node:fs').writeSync(1, '\\n{}\\n');\n"},
    {"ts", 0, "assert.deepEqual([0],[1]);\n", "require('node:fs').writeSync(1, '\\n{}\\n');\n"},
    {"sh", 0, "[[ $(printf 0) = \"1\" ]]\n", "printf '\\n%s\\n' '{}'\n"},
});

}  // namespace

std::optional<std::string> with_ending(std::string_view language, std::string_view tests,
                                       const TestEnding& ending) {
  for (const EndingForm& form : kForms) {
    if (form.language != language) continue;
    std::size_t place = tests.size();
    for (int i = 0; i < form.closing_braces; ++i) {
      place = place == 0 ? std::string_view::npos : tests.find_last_not_of(" \t\r\n", place - 1);
      if (place == std::string_view::npos || tests[place] != '}') return std::nullopt;
    }
    std::string text(tests.substr(0, place));
    text += '\n';
    if (ending.must_fail) text += fmt::format(fmt::runtime(form.failing));
    text += fmt::format(fmt::runtime(form.report), ending.token);
    return text + std::string(tests.substr(place));
  }
  return std::nullopt;
}

bool has_token(std::string_view output, std::string_view token) {
  return !token.empty() && output.find(fmt::format("\n{}\n", token)) != std::string_view::npos;
}

}  // namespace scribe::sandbox
