// Tests of what is taken apart in a chat model's answer.
#include "evaluate/answer_text.h"

#include <gtest/gtest.h>

namespace scribe {
namespace {

TEST(WithoutReasoningTest, TextWithoutTagsStaysAsItIs) {
  for (const std::string text : {"", "x", "a\n\n  b\n", "if a < think and b > c:\n    pass"})
    EXPECT_EQ(without_reasoning(text), text);
}

TEST(WithoutReasoningTest, WhatIsBetweenTagsIsDropped) {
  EXPECT_EQ(without_reasoning("<think>\nI try:\n```\nbad\n```\n</think>\ncode\n"), "code\n");
  EXPECT_EQ(without_reasoning("<think>short</think>code\n"), "code\n");
  EXPECT_EQ(without_reasoning("a\n<Reasoning>b\nc</REASONING>\nd\n"), "a\nd\n");
  EXPECT_EQ(without_reasoning("<think>a</think>\n<thinking>b</thinking>\nc"), "c");
}

TEST(WithoutReasoningTest, AnotherTagDoesNotClose) {
  EXPECT_EQ(without_reasoning("<thinking>a</think>\nb</thinking>\nc"), "c");
}

TEST(WithoutReasoningTest, ReasoningThatNeverEndsDropsTheRest) {
  EXPECT_EQ(without_reasoning("a\n<think>b\n```python\ncode\n```\n"), "a\n");
}

TEST(WithoutReasoningTest, AClosingTagThatWasNeverOpenedDropsWhatIsBefore) {
  EXPECT_EQ(without_reasoning("so it is 3.\n</think>\n\ncode\n"), "\ncode\n");
  EXPECT_EQ(without_reasoning("so it is 3.</think>\ncode\n"), "code\n");
}

TEST(WithoutReasoningTest, TagsWithinCodeAreCode) {
  const std::string code = "x = '<think>'\ny = f('</think>', 1)\n";
  EXPECT_EQ(without_reasoning(code), code);
}

TEST(FencedBlocksTest, BlocksHaveLabelsAndLines) {
  const auto blocks = fenced_blocks("Here:\n```Python\na = 1\n\nb = 2\n```\nand\n~~~\nc\n~~~\nend");
  ASSERT_EQ(blocks.size(), 2U);
  EXPECT_EQ(blocks[0].label, "python");
  EXPECT_EQ(blocks[0].code, "a = 1\n\nb = 2\n");
  EXPECT_TRUE(blocks[0].closed);
  EXPECT_EQ(blocks[1].label, "");
  EXPECT_EQ(blocks[1].code, "c\n");
}

TEST(FencedBlocksTest, OnlyAFenceOfTheSameKindAndLengthCloses) {
  const auto blocks = fenced_blocks("````md\n```\na\n```\n~~~~\n````\nafter");
  ASSERT_EQ(blocks.size(), 1U);
  EXPECT_EQ(blocks[0].code, "```\na\n```\n~~~~\n");
}

TEST(FencedBlocksTest, ABlockThatIsCutOffRunsToTheEnd) {
  const auto blocks = fenced_blocks("```py\ndef f():\n    return");
  ASSERT_EQ(blocks.size(), 1U);
  EXPECT_EQ(blocks[0].code, "def f():\n    return");
  EXPECT_FALSE(blocks[0].closed);
}

TEST(FencedBlocksTest, AnIndentedBlockLosesItsIndentation) {
  const auto blocks = fenced_blocks("1. Do:\n   ```python\n   def f():\n       pass\n   ```\n");
  ASSERT_EQ(blocks.size(), 1U);
  EXPECT_EQ(blocks[0].code, "def f():\n    pass\n");
}

TEST(FencedBlocksTest, CodeWithinALineOpensNothing) {
  EXPECT_TRUE(fenced_blocks("```x``` is code\nbut no block\n").empty());
  EXPECT_TRUE(fenced_blocks("``\nx\n``\n").empty());
}

TEST(FencedBlocksTest, LabelsInOtherDressAreRead) {
  EXPECT_EQ(fenced_blocks("``` python\nx\n```")[0].label, "python");
  EXPECT_EQ(fenced_blocks("```{.python .numberLines}\nx\n```")[0].label, "python");
  EXPECT_EQ(fenced_blocks("```python:solution.py\nx\n```")[0].label, "python");
}

}  // namespace
}  // namespace scribe
