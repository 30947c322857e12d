// Makes archives and repositories for tests of sources, in memory and with the libraries' writers.
#include "corpus/testing/source_fixtures.h"

#include <archive.h>
#include <archive_entry.h>
#include <git2.h>
#include <locale.h>
#include <sys/stat.h>

#include "base/check.h"
#include "base/utf8_parts.h"

namespace scribe {
namespace {

la_ssize_t append_bytes(archive*, void* out, const void* bytes, std::size_t size) {
  static_cast<std::string*>(out)->append(static_cast<const char*>(bytes), size);
  return static_cast<la_ssize_t>(size);
}

unsigned int file_type(char kind) {
  if (kind == 'l') return AE_IFLNK;
  if (kind == 'd') return AE_IFCHR;
  return kind == '/' ? AE_IFDIR : AE_IFREG;
}

void write_entry(archive* writer, const MadeEntry& made) {
  archive_entry* const entry = archive_entry_new();
  if (replace_invalid_utf8(made.path) == made.path)
    archive_entry_set_pathname_utf8(entry, made.path.c_str());
  else
    archive_entry_set_pathname(entry, made.path.c_str());
  archive_entry_set_perm(entry, 0644);
  archive_entry_set_filetype(entry, file_type(made.kind));
  const bool has_bytes = made.kind == 'f' || made.kind == 's';
  archive_entry_set_size(entry, has_bytes ? static_cast<la_int64_t>(made.bytes.size()) : 0);
  if (made.kind == 'l') archive_entry_set_symlink(entry, made.bytes.c_str());
  if (made.kind == 'h') archive_entry_set_hardlink(entry, made.bytes.c_str());
  if (made.kind == 's') {
    const auto size = static_cast<la_int64_t>(made.bytes.size());
    archive_entry_set_size(entry, size + (1 << 20));
    archive_entry_sparse_add_entry(entry, 1 << 20, size);
  }
  SCRIBE_CHECK(archive_write_header(writer, entry) == ARCHIVE_OK, "{}",
               archive_error_string(writer));
  if (made.kind == 's') {
    const std::string hole(1 << 20, '\0');
    archive_write_data(writer, hole.data(), hole.size());
  }
  if (has_bytes) archive_write_data(writer, made.bytes.data(), made.bytes.size());
  archive_entry_free(entry);
}

template <typename T>
T* made_by(int status, T* made) {
  const git_error* const last = git_error_last();
  SCRIBE_CHECK(status == 0, "{}", last == nullptr ? "" : last->message);
  return made;
}

}  // namespace

std::string make_archive(const std::vector<MadeEntry>& entries, const MadeForm& form) {
  // Else names could hold ASCII alone.
  const locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  const locale_t before = uselocale(utf8);
  std::string out;
  archive* const writer = archive_write_new();
  const std::string format = form.format == "ar" ? "arbsd" : form.format;
  SCRIBE_CHECK(archive_write_set_format_by_name(writer, format.c_str()) == ARCHIVE_OK, "{}",
               format);
  if (form.filter != "none")
    SCRIBE_CHECK(archive_write_add_filter_by_name(writer, form.filter.c_str()) == ARCHIVE_OK, "{}",
                 form.filter);
  archive_write_set_bytes_in_last_block(writer, 1);
  if (!form.password.empty()) {
    archive_write_set_options(writer, "zip:encryption=traditional");
    archive_write_set_passphrase(writer, form.password.c_str());
  }
  archive_write_open(writer, &out, nullptr, append_bytes, nullptr);
  for (const MadeEntry& entry : entries) write_entry(writer, entry);
  archive_write_free(writer);
  uselocale(before);
  freelocale(utf8);
  return out;
}

std::string make_debian_package(const std::vector<MadeEntry>& entries, const std::string& filter) {
  return make_archive(
      {{"debian-binary", "2.0\n"},
       {"control.tar.gz", make_archive({{"./control", "Package: x\n"}}, {.filter = "gzip"})},
       {"data.tar." + filter, make_archive(entries, {.filter = filter})}},
      {.format = "ar"});
}

std::string make_commit(const std::string& path, const std::vector<MadeEntry>& entries) {
  git_libgit2_init();
  git_repository* repository = nullptr;
  if (git_repository_open(&repository, path.c_str()) != 0)
    made_by(git_repository_init(&repository, path.c_str(), 1), repository);
  git_index* index = nullptr;
  made_by(git_index_new(&index), index);
  for (const MadeEntry& made : entries) {
    git_index_entry entry{};
    entry.path = made.path.c_str();
    entry.mode = made.kind == 'l' ? GIT_FILEMODE_LINK : GIT_FILEMODE_BLOB;
    made_by(
        git_blob_create_from_buffer(&entry.id, repository, made.bytes.data(), made.bytes.size()),
        index);
    made_by(git_index_add(index, &entry), index);
  }
  git_oid tree_id;
  made_by(git_index_write_tree_to(&tree_id, index, repository), index);
  git_tree* tree = nullptr;
  made_by(git_tree_lookup(&tree, repository, &tree_id), tree);
  git_signature* author = nullptr;
  made_by(git_signature_new(&author, "A", "a@b", 1, 0), author);
  git_oid id;
  git_oid parent_id;
  git_commit* parent = nullptr;
  const bool has_parent = git_reference_name_to_id(&parent_id, repository, "HEAD") == 0;
  if (has_parent) made_by(git_commit_lookup(&parent, repository, &parent_id), parent);
  const git_commit* parents[] = {parent};
  made_by(git_commit_create(&id, repository, "HEAD", author, author, nullptr, "m", tree,
                            has_parent ? 1 : 0, parents),
          tree);
  std::string text(GIT_OID_HEXSZ, '\0');
  git_oid_fmt(text.data(), &id);
  git_commit_free(parent);
  git_signature_free(author);
  git_tree_free(tree);
  git_index_free(index);
  git_repository_free(repository);
  git_libgit2_shutdown();
  return text;
}

Result<std::vector<SourcePart>> list_parts(Env& env, const SourceOptions& options,
                                           const PartPlace& from) {
  SCRIBE_TRY_ASSIGN(const SourceSet sources, SourceSet::open(env, options));
  PartWalk walk = sources.walk(from);
  std::vector<SourcePart> parts;
  for (;;) {
    SCRIBE_TRY_ASSIGN(std::optional<SourcePart> part, walk.next());
    if (!part) return parts;
    parts.push_back(std::move(*part));
  }
}

}  // namespace scribe
