#!/usr/bin/env python3.11
# Checks what the compiler cannot: layering, file heads, banned calls, links, white space, format.
"""Prints one line per problem, `file:line: rule: message (fix)`, and exits with 1 if there is any.

Rules, each a function below that takes a Tree and yields Problems:
  layering, include   src/*/CMakeLists.txt says which modules a module may include
  head, pragma-once   the first line of a file is one sentence; headers say #pragma once
  line-length, file-length, whitespace, path
  banned              calls with a better replacement; TODO without a text
  one-type            no two headers define a type of the same full name
  test-in-build       a test that is written is a test that is run
  link, adr-index     relative links in *.md resolve; every decision record is listed
  format              clang-format-19, if it is installed
"""

import argparse
import dataclasses
import os
import pathlib
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator

LINE_LENGTH_MAX = 100
FILE_LINES_MAX = 800
CPP = (".cc", ".h", ".cu")
CODE = {*CPP, ".py", ".sh"}
TEXT = CODE | {".md", ".txt", ".cmake", ".json", ".toml", ".yml", ".yaml", ".css"}
TEXT_NAMES = {"Makefile", ".clang-format", ".clang-tidy", ".gitignore", "run"}
# Bytes in these folders are test data: their form is their content.
DATA_FOLDERS = ("tests/golden/", "fuzz/corpus/", "data/", "third_party/")
DATA_PARTS = ("testcases", "testdata")
SKIPPED_FOLDERS = {".git", "build", "runs", "__pycache__"}
# This file and its test name what they forbid.
SELF = ("tools/tidy.py", "tools/tidy_test.py")


@dataclasses.dataclass(frozen=True, order=True)
class Problem:
    """One line of output; `fix` says what to do about it."""

    path: str
    line: int
    rule: str
    message: str
    fix: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.rule}: {self.message} ({self.fix})"


class Tree:
    """The text files of a source tree, by their path relative to its root."""

    def __init__(self, root: pathlib.Path):
        self.root = root
        self.files: dict[str, str] = {}
        for path in list_files(root):
            full = root / path
            if is_text(path) and full.is_file():
                self.files[path] = full.read_bytes().decode("utf-8", errors="replace")

    def with_suffix(self, *suffixes: str) -> Iterator[tuple[str, str]]:
        for path, text in self.files.items():
            if path.endswith(suffixes):
                yield path, text

    def exists(self, path: str) -> bool:
        return (self.root / path).exists()


def list_files(root: pathlib.Path) -> list[str]:
    """What git tracks or would track; every file where there is no git."""
    command = ["git", "-C", str(root), "ls-files", "-z"]
    command += ["--cached", "--others", "--exclude-standard"]
    if (root / ".git").exists() and shutil.which("git"):
        listed = subprocess.run(command, capture_output=True, check=False)
        if listed.returncode == 0:
            return sorted({name for name in listed.stdout.decode().split("\0") if name})
    found = []
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name not in SKIPPED_FOLDERS]
        found += [str((pathlib.Path(folder) / name).relative_to(root)) for name in names]
    return sorted(found)


def is_text(path: str) -> bool:
    pure = pathlib.PurePosixPath(path)
    if path.startswith(DATA_FOLDERS) or any(part in DATA_PARTS for part in pure.parts):
        return False
    return pure.suffix in TEXT or pure.name in TEXT_NAMES


def is_test(path: str) -> bool:
    folder = path.startswith(("tests/", "fuzz/")) or "/testing/" in path
    return folder or path.endswith(("_test.cc", "_bench.cc"))


# Literals and comments of C++; a number first, so that the ' in 1'000 opens nothing.
CPP_TOKEN = re.compile(
    r"""(?P<number>(?<!\w)\d[\w.']*)
      | (?P<comment>//[^\n]*|/\*.*?\*/)
      | (?P<raw>R"(?P<delimiter>[^()\\\s]{0,16})\(.*?\)(?P=delimiter)")
      | (?P<string>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')""",
    re.VERBOSE | re.DOTALL,
)


def blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


def split_cpp(text: str) -> tuple[str, str]:
    """(code, comments): the same lines and columns, the other parts and literals blanked out."""
    code, comments, end = [], [], 0
    for match in CPP_TOKEN.finditer(text):
        plain = text[end : match.start()] + (match[0] if match["number"] else "")
        code.append(plain)
        comments.append(blank(plain))
        if not match["number"]:
            code.append(blank(match[0]))
            comments.append(match[0] if match["comment"] else blank(match[0]))
        end = match.end()
    return "".join(code) + text[end:], "".join(comments) + blank(text[end:])


