// Entries of fixed size over names in blocks, folders and origins.
#include "corpus/source_parts.h"

#include <algorithm>
#include <cstring>
#include <tuple>

namespace scribe {
namespace {

constexpr std::size_t kBlockBytes = 1 << 16;

}  // namespace

const char* SourceParts::keep(std::string_view name) {
  if (name.size() > block_left_) {
    block_left_ = std::max(kBlockBytes, name.size());
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(block_left_));
  }
  // The end of a block is filled first: what is left is all that has to be known.
  char* const kept = blocks_.back().get() + (block_left_ - name.size());
  std::memcpy(kept, name.data(), name.size());
  block_left_ -= name.size();
  return kept;
}

/// Parts come folder by folder, and source by source.
void SourceParts::add(const SourcePart& part) {
  const std::string_view path = part.path;
  const std::size_t name = path.rfind('/') + 1;
  if (folders_.empty() || folders_.back() != path.substr(0, name))
    folders_.emplace_back(path.substr(0, name));
  const auto is_of = [&](const Origin& origin) {
    return origin.kind == part.kind && origin.root == part.root &&
           origin.revision == part.revision && origin.license_file == part.license_file;
  };
  if (origins_.empty() || !is_of(origins_.back()))
    origins_.push_back({part.kind, part.root, part.revision, part.license_file});
  entries_.push_back({.name = keep(path.substr(name)),
                      .size_bytes = part.size_bytes,
                      .folder = static_cast<std::uint32_t>(folders_.size() - 1),
                      .origin = static_cast<std::uint32_t>(origins_.size() - 1),
                      .name_bytes = static_cast<std::uint32_t>(path.size() - name)});
}

void SourceParts::set_license_file(std::size_t index,
                                   const std::shared_ptr<const LicenseFile>& file) {
  std::uint32_t& origin = entries_[index].origin;
  if (origins_[origin].license_file == file) return;
  const auto [known, is_new] =
      licensed_.try_emplace({origin, file.get()}, static_cast<std::uint32_t>(origins_.size()));
  if (is_new) {
    Origin licensed = origins_[origin];
    licensed.license_file = file;
    origins_.push_back(std::move(licensed));
  }
  origin = known->second;
}

SourcePart SourceParts::operator[](std::size_t index) const {
  const Entry& entry = entries_[index];
  const Origin& origin = origins_[entry.origin];
  return {.kind = origin.kind,
          .path = path_of(entry),
          .revision = origin.revision,
          .root = origin.root,
          .size_bytes = entry.size_bytes,
          .license_file = origin.license_file};
}

std::string SourceParts::path_of(const Entry& entry) const {
  std::string path(folder_of(entry));
  path += file_name_of(entry);
  return path;
}

int SourceParts::compare_paths(const Entry& a, const Entry& b) const {
  if (a.folder == b.folder) return file_name_of(a).compare(file_name_of(b));
  const std::size_t size = std::min(folder_of(a).size(), folder_of(b).size());
  const int folders = folder_of(a).substr(0, size).compare(folder_of(b).substr(0, size));
  return folders != 0 ? folders : path_of(a).compare(path_of(b));
}

bool SourceParts::stands_before(const Entry& a, const Entry& b) const {
  if (const int paths = compare_paths(a, b); paths != 0) return paths < 0;
  const auto rest = [](const Origin& origin) {
    return std::tuple(std::string_view(origin.revision), origin.root.size(),
                      std::string_view(origin.root));
  };
  return rest(origins_[a.origin]) < rest(origins_[b.origin]);
}

bool SourceParts::is_same(const Entry& a, const Entry& b) const {
  return compare_paths(a, b) == 0 && origins_[a.origin].revision == origins_[b.origin].revision;
}

void SourceParts::sort_and_unite() {
  std::ranges::sort(entries_, [&](const Entry& a, const Entry& b) { return stands_before(a, b); });
  const auto repeated =
      std::ranges::unique(entries_, [&](const Entry& a, const Entry& b) { return is_same(a, b); });
  entries_.erase(repeated.begin(), repeated.end());
}

}  // namespace scribe
