// Tests that calls are found in answers however they are cut, and that nothing else is one.
#include "chat/tool_calls.h"

#include <gtest/gtest.h>

namespace scribe {
namespace {

using Piece = ToolCallReader::Piece;

/// What the reader makes of pieces.
Piece read(ToolCallFormat format, const std::vector<std::string_view>& pieces) {
  ToolCallReader reader(format, {"add", "get_time"});
  Piece all;
  const auto append = [&all](const Piece& piece) {
    all.text += piece.text;
    all.calls.insert(all.calls.end(), piece.calls.begin(), piece.calls.end());
  };
  for (const std::string_view piece : pieces) append(reader.add(piece));
  append(reader.finish());
  return all;
}

/// In one piece, in every two, and byte by byte: always the same.
Piece read_all_ways(ToolCallFormat format, std::string_view answer) {
  const Piece whole = read(format, {answer});
  std::vector<std::vector<std::string_view>> ways(1);
  for (std::size_t i = 0; i < answer.size(); ++i) {
    ways.push_back({answer.substr(0, i), answer.substr(i)});
    ways[0].push_back(answer.substr(i, 1));
  }
  for (const std::vector<std::string_view>& way : ways) {
    const Piece piece = read(format, way);
    EXPECT_EQ(piece.text, whole.text) << answer << " cut at " << way[0].size();
    EXPECT_EQ(piece.calls, whole.calls) << answer << " cut at " << way[0].size();
  }
  return whole;
}

struct Case {
  std::string_view answer;
  std::string_view text;
  std::vector<ToolCall> calls;
};

void check(ToolCallFormat format, const std::vector<Case>& cases) {
  for (const Case& one : cases) {
    const Piece piece = read_all_ways(format, one.answer);
    EXPECT_EQ(piece.text, one.text) << one.answer;
    EXPECT_EQ(piece.calls, one.calls) << one.answer;
  }
}

TEST(ToolCallReaderTest, HermesCallsStandBetweenMarks) {
  const ToolCall add{.name = "add", .arguments = R"({"a": 1, "b": [2.50, "}"]})"};
  const ToolCall time{.name = "get_time", .arguments = "{}"};
  check(ToolCallFormat::hermes,
        {{R"(<tool_call>
{"name": "add", "arguments": {"a": 1, "b": [2.50, "}"]}}
</tool_call>)",
          "",
          {add}},
         {R"(I add.

<tool_call>{"arguments": {"a": 1, "b": [2.50, "}"]}, "name": "add"}</tool_call>
<tool_call>{"name":"get_time","arguments":{}}</tool_call>
)",
          "I add.",
          {add, time}},
         {R"(<tool_call>{"name":"get_time","parameters":{}}</tool_call> Done. )", " Done.", {time}},
         // The end of the answer ends a whole call.
         {R"(<tool_call> {"name": "get_time", "arguments": {}} </tool)", "", {time}},
         // An end mark within a string ends nothing.
         {R"(<tool_call>{"name": "add", "arguments": {"s": "</tool_call>\"{\\"}}</tool_call>)",
          "",
          {{.name = "add", .arguments = R"({"s": "</tool_call>\"{\\"})"}}},
         // Numbers are those that were written.
         {R"(<tool_call>{"name":"add","arguments":{"n":123456789012345678901234}}</tool_call>)",
          "",
          {{.name = "add", .arguments = R"({"n":123456789012345678901234})"}}}});
}

TEST(ToolCallReaderTest, WhatIsNoHermesCallIsText) {
  std::vector<Case> cases;
  for (const std::string_view answer :
       {"", "Hello <b> a < b\n", "  \n", "<tool", "x <tool_call", "<tool_call>",
        "<tool_call>{\"name\": \"add\", \"arguments\": {\"a\": 1}",
        "<tool_call>\nadd\n</tool_call>", "<tool_call>{'name': 'add', 'arguments': {}}</tool_call>",
        "<tool_call>{\"name\": \"add\", \"arguments\": [1]}</tool_call>",
        "<tool_call>{\"name\": \"add\"}</tool_call>\n",
        "<tool_call>{\"name\": \"unknown\", \"arguments\": {}}</tool_call>",
        "<tool_call>{\"name\": \"add\", \"arguments\": {}} and more</tool_call>",
        "<tool_call>{\"name\": \"add\", \"arguments\": {]}}</tool_call>",
        "{\"name\": \"add\", \"arguments\": {}}", "<tool_call>\n<function=add>\n</function>"})
    cases.push_back({answer, answer, {}});
  check(ToolCallFormat::hermes, cases);
}

