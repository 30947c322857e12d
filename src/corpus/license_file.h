// Licence files beside code: which names they have, and which of them covers a path.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace scribe {

/// More of a licence file is not taken.
inline constexpr std::size_t kLicenseBytesMax = std::size_t{64} << 10;

/// Shared by the items that it covers, so that its text is there once and may be looked at once.
struct LicenseFile {
  std::string path;  ///< within its source, as SourceItem::path
  std::string text;  ///< at most kLicenseBytesMax, as they are
};

/// Is this the name of a licence file? LICENSE, LICENCE, COPYING, UNLICENSE in any case, alone or
/// before '.', '-' or '_' (but no source code: license.py), and Debian's "copyright".
bool is_license_path(std::string_view path);

/// The licence files of one source. A file covers its folder and what is below; of several in one
/// folder the shortest name counts, then the first. Three cover more: Debian's
/// usr/share/doc/PACKAGE/copyright all of usr (unless there are several such packages: then it is
/// not known which covers what), debian/copyright the folder around debian and, in a wheel, a file
/// in NAME.dist-info the whole.
class LicenseIndex {
 public:
  enum class Kind : std::uint8_t { tree, wheel };
  /// `load` reads the text of a file when it is first needed.
  using Load = std::function<std::string(const std::string& path)>;

  explicit LicenseIndex(Load load, Kind kind = Kind::tree) : load_(std::move(load)), kind_(kind) {}

  /// Requires is_license_path(path).
  void add(std::string path);
  /// Nothing in `folder` ("a/b/") will be asked for any more.
  void forget(std::string_view folder);
  /// The nearest upward from `path`; null: none, or not known which.
  std::shared_ptr<const LicenseFile> find(std::string_view path);

 private:
  struct Entry {
    std::string path;
    std::string package;  // The first of Debian's, of those that cover it.
    bool several_packages = false;
    std::shared_ptr<const LicenseFile> file;  // Null until it is needed.
  };

  Load load_;
  Kind kind_;
  std::map<std::string, Entry, std::less<>> by_folder_;  // "" or "a/b/".
};

}  // namespace scribe
