// Tests of which programs count as the same.
#include "experiment/normal_form.h"

#include <gtest/gtest.h>

namespace scribe {
namespace {

TEST(NormalForm, NamesCommentsAndLayoutDoNotCount) {
  EXPECT_EQ(normal_form("def f(a):\n    b = a+1  # one more\n\n    return b\n"),
            normal_form("def g(x):\n  total = x + 1\n  return total\n"));
}

TEST(NormalForm, OperatorsNumbersBuiltinsAttributesAndNestingCount) {
  const std::string form =
      normal_form("def f(a):\n    if a:\n        b = len(a) + 1\n    return b\n");
  for (const char* other : {"def f(a):\n    if a:\n        b = len(a) - 1\n    return b\n",
                            "def f(a):\n    if a:\n        b = len(a) + 2\n    return b\n",
                            "def f(a):\n    if a:\n        b = sum(a) + 1\n    return b\n",
                            "def f(a):\n    if a:\n        b = len(a) + 1\n        return b\n",
                            "def f(a):\n    if a:\n        c = len(b) + 1\n    return c\n"})
    EXPECT_NE(normal_form(other), form) << other;
  EXPECT_NE(normal_form("x.lower()\n"), normal_form("x.upper()\n"));
}

TEST(NormalForm, WhatIsNoPythonIsComparedByItsText) {
  EXPECT_EQ(normal_form("return (\n   'open"), normal_form("return  ( 'open "));
  EXPECT_NE(normal_form("return ('a"), normal_form("return ('b"));
}

}  // namespace
}  // namespace scribe
