// What names of files say: what kind they are of, whether they are taken; how items are named.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "corpus/sources.h"

namespace scribe {

/// The kind of part that a file of this name is; nothing: neither archive nor rows.
std::optional<SourcePart::Kind> container_kind(std::string_view path);

/// Is a file of this name taken?
bool is_wanted_path(std::string_view path, const SourceOptions& options);

/// "files named *.py, archives (.tar, ...), ...": what can be read, for errors.
std::string readable_kinds(const SourceOptions& options);

bool is_zip_path(std::string_view path);
bool is_debian_path(std::string_view path);
bool is_wheel_path(std::string_view path);

/// "b/c.py" of the folder "a" and the path "a/b/c.py"; below "." paths begin without it.
std::string_view path_in(std::string_view folder, std::string_view path);

/// A name from outside as an item has it: valid UTF-8, without "./" before it, not too long.
std::string item_path(std::string_view path);

/// Takes an item's bytes: of a notebook its code; too_large from options.item_bytes_max on. False:
/// it is none after all (a notebook in another language).
bool take_bytes(std::string bytes, const SourceOptions& options, SourceItem& item);

}  // namespace scribe
