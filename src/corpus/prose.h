// Turns documentation and Python files into plain prose, for the model that has seen no code.
#pragma once

#include <string>
#include <string_view>

namespace scribe {

/// Is this a documentation file by its name? README, NEWS, FAQ, INSTALL, HISTORY, AUTHORS and
/// the like, *.txt, *.rst, *.md, *.html, and the texts in a folder common-licenses; any of them
/// also with .gz. Changelogs are not: they are lists of identifiers and version numbers.
bool is_document_path(std::string_view path);

/// The same, but *.txt and *.html count only for names like README: in a folder of sources they are
/// data.
bool is_document_path_among_sources(std::string_view path);

/// Removes what is not prose from documentation text: doctest blocks (">>>" up to the next blank
/// line), fenced blocks (``` or ~~~), indented blocks after "::" (reStructuredText) and its
/// directives, tags with the content of <script>, <style> and <pre>, character references (the
/// common ones are resolved), emphasis marks, rulers, and lines that look like code or data: more
/// than a tenth of their visible characters are operators and brackets, or fewer than six in ten
/// are letters. Blank lines are collapsed to one. The result is a fixed function of the text.
std::string prose_from_document(std::string_view text);

/// The docstrings and comment blocks of Python source, each through prose_from_document(), those of
/// fewer than four words dropped, separated by blank lines.
std::string prose_from_python(std::string_view source);

}  // namespace scribe