def module_depends(tree: Tree) -> dict[str, set[str]]:
    """Module name to the modules that its CMakeLists.txt declares in DEPENDS."""
    depends = {}
    for path, text in tree.files.items():
        if not re.fullmatch(r"src/\w+/CMakeLists\.txt", path):
            continue
        call = re.search(r"scribe_module\((\w+)([^)]*)\)", text)
        if call:
            listed = re.search(r"\bDEPENDS\b(.*?)(?:\bLIBRARIES\b|$)", call[2], re.DOTALL)
            depends[call[1]] = set(listed[1].split()) if listed else set()
    return depends


def check_layering(tree: Tree) -> Iterator[Problem]:
    depends = module_depends(tree)
    for path, text in tree.with_suffix(*CPP):
        parts = path.split("/")
        module = parts[1] if parts[0] == "src" and len(parts) > 2 else None
        for number, line in enumerate(text.splitlines(), 1):
            include = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
            if not include:
                continue
            target = include[1]
            if parts[0] == "tests" and tree.exists(f"tests/{target}"):
                continue
            if not tree.exists(f"src/{target}"):
                yield Problem(path, number, "include", f'"{target}" is not a file below src/',
                              "write the path from src/, or <> for a library")
                continue
            other = target.split("/")[0]
            if module is None or other in (module, "base"):
                continue
            if other == "cli":
                yield Problem(path, number, "layering", f"{module} includes cli",
                              "move what is needed into a module; only cli includes cli")
            elif other not in depends.get(module, set()):
                yield Problem(path, number, "layering", f"{module} may not include {other}",
                              f"move it, or add {other} to DEPENDS in src/{module}/CMakeLists.txt")


def check_heads(tree: Tree) -> Iterator[Problem]:
    for path, text in tree.with_suffix(*CODE):
        lines = text.splitlines() or [""]
        at = 1 if lines[0].startswith("#!") and len(lines) > 1 else 0
        mark = "//" if path.endswith(CPP) else "#"
        head = lines[at]
        if not re.fullmatch(rf'(?:{mark} |""")\S.*\.(?:""")?', head):
            yield Problem(path, at + 1, "head", "the file does not begin with one sentence",
                          f"write: {mark} What this file is for.")
        if path.endswith(".h") and "#pragma once" not in lines[:12]:
            yield Problem(path, 1, "pragma-once", "the header has no #pragma once",
                          "add it below the first comment")


def check_lengths(tree: Tree) -> Iterator[Problem]:
    for path, text in tree.with_suffix(*CODE, ".cmake", "CMakeLists.txt", "Makefile"):
        lines = text.splitlines()
        off = False  # A table that clang-format leaves alone may be as wide as it likes.
        for number, line in enumerate(lines, 1):
            switch = re.match(r"\s*// clang-format (off|on)\b", line)
            off = switch[1] == "off" if switch else off
            if len(line) > LINE_LENGTH_MAX and not off and not re.search(r"https?://", line):
                yield Problem(path, number, "line-length", f"{len(line)} characters",
                              f"at most {LINE_LENGTH_MAX}")
        if len(lines) > FILE_LINES_MAX:
            yield Problem(path, len(lines), "file-length", f"{len(lines)} lines",
                          f"split it: one idea per file, at most {FILE_LINES_MAX} lines")


def check_whitespace(tree: Tree) -> Iterator[Problem]:
    for path, text in tree.files.items():
        for number, line in enumerate(text.split("\n"), 1):
            if line != line.rstrip():
                yield Problem(path, number, "whitespace", "white space at the end of the line",
                              "remove it")
        last = text.count("\n")
        if text and not text.endswith("\n"):
            yield Problem(path, last + 1, "whitespace", "no newline at the end", "add one")
        elif text.endswith("\n\n"):
            yield Problem(path, last, "whitespace", "empty lines at the end", "remove them")


