// A file, or what stands for one, as a source hands it to the corpus.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "corpus/filters.h"
#include "corpus/license_file.h"

namespace scribe {

struct SourceItem {
  /// Says where it came from, for people: "lib/a.py", "x-1.0.tar.gz!x-1.0/a.py",
  /// "x.git@1f2e3d:a.py", "rows.jsonl:17".
  std::string name;
  /// Within its repository, archive or folder: decides the language, and which licence covers it.
  std::string path;
  std::string repository;  ///< of which it is a part; "": unknown
  std::string license;     ///< SPDX expression that the source states for it; "": unknown
  /// The licence file that lies nearest, in its folder or above; null: none. Shared by all items
  /// that it covers.
  std::shared_ptr<const LicenseFile> license_file;
  std::int64_t size_bytes = 0;  ///< as stored, of a notebook with its outputs; 0: unknown
  std::string bytes;            ///< as they are, of a notebook its code; empty if dropped_by
  /// Rule::unreadable or too_large: its bytes were not taken.
  std::optional<Rule> dropped_by;
};

}  // namespace scribe