TEST(ToolCallReaderTest, ACallBehindAMalformedOneIsRead) {
  check(ToolCallFormat::hermes,
        {{R"(<tool_call> <tool_call>{"name":"get_time","arguments":{}}</tool_call>)",
          "<tool_call>",
          {{.name = "get_time", .arguments = "{}"}}}});
}

TEST(ToolCallReaderTest, LlamaCallsAreTheWholeAnswer) {
  const ToolCall add{.name = "add", .arguments = R"({"a": 1})"};
  const ToolCall time{.name = "get_time", .arguments = "{}"};
  check(
      ToolCallFormat::llama,
      {{R"({"name": "add", "parameters": {"a": 1}})", "", {add}},
       {R"(<|python_tag|>{"type": "function", "name": "add", "parameters": {"a": 1}})", "", {add}},
       {"\n{\"name\": \"add\", \"parameters\": {\"a\": 1}}; {\"name\": \"get_time\", "
        "\"arguments\": {}}\n",
        "",
        {add, time}},
       {"{\"name\": \"get_time\", \"parameters\": {}}\n<|python_tag|>{\"name\": \"add\", "
        "\"parameters\": {\"a\": 1}}",
        "",
        {time, add}}});
}

TEST(ToolCallReaderTest, WhatIsNotOnlyLlamaCallsIsText) {
  std::vector<Case> cases;
  for (const std::string_view answer :
       {"", " ", "Hello {", "{\"a\": 1}", "{", "<|python", "<|python_tag|>print(1)",
        "{\"name\": \"Ann\", \"parameters\": {}}", "{\"name\": \"add\", \"parameters\": {}",
        "{\"name\": \"add\", \"parameters\": {}} is a call",
        "Call {\"name\": \"add\", \"parameters\": {}}",
        "{\"name\": \"add\", \"parameters\": {}}; {\"x\": 1}"})
    cases.push_back({answer, answer, {}});
  check(ToolCallFormat::llama, cases);
}

TEST(ToolCallReaderTest, TextIsHeldBackOnlyWhileItMayBeACall) {
  ToolCallReader hermes(ToolCallFormat::hermes, {"add"});
  EXPECT_EQ(hermes.add("Hello <t").text, "Hello");
  EXPECT_EQ(hermes.add("ag> x <tool_call> y").text, " <tag> x <tool_call> y");
  EXPECT_EQ(hermes.add("<tool_call>{").text, "");
  EXPECT_EQ(hermes.add("\"name\":\"add\",\"arguments\":{}}").calls.size(), 0U);
  EXPECT_EQ(hermes.add("</tool_call>").calls.size(), 1U);
  ToolCallReader llama(ToolCallFormat::llama, {"add"});
  EXPECT_EQ(llama.add(" \n").text, "");
  EXPECT_EQ(llama.add("a").text, " \na");
  EXPECT_EQ(llama.add("{").text, "{");
}

TEST(ToolCallFormatTest, IsWhatTheTemplateAsksFor) {
  EXPECT_EQ(tool_call_format_of("{{ '<tool_call>\\n{\"name\": ' }}"), ToolCallFormat::hermes);
  EXPECT_EQ(tool_call_format_of("<tool_call>\n<function=f>"), ToolCallFormat::none);
  EXPECT_EQ(tool_call_format_of("<|start_header_id|>{\"name\": n, \"parameters\": p}"),
            ToolCallFormat::llama);
  EXPECT_EQ(tool_call_format_of("<|start_header_id|>"), ToolCallFormat::none);
  EXPECT_EQ(tool_call_format_named("auto").value(), std::nullopt);
  EXPECT_EQ(tool_call_format_named("llama").value(), ToolCallFormat::llama);
  EXPECT_EQ(tool_call_format_named("xml").error().code(), ErrorCode::invalid_argument);
}

// Each object without an end is read to the end of the answer: without a bound that is quadratic.
TEST(ToolCallReaderTest, BehindManyObjectsWithoutAnEndAllIsText) {
  const std::string call = R"(<tool_call>{"name": "get_time", "arguments": {}}</tool_call>)";
  std::string few;
  for (int i = 0; i < 15; ++i) few += "<tool_call>{";
  Piece piece = read_all_ways(ToolCallFormat::hermes, few + call);
  EXPECT_EQ(piece.calls.size(), 1U);
  EXPECT_EQ(piece.text, few);
  piece = read_all_ways(ToolCallFormat::hermes, few + "<tool_call>{" + call);
  EXPECT_TRUE(piece.calls.empty());
  EXPECT_EQ(piece.text, few + "<tool_call>{" + call);
  std::string many;
  while (many.size() < 1 << 20) many += "<tool_call>{";
  EXPECT_EQ(read(ToolCallFormat::hermes, {many}).text, many);
}

}  // namespace
}  // namespace scribe
