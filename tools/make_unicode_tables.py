#!/usr/bin/env python3
"""Writes src/tokenizer/unicode_tables.cc: classes of characters of one Unicode version.

Usage, in a virtual environment: pip install unicodedata2==16.0.0
                                 tools/make_unicode_tables.py > src/tokenizer/unicode_tables.cc

Letters are General_Category L*, numbers are N*, punctuation is P*, from the package unicodedata2,
so that the version does not depend on the Python at hand; 16.0 is what Hugging Face `tokenizers`
0.23 uses (compared on every code point). White_Space is not in it (str.isspace() differs: it adds
U+001C..1F), so that property is written out here; it has not changed since Unicode 6.3.
"""

import unicodedata2 as unicodedata

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


def main():
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


if __name__ == "__main__":
    main()
