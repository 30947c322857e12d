// Walks a folder in the order of paths; licence files are known before what they cover.
#include "corpus/source/folder_walk.h"

#include <algorithm>

#include "corpus/source/part_readers.h"
#include "corpus/source/source_names.h"

namespace scribe {
namespace {

/// "a/b" of folder "a" and entry "a/b"; of folder "." "./b" is "b".
std::string entry_path(std::string path) {
  return path.starts_with("./") ? path.substr(2) : path;
}

std::string_view name_in(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

bool has_entry(const std::vector<DirectoryEntry>& entries, std::string_view name,
               bool is_directory) {
  return std::ranges::any_of(entries, [&](const DirectoryEntry& entry) {
    return entry.is_directory == is_directory && name_in(entry.path) == name;
  });
}

std::string license_text(Env& env, const std::string& path) {
  const auto file = env.open_read(path);
  std::string text(kLicenseBytesMax, '\0');
  std::size_t filled = 0;
  while (file.ok() && filled < text.size()) {
    const auto got = file.value()->read(std::span(text).subspan(filled));
    if (!got.ok() || got.value() == 0) break;
    filled += got.value();
  }
  return text.substr(0, filled);
}

}  // namespace

bool is_repository(const std::vector<DirectoryEntry>& entries) {
  // ".git" of a worktree is a file.
  if (has_entry(entries, ".git", true) || has_entry(entries, ".git", false)) return true;
  return has_entry(entries, "HEAD", false) && has_entry(entries, "objects", true) &&
         has_entry(entries, "refs", true);
}

std::string prefix_of_folder(std::string_view folder) {
  if (folder == ".") return {};
  return folder.ends_with('/') ? std::string(folder) : fmt::format("{}/", folder);
}

/// All paths in a folder stand where its name with a '/' does.
bool FolderWalk::Step::operator<(const Step& other) const {
  const std::size_t shorter = std::min(path.size(), other.path.size());
  const int order = path.compare(0, shorter, other.path, 0, shorter);
  if (order != 0) return order < 0;
  const auto rest = [&](const Step& step) {
    std::string_view left = std::string_view(step.path).substr(shorter);
    return left.empty() && step.kind == Kind::enter ? std::string_view("/") : left;
  };
  return rest(*this) < rest(other);
}

FolderWalk::FolderWalk(Env& env, const SourceOptions& options, const std::string& root,
                       const PartPlace& from, WalkFindings& findings)
    : env_(env),
      options_(options),
      root_(root),
      from_(from),
      findings_(findings),
      licenses_([&env, prefix = prefix_of_folder(root)](const std::string& path) {
        return license_text(env, prefix + path);
      }) {
  steps_.push_back({.kind = Step::Kind::enter, .path = root});
}

std::string_view FolderWalk::in_root(std::string_view path) const {
  return path_in(root_, path);
}

bool FolderWalk::lies_before_start(std::string_view prefix) const {
  return prefix < from_.path && !std::string_view(from_.path).starts_with(prefix);
}

std::optional<SourcePart> FolderWalk::next() {
  while (!steps_.empty()) {
    const Step step = std::move(steps_.back());
    steps_.pop_back();
    if (step.kind == Step::Kind::leave) {
      licenses_.forget(std::string(in_root(step.path)) + "/");
      continue;
    }
    if (step.kind == Step::Kind::enter && lies_before_start(prefix_of_folder(step.path))) continue;
    std::optional<SourcePart> part =
        step.kind == Step::Kind::enter ? enter(step.path) : part_of(step);
    if (part && place_of(*part) >= from_) return part;
  }
  return std::nullopt;
}

SourcePart FolderWalk::part_of(const Step& step) {
  if (const auto kind = container_kind(step.path))
    return {.kind = *kind, .path = step.path, .size_bytes = step.size_bytes};
  return {.path = step.path,
          .root = root_,
          .size_bytes = step.size_bytes,
          .license_file = licenses_.find(in_root(step.path))};
}

/// A repository is a part; of another folder what is in it comes next.
std::optional<SourcePart> FolderWalk::enter(const std::string& folder) {
  auto entries = env_.list_directory(folder);
  if (!entries.ok()) {
    findings_.unreadable_folders.push_back(folder);
    return std::nullopt;
  }
  const bool is_root = folder == root_;
  if (!is_root && is_repository(entries.value())) {
    if (options_.archives_in_folders) {
      // One that cannot be opened is a part without a commit: reading it says why.
      Result<std::string> commit = commit_of(folder, "");
      return SourcePart{.kind = SourcePart::Kind::repository,
                        .path = folder,
                        .revision = commit.ok() ? std::move(commit).value() : std::string()};
    }
    ++findings_.passed_over;
  }
  if (options_.license_files) look_for_far_licenses(folder, entries.value());
  if (!is_root) steps_.push_back({.kind = Step::Kind::leave, .path = folder});
  std::vector<Step> steps;
  for (DirectoryEntry& entry : entries.value()) take(std::move(entry), steps);
  std::ranges::sort(steps, [](const Step& a, const Step& b) { return b < a; });
  std::ranges::move(steps, std::back_inserter(steps_));
  return std::nullopt;
}

void FolderWalk::take(DirectoryEntry&& entry, std::vector<Step>& steps) {
  std::string path = entry_path(std::move(entry.path));
  if (entry.is_directory) {
    if (name_in(path) != ".git")
      steps.push_back({.kind = Step::Kind::enter, .path = std::move(path)});
    return;
  }
  if (options_.license_files && is_license_path(path)) licenses_.add(std::string(in_root(path)));
  if (container_kind(path) && !options_.archives_in_folders)
    ++findings_.passed_over;
  else if (container_kind(path) || is_wanted_path(path, options_))
    steps.push_back(
        {.kind = Step::Kind::part, .path = std::move(path), .size_bytes = entry.size_bytes});
}

/// Those that cover more than their own folder (LicenseIndex), before what they cover.
void FolderWalk::look_for_far_licenses(const std::string& folder,
                                       const std::vector<DirectoryEntry>& entries) {
  if (has_entry(entries, "debian", true)) add_license_in(prefix_of_folder(folder) + "debian");
  if (name_in(folder) != "usr") return;
  const auto packages = env_.list_directory(prefix_of_folder(folder) + "share/doc");
  if (!packages.ok()) return;
  int found = 0;
  for (const DirectoryEntry& package : packages.value()) {
    found += package.is_directory && add_license_in(package.path) ? 1 : 0;
    if (found == 2) return;  // Enough to know that it is not known which covers what.
  }
}

bool FolderWalk::add_license_in(const std::string& folder) {
  const auto entries = env_.list_directory(folder);
  if (!entries.ok() || !has_entry(entries.value(), "copyright", false)) return false;
  licenses_.add(std::string(in_root(entry_path(prefix_of_folder(folder) + "copyright"))));
  return true;
}

}  // namespace scribe
