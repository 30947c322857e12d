// Something that is read from its start to its end, and where it stands among others.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "corpus/license_file.h"

namespace scribe {

struct SourcePart {
  enum class Kind : std::uint8_t { file, archive, repository, json_lines, parquet };
  Kind kind = Kind::file;
  std::string path = {};        ///< "-" is standard input
  std::string revision = {};    ///< of a repository: the id of its commit; "": it has none
  std::string root = {};        ///< of a file: the folder that was given, for SourceItem::path
  std::int64_t size_bytes = 0;  ///< as stored; 0: unknown
  /// Of a file: what SourceItem::license_file says; shared by the parts that it covers.
  std::shared_ptr<const LicenseFile> license_file = {};
};

/// "archive", "json_lines".
std::string_view name_of(SourcePart::Kind kind);

/// Parts stand in the order of their paths, repositories as if '/' followed: so a folder's come one
/// after another, in the order of what each of them is called.
struct PartPlace {
  std::string path = {};
  std::string revision = {};

  auto operator<=>(const PartPlace&) const = default;
};

PartPlace place_of(const SourcePart& part);

}  // namespace scribe
