// Inputs for exercises: kinds of arguments, and values of them, edge cases first.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/philox.h"
#include "exercises/family.h"

namespace scribe {

/// What an argument may be: more than its type, as the empty list and negative numbers may be out.
struct InputKind {
  std::string name = {};                ///< "ints+"
  std::string annotation = {};          ///< modern: "list[int]"
  std::string noun = {};                ///< "a non-empty list of integers"
  std::vector<std::string> names = {};  ///< what people call it; the first is the families' default
  std::string core = {};                ///< the kind whose inputs tell behaviours apart: "ints2"
};

/// Requires that there is such a kind.
const InputKind& input_kind(std::string_view name);

/// `count` argument lists as Python tuples: "([1, 2], 3)". Edge cases come first: what is empty,
/// single, equal, negative; later ones are random. The same stream gives the same inputs.
std::vector<std::string> make_inputs(std::span<const FamilyArgument> arguments, int count,
                                     PhiloxStream& random);

/// The arguments with the kinds by which behaviours are compared.
std::vector<FamilyArgument> core_arguments(std::span<const FamilyArgument> arguments);

}  // namespace scribe
