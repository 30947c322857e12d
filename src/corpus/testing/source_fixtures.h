// Makes archives and repositories for tests of sources, and lists what sources hold.
#pragma once

#include <string>
#include <vector>

#include "corpus/sources.h"

namespace scribe {

/// An entry of an archive to be made.
struct MadeEntry {
  std::string path;
  std::string bytes;
  char kind = 'f';  ///< f: file, l: symbolic link, h: hard link, d: device, s: sparse, /: folder
};

/// How a test archive is made: libarchive's names ("ustar", "pax", "gnutar", "zip", "cpio", "ar";
/// "none", "gzip", "xz", "zstd", "bzip2").
struct MadeForm {
  std::string format = "pax";
  std::string filter = "none";
  std::string password = {};  ///< of a zip; "": not encrypted
};

std::string make_archive(const std::vector<MadeEntry>& entries, const MadeForm& form = {});

/// A Debian package whose data holds `entries`.
std::string make_debian_package(const std::vector<MadeEntry>& entries, const std::string& filter);

/// Commits files to the repository at `path`, which is made, bare, if there is none, and moves HEAD
/// there; returns the commit's id. Entries of kind l are links; the tree holds nothing else.
std::string make_commit(const std::string& path, const std::vector<MadeEntry>& entries);

/// All parts, from a place on. Errors: as of walks.
Result<std::vector<SourcePart>> list_parts(Env& env, const SourceOptions& options,
                                           const PartPlace& from = {});

}  // namespace scribe
