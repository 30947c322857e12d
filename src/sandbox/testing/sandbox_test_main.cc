// main() of unit tests that start sandboxes: the same program runs as their helpers.
#include <gtest/gtest.h>

#include "base/testing/set_up_failures.h"
#include "sandbox/sandbox.h"

/// Read by AddressSanitizer at start: CPython, which some tests start in their own process, never
/// frees its interpreter.
extern "C" const char* __asan_default_options();  // NOLINT: the sanitizer's name
const char* __asan_default_options() {
  return "detect_leaks=0";
}

int main(int argc, char** argv) {
  if (const auto code = scribe::run_if_sandbox_child(argc, argv)) return *code;
  testing::InitGoogleTest(&argc, argv);
  scribe::testing::end_at_set_up_failures();
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  return RUN_ALL_TESTS();
}
