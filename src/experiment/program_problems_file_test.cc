// Tests of which cases of a problem are public, and of its prompt.
#include "experiment/program_problems_file.h"

#include <gtest/gtest.h>

#include "base/testing/faulty_env.h"

namespace scribe {
namespace {

class ProgramProblemsFileTest : public testing::Test {
 protected:
  Result<std::vector<ProgramProblem>> load(const std::vector<Json>& lines) {
    std::string text;
    for (const Json& line : lines) text += to_json_line(line) + "\n";
    const std::string path = directory_.file("p.jsonl");
    SCRIBE_TRY(write_file_atomic(Env::real(), path, text));
    return load_program_problems(Env::real(), path);
  }

  static Json with_cases(int count) {
    Json cases = Json::array();
    for (int i = 0; i < count; ++i)
      cases.push_back({{"input", fmt::format("{}\n", i)}, {"output", fmt::format("{}\n", 2 * i)}});
    return {{"task_id", "t/0"}, {"prompt", "Double it.\n"}, {"cases", std::move(cases)}};
  }

  TemporaryDirectory directory_;
};

TEST_F(ProgramProblemsFileTest, PublicAreTheNamedCasesOrTheFirstThree) {
  Json by_two = with_cases(5);
  by_two["public_cases"] = with_cases(2)["cases"];
  Json by_list = with_cases(5);
  by_list["task_id"] = "t/1";
  by_list["public_cases"] = {{{"input", "7\n"}, {"output", "14\n"}}};
  Json by_default = with_cases(5);
  by_default["task_id"] = "t/2";
  Json none = with_cases(5);
  none["task_id"] = "t/3";
  none["public_cases"] = Json::array();
  const Json contest{{"name", "t/4"},
                     {"description", "Double it."},
                     {"public_tests", {{"input", {"1"}}, {"output", {"2"}}}},
                     {"private_tests", {{"input", {"2", "3"}}, {"output", {"4", "6"}}}}};
  const auto loaded = load({by_two, by_list, by_default, none, contest});
  ASSERT_TRUE(loaded.ok()) << loaded.error().message();
  const std::vector<ProgramProblem>& programs = loaded.value();
  EXPECT_EQ(programs[0].public_cases.size(), 2U);
  EXPECT_EQ(programs[1].public_cases[0]["output"], "14\n");
  EXPECT_EQ(programs[2].public_cases.size(), kPublicCasesDefault);
  EXPECT_FALSE(with_public_tests(programs[3]).has_value());
  EXPECT_EQ(programs[4].public_cases.size(), 1U);
  const Json tests = parse_json(with_public_tests(programs[1])->test, "tests").value();
  EXPECT_EQ(tests["cases"].size(), 1U);
}

TEST_F(ProgramProblemsFileTest, ThePromptIsADocstringThatTheStatementCannotEnd) {
  Json line = with_cases(1);
  line["prompt"] = "Print \"\"\"x\"\"\".\n";
  const auto loaded = load({line});
  ASSERT_TRUE(loaded.ok());
  EXPECT_EQ(one_shot_prompt(loaded.value()[0]),
            "\"\"\"\nPrint '''x'''.\n\n\nExample\n\nInput\n0\n\nOutput\n0\n\"\"\"\n");
}

TEST_F(ProgramProblemsFileTest, OtherFormsAndWrongFieldsAreNamedByLine) {
  Json wrong = with_cases(2);
  wrong["public_cases"] = "all";
  Json other = with_cases(2);
  other["language"] = "cpp";
  const Json function{{"task_id", "f"}, {"prompt", "def f():\n"}, {"entry_point", "f"}};
  for (const auto& [line, words] : {std::pair<Json, const char*>{wrong, "'public_cases'"},
                                    {other, "not in Python"},
                                    {function, "no problem of a whole program"}}) {
    const auto loaded = load({line});
    ASSERT_FALSE(loaded.ok()) << words;
    EXPECT_EQ(loaded.error().code(), ErrorCode::invalid_data);
    EXPECT_NE(loaded.error().message().find("p.jsonl:1"), std::string::npos);
    EXPECT_NE(loaded.error().message().find(words), std::string::npos) << loaded.error().message();
  }
  EXPECT_FALSE(load({with_cases(1), with_cases(1)}).ok());
}

}  // namespace
}  // namespace scribe
