// The stages one after the other, each kept in the work folder.
#include "trace/trace.h"

#include <algorithm>
#include <map>
#include <optional>
#include <unordered_map>
#include <unordered_set>

#include "base/hash.h"
#include "base/json.h"
#include "base/progress.h"
#include "corpus/decontaminate.h"
#include "corpus/source_walk.h"
#include "trace/candidate.h"

namespace scribe::trace {
namespace {

constexpr std::size_t kBatchCandidates = 64;
constexpr int kFormatVersion = 2;  // Raise it when a stage makes something else of the same.
constexpr std::uint64_t kTenths = 10;
constexpr const char* kTracedCount = "traced with literal values";  // The builder's name.

Json list_of(const std::vector<std::string>& texts) {
  Json list = Json::array();
  for (const std::string& text : texts) list.push_back(text);
  return list;
}

/// Is this path copied for the command? As kRunnerSource does it.
bool is_copied(std::string_view path) {
  constexpr std::string_view kNotCopied[] = {"/.git/", "/.hg/", "/__pycache__/", "/.tox/"};
  return std::ranges::none_of(
      kNotCopied, [path](std::string_view part) { return path.find(part) != path.npos; });
}

/// Bytes of a file, as far as they can be read.
void add_bytes(Env& env, const std::string& path, Hash64Stream& hash) {
  const auto file = env.open_read(path);
  if (!file.ok()) return;  // Nor can the command read it, which has fewer rights.
  std::vector<char> part(std::size_t{1} << 16);
  for (;;) {
    const auto got = file.value()->read(part);
    if (!got.ok() || got.value() == 0) return;
    hash.add({part.data(), got.value()});
  }
}

/// Of paths and bytes: all Python files below `files`, and what is copied of the folder `copy`.
Result<std::string> hash_of_sources(Env& env, const ProjectRunOptions& run) {
  SourceWalk walk;
  const auto add = [&](const std::string& root, const auto& wanted) -> Status {
    if (!env.list_directory(root).ok()) {
      walk.files.push_back({.path = root});
      return {};
    }
    // From the root's last character on: its own names do not count.
    const auto is_wanted = [&](std::string_view path) {
      return wanted(path.substr(root.size() - 1));
    };
    SCRIBE_TRY_ASSIGN(const SourceWalk found, walk_sources(env, {root}, is_wanted));
    walk.files.insert(walk.files.end(), found.files.begin(), found.files.end());
    return {};
  };
  for (const std::string& path : run.files)
    SCRIBE_TRY(add(path, [](std::string_view file) { return file.ends_with(".py"); }));
  if (!run.copy.empty()) SCRIBE_TRY(add(run.copy, is_copied));
  Hash64Stream hash;
  for (const SourceFile& file : walk.files) {
    hash.add(fmt::format("{} {} ", file.size_bytes, file.path));
    add_bytes(env, file.path, hash);
  }
  return fmt::format("{:016x}", hash.value());
}

/// What the traces depend on.
Json identity_of(const ProjectRunOptions& run, const std::string& sources) {
  return {{"version", kFormatVersion},
          {"sources", sources},
          {"command", list_of(run.command)},
          {"copy", run.copy},
          {"files", list_of(run.files)},
          {"visible", list_of(run.visible)},
          {"skip_tests", run.skip_tests},
          {"samples", run.samples_max},
          {"calls", run.calls_max},
          {"bytes", run.bytes_max},
          {"cpu_seconds", run.limits.cpu_seconds},
          {"wall_seconds", run.limits.wall_seconds}};
}

Json identity_of(const BuilderOptions& build, const std::string& sources,
                 const std::string& traces) {
  return {{"version", kFormatVersion},
          {"sources", sources},
          {"traces", hash128_hex(traces)},
          {"files", list_of(build.files)},
          {"doctests", build.doctests},
          {"guesses", build.guesses},
          {"skip_tests", build.skip_tests},
          {"helpers_max", build.helpers_max},
          {"prompt_bytes_max", build.prompt_bytes_max},
          {"body_lines_max", build.body_lines_max}};
}

std::string key_of(const Candidate& candidate, const VerifyOptions& options) {
  std::string text = fmt::format("{} {} {} {} {} {} {} {}\n", kFormatVersion, options.runs,
                                 options.tests_max, options.tests_min, options.vary, options.tries,
                                 options.seed, options.limits.cpu_seconds);
  text += candidate.prompt + '\0' + candidate.solution + '\0' + candidate.name;
  text += candidate.may_vary ? '1' : '0';
  for (const Sample& input : candidate.inputs) text += '\0' + input.arguments + '\0' + input.result;
  return hash128_hex(text);
}

class Pipeline {
 public:
  Pipeline(Env& env, StopToken& stop, const TraceOptions& options)
      : env_(env), stop_(stop), options_(options) {}

