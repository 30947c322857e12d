// Programs that are composed from parts: pipelines over lists, and rules that are tried in order.
#pragma once

#include <string_view>

#include "base/philox.h"
#include "exercises/draft.h"

namespace scribe {

constexpr std::string_view kGrammarPrefix = "grammar/";  ///< of the names of its families

/// A composed program of a difficulty in the range. The same stream gives the same draft.
Draft draft_of_grammar(int difficulty_min, int difficulty_max, PhiloxStream& random);

// Its parts. `size` is how much is composed: steps, or rules.

/// Filters, maps and rearrangements of a list, and what is made of the result.
Draft draft_pipeline(int size, PhiloxStream& random);
/// if, elif, else over a number.
Draft draft_branches(int size, PhiloxStream& random);
/// A string made character by character.
Draft draft_character_rules(int size, PhiloxStream& random);
/// A total that changes with each number of a list.
Draft draft_scan(int size, PhiloxStream& random);
/// A number that shrinks until it is small.
Draft draft_iteration(int size, PhiloxStream& random);

}  // namespace scribe
