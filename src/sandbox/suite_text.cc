// Hashes a suite once, for all of its jobs.
#include "sandbox/suite_text.h"

#include "base/hash.h"

namespace scribe {

SuiteText::SuiteText(std::string text) {
  auto shared = std::make_shared<Shared>();
  shared->key = hash128_hex(text);
  shared->text = std::move(text);
  shared_ = std::move(shared);
}

}  // namespace scribe