  Result<TraceSummary> run() {
    SCRIBE_TRY(env_.create_directories(options_.work));
    SCRIBE_TRY(read_known());
    SCRIBE_TRY_ASSIGN(sources_, hash_of_sources(env_, options_.run));
    SCRIBE_TRY_ASSIGN(const std::string traces, trace());
    SCRIBE_TRY_ASSIGN(Candidates found, build(traces));
    SCRIBE_TRY(drop_contaminated(found.candidates));
    SCRIBE_TRY_ASSIGN(const std::vector<Judged> judged, judge_all(found.candidates));
    SCRIBE_TRY(write(found.candidates, judged));
    return std::move(summary_);
  }

 private:
  std::string file(const char* name) const { return options_.work + "/" + name; }
  void count(std::string stage, std::int64_t number) {
    summary_.stages.emplace_back(std::move(stage), number);
  }

  /// A file of an earlier run, if it was made of the same.
  Result<std::optional<std::string>> kept(const std::string& path, const Json& identity) {
    if (!env_.exists(path) || !env_.exists(path + ".of")) return std::optional<std::string>();
    SCRIBE_TRY_ASSIGN(const std::string of, env_.read_file(path + ".of"));
    if (of != to_json_line(identity)) return std::optional<std::string>();
    SCRIBE_TRY_ASSIGN(std::string text, env_.read_file(path));
    return std::optional<std::string>(std::move(text));
  }

  Status keep(const std::string& path, const Json& identity, std::string_view text) {
    if (env_.exists(path + ".of")) SCRIBE_TRY(env_.remove(path + ".of"));
    SCRIBE_TRY(write_file_atomic(env_, path, text));
    return write_file_atomic(env_, path + ".of", to_json_line(identity));
  }

  Status read_known() {
    for (const std::string& path : options_.known)
      SCRIBE_TRY(
          for_each_json_line(env_, path, [this](Json value, const std::string& where) -> Status {
            SCRIBE_TRY_ASSIGN(std::string key, json_field<std::string>(value, "body", where));
            known_bodies_.insert(std::move(key));
            SCRIBE_TRY_ASSIGN(const std::string test,
                              json_field<std::string>(value, "test", where));
            known_tests_.insert(hash64(test));
            return {};
          }));
    return {};
  }

  Result<std::string> trace() {
    if (options_.run.command.empty()) return std::string();
    const Json identity = identity_of(options_.run, sources_);
    SCRIBE_TRY_ASSIGN(std::optional<std::string> earlier, kept(file("traces"), identity));
    ProjectRun run;
    if (earlier) {
      // The first line tells how the command ended.
      const std::size_t end = earlier->find('\n');
      SCRIBE_TRY_ASSIGN(const Json head,
                        parse_json(std::string_view(*earlier).substr(0, end), file("traces")));
      run = {.lines = earlier->substr(end + 1),
             .end = head.value("end", ""),
             .exit_code = head.value("code", 0),
             .tail = head.value("tail", ""),
             .processes = head.value("processes", std::int64_t{0})};
    } else {
      SCRIBE_TRY_ASSIGN(run, run_project(options_.run));
      const Json head = {{"end", run.end},
                         {"code", run.exit_code},
                         {"tail", run.tail},
                         {"processes", run.processes}};
      // One that traced nothing is not kept: what was wrong may be mended.
      if (!run.lines.empty())
        SCRIBE_TRY(keep(file("traces"), identity, to_json_line(head) + "\n" + run.lines));
    }
    summary_.run_end = run.end;
    summary_.exit_code = run.exit_code;
    summary_.tail = run.tail;
    summary_.processes = run.processes;
    if (run.lines.empty())
      return error(ErrorCode::invalid_data,
                   "the command ran no Python that could be traced (it ended with {} {}): it must "
                   "start CPython 3.8 or later without -I, -E or -S, and keep PYTHONPATH. It "
                   "printed: {}",
                   run.end, run.exit_code, run.tail);
    return std::move(run.lines);
  }

