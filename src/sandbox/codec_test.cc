// The codec: what is encoded comes back equal, limits hold, and hostile bytes are refused.
#include "sandbox/codec.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace scribe::sandbox {
namespace {

constexpr const char* kSamples[] = {"None",
                                    "True",
                                    "False",
                                    "0",
                                    "-1",
                                    "2**63 - 1",
                                    "-2**63",
                                    "2**63",
                                    "-2**64",
                                    "10**400",
                                    "-(1 << 4095)",
                                    "1.5",
                                    "float('inf')",
                                    "-0.0",
                                    "1 + 2j",
                                    "''",
                                    "'h\\u00e9llo \\U0001f600'",
                                    "'\\ud800'",
                                    "'a\\0b'",
                                    "b''",
                                    "b'\\0\\xff'",
                                    "bytearray(b'xyz')",
                                    "[]",
                                    "[1, [2, [3]]]",
                                    "()",
                                    "(1, 'a', None)",
                                    "{}",
                                    "{'a': [1], 2: (3,), None: {}}",
                                    "{1, 2, 'x'}",
                                    "set()",
                                    "frozenset({(1, 2)})",
                                    "[frozenset(), set(), {frozenset({1}): b'x'}]"};

class CodecTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    ASSERT_TRUE(Py_IsInitialized() != 0 || start_python(standard_library_paths()).ok());
    globals_ = PyModule_GetDict(PyImport_AddModule("__main__"));
  }
  static PyRef evaluate(const std::string& expression) {
    PyRef value(PyRun_String(expression.c_str(), Py_eval_input, globals_, globals_));
    if (!value) PyErr_Print();
    return value;
  }
  static std::optional<std::vector<char>> encode(PyObject* value, std::size_t bytes_max = 1 << 20) {
    std::vector<char> out(bytes_max);
    std::string problem;
    const auto size_bytes = encode_value(value, out, problem);
    EXPECT_EQ(PyErr_Occurred(), nullptr);
    EXPECT_EQ(size_bytes.has_value(), problem.empty()) << problem;
    if (!size_bytes) return std::nullopt;
    out.resize(*size_bytes);
    return out;
  }
  static std::string problem_of(const std::string& expression, std::size_t bytes_max = 1 << 20) {
    std::vector<char> out(bytes_max);
    std::string problem;
    EXPECT_FALSE(encode_value(evaluate(expression).get(), out, problem).has_value());
    return problem;
  }
  static PyObject* globals_;
};
PyObject* CodecTest::globals_ = nullptr;

TEST_F(CodecTest, DecodeOfEncodeIsTheIdentity) {
  for (const char* sample : kSamples) {
    const PyRef value = evaluate(sample);
    const auto bytes = encode(value.get());
    ASSERT_TRUE(bytes.has_value()) << sample;
    const PyRef back = decode_value(*bytes);
    ASSERT_TRUE(back) << sample;
    EXPECT_EQ(Py_TYPE(back.get()), Py_TYPE(value.get())) << sample;
    EXPECT_EQ(PyObject_RichCompareBool(value.get(), back.get(), Py_EQ), 1) << sample;
  }
}

TEST_F(CodecTest, ASubclassCrossesAsItsBase) {
  const PyRef value = evaluate("type('Sly', (int,), {'__eq__': lambda s, o: True})(5)");
  const PyRef back = decode_value(*encode(value.get()));
  EXPECT_EQ(Py_TYPE(back.get()), &PyLong_Type);
  EXPECT_EQ(PyLong_AsLong(back.get()), 5);
}

TEST_F(CodecTest, WhatIsNotPlainDataIsNamed) {
  EXPECT_EQ(problem_of("[1, map(str, [])]"), "a value of type 'map'");
  EXPECT_EQ(problem_of("{1: len}"), "a value of type 'builtin_function_or_method'");
}

