// Makes a test program fail when what a suite sets up for its tests does.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>

namespace scribe::testing {

/// GoogleTest skips the tests of a suite whose SetUpTestSuite() failed, and CTest takes skipped for
/// well. This ends the program instead: its exit code is all that is left to tell.
class SetUpFailures : public ::testing::EmptyTestEventListener {
  void OnTestSuiteStart(const ::testing::TestSuite&) override { failed_ = false; }
  /// GoogleTest holds a lock here: nothing may be asked of it.
  void OnTestPartResult(const ::testing::TestPartResult& result) override {
    failed_ |= result.failed() && !in_test_;
  }
  void OnTestStart(const ::testing::TestInfo&) override {
    if (failed_) std::exit(1);
    in_test_ = true;
  }
  void OnTestEnd(const ::testing::TestInfo&) override { in_test_ = false; }

  bool in_test_ = false;
  bool failed_ = false;  // outside of tests, since the suite began
};

/// Requires testing::InitGoogleTest(), which makes the printer that comes first.
inline void end_at_set_up_failures() {
  ::testing::UnitTest::GetInstance()->listeners().Append(
      std::make_unique<SetUpFailures>().release());  // GoogleTest owns it.
}

}  // namespace scribe::testing