  Result<Candidates> build(const std::string& traces) {
    BuilderOptions build = options_.build;
    build.files = options_.run.files;
    if (!options_.run.copy.empty()) build.files.push_back(options_.run.copy);
    build.skip_tests = options_.run.skip_tests;
    const Json identity = identity_of(build, sources_, traces);
    const std::string path = file("candidates.jsonl");
    SCRIBE_TRY_ASSIGN(std::optional<std::string> text, kept(path, identity));
    if (!text) {
      if (stop_.requested()) return error(ErrorCode::interrupted, "stopped after tracing");
      SCRIBE_TRY_ASSIGN(text, build_candidates(build, traces));
      SCRIBE_TRY(keep(path, identity, *text));
    }
    SCRIBE_TRY_ASSIGN(Candidates found, parse_candidates(*text, path));
    for (const auto& [name, number] : found.counts)
      if (name.starts_with("traced ") && name != kTracedCount) count(name, number);
    for (const char* const name : {"files", "functions"}) count(name, found.counts[name]);
    count("functions with traced inputs", found.counts[kTracedCount]);
    count("self-contained, with inputs", found.counts["candidates"]);
    for (const auto& [reason, number] : found.refused)
      summary_.refused.emplace_back(reason, number);
    std::ranges::stable_sort(summary_.refused, std::ranges::greater(),
                             [](const auto& entry) { return entry.second; });
    return found;
  }

  Status drop_contaminated(std::vector<Candidate>& candidates) {
    std::erase_if(candidates, [this](const Candidate& c) { return known_bodies_.contains(c.key); });
    count("not in --known", std::ssize(candidates));
    if (options_.decontaminate.empty()) return {};
    SCRIBE_TRY_ASSIGN(const Decontaminator decontaminator,
                      Decontaminator::load(env_, options_.decontaminate, {}));
    std::erase_if(candidates, [&](const Candidate& c) {
      return decontaminator.find(c.prompt + c.solution).has_value();
    });
    count("decontaminated", std::ssize(candidates));
    return {};
  }

  Result<std::vector<Judged>> judge_all(const std::vector<Candidate>& candidates) {
    std::unordered_map<std::string, Judged> known;
    SCRIBE_TRY_ASSIGN(
        JsonlJournal journal,
        JsonlJournal::open(env_, file("judged.jsonl"),
                           [&](Json value, const std::string& where) -> Status {
                             SCRIBE_TRY_ASSIGN(const std::string key,
                                               json_field<std::string>(value, "key", where));
                             SCRIBE_TRY_ASSIGN(known[key], judged_from_json(value, where));
                             return {};
                           }));
    std::vector<Candidate> left;
    for (const Candidate& candidate : candidates)
      if (!known.contains(key_of(candidate, options_.verify))) left.push_back(candidate);
    Progress progress(env_, {.label = "judge",
                             .unit = "functions",
                             .total = std::ssize(candidates),
                             .quiet = options_.quiet});
    const std::int64_t before = std::ssize(candidates) - std::ssize(left);
    progress.skip(before);
    for (std::size_t begin = 0; begin < left.size(); begin += kBatchCandidates) {
      const std::span batch =
          std::span(left).subspan(begin, std::min(kBatchCandidates, left.size() - begin));
      SCRIBE_TRY_ASSIGN(const std::vector<Judged> judged,
                        judge_candidates(batch, options_.verify, options_.sandbox.start, stop_));
      for (std::size_t i = 0; i < batch.size(); ++i) {
        const std::string key = key_of(batch[i], options_.verify);
        Json line = to_json(judged[i]);
        line["key"] = key;
        SCRIBE_TRY(journal.append(line));
        known[key] = judged[i];
      }
      progress.update(before + static_cast<std::int64_t>(begin + batch.size()));
    }
    std::vector<Judged> all;
    for (const Candidate& candidate : candidates)
      all.push_back(known.at(key_of(candidate, options_.verify)));
    count_outcomes(all);
    return all;
  }

