// What every experiment does: choose problems, draw completions, have them judged.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"
#include "base/json.h"
#include "base/result.h"
#include "base/stop.h"
#include "evaluate/score.h"
#include "experiment/completion_source.h"
#include "problems/problem.h"

namespace scribe {

/// What the user chooses. 0 and empty: as the experiment has it.
struct ExperimentOptions {
  std::string out;       ///< the folder of the report
  std::string problems;  ///< a problem file of functions; "": chains of string manipulations
  std::string programs;  ///< a problem file of whole programs, for the experiment `apps`
  std::int64_t samples = 0;
  std::int64_t problems_max = 0;
  std::int64_t max_tokens = 0;
  std::vector<double> temperatures = {};
  double top_p = 0.95;
  std::uint64_t seed = 1;
  double cpu_seconds = 3;  ///< of a program
  int threads = 0;         ///< 0: one per core
  bool quiet = false;
  SandboxWorkers sandbox = {};  ///< empty: the real sandbox
};

inline constexpr std::int64_t kExperimentSamplesMax = 10'000;

/// Errors: invalid_argument naming the option.
Status validate(const ExperimentOptions& options);

/// Defaults of one experiment.
struct Defaults {
  std::vector<double> temperatures;
  std::int64_t samples = 20;
  std::int64_t max_tokens = 256;
};

struct ProblemSet {
  std::string name;  ///< "chains", or the file's name up to the first dot
  std::vector<Problem> problems;
};

/// One file of samples with its verdicts.
struct JudgedFile {
  double temperature = 0;
  std::string results_path;
  std::string problems_path;  ///< that they were judged by
  ScoreSummary summary;       ///< pass_at has every k of curve_ks() and 1, 10, 100 where possible
  std::int64_t truncated_prompts = 0;
};

/// pass@k, or nothing if this k was not estimated.
const PassAtK* pass_at(const ScoreSummary& summary, std::int64_t k);

class Workbench {
 public:
  /// `sources` is one or more models; the references must outlive the workbench.
  Workbench(Env& env, StopToken& stop, const ExperimentOptions& options,
            std::span<const std::unique_ptr<CompletionSource>> sources)
      : env_(env), stop_(stop), options_(options), sources_(sources) {}

  Env& env() { return env_; }
  StopToken& stop() { return stop_; }
  const ExperimentOptions& options() const { return options_; }
  std::span<const std::unique_ptr<CompletionSource>> sources() const { return sources_; }
  /// The model of experiments that look at one: the first.
  CompletionSource& source() { return *sources_.front(); }

  /// The problems of options.problems, or chains of 1 to 3 blocks; the first problems_max of them.
  Result<ProblemSet> problem_set() const;
  /// Keeps the first problems_max, if there is such a limit.
  void limit(ProblemSet& set) const;

  DrawOptions draw_options(const Defaults& defaults) const;

  /// Draws and judges, one file per temperature, below OUT/samples/SET-HASH, where the hash tells
  /// apart what decides samples: experiments that ask for the same share the files.
  /// Errors: those of CompletionSource::draw() and score_samples().
  Result<std::vector<JudgedFile>> judge(CompletionSource& source, const ProblemSet& set,
                                        const DrawOptions& draw);
  /// Judges a file of samples against other tests: `set` has the same tasks. Errors: those of
  /// score_samples().
  Result<JudgedFile> judge_again(const JudgedFile& judged, const ProblemSet& set,
                                 std::string_view tests_name);

  /// For Section::settings.
  Json settings(const ProblemSet& set, const DrawOptions& draw) const;

 private:
  std::string folder_of(const ProblemSet& set, const DrawOptions& draw) const;
  Result<ScoreSummary> score(const std::string& samples_path, const std::string& problems_path,
                             const std::string& results_path);

  Env& env_;
  StopToken& stop_;
  const ExperimentOptions& options_;
  std::span<const std::unique_ptr<CompletionSource>> sources_;
};

/// "28 problems of chains, 20 samples each at temperature 0.8, top-p 0.95, at most 256 tokens".
std::string describe(const ProblemSet& set, const DrawOptions& draw);

}  // namespace scribe