# Pattern over C++ code without comments and literals, what it is, what to use.
BANNED = [
    (r"\bstd::w?regex\b", "std::regex", "scan by hand: it is slow and overflows the stack"),
    (r"(?<![\w.>])(?:std::)?s?rand\s*\(", "rand()", "PhiloxStream: same seed, same draws"),
    (r"\bv?sprintf\s*\(", "sprintf()", "fmt::format"),
    (r"\bstr(?:n?cpy|n?cat|tok)\s*\(", "a C string function", "std::string or std::string_view"),
    (r"(?<![\w.>])(?:std::|::)?(?:system|popen)\s*\(", "system()", "posix_spawn or fork and exec"),
    (r"\bstd::(?:cout|cerr|clog)\b", "a standard stream", "return the text; cli prints with fmt"),
    (r"\busing\s+namespace\b(?!\s+std::(?:\w+::)*\w*literals\b)", "using namespace",
     "name what is used"),
]
ALLOCATION = [
    (r"\bnew\b(?!\s*$)\s*[\w:(\[]", "new", "std::make_unique or a container"),
    (r"(?<!=\s)(?<!operator\s)\bdelete\b\s*[\w(\[*]", "delete", "std::unique_ptr"),
    (r"(?<![\w.>])(?:std::|::)?(?:malloc|calloc|realloc|free|aligned_alloc|posix_memalign)\s*\(",
     "malloc or free", "a container, or a class that owns the memory"),
]
# Each owns memory in a way that no container can; the reason stands in the file.
ALLOCATING_FILES: set[str] = {"src/backend/host_backend.cc"}


def check_banned(tree: Tree) -> Iterator[Problem]:
    for path, text in tree.with_suffix(*CPP):
        code, comments = split_cpp(text)
        rules = BANNED + ([] if path in ALLOCATING_FILES else ALLOCATION)
        said = comments.split("\n")
        for number, line in enumerate(code.split("\n"), 1):
            # An exception stands where it is made, with its reason.
            if re.search(r"NOLINT: \w+ \w+", said[number - 1]):
                continue
            for pattern, name, instead in rules:
                if re.search(pattern, line):
                    yield Problem(path, number, "banned", name, f"use {instead}")
        yield from todo_problems(path, comments)
    for path, text in tree.with_suffix(".py", ".sh", ".cmake", "CMakeLists.txt"):
        if path not in SELF:
            comments = "\n".join(line.partition("#")[2] for line in text.split("\n"))
            yield from todo_problems(path, comments)


def todo_problems(path: str, comments: str) -> Iterator[Problem]:
    for number, line in enumerate(comments.split("\n"), 1):
        mark = re.search(r"\b(TODO|FIXME|XXX)\b(.*)", line)
        if mark and len(re.findall(r"\w+", mark[2])) < 3:
            yield Problem(path, number, "banned", f"{mark[1]} without a text",
                          "say what is missing and when it matters, or do it now")


def check_paths(tree: Tree) -> Iterator[Problem]:
    for path, text in tree.files.items():
        if path in SELF or is_test(path):
            continue
        folders = "work|root|home|tmp" if path.startswith("src/") else "work|root|home"
        for number, line in enumerate(text.split("\n"), 1):
            found = re.search(rf"(?<![\w.$}}])/(?:{folders})/", line)
            if found:
                yield Problem(path, number, "path", f"'{found[0]}' exists on one machine only",
                              "take it as a parameter, or name it relative to the tree")


def types_of(header: str) -> Iterator[tuple[int, str]]:
    """(line, full name) of the types that a header defines in its named namespaces."""
    spaces: list[str] = []
    for number, line in enumerate(header.split("\n"), 1):
        if opened := re.match(r"namespace(?: ([\w:]+))? \{", line):
            spaces.append(opened[1] or "(anonymous)")
        elif re.match(r"\}  // namespace", line) and spaces:
            spaces.pop()
        elif found := re.match(r"(?:struct|class|enum(?: class)?) (?:\[\[\w+\]\] )?(\w+)\b(?!\s*;)",
                               line):
            if "(anonymous)" not in spaces:
                yield number, "::".join([*spaces, found[1]])


def check_types(tree: Tree) -> Iterator[Problem]:
    """Linkers take one of two such types for both, and programs break without a word."""
    homes: dict[str, str] = {}
    for path, text in sorted(tree.with_suffix(".h")):
        if not path.startswith("src/"):
            continue
        for number, name in types_of(text):
            home = homes.setdefault(name, path)
            if home != path and not home.endswith("_impl.h") and not path.endswith("_impl.h"):
                yield Problem(path, number, "one-type", f"{name} is a type of {home} too",
                              "give one of them another name")


