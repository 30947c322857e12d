// Tests what the explorer's data hold, and how large they get.
#include "evaluate/samples_explorer.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "base/packed_file.h"
#include "base/philox.h"
#include "base/testing/faulty_env.h"

namespace scribe {
namespace {

Json unpacked_data(const InteractivePart& part) {
  const TemporaryDirectory directory;
  const std::string path = directory.file("data.gz");
  SCRIBE_CHECK(write_file_atomic(Env::real(), path, part.data).ok(), "data.gz");
  const auto file = open_packed(Env::real(), path).value();
  std::string text(1 << 24, '\0');
  std::size_t size = 0;
  for (std::size_t got = 1; got > 0; size += got)
    got = file->read(std::span(text).subspan(size)).value();
  text.resize(size);
  return parse_json(text, "data").value();
}

JudgedSample sample(const std::string& task, const std::string& completion,
                    const std::string& verdict) {
  return {.task_id = task,
          .completion = completion,
          .passed = verdict == "pass",
          .verdict = verdict,
          .detail = verdict == "pass" ? "" : "f(1) returned 2",
          .mean_logprob = -0.12345};
}

TEST(SamplesExplorerTest, TextsAreHeldOnceAndColumnsNameThem) {
  const std::vector<JudgedRun> runs = {
      {"a", {sample("t/1", "x", "pass"), sample("t/2", "y", "wrong"), sample("t/1", "x", "pass")}},
      {"b", {sample("t/2", "z\xff", "cpu")}}};
  const Json data = unpacked_data(samples_explorer(runs, {{"t/2", "def f():\n"}}));
  EXPECT_EQ(data["tasks"], Json({"t/1", "t/2"}));
  EXPECT_EQ(data["prompts"], Json({"", "def f():\n"}));
  const Json& first = data["runs"][0];
  EXPECT_EQ(first["texts"], Json({"x", "y"}));
  EXPECT_EQ(first["verdicts"], Json({"pass", "wrong"}));
  EXPECT_EQ(first["samples"]["task"], Json({0, 1, 0}));
  EXPECT_EQ(first["samples"]["text"], Json({0, 1, 0}));
  EXPECT_EQ(first["samples"]["verdict"], Json({0, 1, 0}));
  EXPECT_EQ(first["samples"]["logprob"][0], -0.123);
  EXPECT_EQ(data["runs"][1]["texts"][0], "z\xEF\xBF\xBD");
  EXPECT_FALSE(data.contains("programs_max"));
  EXPECT_EQ(data["runs_programs"], false);
}

TEST(SamplesExplorerTest, LogProbabilitiesThatAreNowhereHaveNoColumn) {
  JudgedSample plain = sample("t", "x", "pass");
  plain.mean_logprob = {};
  const Json data = unpacked_data(samples_explorer(std::vector<JudgedRun>{{"a", {plain}}}, {}));
  EXPECT_FALSE(data["runs"][0]["samples"].contains("logprob"));
}

TEST(SamplesExplorerTest, WhatWouldBeTooLargeKeepsVerdictsAndSaysHowManyProgramsItHolds) {
  // Letters that do not repeat, so that they pack badly.
  JudgedRun run{.name = "a", .samples = {}};
  PhiloxStream random(1, 0);
  for (int index = 0; index < 64; ++index) {
    std::string text;
    for (int letter = 0; letter < 1000; ++letter)
      text += static_cast<char>('!' + static_cast<char>(random.next_u32() % 90));
    run.samples.push_back(sample(index % 2 == 0 ? "t/0" : "t/1", text, "wrong"));
  }
  const InteractivePart part =
      samples_explorer(std::vector<JudgedRun>{run}, {}, {.bytes_max = 20'000});
  EXPECT_LE(part.data.size(), 20'000U);
  const Json data = unpacked_data(part);
  EXPECT_EQ(data["programs_max"], 8);
  const Json& columns = data["runs"][0]["samples"];
  EXPECT_EQ(columns["verdict"].size(), 64U);
  EXPECT_EQ(columns["text"][15], 15);
  EXPECT_EQ(columns["text"][16], -1);
}

TEST(SamplesExplorerTest, AFullRunOfHumanEvalTakesNoMoreThanItMay) {
  JudgedRun run{.name = "a", .samples = {}};
  PhiloxStream random(2, 0);
  for (int index = 0; index < 164 * 200; ++index) {
    std::string text;
    for (int line = 0; line < 6; ++line)
      text += fmt::format("    value_{} = numbers[{}] + {}\n", random.next_u32() % 9,
                          random.next_u32() % 50, random.next_u32() % 1000);
    run.samples.push_back(sample(fmt::format("HumanEval/{}", index / 200), text, "wrong"));
  }
  const std::string html = results_report_html(std::vector<JudgedRun>{run}, {}, {});
  EXPECT_LE(html.size(), 3'000'000U);
}

}  // namespace
}  // namespace scribe
