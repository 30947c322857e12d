// The text of a test suite, shared by the jobs of its problem.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace scribe {

/// A test suite. Copies are cheap: all jobs of a problem share one text, which may be large.
class SuiteText {
 public:
  SuiteText(std::string text);                                   // NOLINT: a suite is its text.
  SuiteText(const char* text) : SuiteText(std::string(text)) {}  // NOLINT: likewise.
  SuiteText() : SuiteText(std::string()) {}
  operator std::string_view() const { return shared_->text; }  // NOLINT: likewise.
  std::size_t size() const { return shared_->text.size(); }
  const char* data() const { return shared_->text.data(); }
  /// 32 hex digits: equal keys, equal texts.
  const std::string& key() const { return shared_->key; }

 private:
  struct Shared {
    std::string text;
    std::string key;
  };
  std::shared_ptr<const Shared> shared_;  // By all copies; nobody changes it.
};

}  // namespace scribe
