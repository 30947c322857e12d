// Tests what clients of SandboxFusion send: its fields, its states, its layouts of problems.
#include <gtest/gtest.h>

#include "serve/testing/execute_server.h"

namespace scribe {
namespace {

using testing::ExecuteServer;

TEST(RunCodeTest, TellsWhatAProgramPrinted) {
  ExecuteServer server;
  const Json reply = server.post("/run_code", {{"code", "print(int(input()) + 1)"},
                                               {"language", "python"},
                                               {"stdin", "41"},
                                               {"run_timeout", 5},
                                               {"compile_timeout", 10},
                                               {"memory_limit_MB", -1},
                                               {"files", Json::object()},
                                               {"fetch_files", Json::array()}});
  EXPECT_EQ(reply["status"], "Success");
  EXPECT_EQ(reply["run_result"]["status"], "Finished");
  EXPECT_EQ(reply["run_result"]["stdout"], "42\n");
  EXPECT_EQ(reply["run_result"]["return_code"], 0);
  EXPECT_TRUE(reply["compile_result"].is_null());
}

TEST(RunCodeTest, FailuresAreToldApart) {
  ExecuteServer server;
  const Json raises =
      server.post("/run_code", {{"code", "print('a')\n1 / 0"}, {"language", "python"}});
  EXPECT_EQ(raises["status"], "Failed");
  EXPECT_EQ(raises["run_result"]["status"], "Finished");
  EXPECT_EQ(raises["run_result"]["return_code"], 1);
  EXPECT_EQ(raises["run_result"]["stdout"], "a\n");
  EXPECT_NE(raises["run_result"]["stderr"].get<std::string>().find("ZeroDivisionError"),
            std::string::npos);
  const Json endless = server.post(
      "/run_code", {{"code", "while True: pass"}, {"language", "python"}, {"run_timeout", 0.5}});
  EXPECT_EQ(endless["status"], "Failed");
  EXPECT_EQ(endless["run_result"]["status"], "TimeLimitExceeded");
  EXPECT_TRUE(endless["run_result"]["return_code"].is_null());
}

TEST(RunCodeTest, WhatIsNotSupportedIsSaid) {
  ExecuteServer server;
  const Json code{{"code", "x"}, {"language", "python"}};
  const auto status_with = [&](const char* field, const Json& value) {
    Json body = code;
    body[field] = value;
    int status = 0;
    EXPECT_EQ(server.post("/run_code", body, &status)["error"]["param"], field);
    return status;
  };
  EXPECT_EQ(status_with("language", "cobol"), 501);
  EXPECT_EQ(status_with("files", {{"a", "eA=="}}), 501);
  EXPECT_EQ(status_with("run_timeout", 0), 400);
  EXPECT_EQ(status_with("code", nullptr), 400);
}

Json submission(const std::string& type, const Json& row, const std::string& completion) {
  return {{"dataset", "any"},
          {"id", "problem/7"},
          {"completion", completion},
          {"config", {{"dataset_type", type}, {"provided_data", row}, {"run_timeout", 5}}}};
}

const Json kIncrement{{"task_id", "problem/7"},
                      {"prompt", "def f(x):\n    \"\"\"One more.\"\"\"\n"},
                      {"entry_point", "f"},
                      {"canonical_solution", "    return x + 1\n"},
                      {"test", "def check(candidate):\n    assert candidate(1) == 2\n"}};

TEST(SubmitTest, ContinuationsOfHumanEvalAreCutAndJudged) {
  ExecuteServer server;
  // What follows at the margin is no part of the function, as for a model with stop strings.
  const Json right = server.post(
      "/submit", submission("HumanEvalDataset", kIncrement, "    return x + 1\n\nprint(f(\n"));
  EXPECT_EQ(right["accepted"], true) << right;
  EXPECT_EQ(right["id"], "problem/7");
  EXPECT_EQ(right["extracted_code"], "    return x + 1\n");
  EXPECT_EQ(right["tests"].size(), 1U);
  EXPECT_EQ(right["tests"][0]["passed"], true);
  EXPECT_EQ(right["tests"][0]["exec_info"]["status"], "Success");
  const Json wrong =
      server.post("/submit", submission("HumanEvalDataset", kIncrement, "    return x\n"));
  EXPECT_EQ(wrong["accepted"], false);
  EXPECT_EQ(wrong["extra"]["verdict"], "wrong");
  EXPECT_EQ(wrong["tests"][0]["exec_info"]["status"], "Failed");
}

TEST(SubmitTest, CodeIsTakenOutOfAnswers) {
  ExecuteServer server;
  Json body =
      submission("HumanEvalDataset", kIncrement,
                 "<think>x - 1?</think>\nHere:\n```python\ndef f(x):\n    return x + 1\n```\n");
  body["config"]["extra"] = {{"is_freeform", true}};
  const Json reply = server.post("/submit", body);
  EXPECT_EQ(reply["accepted"], true) << reply;
  EXPECT_EQ(reply["extracted_type"], "fenced");
  body["completion"] = "I cannot do that.";
  EXPECT_EQ(server.post("/submit", body)["accepted"], false);
}

TEST(SubmitTest, AProgramThatEndsBeforeItsTestsIsNotAccepted) {
  ExecuteServer server;
  for (const char* const type : {"MBPPDataset", "AutoEvalDataset"}) {
    const Json row = std::string(type) == "MBPPDataset"
                         ? Json{{"test", R"(["assert f(1) == 2", "assert f(2) == 3"])"},
                                {"labels", R"({"test_setup_code": "import math"})"}}
                         : Json{{"test", {{"code", "assert f(1) == 2"}}},
                                {"labels", {{"programming_language", "python"}}}};
    const auto accepted = [&](const std::string& code) {
      return server.post("/submit",
                         submission(type, row, "```python\n" + code + "\n```"))["accepted"];
    };
    EXPECT_EQ(accepted("def f(x):\n    return x + 1"), true) << type;
    EXPECT_EQ(accepted("def f(x):\n    return x"), false) << type;
    EXPECT_EQ(accepted("import sys\nsys.exit(0)"), false) << type;
    EXPECT_EQ(accepted("import os\nos._exit(0)"), false) << type;
  }
}

TEST(SubmitTest, ProgramsAreJudgedByWhatTheyPrint) {
  ExecuteServer server;
  const Json row{{"content", "Add one."},
                 {"test",
                  {{{"input", {{"stdin", "1\n"}}}, {"output", {{"stdout", "2\n"}}}},
                   {{"input", {{"stdin", "5\n"}}}, {"output", {{"stdout", "6\n"}}}}}}};
  Json body = submission("CommonOJDataset", row, "```python\nprint(int(input()) + 1)\n```");
  body["config"]["language"] = "python";
  const Json right = server.post("/submit", body);
  EXPECT_EQ(right["accepted"], true) << right;
  EXPECT_EQ(right["tests"].size(), 2U);
  body["completion"] = "print(2)";
  const Json wrong = server.post("/submit", body);
  EXPECT_EQ(wrong["accepted"], false);
  EXPECT_EQ(wrong["extra"]["verdict"], "wrong");
  EXPECT_EQ(wrong["extracted_type"], "heuristic");
}

TEST(SubmitTest, WhatIsWrongOrNotSupportedIsSaid) {
  ExecuteServer server;
  const Json good = submission("HumanEvalDataset", kIncrement, "    return x\n");
  const auto expect = [&](const Json& change, int status, const std::string& param) {
    Json body = good;
    body.merge_patch(change);
    int got = 0;
    const Json reply = server.post("/submit", body, &got);
    EXPECT_EQ(got, status) << reply;
    EXPECT_EQ(reply["error"]["param"], param) << reply;
  };
  const auto config = [](const Json& change) { return Json{{"config", change}}; };
  expect({{"completion", nullptr}}, 400, "completion");
  expect({{"config", 3}}, 400, "config");
  expect(config({{"dataset_type", "RepobenchDataset"}}), 501, "config.dataset_type");
  expect(config({{"provided_data", nullptr}}), 501, "config.provided_data");
  expect(config({{"provided_data", {{"entry_point", nullptr}}}}), 400, "config.provided_data");
  expect(config({{"run_timeout", 0}}), 400, "config.run_timeout");
  expect(config({{"custom_extract_logic", "x"}}), 501, "config.custom_extract_logic");
  expect(config({{"extra", {{"is_freeform", "yes"}}}}), 400, "config.extra");
  expect(config({{"dataset_type", "CommonOJDataset"}}), 400, "config.language");
  expect(config({{"dataset_type", "CommonOJDataset"}, {"language", "python"}}), 400,
         "config.provided_data");
  expect(config({{"dataset_type", "CommonOJDataset"},
                 {"language", "python"},
                 {"provided_data", {{"test", {"no object"}}}}}),
         400, "config.provided_data");
  expect(config({{"dataset_type", "MBPPDataset"}}), 400, "config.provided_data");
  expect(config({{"dataset_type", "AutoEvalDataset"}}), 501, "config.provided_data");
}

}  // namespace
}  // namespace scribe
