// Lists what the given sources hold: parts, and the licence files that cover single files.
#include <algorithm>
#include <filesystem>
#include <tuple>

#include "corpus/source/part_readers.h"
#include "corpus/source/source_names.h"
#include "corpus/sources.h"

namespace scribe {
namespace {

/// "./a//b/" as "a/b": a file has one name, whichever way it was given.
std::string normal_path(const std::string& path) {
  std::string normal = std::filesystem::path(path).lexically_normal().string();
  while (normal.size() > 1 && normal.ends_with('/')) normal.pop_back();
  return normal;
}

/// "a/b" of folder "a" and entry "a/b"; of folder "." "./b" is "b".
std::string entry_path(std::string path) {
  return path.starts_with("./") ? path.substr(2) : path;
}

bool has_entry(const std::vector<DirectoryEntry>& entries, std::string_view name,
               bool is_directory) {
  return std::ranges::any_of(entries, [&](const DirectoryEntry& entry) {
    return entry.is_directory == is_directory && entry.path.ends_with(name) &&
           entry.path.substr(entry.path.rfind('/') + 1) == name;
  });
}

/// A bare repository, or a folder with one (".git" of a worktree is a file).
bool is_repository(const std::vector<DirectoryEntry>& entries) {
  if (has_entry(entries, ".git", true) || has_entry(entries, ".git", false)) return true;
  return has_entry(entries, "HEAD", false) && has_entry(entries, "objects", true) &&
         has_entry(entries, "refs", true);
}

Error unsupported_kind(const std::string& path, const SourceOptions& options) {
  return error(ErrorCode::unsupported, "'{}' is of a kind that is not read; read are {}{}", path,
               readable_kinds(options),
               path.ends_with(".ipynb") ? "; notebooks with --notebooks" : "");
}

class SourcePlanner {
 public:
  SourcePlanner(Env& env, const SourceOptions& options) : env_(env), options_(options) {}

  Status add(const std::string& source) {
    if (source == "-") {
      add_part({.kind = SourcePart::Kind::json_lines, .path = "-"});
      return {};
    }
    if (env_.exists(source)) return add_existing(source);
    // The first '@' before which something exists.
    for (std::size_t at = source.find('@'); at != std::string::npos; at = source.find('@', at + 1))
      if (at > 0 && at + 1 < source.size() && env_.exists(source.substr(0, at)))
        return add_repository(normal_path(source.substr(0, at)), source.substr(at + 1));
    return error(ErrorCode::not_found, "source '{}' does not exist", source);
  }

  Result<SourcePlan> finish() {
    plan_.parts.sort_and_unite();  // The outermost root may see more licence files.
    std::ranges::sort(plan_.unreadable_folders);
    const auto twice = std::ranges::unique(plan_.unreadable_folders);
    plan_.unreadable_folders.erase(twice.begin(), twice.end());
    SCRIBE_TRY(check_parquet());
    return std::move(plan_);
  }

 private:
  void add_part(SourcePart&& part) {
    if (part.kind == SourcePart::Kind::parquet && (parquet_.empty() || part.path < parquet_))
      parquet_ = part.path;
    plan_.parts.add(part);
  }

  Status check_parquet() const {
    if (parquet_.empty()) return {};
    Status supported = check_parquet_support();
    if (!supported.ok()) return std::move(supported).error().in(parquet_);
    return {};
  }

  Status add_existing(const std::string& source) {
    const std::string path = normal_path(source);
    const Result<std::int64_t> size = env_.file_size(path);
    if (size.ok()) return add_file(path, size.value());
    auto entries = env_.list_directory(path);
    if (!entries.ok()) return std::move(entries).error().in("source");
    if (is_repository(entries.value())) return add_repository(path, "");
    return add_folder(path);
  }

  Status add_file(const std::string& path, std::int64_t size) {
    if (const auto kind = container_kind(path)) {
      add_part({.kind = *kind, .path = path, .size_bytes = size});
      return {};
    }
    if (!is_wanted_path(path, options_)) return unsupported_kind(path, options_);
    const std::size_t slash = path.rfind('/');
    add_part({.path = path,
              .root = slash == std::string::npos ? "." : path.substr(0, slash),
              .size_bytes = size});
    return {};
  }

