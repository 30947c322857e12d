// The files of a commit through libgit2, in the order of their paths, without a checkout.
#include <git2.h>

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/utf8_parts.h"
#include "corpus/source/part_readers.h"
#include "corpus/source/source_names.h"

namespace scribe {
namespace {

constexpr std::size_t kDepthMax = 256;  // Folders within each other.
constexpr int kIdDigits = 12;           // Of a commit, in names.

/// libgit2 while the program runs.
class GitLibrary {
 public:
  /// Call before anything else of libgit2.
  static void start() { static const GitLibrary library; }

 private:
  GitLibrary() {
    git_libgit2_init();
    // Repositories that belong to others are read, nothing of theirs is run.
    git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
    // Objects have checksums of zlib, which tell damage; hashing took more than half of the time.
    git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 0);
  }
  ~GitLibrary() { git_libgit2_shutdown(); }
};

template <auto Free>
struct FreeWith {
  template <typename T>
  void operator()(T* handle) const {
    Free(handle);
  }
};
using Repository = std::unique_ptr<git_repository, FreeWith<git_repository_free>>;
using Database = std::unique_ptr<git_odb, FreeWith<git_odb_free>>;
using Object = std::unique_ptr<git_object, FreeWith<git_object_free>>;
using Tree = std::unique_ptr<git_tree, FreeWith<git_tree_free>>;
using Blob = std::unique_ptr<git_blob, FreeWith<git_blob_free>>;

Error git_error(ErrorCode code, std::string_view what, const std::string& path) {
  const ::git_error* const last = git_error_last();
  return error(
      code, "{} '{}': {}", what, path,
      last == nullptr || last->message == nullptr ? "libgit2 does not say why" : last->message);
}

Result<Repository> open_repository(const std::string& path) {
  GitLibrary::start();
  git_repository* repository = nullptr;
  if (git_repository_open_ext(&repository, path.c_str(), GIT_REPOSITORY_OPEN_NO_SEARCH, nullptr) !=
      0)
    return git_error(ErrorCode::invalid_data, "cannot open the repository", path);
  return Repository(repository);
}

/// A folder of the commit while its entries are gone through.
struct OpenFolder {
  Tree tree;
  std::string path;  // "" or "a/b/"
  std::size_t next = 0;
};

class RepositorySource {
 public:
  RepositorySource(const SourcePart& part, const SourceOptions& options, const VisitItem& visit)
      : part_(part),
        options_(options),
        visit_(visit),
        name_(fmt::format("{}@{}:", replace_invalid_utf8(part.path),
                          part.revision.substr(0, kIdDigits))),
        licenses_([this](const std::string& path) { return license_text(path); }) {}

  Result<PartReport> run() {
    const Status damage = read();
    if (visit_error_) return *std::move(visit_error_);
    if (!damage.ok())
      report_.damage = fmt::format("'{}' is damaged after {} items: {}", part_.path, report_.items,
                                   damage.error().message());
    return std::move(report_);
  }

 private:
  Status read() {
    if (part_.revision.empty()) return error(ErrorCode::not_found, "HEAD has no commit");
    SCRIBE_TRY_ASSIGN(repository_, open_repository(part_.path));
    git_odb* database = nullptr;
    if (git_repository_odb(&database, repository_.get()) != 0)
      return git_error(ErrorCode::invalid_data, "cannot read the objects of", part_.path);
    database_.reset(database);
    if (options_.license_files)
      SCRIBE_TRY(walk([this](const std::string& path, const git_oid& id) -> Status {
        if (!is_license_path(path)) return {};
        licenses_.add(path);
        license_ids_.emplace(path, id);
        return {};
      }));
    return walk([this](const std::string& path, const git_oid& id) -> Status {
      return is_wanted_path(path, options_) ? take(path, id) : Status();
    });
  }

  Result<Tree> root() {
    git_object* found = nullptr;
    if (git_revparse_single(&found, repository_.get(), part_.revision.c_str()) != 0)
      return git_error(ErrorCode::invalid_data, "no commit", part_.revision);
    const Object commit(found);
    git_object* tree = nullptr;
    if (git_object_peel(&tree, commit.get(), GIT_OBJECT_TREE) != 0)
      return git_error(ErrorCode::invalid_data, "no tree of commit", part_.revision);
    return Tree(reinterpret_cast<git_tree*>(tree));
  }