  void count_outcomes(const std::vector<Judged>& judged) {
    std::int64_t left = std::ssize(judged);
    const auto lose = [&](TraceOutcome outcome, const char* stage) {
      left -= std::ranges::count(judged, outcome, &Judged::outcome);
      count(stage, left);
    };
    lose(TraceOutcome::fails, "solution runs alone and agrees");
    lose(TraceOutcome::too_few, "enough inputs");
    lose(TraceOutcome::constant, "different results");
    lose(TraceOutcome::unstable, "passes every run");
    lose(TraceOutcome::trivial, "stubs fail: verified");
  }

  Status write(const std::vector<Candidate>& candidates, const std::vector<Judged>& judged) {
    summary_.split = split_of(options_.project);
    std::unordered_set<std::uint64_t> tests_seen = known_tests_;
    std::unordered_set<std::uint64_t> tests_written = known_tests_;
    std::unordered_set<std::string> names;
    std::map<std::string, std::int64_t> by_source;
    std::int64_t distinct = 0;
    std::string text;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      if (judged[i].outcome != TraceOutcome::verified) continue;
      const std::string test = test_of(judged[i].tests);
      if (tests_seen.insert(hash64(test)).second) ++distinct;
      // A helper without a docstring does not take the place of the function that calls it.
      if (options_.need_docstring && !candidates[i].documented) continue;
      if (!tests_written.insert(hash64(test)).second) continue;
      text += to_json_line(line_of(candidates[i], test, judged[i].tests.size(), names)) + "\n";
      ++by_source[candidates[i].source];
      ++summary_.written;
      summary_.asserts += std::ssize(judged[i].tests);
    }
    count("behave differently", distinct);
    count(options_.need_docstring ? "written: documented" : "written", summary_.written);
    for (const auto& [source, number] : by_source)
      summary_.written_by_source.emplace_back(source, number);
    return write_file_atomic(env_, options_.out, text);
  }

  Json line_of(const Candidate& candidate, const std::string& test, std::size_t asserts,
               std::unordered_set<std::string>& names) const {
    std::string id = fmt::format("{}/{}.{}", options_.project, candidate.module, candidate.name);
    if (!names.insert(id).second) id += "-" + candidate.key.substr(0, 8);
    names.insert(id);
    return {{"task_id", id},
            {"prompt", candidate.prompt},
            {"entry_point", candidate.name},
            {"canonical_solution", candidate.solution},
            {"test", test},
            {"project", options_.project},
            {"source", candidate.source},
            {"split", summary_.split},
            {"documented", candidate.documented},
            {"helpers", candidate.helpers},
            {"asserts", asserts},
            {"body", candidate.key}};
  }

  Env& env_;
  StopToken& stop_;
  const TraceOptions& options_;
  TraceSummary summary_;
  std::string sources_;  // Their hash.
  std::unordered_set<std::string> known_bodies_;
  std::unordered_set<std::uint64_t> known_tests_;  // Hashes.
};

Status check(const TraceOptions& options) {
  if (options.project.empty())
    return error(ErrorCode::invalid_argument, "--project is empty, expected a name");
  if (options.run.files.empty() && options.run.copy.empty())
    return error(ErrorCode::invalid_argument,
                 "nothing to look at: give --files or --copy, the project's sources");
  if (options.run.command.empty() && !options.build.doctests && !options.build.guesses)
    return error(ErrorCode::invalid_argument,
                 "no source of inputs: give a command after --, or --doctests, or --guesses");
  const VerifyOptions& verify = options.verify;
  if (verify.runs < 1 || verify.runs > 100)
    return error(ErrorCode::invalid_argument, "--verify {}: expected 1 to 100", verify.runs);
  if (verify.tests_min < 1 || verify.tests_max < verify.tests_min || verify.tests_max > 200)
    return error(ErrorCode::invalid_argument,
                 "--tests-min {} and --tests-max {}: expected 1 <= min <= max <= 200",
                 verify.tests_min, verify.tests_max);
  return {};
}

}  // namespace

std::string_view split_of(std::string_view project) {
  const std::uint64_t tenth = hash64(project) % kTenths;
  if (tenth == 8) return "validation";
  return tenth == 9 ? "held-out" : "train";
}

Result<TraceSummary> trace_problems(Env& env, StopToken& stop, const TraceOptions& options) {
  SCRIBE_TRY(check(options));
  return Pipeline(env, stop, options).run();
}

}  // namespace scribe::trace
