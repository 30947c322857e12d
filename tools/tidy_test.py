#!/usr/bin/env python3.11
# Tests of tidy.py: each rule finds what it names, and says nothing about what is right.
"""Every test writes a small tree, runs one check and compares (path, line, rule)."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import tidy  # noqa: E402

MODULES = {
    "src/base/CMakeLists.txt": "scribe_module(base LIBRARIES ZLIB::ZLIB)\n",
    "src/base/a.h": "// A.\n#pragma once\n",
    "src/cli/CMakeLists.txt": "scribe_module(cli DEPENDS base model\n  tensor LIBRARIES CLI11)\n",
    "src/cli/command.h": "// A command.\n#pragma once\n",
    "src/model/CMakeLists.txt": "scribe_module(model DEPENDS base tensor)\n",
    "src/model/m.h": "// M.\n#pragma once\n",
    "src/tensor/CMakeLists.txt": "scribe_module(tensor DEPENDS base)\n",
    "src/tensor/t.h": "// T.\n#pragma once\n",
}


class TidyTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.root = pathlib.Path(self.folder.name)

    def write(self, files: dict[str, str]) -> None:
        for path, text in files.items():
            full = self.root / path
            full.parent.mkdir(parents=True, exist_ok=True)
            full.write_text(text, encoding="utf-8")

    def found(self, check, files: dict[str, str]) -> list[tuple[str, int, str]]:
        self.write(files)
        return [(p.path, p.line, p.rule) for p in tidy.find_problems(self.root, [check])]

    def test_a_module_may_include_itself_base_and_its_depends(self):
        source = '#include "base/a.h"\n#include "model/m.h"\n#include "tensor/t.h"\n#include <a>\n'
        self.assertEqual(self.found(tidy.check_layering, MODULES | {"src/model/m.cc": source}), [])

    def test_an_undeclared_include_is_named_with_its_line(self):
        source = '// T.\n#include "base/a.h"\n#include "model/m.h"\n'
        self.assertEqual(self.found(tidy.check_layering, MODULES | {"src/tensor/t.cc": source}),
                         [("src/tensor/t.cc", 3, "layering")])

    def test_depends_may_stand_on_several_lines_and_ends_at_libraries(self):
        self.write(MODULES)
        depends = tidy.module_depends(tidy.Tree(self.root))
        self.assertEqual(depends["cli"], {"base", "model", "tensor"})
        self.assertEqual(depends["base"], set())

    def test_only_cli_includes_cli(self):
        files = MODULES | {"src/model/m.cc": '#include "cli/command.h"\n',
                           "src/cli/main.cc": '#include "cli/command.h"\n'}
        self.assertEqual(self.found(tidy.check_layering, files),
                         [("src/model/m.cc", 1, "layering")])

    def test_includes_start_at_src(self):
        files = MODULES | {"src/model/m.cc": '#include "m.h"\n#include "../base/a.h"\n'}
        self.assertEqual(self.found(tidy.check_layering, files),
                         [("src/model/m.cc", 1, "include"), ("src/model/m.cc", 2, "include")])

    def test_a_file_begins_with_one_sentence(self):
        files = {"src/a.cc": "// Adds.\n", "src/b.cc": "// No full stop\n",
                 "src/c.h": "// A header.\n", "tools/e.sh": "#!/bin/sh\nls\n",
                 "tools/d.py": "#!/usr/bin/env python3\n# Says what.\n",
                 "tools/f.py": '"""Says what."""\n', "src/g.cc": '#include "a.h"\n'}
        self.assertEqual(self.found(tidy.check_heads, files),
                         [("src/b.cc", 1, "head"), ("src/c.h", 1, "pragma-once"),
                          ("src/g.cc", 1, "head"), ("tools/e.sh", 2, "head")])

    def test_lines_have_100_characters_at_most_unless_they_hold_an_address(self):
        files = {"src/a.cc": "x" * 100 + "\n" + "x" * 101 + "\n// https://" + "x" * 100 + "\n",
                 "src/b.cc": "\u00e9" * 100 + "\n",
                 "src/c.cc": "// clang-format off\n" + "x" * 101 + "\n// clang-format on\n" +
                             "x" * 101 + "\n"}
        self.assertEqual(self.found(tidy.check_lengths, files),
                         [("src/a.cc", 2, "line-length"), ("src/c.cc", 4, "line-length")])

    def test_files_have_800_lines_at_most(self):
        files = {"src/a.cc": "x\n" * 800, "src/b.cc": "x\n" * 801}
        self.assertEqual(self.found(tidy.check_lengths, files), [("src/b.cc", 801, "file-length")])

    def test_banned_calls_are_found(self):
        lines = ["std::regex r;", "int a = rand();", "sprintf(b, c);", "strcpy(a, b);",
                 "system(x);", "std::system(x);", "auto* p = new int;", "void* q = malloc(3);",
                 "std::cout << 1;",
                 "using namespace std;", "delete p;", "free(q);", "std::srand(1);", "new (p) T();"]
        files = {"src/a.cc": "\n".join(lines) + "\n"}
        expected = [("src/a.cc", number, "banned") for number in range(1, len(lines) + 1)]
        self.assertEqual(self.found(tidy.check_banned, files), expected)

    def test_what_only_looks_banned_is_left_alone(self):
        text = r'''// new words, rand(), std::cout and system() in a comment
const char* text = "malloc(1) \" new int"; const char c = '"'; int n = 1'000'000;
const char* raw = R"x(std::regex " rand())x"; /* delete p;
   still a comment: sprintf( */ T(const T&) = delete; void operator delete(void*);
using namespace std::literals; file.system(1); pool->rand(); snprintf(a, 1, b);
int renew = new_size; env.free(1); operand(x); my_strcpy(x); std::errno_t system_error(int);
'''
        self.assertEqual(self.found(tidy.check_banned, {"src/a.cc": text}), [])

    def test_a_todo_says_what(self):
        text = "// TODO\n// FIXME: later\n// TODO: read shards in parallel\nf(\"TODO\");\n"
        files = {"src/a.cc": text, "tools/b.py": "x = 1  # TODO\n"}
        self.assertEqual(self.found(tidy.check_banned, files),
                         [("src/a.cc", 1, "banned"), ("src/a.cc", 2, "banned"),
                          ("tools/b.py", 1, "banned")])

    def test_paths_of_one_machine_are_found_outside_of_tests(self):
        # Put together here, so that this file holds none itself.
        work, root = "/" + "work/x", "/" + "root/x"
        line = f'open("/tmp/x"); open("/usr/lib/python3.11"); open(home + "{work}");\n'
        files = {"src/m/a.cc": line, "src/m/a_test.cc": line, "tests/t.cc": line,
                 "docs/a.md": f"see {root}\n", "tools/a.sh": f'ls /tmp/x "$HOME{work}"\n'}
        self.assertEqual(self.found(tidy.check_paths, files),
                         [("docs/a.md", 1, "path"), ("src/m/a.cc", 1, "path")])

    def test_a_test_that_nothing_builds_is_found(self):
        files = MODULES | {"src/model/deep/a_test.cc": "", "src/lost/b_test.cc": "",
                           "tests/CMakeLists.txt": "add_executable(c c_test.cc)\n",
                           "tests/c_test.cc": "", "tests/d_test.cc": ""}
        self.assertEqual(self.found(tidy.check_tests_built, files),
                         [("src/lost/b_test.cc", 1, "test-in-build"),
                          ("tests/d_test.cc", 1, "test-in-build")])

    def test_taking_tests_out_of_the_build_is_found(self):
        text = ('list(FILTER sources EXCLUDE REGEX "_test")\n'
                'list(FILTER tests EXCLUDE REGEX "slow_test")\n'
                "list(REMOVE_ITEM tests a_test.cc)\n")
        self.assertEqual(self.found(tidy.check_tests_built, {"cmake/a.cmake": text}),
                         [("cmake/a.cmake", 2, "test-in-build"),
                          ("cmake/a.cmake", 3, "test-in-build")])

    def test_relative_links_resolve(self):
        text = ("[a](b.md) [c](../README.md#x) [d](https://x.org/y) [e](#here) [f](none.md)\n"
                "```\n[g](none.md)\n```\n`[h](none.md)` ![i](none.png)\n"
                '[j](b.md "title") [k](sub/)\n')
        files = {"docs/a.md": text, "docs/b.md": "b\n", "README.md": "r\n", "docs/sub/c.md": "c\n"}
        self.assertEqual(self.found(tidy.check_links, files),
                         [("docs/a.md", 1, "link"), ("docs/a.md", 5, "link")])

    def test_every_decision_record_is_listed(self):
        files = {"docs/adr/README.md": "[1](0001-a.md)\n", "docs/adr/0001-a.md": "a\n",
                 "docs/adr/0002-b.md": "b\n"}
        self.assertEqual(self.found(tidy.check_adr_index, files),
                         [("docs/adr/0002-b.md", 1, "adr-index")])

    def test_two_types_of_one_name_are_found(self):
        head = "namespace scribe {\nstruct A {};\nstruct B;\n}  // namespace scribe\n"
        files = {"src/a/a.h": head, "src/b/b.h": head.replace("{};", "{\n  int x;\n};"),
                 "src/c/c.h": head.replace("scribe", "other"),
                 "src/d/d.h": "namespace scribe {\nnamespace {\nclass A {\n};\n}  // namespace\n"}
        self.assertEqual(self.found(tidy.check_types, files), [("src/b/b.h", 2, "one-type")])

    def test_white_space_at_ends_is_found(self):
        files = {"src/a.cc": "a \nb\n", "b.md": "no newline", "c.md": "two\n\n", "d.md": "",
                 "tests/golden/e.txt": "kept as it is \n", "f.md": "crlf\r\n"}
        self.assertEqual(self.found(tidy.check_whitespace, files),
                         [("b.md", 1, "whitespace"), ("c.md", 2, "whitespace"),
                          ("f.md", 1, "whitespace"), ("src/a.cc", 1, "whitespace")])

    def test_files_that_git_ignores_are_not_read(self):
        self.write({".gitignore": "/build/\n", "build/a.md": "x \n", "b.md": "x \n"})
        subprocess.run(["git", "init", "-q", str(self.root)], check=True)
        self.assertEqual(self.found(tidy.check_whitespace, {}), [("b.md", 1, "whitespace")])

    def test_the_exit_code_and_the_form_of_a_line(self):
        program = [sys.executable, str(pathlib.Path(tidy.__file__)), "--root", str(self.root)]
        self.write({"src/a.md": "x\n"})
        good = subprocess.run(program, capture_output=True, text=True, check=False)
        self.assertEqual((good.returncode, good.stdout.splitlines()[-1]), (0, "tidy: 0 problems"))
        self.write({"src/a.md": "[x](y)\n"})
        bad = subprocess.run(program, capture_output=True, text=True, check=False)
        self.assertEqual(bad.returncode, 1)
        self.assertIn("src/a.md:1: link: 'y' does not exist (correct the link)\n", bad.stdout)


if __name__ == "__main__":
    unittest.main()
