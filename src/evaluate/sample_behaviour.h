// What samples do, apart from the hidden tests: given examples that they pass, what they compute.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/result.h"
#include "base/stop.h"
#include "evaluate/judge.h"
#include "problems/problem.h"
#include "sandbox/sandbox.h"

namespace scribe {

constexpr int kAgreementInputsMax = 1'000;

struct BehaviourOptions {
  int inputs = 40;         ///< per problem, 1 ... kAgreementInputsMax
  std::uint64_t seed = 1;  ///< of the inputs
  SandboxLimits limits = {.cpu_seconds = 3, .wall_seconds = 9};
  int workers = 0;  ///< 0: one per core
  bool quiet = false;
  SandboxWorkers sandbox;  ///< empty: the real sandbox
};

struct SampleBehaviour {
  std::string task_id;
  bool passes_examples = false;  ///< all that the prompt gives; true where it gives none
  /// Equal for samples of a problem that return the same for all inputs; "" for one that was
  /// stopped, or that raised for every input.
  std::string outputs;
};

struct Behaviours {
  std::vector<SampleBehaviour> samples;  ///< in the order of the file
  std::int64_t problems = 0;             ///< with samples
  std::int64_t with_examples = 0;        ///< of these: the prompt gives examples with values
  std::int64_t with_inputs = 0;          ///< of these: inputs could be made
  std::int64_t runs = 0;                 ///< programs run now, twice each at most
};

/// The suites, one of each a problem: docs/formats/results.md says how examples are found and
/// inputs are made. They know the prompt and nothing of the hidden tests. Of programs that read and
/// print, the examples are the public cases ("" if there are none), and there is no agreement ("").
std::string examples_suite(const Problem& problem);
std::string agreement_suite(const Problem& problem, const BehaviourOptions& options);

/// "RESULTS_behaviour.jsonl": where runs are kept.
std::string behaviour_path_of(const std::string& results_path);

/// Runs every distinct program of a results file once on each suite. Runs are kept in
/// behaviour_path_of(), by program, suite and limits, as they end: the same call runs only what is
/// missing, and one that has all reads it.
///
/// Errors: those of read_samples_to_judge(); unsupported for problems of the form own_exit, or
/// without a sandbox; invalid_argument for options out of range; interrupted;
/// internal for programs on which the sandbox failed twice.
Result<Behaviours> sample_behaviours(Env& env, StopToken& stop, const std::string& results_path,
                                     const std::string& problems_path,
                                     const BehaviourOptions& options);

}  // namespace scribe
