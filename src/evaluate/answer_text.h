// The parts of a chat model's answer: its reasoning, its fenced blocks, its prose.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace scribe {

/// The answer without the reasoning that models write before or between its parts: <think>,
/// <thinking>, <thought>, <reasoning>, <reflection>, <scratchpad>, in any case.
///
/// An opening tag counts where it begins a line; what follows it is dropped up to its closing tag,
/// or to the end if there is none (reasoning that ran out of tokens). A closing tag that ends a
/// line and was never opened drops everything before it: some chat templates open the tag in the
/// prompt. Linear in the text.
std::string without_reasoning(std::string_view answer);

/// A block between ``` or ~~~ fences.
struct FencedBlock {
  std::string label;   ///< first word behind the opening fence, in lower case: "python", ""
  std::string code;    ///< lines between the fences, without the indentation of the opening one
  bool closed = true;  ///< false if the answer ended before the block did
};

/// The fenced blocks of a text in order. A fence is a line of at least three backticks or tildes; a
/// block ends at a line with at least as many of the same and nothing else. Linear in the text.
std::vector<FencedBlock> fenced_blocks(std::string_view text);

}  // namespace scribe