TEST_F(CodecTest, OtherObjectsCrossAsTheNumbersThatTheirSideGivesThem) {
  const PyRef value = evaluate("[1, len, {'k': print}]");
  const ObjectNumbers objects = {
      .number_of = [](PyObject* object) -> std::optional<std::uint32_t> {
        return PyObject_RichCompareBool(object, PyDict_GetItemString(PyEval_GetBuiltins(), "len"),
                                        Py_EQ) == 1
                   ? 7
                   : 8;
      },
      .object_of =
          [](std::uint32_t number, const std::string& type_name) {
            return PyRef(PyUnicode_FromFormat("%u %s", number, type_name.c_str()));
          }};
  std::vector<char> out(1000);
  std::string problem;
  const auto size_bytes = encode_value(value.get(), out, problem, &objects);
  ASSERT_TRUE(size_bytes.has_value()) << problem;
  const PyRef back = decode_value({out.data(), *size_bytes}, &objects);
  const PyRef expected =
      evaluate("[1, '7 builtin_function_or_method', {'k': '8 builtin_function_or_method'}]");
  EXPECT_EQ(PyObject_RichCompareBool(back.get(), expected.get(), Py_EQ), 1);
  EXPECT_FALSE(
      decode_value({out.data(), *size_bytes}));  // To who knows no objects, a malformed one.
  for (std::size_t length = 0; length < *size_bytes; ++length)
    EXPECT_FALSE(decode_value({out.data(), length}, &objects)) << length;
}

TEST_F(CodecTest, TheFirstOfSeveralValuesSaysWhereItEnds) {
  std::vector<char> bytes = *encode(evaluate("[1, 'a']").get());
  const std::size_t first = bytes.size();
  bytes.push_back('N');
  std::size_t used = 0;
  EXPECT_TRUE(decode_first_value(bytes, used));
  EXPECT_EQ(used, first);
}

TEST_F(CodecTest, DepthCountAndBytesAreLimited) {
  EXPECT_EQ(problem_of("__import__('functools').reduce(lambda x, _: [x], range(65), [])"),
            "more than 64 levels");
  EXPECT_TRUE(
      encode(evaluate("__import__('functools').reduce(lambda x, _: [x], range(64), [])").get()));
  EXPECT_EQ(problem_of("[0] * 200000", 1 << 22), "more than 200000 values");
  EXPECT_EQ(problem_of("'x' * 100", 64), "more than 64 bytes");
  EXPECT_EQ(problem_of("1 << 5000", 64), "more than 64 bytes");
}

TEST_F(CodecTest, EveryTruncationAndEveryExtraByteIsRefused) {
  for (const char* sample : kSamples) {
    std::vector<char> bytes = *encode(evaluate(sample).get());
    for (std::size_t length = 0; length < bytes.size(); ++length)
      EXPECT_FALSE(decode_value({bytes.data(), length})) << sample << " cut to " << length;
    bytes.push_back('N');
    EXPECT_FALSE(decode_value(bytes)) << sample;
  }
}

TEST_F(CodecTest, CountsBeyondTheMessageAreRefusedBeforeAnythingIsAllocated) {
  for (const char tag : {'l', 't', 'd', 'S', 'Z', 's', 'b', 'a', 'I'}) {
    const std::vector<char> bytes = {tag, '\xff', '\xff', '\xff', '\xff'};
    EXPECT_FALSE(decode_value(bytes)) << tag;
  }
}

TEST_F(CodecTest, RandomChangesNeverBreakTheDecoder) {
  const PyRef value = evaluate("[1, 'abc', {2: (3.5, b'x')}, {4, 5}, [None, True, 10**30]]");
  const std::vector<char> original = *encode(value.get());
  std::mt19937_64 random(7);
  for (int round = 0; round < 20'000; ++round) {
    std::vector<char> bytes = original;
    for (int change = 0; change < 3; ++change)
      bytes[random() % bytes.size()] = static_cast<char>(random() % 256);
    const PyRef back = decode_value(bytes);
    EXPECT_EQ(PyErr_Occurred(), nullptr);
  }
}

}  // namespace
}  // namespace scribe::sandbox