  Status add_repository(const std::string& path, const std::string& revision) {
    SCRIBE_TRY_ASSIGN(std::string commit, commit_of(path, revision));
    add_part({.kind = SourcePart::Kind::repository, .path = path, .revision = std::move(commit)});
    return {};
  }

  /// Depth first, with its own stack: no folder is too deep. Links are not listed: no way leads
  /// back.
  Status add_folder(const std::string& root) {
    const std::size_t first_part = plan_.parts.size();
    LicenseIndex licenses([&](const std::string& path) { return license_text(root, path); });
    std::vector<std::string> pending = {root};
    for (bool is_root = true; !pending.empty(); is_root = false) {
      const std::string folder = std::move(pending.back());
      pending.pop_back();
      auto entries = env_.list_directory(folder);
      if (!entries.ok() && is_root) return std::move(entries).error().in("source folder");
      if (!entries.ok()) {
        plan_.unreadable_folders.push_back(folder);
        continue;
      }
      if (!is_root && is_repository(entries.value())) {
        if (options_.archives_in_folders) {
          add_found_repository(folder);
          continue;
        }
        ++plan_.passed_over;
      }
      for (DirectoryEntry& entry : entries.value())
        add_entry(std::move(entry), root, pending, licenses);
    }
    for (std::size_t index = first_part; index < plan_.parts.size(); ++index) {
      const SourcePart part = plan_.parts[index];
      if (part.kind == SourcePart::Kind::file)
        plan_.parts.set_license_file(index, licenses.find(path_in(part.root, part.path)));
    }
    return {};
  }

  void add_entry(DirectoryEntry&& entry, const std::string& root, std::vector<std::string>& pending,
                 LicenseIndex& licenses) {
    std::string path = entry_path(std::move(entry.path));
    if (entry.is_directory) {
      if (!path.ends_with("/.git") && path != ".git") pending.push_back(std::move(path));
      return;
    }
    if (options_.license_files && is_license_path(path))
      licenses.add(std::string(path_in(root, path)));
    if (const auto kind = container_kind(path)) {
      if (options_.archives_in_folders)
        add_part({.kind = *kind, .path = std::move(path), .size_bytes = entry.size_bytes});
      else
        ++plan_.passed_over;
    } else if (is_wanted_path(path, options_)) {
      add_part({.path = std::move(path), .root = root, .size_bytes = entry.size_bytes});
    }
  }

  /// One that cannot be opened is a part without a commit: reading it says why.
  void add_found_repository(const std::string& path) {
    Result<std::string> commit = commit_of(path, "");
    add_part({.kind = SourcePart::Kind::repository,
              .path = path,
              .revision = commit.ok() ? std::move(commit).value() : std::string()});
  }

  std::string license_text(const std::string& root, const std::string& path) {
    const auto file = env_.open_read(root == "." ? path : fmt::format("{}/{}", root, path));
    std::string text(kLicenseBytesMax, '\0');
    std::size_t filled = 0;
    while (file.ok() && filled < text.size()) {
      const auto got = file.value()->read(std::span(text).subspan(filled));
      if (!got.ok() || got.value() == 0) break;
      filled += got.value();
    }
    return text.substr(0, filled);
  }

  Env& env_;
  const SourceOptions& options_;
  SourcePlan plan_;
  std::string parquet_;  ///< the first by name
};

Status check_options(const SourceOptions& options) {
  for (const std::string& extension : options.extensions)
    if (extension.size() < 2 || !extension.starts_with('.'))
      return error(ErrorCode::invalid_argument, "extension '{}': expected one like '.py'",
                   extension);
  if (options.item_bytes_max <= 0)
    return error(ErrorCode::invalid_argument, "items of at most {} bytes: expected 1 or more",
                 options.item_bytes_max);
  return {};
}

}  // namespace

Result<SourcePlan> plan_sources(Env& env, const SourceOptions& options) {
  SCRIBE_TRY(check_options(options));
  SourcePlanner planner(env, options);
  for (const std::string& source : options.sources) SCRIBE_TRY(planner.add(source));
  return planner.finish();
}

}  // namespace scribe
