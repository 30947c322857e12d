// Jobs of many programs, and their reports.
#include "exercises/recording.h"

#include <algorithm>

#include "base/json.h"
#include "exercises/input_values.h"
#include "exercises/recorder.h"

namespace scribe {
namespace {

constexpr double kCpuSecondsBase = 4;  // Of a job; each program adds to it.
constexpr double kCpuSecondsPerProgram = 0.4;
constexpr double kWallFactor = 10;

/// Programs first ... last - 1.
struct Part {
  std::size_t first = 0;
  std::size_t last = 0;
};

SandboxJob job_of(std::span<const ProgramToRecord> programs) {
  std::string source = std::string(kRecorder) + "\n_PROGRAMS = [\n";
  for (const ProgramToRecord& program : programs) {
    std::string lesser;
    for (const std::string& other : program.lesser) lesser += python_string(other) + ", ";
    source += fmt::format("    ({}, {}, {}, {}, [{}]),\n", python_string(program.source),
                          python_string(program.name),
                          python_string(fmt::format("[{}]", fmt::join(program.inputs, ", "))),
                          program.telling, lesser);
  }
  const double seconds =
      kCpuSecondsBase + kCpuSecondsPerProgram * static_cast<double>(programs.size());
  return {.candidate = source + "]\n",
          .tests = "def check(candidate):\n    scribe.report(candidate().encode())\n",
          .entry_point = "record",
          .limits = {.cpu_seconds = seconds, .wall_seconds = kWallFactor * seconds}};
}

Result<ProgramRecord> record_from_json(const Json& value) {
  if (!value.is_array() || value.size() != 4 || !value[0].is_string() || !value[1].is_array() ||
      !value[2].is_array() || !value[3].is_number_unsigned())
    return error(ErrorCode::invalid_data, "the recorder's report is not of the expected form");
  ProgramRecord record{.problem = value[0].get<std::string>(), .outputs = {}, .faults = {}};
  for (const Json& output : value[1]) record.outputs.push_back(output.get<std::string>());
  for (const Json& fault : value[2]) record.faults.push_back(fault.get<std::vector<std::size_t>>());
  record.necessary = std::min(value[3].get<std::size_t>(), record.faults.size());
  return record;
}

Status take_report(const std::string& report, std::span<ProgramRecord> records) {
  SCRIBE_TRY_ASSIGN(const Json value, parse_json(report, "the recorder's report"));
  if (!value.is_array() || value.size() != records.size())
    return error(ErrorCode::invalid_data, "the recorder reported on {} programs of {}",
                 value.size(), records.size());
  for (std::size_t i = 0; i < records.size(); ++i) {
    SCRIBE_TRY_ASSIGN(records[i], record_from_json(value[i]));
  }
  return {};
}

}  // namespace

Result<std::vector<ProgramRecord>> record_programs(std::span<const ProgramToRecord> programs,
                                                   const RecordingOptions& options,
                                                   StopToken& stop) {
  std::vector<ProgramRecord> records(programs.size());
  std::vector<Part> parts;
  for (std::size_t first = 0; first < programs.size(); first += kProgramsPerJob)
    parts.push_back({first, std::min(first + kProgramsPerJob, programs.size())});
  while (!parts.empty()) {
    std::vector<SandboxJob> jobs;
    for (const Part& part : parts)
      jobs.push_back(job_of(programs.subspan(part.first, part.last - part.first)));
    std::vector<Part> again;
    SCRIBE_TRY(judge_fairly(
        jobs, options.start_worker, options.workers, stop,
        [&](std::size_t index, const Verdict& verdict) -> Status {
          const auto [first, last] = parts[index];
          if (verdict.passed())
            return take_report(verdict.report, std::span(records).subspan(first, last - first));
          if (last - first == 1) {
            records[first].problem = fmt::format("{}: {}", name_of(verdict.kind), verdict.detail);
            return {};
          }
          for (std::size_t i = first; i < last; ++i) again.push_back({i, i + 1});
          return {};
        }));
    parts = std::move(again);
  }
  return records;
}

}  // namespace scribe