  /// Calls see(path, id) for every file, in the order of the paths: that of git, where a folder's
  /// name ends with '/'. Links and submodules are left out.
  template <typename See>
  Status walk(See&& see) {
    std::vector<OpenFolder> open;
    SCRIBE_TRY_ASSIGN(Tree tree, root());
    open.push_back({.tree = std::move(tree), .path = ""});
    std::int64_t entries = 0;
    while (!open.empty()) {
      OpenFolder& folder = open.back();
      if (folder.next == git_tree_entrycount(folder.tree.get())) {
        open.pop_back();
        continue;
      }
      const git_tree_entry* const entry = git_tree_entry_byindex(folder.tree.get(), folder.next++);
      // A tree that holds the same one often, and so on, holds more files than bytes.
      if (++entries > options_.limits.entries_max)
        return error(ErrorCode::limit_exceeded, "it has more than {} entries",
                     options_.limits.entries_max);
      std::string path = folder.path + git_tree_entry_name(entry);
      const git_filemode_t mode = git_tree_entry_filemode(entry);
      if (mode == GIT_FILEMODE_BLOB || mode == GIT_FILEMODE_BLOB_EXECUTABLE) {
        SCRIBE_TRY(see(path, *git_tree_entry_id(entry)));
      } else if (mode == GIT_FILEMODE_TREE) {
        if (open.size() == kDepthMax)
          return error(ErrorCode::limit_exceeded, "folders are more than {} deep", kDepthMax);
        git_tree* below = nullptr;
        if (git_tree_lookup(&below, repository_.get(), git_tree_entry_id(entry)) != 0)
          return git_error(ErrorCode::invalid_data, "no tree of folder", path);
        open.push_back({.tree = Tree(below), .path = std::move(path) + "/"});
      }
    }
    return {};
  }

  /// -1: there is no such blob.
  std::int64_t size_of(const git_oid& id) {
    std::size_t size = 0;
    git_object_t type = GIT_OBJECT_INVALID;
    if (git_odb_read_header(&size, &type, database_.get(), &id) != 0 || type != GIT_OBJECT_BLOB)
      return -1;
    return static_cast<std::int64_t>(size);
  }

  std::optional<std::string> bytes_of(const git_oid& id) {
    git_blob* found = nullptr;
    if (git_blob_lookup(&found, repository_.get(), &id) != 0) return std::nullopt;
    const Blob blob(found);
    return std::string(static_cast<const char*>(git_blob_rawcontent(blob.get())),
                       static_cast<std::size_t>(git_blob_rawsize(blob.get())));
  }

  std::string license_text(const std::string& path) {
    const git_oid& id = license_ids_.at(path);
    if (size_of(id) > kLicenseBlobBytesMax) return {};
    return bytes_of(id).value_or("");
  }

  Status take(const std::string& path, const git_oid& id) {
    SourceItem item{.name = {},
                    .path = item_path(path),
                    .repository = replace_invalid_utf8(part_.path),
                    .license = {},
                    .license_file = licenses_.find(path),
                    .size_bytes = size_of(id),
                    .bytes = {},
                    .dropped_by = std::nullopt};
    item.name = name_ + item.path;
    if (item.size_bytes >= options_.item_bytes_max) {
      item.dropped_by = Rule::too_large;
    } else if (std::optional<std::string> bytes;
               item.size_bytes >= 0 && (bytes = bytes_of(id)).has_value()) {
      if (!take_bytes(*std::move(bytes), options_, item)) return {};
    } else {
      item.dropped_by = Rule::unreadable;
      item.size_bytes = 0;
    }
    ++report_.items;
    Status visited = visit_(std::move(item));
    if (!visited.ok()) visit_error_ = visited.error();
    return visited;
  }

  static constexpr std::int64_t kLicenseBlobBytesMax = 1
                                                       << 20;  // Whole in memory before it is cut.

  const SourcePart& part_;
  const SourceOptions& options_;
  const VisitItem& visit_;
  std::string name_;
  Repository repository_;
  Database database_;
  std::unordered_map<std::string, git_oid> license_ids_;
  LicenseIndex licenses_;
  std::optional<Error> visit_error_;
  PartReport report_;
};

}  // namespace

Result<PartReport> read_repository(const SourcePart& part, const SourceOptions& options,
                                   const VisitItem& visit) {
  return RepositorySource(part, options, visit).run();
}

namespace {

/// What a name stands for; null if nothing. HEAD is looked up apart, because libgit2 1.5 leaks
/// memory when git_revparse_single finds that its object is not there.
Object find_revision(git_repository* repository, const std::string& revision) {
  git_object* found = nullptr;
  git_oid id;
  if (!revision.empty())
    (void)git_revparse_single(&found, repository, revision.c_str());
  else if (git_reference_name_to_id(&id, repository, "HEAD") == 0)
    (void)git_object_lookup(&found, repository, &id, GIT_OBJECT_COMMIT);
  return Object(found);
}

}  // namespace

Result<std::string> commit_of(const std::string& repository, const std::string& revision) {
  SCRIBE_TRY_ASSIGN(const Repository opened, open_repository(repository));
  if (revision.empty() && git_repository_head_unborn(opened.get()) == 1) return std::string();
  const std::string name = revision.empty() ? "HEAD" : revision;
  const Object object = find_revision(opened.get(), revision);
  if (object == nullptr)
    return error(ErrorCode::not_found,
                 "'{}' has no revision '{}': expected a commit, a tag or a branch", repository,
                 name);
  git_object* commit = nullptr;
  if (git_object_peel(&commit, object.get(), GIT_OBJECT_COMMIT) != 0)
    return error(ErrorCode::not_found, "'{}': revision '{}' is no commit", repository, name);
  const Object peeled(commit);
  std::string id(GIT_OID_HEXSZ, '\0');
  git_oid_fmt(id.data(), git_object_id(peeled.get()));
  return id;
}

}  // namespace scribe
