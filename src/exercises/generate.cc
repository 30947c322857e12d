// Rounds of drawing, running, choosing and verifying.
#include "exercises/generate.h"

#include <algorithm>
#include <optional>

#include "base/hash.h"
#include "exercises/grammar.h"
#include "exercises/inputs.h"
#include "exercises/presentation.h"

namespace scribe {
namespace {

constexpr std::size_t kRoundPrograms = 16000;  // Workers are started anew for each round.
constexpr int kTestInputs = 22;
constexpr int kCoreInputs = 30;
constexpr int kRepeatsMax = 60;         // In a row: then a source has little left.
constexpr double kGrammarShare = 0.35;  // Of the draws, while there are families left.
constexpr double kHeldOutFamilies = 0.08;

double uniform(std::string_view text, std::uint64_t seed) {
  return static_cast<double>(hash64(text, seed) >> 11) * 0x1.0p-53;
}

/// A program on its way to an exercise.
struct Attempt {
  Draft draft;
  std::vector<std::string> inputs;
  std::uint64_t stream = 0;
  std::uint64_t behaviour = 0;
  Problem problem;
};

class Generator {
 public:
  Generator(const ExerciseOptions& options, StopToken& stop) : options_(options), stop_(stop) {
    for (const ExerciseFamily& family : all_families().families())
      if (family.difficulty >= options.difficulty_min &&
          family.difficulty <= options.difficulty_max)
        alive_.push_back({.family = &family});
  }

  Result<Exercises> run() {
    while (wanted() > 0) {
      std::vector<Attempt> attempts = draw_round();
      if (attempts.empty()) {
        result_.counts.is_exhausted = true;
        break;
      }
      SCRIBE_TRY(take_round(attempts));
      if (options_.on_progress) options_.on_progress(static_cast<int>(result_.problems.size()));
    }
    result_.counts.distinct = static_cast<std::int64_t>(taken_behaviours_.size());
    return std::move(result_);
  }

 private:
  struct Source {
    const ExerciseFamily* family = nullptr;
    int repeats = 0;
  };

  std::size_t wanted() const {
    return static_cast<std::size_t>(options_.count) - result_.problems.size();
  }

  void refuse(ExerciseRefusal why) { ++result_.counts.refused[static_cast<std::size_t>(why)]; }

  // ------------------------------------------------------------------------------------ drawing

  std::vector<Attempt> draw_round() {
    std::vector<Attempt> attempts;
    const std::size_t size = std::min(kRoundPrograms, 2 * wanted() + 50);
    while (attempts.size() < size && (!alive_.empty() || grammar_repeats_ < kRepeatsMax)) {
      const std::uint64_t stream = next_stream_++;
      PhiloxStream random(options_.seed, hash64(fmt::format("exercise {}", stream)));
      std::optional<Draft> draft = draw(random);
      if (draft) attempts.push_back(attempt_of(std::move(*draft), stream));
    }
    result_.counts.run += static_cast<std::int64_t>(attempts.size());
    return attempts;
  }

  /// Nothing if it was drawn before, or belongs to the other split.
  std::optional<Draft> draw(PhiloxStream& random) {
    const bool from_grammar =
        grammar_repeats_ < kRepeatsMax && (alive_.empty() || random.next_double() < kGrammarShare);
    const std::size_t place = from_grammar ? 0 : random.next_below(alive_.size());
    int& repeats = from_grammar ? grammar_repeats_ : alive_[place].repeats;
    Draft draft = from_grammar
                      ? draft_of_grammar(options_.difficulty_min, options_.difficulty_max, random)
                      : draft_of_family(*alive_[place].family, random);
    ++repeats;
    const bool is_new = keys_.insert(hash64(draft.key)).second;
    if (!is_new) refuse(ExerciseRefusal::repeated);
    const bool is_ours =
        split_of_structure(options_.seed, draft.family, draft.structure) == options_.split;
    if (is_new && is_ours) repeats = 0;
    if (!from_grammar && repeats >= kRepeatsMax)
      alive_.erase(alive_.begin() + static_cast<std::ptrdiff_t>(place));
    if (!is_new || !is_ours) return std::nullopt;
    return draft;
  }

