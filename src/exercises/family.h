// Families of exercises: templates of functions with parameters, in a small notation.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace scribe {

/// One row of a bank: texts by name, and numbers that are drawn with it.
struct BankRow {
  struct Field {
    std::string name = {};
    std::string text = {};
  };
  struct Number {
    std::string name = {};
    std::int64_t low = 0;
    std::int64_t high = 0;
  };
  std::vector<Field> fields = {};
  std::vector<Number> numbers = {};

  /// Nothing if the row has no such field.
  const std::string* find(std::string_view name) const;
};

struct Bank {
  std::string name = {};
  std::vector<BankRow> rows = {};
};

/// What is drawn anew for each exercise: a number, or a row of a bank.
struct FamilyParameter {
  std::string name = {};
  std::int64_t low = 0;
  std::int64_t high = 0;
  std::vector<BankRow> rows = {};  ///< none: a number from low to high
};

struct FamilyArgument {
  std::string name = {};
  std::string kind = {};  ///< see inputs.h
};

/// docs/exercises.md describes the notation.
struct ExerciseFamily {
  std::string path = {};  ///< "digits/sum_above"
  int difficulty = 1;
  std::vector<FamilyArgument> arguments = {};
  std::vector<FamilyParameter> parameters = {};
  std::string returns = {};  ///< a modern annotation: "list[int]"
  std::vector<std::string> names = {};
  std::vector<std::string> sayings = {};  ///< descriptions that mean the same
  std::vector<std::string> notes = {};    ///< sentences without which a description would be open
  std::vector<std::string> hints = {};    ///< sentences that say what follows anyway
  std::vector<std::string> imports = {};
  std::vector<std::string> bodies = {};  ///< solutions that do the same
  std::string raises = {};               ///< an exception that the notes promise
};

/// The families and banks of a text. The texts are ours: a mistake in one is a failed check that
/// names its line. Banks of earlier texts may be used.
class FamilySet {
 public:
  void add(std::string_view text);
  const std::vector<ExerciseFamily>& families() const { return families_; }
  /// Requires that there is such a bank.
  const Bank& bank(std::string_view name) const;

 private:
  std::vector<Bank> banks_;
  std::vector<ExerciseFamily> families_;
};

/// All families of the program.
const FamilySet& all_families();

}  // namespace scribe
