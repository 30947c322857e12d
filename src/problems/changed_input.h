// Inputs like those that a program reads in its tests: for tests that nobody wrote by hand.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace scribe {

constexpr std::size_t kChangedInputBytesMax = std::size_t{16} << 10;

/// At most `count` inputs made from the given ones by one to four small changes each: numbers and
/// letters replaced, words and lines swapped, copied, sorted or reversed (Li et al. 2022,
/// "AlphaCode", section 3.2.1 has the first kind). Where a number counts the words of a line, the
/// lines that follow or the letters of a word, both change together. Numbers stay within what the
/// given inputs show and a quarter above it: a right program may never end outside.
///
/// No input is given or made twice, and none is longer than kChangedInputBytesMax; longer ones are
/// not changed. A function of the arguments; fewer come back where no more are found.
std::vector<std::string> changed_inputs(std::span<const std::string> inputs, std::size_t count,
                                        std::uint64_t seed);

}  // namespace scribe