  Attempt attempt_of(Draft draft, std::uint64_t stream) const {
    PhiloxStream random(options_.seed, hash64("inputs " + draft.key));
    Attempt attempt{
        .draft = std::move(draft), .inputs = {}, .stream = stream, .behaviour = 0, .problem = {}};
    attempt.inputs = make_inputs(attempt.draft.arguments, kTestInputs, random);
    return attempt;
  }

  /// By which behaviours are compared: the same for all programs of a signature and all seeds.
  const std::vector<std::string>& core_inputs(const Draft& draft, const std::string& signature) {
    auto [place, is_new] = core_inputs_.try_emplace(signature);
    if (is_new) {
      PhiloxStream random(1, hash64("core " + signature));
      place->second = make_inputs(core_arguments(draft.arguments), kCoreInputs, random);
    }
    return place->second;
  }

  static std::string signature_of(const Draft& draft) {
    std::string signature;
    for (const FamilyArgument& argument : core_arguments(draft.arguments))
      signature += argument.kind + ",";
    return signature;
  }

  // -------------------------------------------------------------------------------------- rounds

  Status take_round(std::vector<Attempt>& attempts) {
    std::vector<ProgramToRecord> programs;
    for (const Attempt& attempt : attempts) {
      programs.push_back({.source = plain_program(attempt.draft, attempt.draft.body),
                          .name = attempt.draft.name,
                          .inputs = attempt.inputs,
                          .telling = attempt.inputs.size()});
      for (const std::string& body : attempt.draft.lesser_bodies)
        programs.back().lesser.push_back(plain_program(attempt.draft, body));
      const auto& core = core_inputs(attempt.draft, signature_of(attempt.draft));
      programs.back().inputs.insert(programs.back().inputs.end(), core.begin(), core.end());
    }
    SCRIBE_TRY_ASSIGN(const std::vector<ProgramRecord> records,
                      record_programs(programs, options_.sandbox, stop_));
    std::vector<Attempt*> ready;
    std::vector<SandboxJob> jobs;
    for (std::size_t i = 0; i < attempts.size(); ++i) {
      if (const auto why = complete(attempts[i], records[i], jobs))
        refuse(*why);
      else
        ready.push_back(&attempts[i]);
    }
    return take_verified(ready, jobs);
  }

  /// Writes the problem and the job that verifies it.
  std::optional<ExerciseRefusal> complete(Attempt& attempt, const ProgramRecord& record,
                                          std::vector<SandboxJob>& jobs) {
    const std::span<const std::string> inputs(attempt.inputs);
    if (const auto why = refusal_of(attempt.draft, record, inputs)) return why;
    const std::string behaviour_text =
        signature_of(attempt.draft) +
        fmt::format("{}",
                    fmt::join(record.outputs.begin() + static_cast<std::ptrdiff_t>(inputs.size()),
                              record.outputs.end(), "\n"));
    const std::uint64_t behaviour = hash64(behaviour_text);
    if (split_of_behaviour(options_.seed, behaviour) != options_.split)
      return ExerciseRefusal::other_split;
    if (behaviours_.contains(behaviour)) return ExerciseRefusal::same_behaviour;

    PhiloxStream random(options_.seed, hash64(fmt::format("present {}", attempt.stream)));
    const std::vector<std::size_t> tests = choose_tests(record, inputs, 8 + random.next_below(5));
    std::vector<ExerciseExample> examples;
    for (const std::size_t i : choose_examples(record, inputs, tests, 1 + random.next_below(3)))
      examples.push_back(
          {.arguments = std::string(arguments_of(inputs[i])), .output = record.outputs[i]});
    attempt.problem = present(attempt.draft, examples, random);
    attempt.problem.test = write_tests(record, inputs, tests);
    attempt.problem.task_id = fmt::format("exercise/{}/{}", attempt.draft.family,
                                          hash128_hex(attempt.draft.key).substr(0, 12));
    if (const auto why = contamination_of(attempt.problem)) return why;
    behaviours_.insert(behaviour);
    attempt.behaviour = behaviour;
    jobs.push_back(
        {.candidate = judged_program(attempt.problem, attempt.problem.canonical_solution),
         .tests = verification_suite(attempt.problem.test, record, tests),
         .entry_point = attempt.problem.entry_point,
         .limits = {}});
    return std::nullopt;
  }

