// Which licence stands beside a file.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "corpus/debian_copyright.h"
#include "corpus/source_item.h"

namespace scribe {

/// Reads each licence file once. One thread uses it.
class DeclaredLicenses {
 public:
  /// What the source states for the item, else what the licence file that covers it says: of
  /// Debian's copyright files by the item's path. kNoAssertion if nobody says.
  std::string of(const SourceItem& item);

 private:
  struct Known {
    std::shared_ptr<const LicenseFile> file;  // Held, so that no other takes its address.
    std::optional<DebianCopyright> debian;
    std::string license;  // without it
  };
  const Known& known(const std::shared_ptr<const LicenseFile>& file);

  std::map<const LicenseFile*, Known> known_;
};

}  // namespace scribe
