#!/usr/bin/env python3
"""Writes src/tokenizer/nfc_tables.cc: what Normalization Form C needs of Unicode 9.0.

Usage: python3.6 tools/make_nfc_tables.py > src/tokenizer/nfc_tables.cc

9.0 is what the normalizer of Hugging Face `tokenizers` 0.23 knows (compared on every code point and
every pair that composes): a mark that came later has no combining class there. Python 3.6 is the
one whose unicodedata has that version.
"""

import sys
import unicodedata

VERSION = "9.0.0"
COLUMNS = 100


def decompositions():
    """Yields (code point, first, second or 0, whether the pair composes again)."""
    for code_point in range(0x110000):
        mapping = unicodedata.decomposition(chr(code_point))
        if not mapping or mapping.startswith("<"):
            continue
        parts = [int(part, 16) for part in mapping.split()]
        composes = unicodedata.normalize("NFC", chr(code_point)) == chr(code_point)
        yield code_point, parts[0], parts[1] if len(parts) == 2 else 0, composes


def class_ranges():
    """Yields (first, last, combining class) of every maximal run of one class that is not 0."""
    first = 0
    for code_point in range(1, 0x110001):
        if code_point < 0x110000 and combining(code_point) == combining(first):
            continue
        if combining(first) != 0:
            yield first, code_point - 1, combining(first)
        first = code_point


def combining(code_point):
    return unicodedata.combining(chr(code_point))


def print_array(declaration, entries):
    print("constexpr std::array<%s{{" % declaration)
    line = "   "
    for entry in entries:
        if len(line) + len(entry) + 2 > COLUMNS:
            print(line)
            line = "   "
        line += " %s," % entry
    print(line + "\n}};")


def main():
    if unicodedata.unidata_version != VERSION:
        sys.exit("this Python has Unicode %s, expected %s" % (unicodedata.unidata_version, VERSION))
    pairs = ["{0x%X, 0x%X, 0x%X, %d}" % entry for entry in decompositions()]
    classes = ["{0x%X, 0x%X, %d}" % entry for entry in class_ranges()]
    print("// Canonical decompositions and combining classes of Unicode %s." % VERSION)
    print("// Written by tools/make_nfc_tables.py; do not edit.")
    print('#include "tokenizer/nfc_tables.h"\n')
    print("namespace scribe {\nnamespace {\n")
    print("// clang-format off")
    print_array("Decomposition, %d> kDecompositions" % len(pairs), pairs)
    print()
    print_array("CombiningRange, %d> kCombiningRanges" % len(classes), classes)
    print("// clang-format on\n")
    print("}  // namespace\n")
    print("std::span<const Decomposition> decompositions() {\n  return kDecompositions;\n}")
    print("std::span<const CombiningRange> combining_ranges() {\n  return kCombiningRanges;\n}\n")
    print("}  // namespace scribe")


if __name__ == "__main__":
    main()