  std::optional<ExerciseRefusal> contamination_of(const Problem& problem) const {
    if (options_.protected_names.contains(problem.entry_point)) return ExerciseRefusal::same_name;
    const auto found =
        options_.decontaminator.find(judged_program(problem, problem.canonical_solution));
    if (!found) return std::nullopt;
    if (found->rule == "docstring") return ExerciseRefusal::shared_docstring;
    if (found->rule == "solution") return ExerciseRefusal::shared_solution;
    return found->rule == "words" ? ExerciseRefusal::shared_words : ExerciseRefusal::shared_form;
  }

  Status take_verified(const std::vector<Attempt*>& ready, const std::vector<SandboxJob>& jobs) {
    std::vector<char> passed(ready.size(), 0);
    SCRIBE_TRY(judge_fairly(jobs, options_.sandbox.start_worker, options_.sandbox.workers, stop_,
                            [&](std::size_t index, const Verdict& verdict) -> Status {
                              passed[index] = verdict.passed() ? 1 : 0;
                              return {};
                            }));
    for (std::size_t i = 0; i < ready.size() && wanted() > 0; ++i) {
      if (passed[i] == 0) {
        refuse(ExerciseRefusal::failed_tests);
        continue;
      }
      ++result_.counts.taken;
      taken_behaviours_.insert(ready[i]->behaviour);
      ++result_.counts.per_family[ready[i]->draft.family];
      ++result_.counts.per_difficulty[ready[i]->draft.difficulty];
      result_.problems.push_back(std::move(ready[i]->problem));
    }
    return {};
  }

  const ExerciseOptions& options_;
  StopToken& stop_;
  Exercises result_;
  std::vector<Source> alive_;
  int grammar_repeats_ = 0;
  std::uint64_t next_stream_ = 0;
  std::unordered_set<std::uint64_t> keys_;
  std::unordered_set<std::uint64_t> behaviours_;  ///< of what was verified or waits for it
  std::unordered_set<std::uint64_t> taken_behaviours_;
  std::map<std::string, std::vector<std::string>> core_inputs_;
};

}  // namespace

ChainSplit split_of_structure(std::uint64_t seed, std::string_view family,
                              std::string_view structure) {
  if (uniform(fmt::format("family {}", family), seed) < kHeldOutFamilies &&
      !family.starts_with(kGrammarPrefix))
    return ChainSplit::evaluation;
  return uniform(fmt::format("structure {}", structure), seed) < kHeldOutStructures
             ? ChainSplit::evaluation
             : ChainSplit::train;
}

ChainSplit split_of_behaviour(std::uint64_t seed, std::uint64_t behaviour) {
  return uniform(fmt::format("behaviour {:016x}", behaviour), seed) < kHeldOutBehaviours
             ? ChainSplit::evaluation
             : ChainSplit::train;
}

Status check_options(const ExerciseOptions& options) {
  if (options.count < 1 || options.count > kExerciseCountMax)
    return error(ErrorCode::invalid_argument, "{} exercises: expected 1 ... {}", options.count,
                 kExerciseCountMax);
  if (options.difficulty_min < 1 || options.difficulty_max > kExerciseDifficultyMax ||
      options.difficulty_min > options.difficulty_max)
    return error(ErrorCode::invalid_argument, "difficulties {}-{}: expected 1 <= min <= max <= {}",
                 options.difficulty_min, options.difficulty_max, kExerciseDifficultyMax);
  return {};
}

Result<Exercises> generate_exercises(const ExerciseOptions& options, StopToken& stop) {
  SCRIBE_TRY(check_options(options));
  return Generator(options, stop).run();
}

}  // namespace scribe
