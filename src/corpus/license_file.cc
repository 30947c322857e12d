// Names and nearness, no texts: what a licence says is told elsewhere.
#include "corpus/license_file.h"

#include <algorithm>
#include <array>

#include "base/utf8_parts.h"

namespace scribe {
namespace {

constexpr std::string_view kDebianDocuments = "usr/share/doc/";

std::string_view name_in(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

bool is_code_name(std::string_view name) {
  constexpr auto kEndings = std::to_array<std::string_view>(
      {".py", ".pyi",  ".pyc",   ".pyx", ".ipynb", ".c",    ".cc",  ".cpp",
       ".h",  ".hpp",  ".js",    ".ts",  ".java",  ".go",   ".rs",  ".rb",
       ".sh", ".json", ".jsonl", ".xml", ".yml",   ".yaml", ".toml"});
  return std::ranges::any_of(kEndings,
                             [&](std::string_view ending) { return name.ends_with(ending); });
}

/// With its '/'; "" for a path without folder.
std::string_view folder_of(std::string_view path) {
  return path.substr(0, path.rfind('/') + 1);
}
std::string_view parent_of(std::string_view folder) {
  return folder.empty() ? folder : folder_of(folder.substr(0, folder.size() - 1));
}

/// Where "usr/" begins in a path ".../usr/share/doc/PACKAGE/copyright", else npos.
std::size_t debian_root(std::string_view path) {
  if (name_in(path) != "copyright") return std::string_view::npos;
  const std::string_view above_package = parent_of(folder_of(path));
  if (!above_package.ends_with(kDebianDocuments)) return std::string_view::npos;
  const std::size_t root = above_package.size() - kDebianDocuments.size();
  return root == 0 || path[root - 1] == '/' ? root : std::string_view::npos;
}

/// The folder that is covered by a licence file at `path`.
std::string_view covered_folder(std::string_view path, LicenseIndex::Kind kind) {
  if (const std::size_t root = debian_root(path); root != std::string_view::npos)
    return path.substr(0, root + std::string_view("usr/").size());
  const std::string_view folder = folder_of(path);
  if (name_in(path) == "copyright" && (folder == "debian/" || folder.ends_with("/debian/")))
    return parent_of(folder);
  if (kind == LicenseIndex::Kind::wheel) {
    // Also NAME.dist-info/licenses/LICENSE.
    const std::size_t info = folder.find(".dist-info/");
    if (info != std::string_view::npos) return folder_of(folder.substr(0, info));
  }
  return folder;
}

}  // namespace

bool is_license_path(std::string_view path) {
  const std::string_view name = name_in(path);
  if (name == "copyright") return true;
  std::string lowered(name.substr(0, 64));
  std::ranges::transform(lowered, lowered.begin(), lower);
  for (const std::string_view word : {"license", "licence", "copying", "unlicense"}) {
    if (!lowered.starts_with(word)) continue;
    const bool ends = lowered.size() == word.size() ||
                      std::string_view(".-_").find(lowered[word.size()]) != std::string_view::npos;
    return ends && !is_code_name(lowered);
  }
  return false;
}

void LicenseIndex::add(std::string path) {
  Entry& entry = by_folder_[std::string(covered_folder(path, kind_))];
  if (debian_root(path) != std::string_view::npos) {
    if (entry.package.empty()) entry.package = folder_of(path);
    entry.several_packages = entry.several_packages || entry.package != folder_of(path);
  }
  const auto rank = [](std::string_view of) { return std::pair(name_in(of).size(), of); };
  if (entry.path.empty() || rank(path) < rank(entry.path)) entry.path = std::move(path);
}

void LicenseIndex::forget(std::string_view folder) {
  const auto found = by_folder_.find(folder);
  if (found != by_folder_.end()) by_folder_.erase(found);
}

std::shared_ptr<const LicenseFile> LicenseIndex::find(std::string_view path) {
  if (by_folder_.empty()) return nullptr;
  for (std::string_view folder = folder_of(path);; folder = parent_of(folder)) {
    const auto found = by_folder_.find(folder);
    if (found != by_folder_.end()) {
      Entry& entry = found->second;
      if (entry.several_packages && debian_root(entry.path) != std::string_view::npos)
        return nullptr;
      if (entry.file == nullptr) {
        std::string text = load_(entry.path);
        text.resize(std::min(text.size(), kLicenseBytesMax));
        entry.file = std::make_shared<LicenseFile>(
            LicenseFile{.path = replace_invalid_utf8(entry.path), .text = std::move(text)});
      }
      return entry.file;
    }
    if (folder.empty()) return nullptr;
  }
}

}  // namespace scribe
