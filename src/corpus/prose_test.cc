// Tests what counts as prose: docstrings and comments, and what is taken out of documentation.
#include "corpus/prose.h"

#include <gtest/gtest.h>

#include "corpus/python_docstrings.h"

namespace scribe {
namespace {

std::vector<PythonNote> notes_of(std::string_view source) {
  return find_notes(source, lex_python(source));
}

TEST(PythonNotesTest, DocstringsOfModulesClassesAndFunctionsNameTheirOwners) {
  const auto notes = notes_of(
      "#!/bin/python\n'''Module.'''\nclass A(B):\n    \"\"\"Class.\"\"\"\n"
      "    async def f(\n        self):\n        # why\n        r'''Function\\d.'''\n");
  ASSERT_EQ(notes.size(), 5U);
  EXPECT_EQ(notes[1].text, "Module.");
  EXPECT_EQ(notes[1].owner, "");
  EXPECT_EQ(notes[2].owner, "A");
  EXPECT_EQ(notes[3].kind, PythonNote::Kind::comment);
  EXPECT_EQ(notes[4].owner, "f");
  EXPECT_EQ(notes[4].text, "Function\\d.");
}

TEST(PythonNotesTest, OtherStringsAreNoDocstrings) {
  EXPECT_TRUE(notes_of("x = 1\n'''late'''\n").empty());
  EXPECT_TRUE(notes_of("def f():\n    return 'a'\n").empty());
  EXPECT_TRUE(notes_of("def f():\n    f'''a'''\n").empty());
  EXPECT_TRUE(notes_of("def f():\n    b'''a'''\n").empty());
  EXPECT_TRUE(notes_of("if x:\n    '''a'''\n").empty());
}

TEST(PythonNotesTest, AdjacentLiteralsAreOneDocstring) {
  EXPECT_EQ(notes_of("('a'\n 'b')\n").size(), 0U);
  EXPECT_EQ(notes_of("'a' 'b'\n")[0].text, "ab");
}

TEST(PythonNotesTest, CommentLinesOfOneIndentationAreABlock) {
  const auto notes = notes_of("# one\n# two\n  # three\n\n# four\nx = 1  # after code\n");
  ASSERT_EQ(notes.size(), 3U);
  EXPECT_EQ(notes[0].text, "one\ntwo");
  EXPECT_EQ(notes[1].text, "three");
  EXPECT_EQ(notes[2].text, "four");
}

// Expected values are those of CPython's inspect.cleandoc.
TEST(PythonNotesTest, DocstringsAreCleanedAsInspectDoes) {
  EXPECT_EQ(clean_docstring("  a\n    b\n      c\n\n  "), "a\nb\n  c");
  EXPECT_EQ(clean_docstring("\n\n  a\n\tb"), "a\n      b");
  EXPECT_EQ(clean_docstring(""), "");
  EXPECT_EQ(clean_docstring("one"), "one");
}

TEST(ProseTest, DoctestsGoUpToTheNextBlankLine) {
  EXPECT_EQ(prose_from_document("Adds two numbers.\n>>> add(1, 2)\n3\n... x\n\nThat is all.\n"),
            "Adds two numbers.\n\nThat is all.\n");
}

TEST(ProseTest, FencedAndLiteralBlocksGo) {
  EXPECT_EQ(prose_from_document("Run it so.\n```sh\nplain words here\n```\nDone.\n"),
            "Run it so.\nDone.\n");
  EXPECT_EQ(prose_from_document(
                "Run it like this::\n\n    plain words here\n\n    more words\n\nDone.\n"),
            "Run it like this:\n\nDone.\n");
  EXPECT_EQ(prose_from_document(".. note::\n\n   words\n\nDone.\n"), "Done.\n");
}

TEST(ProseTest, TagsScriptsAndReferencesGo) {
  EXPECT_EQ(prose_from_document("<p>Cats &amp; dogs<script>var words here</script> sleep.</p>"),
            "Cats & dogs sleep.\n");
  EXPECT_EQ(prose_from_document("<!-- hidden\nwords --><b>Bold</b> words, 1 < 2 is true.\n"),
            "Bold words, 1 < 2 is true.\n");
}

TEST(ProseTest, MarksGoAndWordsStay) {
  EXPECT_EQ(prose_from_document("## Use :func:`map` with **care** and ``time``.\n"),
            "Use map with care and time.\n");
}

TEST(ProseTest, LinesThatLookLikeCodeOrDataGo) {
  EXPECT_EQ(prose_from_document("x = f(a, b)\nimport os\nfrom a import b\n======\n12 34 56 78\n"
                                "A line (with a bracket) of prose.\n"),
            "A line (with a bracket) of prose.\n");
}

TEST(ProseTest, PythonGivesItsNotesAndNoCode) {
  EXPECT_EQ(prose_from_python("'''Tools for reading of files.'''\nimport os\n# Wait for the disk.\n"
                              "x = 'Not a docstring at all.'\n# x = 1\n"),
            "Tools for reading of files.\n\nWait for the disk.\n");
}

TEST(ProseTest, DocumentsAreKnownByTheirNames) {
  for (const char* path : {"/d/README", "/d/README.Debian", "/d/NEWS.gz", "/d/a.md.gz", "/d/b.rst",
                           "/d/c.txt", "/d/x.html", "/usr/share/common-licenses/GPL-3"})
    EXPECT_TRUE(is_document_path(path)) << path;
  for (const char* path : {"/d/changelog.gz", "/d/changelog.txt", "/d/copyright", "/d/a.py",
                           "/d/readmeal.c", "/d/a.png"})
    EXPECT_FALSE(is_document_path(path)) << path;
  EXPECT_FALSE(is_document_path_among_sources("/d/top_level.txt"));
  EXPECT_TRUE(is_document_path_among_sources("/d/README"));
}

TEST(ProseTest, ManyUnclosedElementsTakeLinearTime) {
  std::string text;
  for (int count = 0; count < 200000; ++count) text += "<pre><!--<a ";
  EXPECT_LT(prose_from_document(text).size(), text.size());
}

}  // namespace
}  // namespace scribe
