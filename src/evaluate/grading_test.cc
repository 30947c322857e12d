// Tests of grading sheets, and of grades as a sheet saves them.
#include "evaluate/grading.h"

#include <gtest/gtest.h>

#include "base/testing/faulty_env.h"

namespace scribe {
namespace {

Problem problem(const std::string& task_id) {
  return {.task_id = task_id,
          .prompt = "def f(x):\n    return x < 1\n",
          .entry_point = "f",
          .canonical_solution = "    \"\"\"Is it below one?\"\"\"\n",
          .test = ""};
}

RawSample sample(const std::string& task_id, const std::string& text) {
  return {.task_id = task_id, .text = text, .is_program = false, .line = {}};
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++found;
  return found;
}

TEST(GradingSheetTest, EverySampleUpToTheNumberAskedForIsAnItemOfItsProblem) {
  const std::vector<RawSample> samples = {
      sample("b", "    \"\"\"One.\"\"\"\n    more()\n"), sample("a", "    no docstring"),
      sample("b", "    '''</script><b>'''\n"), sample("b", "    'third'\n")};
  const auto items = grading_items({problem("a"), problem("b")}, samples, 2);
  ASSERT_TRUE(items.ok());
  ASSERT_EQ(items.value().size(), 3U);
  EXPECT_EQ(items.value()[0].docstring, "    no docstring");
  EXPECT_EQ(items.value()[1].task_id, "b");
  EXPECT_EQ(items.value()[1].docstring, "    \"\"\"One.\"\"\"\n");
  EXPECT_EQ(items.value()[2].sample_index, 1);
  const std::string page = grading_sheet_html(items.value(), "T < U");
  EXPECT_EQ(count(page, "<fieldset class=\"item\""), 3U);
  EXPECT_EQ(count(page, "<input type=\"radio\""), 6U);
  EXPECT_EQ(count(page, "</script>"), 1U);  // That of the page: samples are text.
  EXPECT_NE(page.find("T &lt; U"), std::string::npos);
  EXPECT_NE(page.find("data-sheet=\"" + grading_sheet_id(items.value()) + "\""), std::string::npos);
  EXPECT_EQ(page.find("http"), page.find("http-equiv"));  // Nothing is asked of the network.
}

TEST(GradingSheetTest, WhatCannotBeGradedIsSaid) {
  EXPECT_EQ(grading_items({problem("a")}, {sample("z", "")}, 1).error().code(),
            ErrorCode::invalid_data);
  EXPECT_EQ(grading_items({problem("a")}, {}, 1).error().code(), ErrorCode::invalid_data);
  EXPECT_EQ(grading_items({problem("a")}, {sample("a", "")}, 0).error().code(),
            ErrorCode::invalid_argument);
}

class GradesTest : public testing::Test {
 protected:
  static Json grade(const std::string& task_id, int index, bool correct) {
    return {{"task_id", task_id}, {"sample_index", index}, {"correct", correct}, {"note", ""}};
  }
  /// As the script of a sheet writes it.
  std::string file(const std::vector<Json>& grades, const std::string& sheet = "1f0c") {
    const std::string path = directory_.file(fmt::format("g{}.json", files_++));
    EXPECT_TRUE(write_file_atomic(env_, path,
                                  to_json_line({{"format", "scribe-grades"},
                                                {"version", 1},
                                                {"sheet", sheet},
                                                {"items", 6},
                                                {"grades", grades}}))
                    .ok());
    return path;
  }
  Result<GradeTable> read(const std::vector<std::string>& paths) {
    return read_grades(env_, paths, {1, 2, 3}, 1);
  }

  FaultyEnv env_;
  TemporaryDirectory directory_;
  int files_ = 0;
};

TEST_F(GradesTest, PeopleShareASheetAndItsScoreIsPassAtK) {
  // a: 1 of 2 correct, b: 1 of 3. pass@1 = (1/2 + 1/3) / 2; pass@2 = (1 + (1 - C(2,2)/C(3,2))) / 2.
  const auto table = read({file({grade("a", 0, true), grade("a", 1, false), grade("b", 2, false)}),
                           file({grade("a", 0, true), grade("b", 0, true), grade("b", 1, false)})});
  ASSERT_TRUE(table.ok()) << table.error().message();
  EXPECT_EQ(table.value().items, 6);
  EXPECT_EQ(table.value().graded, 5);  // One of them by both.
  EXPECT_EQ(table.value().correct, 2);
  ASSERT_EQ(table.value().scores.pass_at.size(), 2U);
  EXPECT_DOUBLE_EQ(table.value().scores.pass_at[0].value, 5.0 / 12);
  EXPECT_DOUBLE_EQ(table.value().scores.pass_at[1].value, 5.0 / 6);
  EXPECT_EQ(table.value().scores.omitted[0].k, 3);
  EXPECT_EQ(to_json(table.value())["scores"][0]["k"], 1);
}

TEST_F(GradesTest, BadGradesAreNamed) {
  EXPECT_NE(read({file({grade("a", 0, true)}), file({grade("a", 0, false)})})
                .error()
                .message()
                .find("sample 0 of task 'a' was graded both ways"),
            std::string::npos);
  EXPECT_EQ(read({file({grade("a", 0, true)}), file({}, "other")}).error().code(),
            ErrorCode::invalid_data);
  EXPECT_EQ(read({file({})}).error().code(), ErrorCode::invalid_data);
  EXPECT_EQ(
      read({file({{{"task_id", "a"}, {"sample_index", 0}, {"correct", nullptr}}})}).error().code(),
      ErrorCode::invalid_data);
  EXPECT_EQ(read({"none"}).error().code(), ErrorCode::not_found);
  const std::string path = directory_.file("x.json");
  for (const char* text : {"", "[]", "{}", R"({"format":"scribe-grades","version":2})",
                           R"({"format":"scribe-grades","version":1,"sheet":"s","items":1,)"
                           R"("grades":{}})"}) {
    ASSERT_TRUE(write_file_atomic(env_, path, text).ok());
    EXPECT_EQ(read({path}).error().code(), ErrorCode::invalid_data) << text;
  }
}

}  // namespace
}  // namespace scribe
