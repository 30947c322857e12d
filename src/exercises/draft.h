// An exercise before it has been run: a function, its meaning in words, and what it takes.
#pragma once

#include <string>
#include <vector>

#include "base/philox.h"
#include "exercises/family.h"

namespace scribe {

struct Draft {
  std::string family = {};     ///< "digits/sum_above"
  std::string structure = {};  ///< family and parameters, or the shape of a composed program
  std::string key = {};        ///< structure with every number: equal keys, equal programs
  int difficulty = 1;
  std::string name = {};  ///< of the function
  std::vector<FamilyArgument> arguments = {};
  std::string returns = {};
  std::string description = {};         ///< one or more sentences; a newline begins a line
  std::vector<std::string> notes = {};  ///< sentences that have to stay
  std::vector<std::string> hints = {};  ///< sentences that may be left out
  std::vector<std::string> imports = {};
  std::string body = {};    ///< indented by four spaces, ends with a newline
  std::string raises = {};  ///< the exception that it may raise; "" if none
  std::vector<std::string> lesser_bodies =
      {};  ///< that lack a step or rule: tests have to refuse them
};

/// Draws the parameters of a family, a wording and a solution. `style` picks the solution, modulo
/// their number; below 0 it is drawn. The same stream gives the same draft.
Draft draft_of_family(const ExerciseFamily& family, PhiloxStream random, int style = -1);

/// A value that was drawn for a parameter.
struct Drawn {
  std::string name = {};
  std::int64_t number = 0;
  const BankRow* row = nullptr;            ///< nullptr: a number
  std::vector<std::int64_t> numbers = {};  ///< of the row, in its order
};

/// Draws a row of a bank, and its numbers.
Drawn draw_row(std::string name, const std::vector<BankRow>& rows, PhiloxStream& random);

/// The field of what was drawn with its numbers filled in and @ replaced by `argument`.
std::string text_of(const Drawn& drawn, std::string_view field, std::string_view argument);

/// Picks one of each {one|another}.
std::string with_choices(std::string_view text, PhiloxStream& random);

/// The first letter as a capital.
std::string capitalised(std::string text);

/// Gives the arguments and the usual local names of the draft others that people use as well.
void rename_variables(Draft& draft, PhiloxStream& random);

}  // namespace scribe
