// Licence files, looked at once.
#include "corpus/build/declared_licenses.h"

#include "corpus/license.h"

namespace scribe {
namespace {

// Of a source with a licence file in every folder.
constexpr std::size_t kKnownMax = 1024;

/// debian/copyright speaks of the package's source; where its modules are installed is the best
/// that can be known of that.
std::string_view path_in_source(std::string_view path) {
  for (const std::string_view folder : {"dist-packages/", "site-packages/"}) {
    const std::size_t found = path.rfind(folder);
    if (found != std::string_view::npos) return path.substr(found + folder.size());
  }
  return path;
}

}  // namespace

std::string DeclaredLicenses::of(const SourceItem& item) {
  if (!item.license.empty()) return item.license;
  if (item.license_file == nullptr) return std::string(kNoAssertion);
  const Known& license = known(item.license_file);
  return license.debian ? license.debian->license_of(path_in_source(item.path)) : license.license;
}

const DeclaredLicenses::Known& DeclaredLicenses::known(
    const std::shared_ptr<const LicenseFile>& file) {
  const auto found = known_.find(file.get());
  if (found != known_.end()) return found->second;
  if (known_.size() >= kKnownMax) known_.clear();
  Known known{.file = file, .debian = std::nullopt, .license = {}};
  if (file->path.ends_with("/copyright") || file->path == "copyright")
    if (auto debian = DebianCopyright::parse(file->text, file->path); debian.ok()) {
      // The stanza that counts is the last one that matches, and the end was not read.
      if (file->text.size() == kLicenseBytesMax && debian.value().is_machine_readable())
        known.license = kNoAssertion;
      else
        known.debian.emplace(std::move(debian).value());
    }
  if (!known.debian && known.license.empty()) known.license = license_of_text(file->text);
  return known_.emplace(file.get(), std::move(known)).first->second;
}

}  // namespace scribe