def check_tests_built(tree: Tree) -> Iterator[Problem]:
    cmake = {path: text for path, text in tree.with_suffix("CMakeLists.txt", ".cmake")}
    for path, text in cmake.items():
        for number, line in enumerate(text.split("\n"), 1):
            removes = re.search(r"REMOVE_ITEM|FILTER\s+(?!sources\b)\w+\s+EXCLUDE", line)
            if "_test" in line and removes:
                yield Problem(path, number, "test-in-build", "tests are taken out of the build",
                              "delete the test, or mend it")
    for path in tree.files:
        if not path.endswith("_test.cc"):
            continue
        folders = pathlib.PurePosixPath(path).parents
        lists = [cmake.get(f"{folder}/CMakeLists.txt", "") for folder in folders]
        name = pathlib.PurePosixPath(path).name
        if not any("scribe_module(" in text or "GLOB" in text or name in text for text in lists):
            yield Problem(path, 1, "test-in-build", "no CMakeLists.txt above builds this test",
                          "put it into a module's folder, or name it in tests/CMakeLists.txt")


def without_code(markdown: str) -> str:
    markdown = re.sub(r"^(```|~~~).*?^\1", lambda m: blank(m[0]), markdown, flags=re.M | re.S)
    return re.sub(r"`[^`\n]*`", lambda m: blank(m[0]), markdown)


def links_of(markdown: str) -> Iterator[tuple[int, str]]:
    """(line, target) of the inline links that point to a file."""
    for number, line in enumerate(without_code(markdown).split("\n"), 1):
        for target in re.findall(r"\]\(\s*<?([^)>\s]+)[^)]*\)", line):
            if not re.match(r"[a-z][a-z0-9+.-]*:|#", target):
                yield number, target.split("#")[0]


def check_links(tree: Tree) -> Iterator[Problem]:
    for path, text in tree.with_suffix(".md"):
        for number, target in links_of(text):
            folder = pathlib.PurePosixPath(path).parent
            if not tree.exists(str(folder / target)):
                yield Problem(path, number, "link", f"'{target}' does not exist",
                              "correct the link")


def check_adr_index(tree: Tree) -> Iterator[Problem]:
    index = tree.files.get("docs/adr/README.md", "")
    listed = {target for _, target in links_of(index)}
    for path in tree.files:
        name = path.removeprefix("docs/adr/")
        if re.fullmatch(r"\d{4}-[^/]+\.md", name) and path != name and name not in listed:
            yield Problem(path, 1, "adr-index", "not listed in docs/adr/README.md", "add a line")


def check_format(tree: Tree) -> Iterator[Problem]:
    program = shutil.which("clang-format-19")
    files = [path for path, _ in tree.with_suffix(*CPP)]
    if program is None or not files:
        if program is None:
            print("tidy: format: skipped, clang-format-19 is not installed")
        return
    result = subprocess.run([program, "--dry-run", "--Werror", *files], cwd=tree.root, check=False,
                            capture_output=True, text=True)
    seen = set()
    for path, line in re.findall(r"^(\S+?):(\d+):\d+: error:", result.stderr, re.M):
        if path not in seen:
            seen.add(path)
            yield Problem(path, int(line), "format", "differs from clang-format-19", "make format")
    if result.returncode != 0 and not seen:
        yield Problem(".clang-format", 1, "format", result.stderr.strip().split("\n")[0],
                      "clang-format-19 itself failed")


CHECKS: list[Callable[[Tree], Iterator[Problem]]] = [
    check_layering, check_heads, check_lengths, check_whitespace, check_banned, check_paths,
    check_types, check_tests_built, check_links, check_adr_index, check_format,
]


def find_problems(root: pathlib.Path, checks: list = CHECKS) -> list[Problem]:
    tree = Tree(root)
    return sorted(problem for check in checks for problem in check(tree))


def main() -> int:
    parser = argparse.ArgumentParser(description="Checks the house rules of the source tree.")
    parser.add_argument("--root", type=pathlib.Path,
                        default=pathlib.Path(__file__).resolve().parent.parent)
    root = parser.parse_args().root
    if not (root / "src").is_dir():
        message = f"tidy: '{root}' has no folder src/ (give --root the top of the tree)"
        print(message, file=sys.stderr)
        return 1
    problems = find_problems(root)
    for problem in problems:
        print(problem)
    print(f"tidy: {len(problems)} problem{'' if len(problems) == 1 else 's'}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
