// Tests that a suite without its set-up is a failure, not a suite that was skipped.
#include "base/testing/set_up_failures.h"

namespace scribe::testing {
namespace {

TEST(SetUpFailuresTest, EndTheProgramBeforeATestIsSkipped) {
  SetUpFailures failures;
  ::testing::TestEventListener& listener = failures;
  const ::testing::UnitTest& program = *::testing::UnitTest::GetInstance();
  const ::testing::TestInfo& test = *program.current_test_info();
  const ::testing::TestPartResult failure(::testing::TestPartResult::kFatalFailure, "", 0, "");
  listener.OnTestSuiteStart(*program.current_test_suite());
  listener.OnTestPartResult(failure);
  EXPECT_EXIT(listener.OnTestStart(test), ::testing::ExitedWithCode(1), "");
  // A failure of a test, or of the suite before, ends nothing.
  listener.OnTestSuiteStart(*program.current_test_suite());
  listener.OnTestStart(test);
  listener.OnTestPartResult(failure);
  listener.OnTestEnd(test);
  listener.OnTestStart(test);
}

}  // namespace
}  // namespace scribe::testing
