// A table of file names and extensions.
#include "corpus/language.h"

#include <algorithm>
#include <array>
#include <string>

namespace scribe {
namespace {

struct Name {
  std::string_view name;
  std::string_view language;
};

// An extension that several languages share (.h, .m) names the most frequent one.
constexpr auto kExtensions = std::to_array<Name>({
    {"py", kPython},
    {"pyi", kPython},
    {"pyw", kPython},
    {"c", "C"},
    {"h", "C"},
    {"cc", "C++"},
    {"cpp", "C++"},
    {"cxx", "C++"},
    {"hh", "C++"},
    {"hpp", "C++"},
    {"hxx", "C++"},
    {"cs", "C#"},
    {"css", "CSS"},
    {"scss", "SCSS"},
    {"cu", "Cuda"},
    {"cuh", "Cuda"},
    {"dart", "Dart"},
    {"ex", "Elixir"},
    {"exs", "Elixir"},
    {"erl", "Erlang"},
    {"f", "Fortran"},
    {"f90", "Fortran"},
    {"f95", "Fortran"},
    {"go", "Go"},
    {"hs", "Haskell"},
    {"html", "HTML"},
    {"htm", "HTML"},
    {"java", "Java"},
    {"js", "JavaScript"},
    {"mjs", "JavaScript"},
    {"cjs", "JavaScript"},
    {"jsx", "JavaScript"},
    {"json", "JSON"},
    {"jl", "Julia"},
    {"kt", "Kotlin"},
    {"kts", "Kotlin"},
    {"lua", "Lua"},
    {"md", "Markdown"},
    {"m", "Objective-C"},
    {"ml", "OCaml"},
    {"mli", "OCaml"},
    {"pl", "Perl"},
    {"pm", "Perl"},
    {"php", "PHP"},
    {"ps1", "PowerShell"},
    {"r", "R"},
    {"rb", "Ruby"},
    {"rst", "reStructuredText"},
    {"rs", "Rust"},
    {"scala", "Scala"},
    {"sh", "Shell"},
    {"bash", "Shell"},
    {"zsh", "Shell"},
    {"sql", "SQL"},
    {"swift", "Swift"},
    {"tex", "TeX"},
    {"toml", "TOML"},
    {"ts", "TypeScript"},
    {"mts", "TypeScript"},
    {"tsx", "TypeScript"},
    {"txt", "Text"},
    {"vhdl", "VHDL"},
    {"v", "Verilog"},
    {"sv", "SystemVerilog"},
    {"xml", "XML"},
    {"yaml", "YAML"},
    {"yml", "YAML"},
    {"asm", "Assembly"},
    {"s", "Assembly"},
    {"cmake", "CMake"},
    {"mk", "Makefile"},
    {"bzl", "Starlark"},
});

constexpr auto kFileNames = std::to_array<Name>({
    {"CMakeLists.txt", "CMake"},
    {"Dockerfile", "Dockerfile"},
    {"Makefile", "Makefile"},
    {"GNUmakefile", "Makefile"},
    {"makefile", "Makefile"},
    {"Rakefile", "Ruby"},
    {"Gemfile", "Ruby"},
    {"SConstruct", kPython},
    {"SConscript", kPython},
    {"wscript", kPython},
    {"BUILD", "Starlark"},
    {"BUILD.bazel", "Starlark"},
    {"WORKSPACE", "Starlark"},
});

}  // namespace

std::string_view language_of(std::string_view path) {
  const std::string_view file = path.substr(path.rfind('/') + 1);
  const auto named = std::ranges::find(kFileNames, file, &Name::name);
  if (named != kFileNames.end()) return named->language;
  const std::size_t dot = file.rfind('.');
  if (dot == std::string_view::npos) return kUnknownLanguage;
  std::string extension(file.substr(dot + 1));
  std::ranges::transform(extension, extension.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  const auto found = std::ranges::find(kExtensions, extension, &Name::name);
  return found == kExtensions.end() ? kUnknownLanguage : found->language;
}

}  // namespace scribe
