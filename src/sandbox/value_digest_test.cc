// Digests: equal for equal values, whatever their types, and for no others.
#include "sandbox/value_digest.h"

#include <gtest/gtest.h>

#include <vector>

namespace scribe::sandbox {
namespace {

class ValueDigestTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    ASSERT_TRUE(Py_IsInitialized() != 0 || start_python(standard_library_paths()).ok());
    globals_ = PyModule_GetDict(PyImport_AddModule("__main__"));
  }
  static PyRef evaluate(const std::string& expression) {
    return PyRef(PyRun_String(expression.c_str(), Py_eval_input, globals_, globals_));
  }
  static std::optional<std::string> digest(const std::string& expression) {
    auto found = digest_of_value(evaluate(expression).get());
    EXPECT_EQ(PyErr_Occurred(), nullptr) << expression;
    return found;
  }
  static PyObject* globals_;
};
PyObject* ValueDigestTest::globals_ = nullptr;

// The rule itself: for every pair, Python's == decides what the digests have to be.
TEST_F(ValueDigestTest, DigestsAreEqualExactlyWhereValuesAre) {
  const std::vector<std::string> samples = {"None",
                                            "0",
                                            "False",
                                            "-0.0",
                                            "0j",
                                            "1",
                                            "True",
                                            "1.0",
                                            "(1+0j)",
                                            "1.5",
                                            "(1.5+0j)",
                                            "1.5+2j",
                                            "2**63",
                                            "float(2**63)",
                                            "-2**63",
                                            "float(-2**63)",
                                            "2**63 - 1",
                                            "10**30",
                                            "1e30",
                                            "float('inf')",
                                            "'1'",
                                            "b'1'",
                                            "bytearray(b'1')",
                                            "''",
                                            "b''",
                                            "[]",
                                            "()",
                                            "{}",
                                            "set()",
                                            "frozenset()",
                                            "[1, 2]",
                                            "(1, 2)",
                                            "[1.0, True + 1]",
                                            "[[1], 2]",
                                            "[1, [2]]",
                                            "{1, 2}",
                                            "frozenset({2.0, 1})",
                                            "{1: 'a', 2: 'b'}",
                                            "{2: 'b', 1.0: 'a'}",
                                            "{1: 'b', 2: 'a'}",
                                            "[{(1, 2): [None]}]",
                                            "[{(1.0, 2): [None]}]",
                                            "'\\ud800'",
                                            "'\\ud801'",
                                            "['ab', 'c']",
                                            "['a', 'bc']",
                                            "[0.1 + 0.2]",
                                            "[0.3]"};
  for (const std::string& left : samples)
    for (const std::string& right : samples) {
      const bool equal =
          PyObject_RichCompareBool(evaluate(left).get(), evaluate(right).get(), Py_EQ) == 1;
      ASSERT_TRUE(digest(left).has_value()) << left;
      EXPECT_EQ(digest(left) == digest(right), equal) << left << " and " << right;
    }
}

TEST_F(ValueDigestTest, NanAndObjectsHaveNone) {
  EXPECT_FALSE(digest("[1, float('nan')]").has_value());
  EXPECT_FALSE(digest("complex(0, float('nan'))").has_value());
  EXPECT_FALSE(digest("[len]").has_value());
  EXPECT_FALSE(digest("__import__('functools').reduce(lambda x, _: [x], range(65), [])"));
}

TEST_F(ValueDigestTest, LongValuesAreToldApartToTheirLastElement) {
  EXPECT_EQ(digest("list(range(500000))"), digest("[float(i) for i in range(500000)]"));
  EXPECT_NE(digest("list(range(500000))"), digest("list(range(499999)) + [0]"));
  EXPECT_NE(digest("list(range(500000))"), digest("[1] + list(range(1, 500000))"));
}

}  // namespace
}  // namespace scribe::sandbox
