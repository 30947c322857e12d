// Makes exercises: drawn from families and a grammar, run, compared, tested, decontaminated.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/result.h"
#include "base/stop.h"
#include "corpus/decontaminate.h"
#include "exercises/exercise_tests.h"
#include "exercises/recording.h"
#include "problems/chains.h"
#include "problems/problem.h"

namespace scribe {

constexpr int kExerciseCountMax = 1'000'000;
constexpr int kExerciseDifficultyMax = 5;
/// Of structures, and of behaviours: an exercise is held out if both are.
constexpr double kHeldOutStructures = 0.2;
constexpr double kHeldOutBehaviours = 0.2;

struct ExerciseOptions {
  std::uint64_t seed = 1;
  int count = 1000;
  int difficulty_min = 1;
  int difficulty_max = 3;
  ChainSplit split = ChainSplit::train;
  RecordingOptions sandbox;
  Decontaminator decontaminator;  ///< refuses what shares text with protected problems
  std::unordered_set<std::string> protected_names = {};  ///< their entry points
  std::function<void(int done)> on_progress = {};        ///< after each round
};

struct ExerciseCounts {
  std::int64_t run = 0;  ///< programs that were run in the sandbox
  std::int64_t taken = 0;
  std::array<std::int64_t, kExerciseRefusals> refused{};
  std::map<std::string, std::int64_t> per_family;
  std::map<int, std::int64_t> per_difficulty;
  std::int64_t distinct = 0;  ///< behaviours among those taken
  bool is_exhausted = false;  ///< no new programs are left to draw

  double distinct_share() const {
    return taken == 0 ? 0 : static_cast<double>(distinct) / static_cast<double>(taken);
  }
};

struct Exercises {
  std::vector<Problem> problems;
  ExerciseCounts counts;
};

/// Side of a structure: the family with what was drawn for it, or the shape of a composed program.
/// Pure functions of the seed, so that files made at different times stay apart. Of the structures,
/// whole families and single combinations are held out, kHeldOutStructures together.
ChainSplit split_of_structure(std::uint64_t seed, std::string_view family,
                              std::string_view structure);
ChainSplit split_of_behaviour(std::uint64_t seed, std::uint64_t behaviour);

/// Errors: invalid_argument for options out of their ranges.
Status check_options(const ExerciseOptions& options);

/// The same options give the same exercises, whatever the number of workers. No two of them behave
/// alike on the inputs by which behaviours are compared, and none behaves like one of the other
/// split. Each has passed its own tests in the sandbox.
///
/// Errors: invalid_argument for options out of their ranges; of the sandbox; interrupted.
Result<Exercises> generate_exercises(const ExerciseOptions& options, StopToken& stop);

}  // namespace scribe
