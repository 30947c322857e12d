#!/usr/bin/env python3
"""Writes unicode_tables.cc and letter_cases.cc: classes of characters of one Unicode version.

Usage, in a virtual environment: pip install unicodedata2==16.0.0
                                 tools/make_unicode_tables.py    (writes into src/tokenizer)

Letters are General_Category L*, numbers are N*, punctuation is P*, from the package unicodedata2,
so that the version does not depend on the Python at hand; 16.0 is what Hugging Face `tokenizers`
0.23 uses (compared on every code point). White_Space is not in it (str.isspace() differs: it adds
U+001C..1F), so that property is written out here; it has not changed since Unicode 6.3.
"""

import contextlib
import pathlib

import unicodedata2 as unicodedata

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "src" / "tokenizer"

WHITE_SPACE = {
    *range(0x0009, 0x000E), 0x0020, 0x0085, 0x00A0, 0x1680, *range(0x2000, 0x200B),
    0x2028, 0x2029, 0x202F, 0x205F, 0x3000,
}


def class_of(code_point):
    if code_point in WHITE_SPACE:
        return "space"
    category = unicodedata.category(chr(code_point))
    return {"L": "letter", "N": "number"}.get(category[0], "other")


def is_punctuation(code_point):
    return unicodedata.category(chr(code_point))[0] == "P"


def ranges(kind_of):
    """Yields (first, last, kind) of every maximal run of one kind."""
    first = 0
    for code_point in range(1, 0x110001):
        if code_point == 0x110000 or kind_of(code_point) != kind_of(first):
            yield first, code_point - 1, kind_of(first)
            first = code_point


def print_array(name, element, entries, columns):
    print("// clang-format off")
    print(f"constexpr std::array<{element}, {len(entries)}> {name}{{{{")
    for row in range(0, len(entries), columns):
        print("    " + ", ".join(entries[row:row + columns]) + ",")
    print("}};")
    print("// clang-format on\n")


def case_of(code_point):
    category = unicodedata.category(chr(code_point))
    cases = {"Lu": "upper", "Lt": "upper", "Ll": "lower", "Lm": "either", "Lo": "either"}
    return "either" if category[0] == "M" else cases.get(category, "none")


def case_ranges():
    """Yields (first, last, case, whether upper and lower take turns), none left out."""
    found = [entry for entry in ranges(case_of) if entry[2] != "none"]
    at = 0
    while at < len(found):
        end = at + 1
        while (
            end < len(found)
            and found[end - 1][0] == found[end - 1][1] == found[end][0] - 1 == found[end][1] - 1
            and {found[end - 1][2], found[end][2]} == {"upper", "lower"}
        ):
            end += 1
        yield found[at][0], found[end - 1][1], found[at][2], end - at > 1
        at = end


def print_letter_cases():
    entries = [
        f"{{0x{a:X}, 0x{b:X}, {case}, {'true' if turns else 'false'}}}"
        for a, b, case, turns in case_ranges()
    ]
    print(f"// Cases of letters of Unicode {unicodedata.unidata_version}.")
    print("// Written by tools/make_unicode_tables.py; do not edit.")
    print('#include "tokenizer/letter_cases.h"\n')
    print("#include <algorithm>\n#include <array>\n")
    print("namespace scribe {\nnamespace {\n")
    print("using enum LetterCase;\n")
    print("/// With `turns`, every second code point is of the other case.")
    print("struct CaseRange {\n  std::uint32_t first;\n  std::uint32_t last;")
    print("  LetterCase letter_case;\n  bool turns;\n};\n")
    print_array("kRanges", "CaseRange", entries, 3)
    print("}  // namespace\n")
    print("LetterCase letter_case_of(std::uint32_t code_point) {")
    print("  const auto* const after = "
          "std::ranges::upper_bound(kRanges, code_point, {}, &CaseRange::first);")
    print("  if (after == kRanges.begin()) return none;")
    print("  const CaseRange& range = *(after - 1);")
    print("  if (code_point > range.last) return none;")
    print("  const bool is_other = range.turns && (code_point - range.first) % 2 == 1;")
    print("  if (!is_other) return range.letter_case;")
    print("  return range.letter_case == upper ? lower : upper;")
    print("}\n\n}  // namespace scribe")


def print_classes():
    classes = [f"{{0x{a:X}, 0x{b:X}, {c}}}" for a, b, c in ranges(class_of) if c != "other"]
    punctuation = [f"{{0x{a:X}, 0x{b:X}}}" for a, b, is_one in ranges(is_punctuation) if is_one]
    print("// Letters, numbers, white space and punctuation of Unicode "
          f"{unicodedata.unidata_version}.")
    print("// Written by tools/make_unicode_tables.py; do not edit.")
    print('#include "tokenizer/unicode_tables.h"\n')
    print("namespace scribe {\nnamespace {\n")
    print("using enum CharacterClass;\n")
    print_array("kRanges", "CharacterRange", classes, 3)
    print_array("kPunctuation", "CodePointRange", punctuation, 4)
    print("}  // namespace\n")
    for name, element, array in (("character_ranges", "CharacterRange", "kRanges"),
                                 ("punctuation_ranges", "CodePointRange", "kPunctuation")):
        print(f"std::span<const {element}> {name}() {{\n  return {array};\n}}\n")
    print("}  // namespace scribe")


def main():
    writers = {"unicode_tables.cc": print_classes, "letter_cases.cc": print_letter_cases}
    for name, write in writers.items():
        with (FOLDER / name).open("w") as file, contextlib.redirect_stdout(file):
            write()


if __name__ == "__main__":
    main()
