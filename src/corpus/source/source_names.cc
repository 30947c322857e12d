// Kinds are told by names alone: what is inside is seen when it is read.
#include "corpus/source/source_names.h"

#include <algorithm>
#include <array>

#include "base/utf8_parts.h"
#include "corpus/source/notebook.h"

namespace scribe {
namespace {

constexpr std::size_t kPathBytesMax = 4096;  // Longer ones are cut.

constexpr auto kZipEndings = std::to_array<std::string_view>({".zip", ".whl", ".egg"});
constexpr auto kDebianEndings = std::to_array<std::string_view>({".deb", ".udeb"});
constexpr auto kStreamEndings = std::to_array<std::string_view>(
    {".tar",     ".tar.gz", ".tgz",     ".tar.xz",  ".txz",      ".tar.zst",  ".tzst",
     ".tar.bz2", ".tbz2",   ".tbz",     ".tlz",     ".tar.lz",   ".tar.lzma", ".tar.Z",
     ".crate",   ".cpio",   ".cpio.gz", ".cpio.xz", ".cpio.zst", ".cpio.bz2", ".rpm"});
constexpr auto kRowEndings =
    std::to_array<std::string_view>({".jsonl", ".jsonl.gz", ".jsonl.zst", ".json.gz", ".json.zst"});
constexpr std::string_view kParquetEnding = ".parquet";
constexpr std::string_view kNotebookEnding = ".ipynb";

template <std::size_t N>
bool ends_with_any(std::string_view path, const std::array<std::string_view, N>& endings) {
  return std::ranges::any_of(endings,
                             [&](std::string_view ending) { return path.ends_with(ending); });
}

}  // namespace

std::string_view name_of(SourcePart::Kind kind) {
  constexpr auto kNames =
      std::to_array<std::string_view>({"file", "archive", "repository", "json_lines", "parquet"});
  return kNames[static_cast<std::size_t>(kind)];
}

bool is_zip_path(std::string_view path) {
  return ends_with_any(path, kZipEndings);
}
bool is_debian_path(std::string_view path) {
  return ends_with_any(path, kDebianEndings);
}
bool is_wheel_path(std::string_view path) {
  return path.ends_with(".whl");
}

std::optional<SourcePart::Kind> container_kind(std::string_view path) {
  if (is_zip_path(path) || is_debian_path(path) || ends_with_any(path, kStreamEndings))
    return SourcePart::Kind::archive;
  if (ends_with_any(path, kRowEndings)) return SourcePart::Kind::json_lines;
  if (path.ends_with(kParquetEnding)) return SourcePart::Kind::parquet;
  return std::nullopt;
}

bool is_wanted_path(std::string_view path, const SourceOptions& options) {
  if (options.notebooks && path.ends_with(kNotebookEnding)) return true;
  return std::ranges::any_of(
      options.extensions, [&](const std::string& extension) { return path.ends_with(extension); });
}

std::string readable_kinds(const SourceOptions& options) {
  return fmt::format(
      "files named *{}{}, archives ({}, {}, {}), rows ({}, {}), git repositories and folders",
      fmt::join(options.extensions, ", *"), options.notebooks ? ", *.ipynb" : "",
      fmt::join(kStreamEndings, ", "), fmt::join(kZipEndings, ", "),
      fmt::join(kDebianEndings, ", "), fmt::join(kRowEndings, ", "), kParquetEnding);
}

std::string_view path_in(std::string_view folder, std::string_view path) {
  if (folder == "." || !path.starts_with(folder)) return path;
  path.remove_prefix(folder.size());
  return path.starts_with('/') ? path.substr(1) : path;
}

std::string item_path(std::string_view path) {
  while (path.starts_with("./")) path.remove_prefix(2);
  return replace_invalid_utf8(path.substr(0, kPathBytesMax));
}

bool take_bytes(std::string bytes, const SourceOptions& options, SourceItem& item) {
  if (static_cast<std::int64_t>(bytes.size()) >= options.item_bytes_max) {
    item.dropped_by = Rule::too_large;
    return true;
  }
  if (!options.notebooks || !item.path.ends_with(kNotebookEnding)) {
    item.bytes = std::move(bytes);
    return true;
  }
  Result<std::optional<std::string>> code = code_of_notebook(bytes);
  if (!code.ok()) {
    item.dropped_by = Rule::unreadable;
    return true;
  }
  if (!code.value().has_value()) return false;
  item.bytes = *std::move(code).value();
  return true;
}

}  // namespace scribe
