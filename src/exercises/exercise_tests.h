// Which inputs become tests and examples of an exercise, and how tests are written.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "exercises/draft.h"
#include "exercises/recording.h"

namespace scribe {

/// Why a program is no exercise.
enum class ExerciseRefusal {
  failed,            ///< it could not be run, or not in time
  raises,            ///< it raises an exception that its description does not promise
  changes_argument,  ///< it changes what it is given
  large,             ///< an output is too long to be read
  constant,          ///< it returns nearly always the same
  identity,          ///< it returns nearly always its argument
  undistinguished,   ///< the inputs do not tell it from most copies with a small fault
  repeated,          ///< the same program was drawn before
  same_behaviour,    ///< it does what one does that was taken before
  other_split,       ///< its behaviour belongs to the other split
  same_name,         ///< a protected problem has its name
  shared_docstring,  ///< a rule of decontamination, as the next three
  shared_solution,
  shared_words,
  shared_form,
  failed_tests,  ///< its own tests fail it, or pass what is trivial
};
constexpr std::size_t kExerciseRefusals = 16;
std::string_view name_of(ExerciseRefusal refusal);

/// Looks at what a program returned. Nothing if it may be an exercise.
std::optional<ExerciseRefusal> refusal_of(const Draft& draft, const ProgramRecord& record,
                                          std::span<const std::string> inputs);

/// The inputs that become tests, in order, at most `count_max`: edge cases, then those that tell
/// the program from most faulty copies, then those with outputs that are new.
std::vector<std::size_t> choose_tests(const ProgramRecord& record,
                                      std::span<const std::string> inputs, std::size_t count_max);

/// Some of the tests that are short and differ in their outputs.
std::vector<std::size_t> choose_examples(const ProgramRecord& record,
                                         std::span<const std::string> inputs,
                                         std::span<const std::size_t> tests, std::size_t count_max);

/// The source of check(candidate). Floats are compared with a tolerance.
std::string write_tests(const ProgramRecord& record, std::span<const std::string> inputs,
                        std::span<const std::size_t> tests);

/// A suite that passes the program only if its own tests do and fail what is trivial: to return
/// nothing, the first argument, or the most common output.
std::string verification_suite(const std::string& tests, const ProgramRecord& record,
                               std::span<const std::size_t> chosen);

/// "([1, 2], 3)" -> "[1, 2], 3".
std::string_view arguments_of(std::string_view tuple);

}  // namespace scribe
