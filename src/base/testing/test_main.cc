// main() of the unit tests: death tests fork and exec, so that threads do not matter.
#include <gtest/gtest.h>

#include "base/testing/set_up_failures.h"

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  scribe::testing::end_at_set_up_failures();
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  return RUN_ALL_TESTS();
}
