// The table of languages, and what its rows share.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/toolchains.h"

namespace scribe::sandbox {

std::span<const Language> languages();

/// Where a program of the system is, or "".
std::string program_path(std::string_view name);
/// `path` with every link resolved, or itself.
std::string real_path(const std::string& path);
/// Variables that Go's tools need: they find nothing by themselves without a home.
std::vector<std::string> go_environment(const std::string& root);

/// May `source` be compiled as if bits/stdc++.h were its first line? So if it includes that, and
/// nothing but comments and other headers stands before it.
bool begins_with_all_headers(std::string_view source);
/// The class of a Java source that holds main(): its file must bear the name.
std::string main_class_of(std::string_view source);
/// The name of the last test function of Go tests, or "".
std::string go_test_function(std::string_view tests);

}  // namespace scribe::sandbox
