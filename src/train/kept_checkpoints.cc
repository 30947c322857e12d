// Copies of the model that a run keeps besides the newest: the last saves, and the best.
#include "train/kept_checkpoints.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "checkpoint/checkpoint.h"
#include "tensor/safetensors.h"
#include "train/run_directory.h"
#include "train/run_options.h"

namespace scribe {
namespace {

constexpr std::array<std::string_view, 5> kFiles{"config.json", "model.safetensors", "run.toml",
                                                 "tokenizer.json", "tokenizer_config.json"};
constexpr std::string_view kStepPrefix = "step-";

std::string_view name_of(const DirectoryEntry& entry) {
  return std::string_view(entry.path).substr(entry.path.rfind('/') + 1);
}

template <typename Number>
std::optional<Number> number_in(std::string_view text) {
  Number number{};
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (code != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// Of a copy, from the run's directory on.
std::string step_path(std::int64_t step) {
  return fmt::format("checkpoints/{}{}", kStepPrefix, step);
}

/// N of a directory "checkpoints/step-N" as we write it: not of "step-007".
std::optional<std::int64_t> step_in(const DirectoryEntry& entry) {
  const std::string_view name = name_of(entry);
  if (!entry.is_directory || !name.starts_with(kStepPrefix)) return std::nullopt;
  const auto step = number_in<std::int64_t>(name.substr(kStepPrefix.size()));
  return step && entry.path.ends_with(step_path(*step)) ? step : std::nullopt;
}

Error in_the_way(const std::string& path) {
  return Error(
      ErrorCode::invalid_argument,
      fmt::format("'{}' is in the way: it is no copy of this run, or somebody added files; "
                  "move it away",
                  path));
}

}  // namespace

KeptCheckpoints::KeptCheckpoints(Env& env, Backend& backend, const TrainingRun& run,
                                 const Json& options)
    : env_(env),
      backend_(backend),
      run_(run),
      options_(options),
      run_hash_(fingerprint_text(hash64(to_json_line(options)))) {}

/// "best" -> RUN/.best.tmp, "checkpoints/step-6" -> RUN/checkpoints/.step-6.tmp.
std::string KeptCheckpoints::hidden(const std::string& name) const {
  const std::size_t slash = name.rfind('/') + 1;  // 0 if there is none.
  return fmt::format("{}/{}.{}.tmp", run_.out, name.substr(0, slash), name.substr(slash));
}

Status KeptCheckpoints::prepare() {
  const std::string best = run_.out + "/best";
  // Between the two renames of offer_best(): the best before is put back and beaten again.
  const std::string old = hidden("old-best");
  if (env_.exists(old) && !env_.exists(best)) SCRIBE_TRY(env_.rename(old, best));
  SCRIBE_TRY(env_.remove_tree(old));
  SCRIBE_TRY(env_.remove_tree(hidden("best")));
  const std::string copies = run_.out + "/checkpoints";
  if (env_.exists(copies)) {
    SCRIBE_TRY_ASSIGN(const std::vector<DirectoryEntry> entries, env_.list_directory(copies));
    for (const DirectoryEntry& entry : entries)
      if (name_of(entry).starts_with(".step-") && name_of(entry).ends_with(".tmp"))
        SCRIBE_TRY(env_.remove_tree(entry.path));
  }
  if (!run_.cadence.keep_best || !env_.exists(best)) return {};
  const Metadata metadata = metadata_of(best);
  const auto loss = metadata.find("validation_loss");
  if (!may_be_deleted(best) || loss == metadata.end()) return in_the_way(best);
  best_loss_ = number_in<double>(loss->second);
  return best_loss_ ? Status() : in_the_way(best);
}

Status KeptCheckpoints::keep_step(std::int64_t step, std::int64_t count) {
  const std::string name = step_path(step);
  const std::string path = fmt::format("{}/{}", run_.out, name);
  if (!env_.exists(path)) {
    SCRIBE_TRY(write_copy(hidden(name), {{"step", fmt::format("{}", step)}}));
    SCRIBE_TRY(env_.rename(hidden(name), path));
  } else if (!is_of_run(metadata_of(path), step)) {
    return in_the_way(path);
  }
  return prune(count);
}

Status KeptCheckpoints::offer_best(std::int64_t step, double validation_loss) {
  if (best_loss_ && *best_loss_ <= validation_loss) return {};
  const std::string best = run_.out + "/best";
  const std::string old = hidden("old-best");
  SCRIBE_TRY(write_copy(hidden("best"), {{"step", fmt::format("{}", step)},
                                         {"validation_loss", fmt::format("{}", validation_loss)}}));
  if (env_.exists(best)) {
    if (!may_be_deleted(best)) return in_the_way(best);
    SCRIBE_TRY(env_.rename(best, old));
  }
  SCRIBE_TRY(env_.rename(hidden("best"), best));
  best_loss_ = validation_loss;
  return env_.remove_tree(old);
}

Status KeptCheckpoints::write_copy(const std::string& directory, const Metadata& metadata) {
  SCRIBE_TRY(write_model_description(env_, directory, run_.parameters.config(), run_.tokenizer,
                                     run_.tokenizer_path));
  SCRIBE_TRY(write_run_options(env_, directory, options_));
  Metadata with_run = metadata;
  with_run["run"] = run_hash_;
  return write_parameters(env_, directory + "/model.safetensors", backend_, run_.parameters,
                          with_run);
}

KeptCheckpoints::Metadata KeptCheckpoints::metadata_of(const std::string& directory) const {
  const auto file = SafetensorsFile::open(env_, directory + "/model.safetensors");
  return file.ok() ? file.value().metadata() : Metadata();
}

bool KeptCheckpoints::is_of_run(const Metadata& metadata, std::int64_t step) const {
  const auto run = metadata.find("run");
  const auto found = metadata.find("step");
  return run != metadata.end() && run->second == run_hash_ && found != metadata.end() &&
         found->second == fmt::format("{}", step);
}

/// Written by this run, with nothing added.
bool KeptCheckpoints::may_be_deleted(const std::string& directory) const {
  const Metadata metadata = metadata_of(directory);
  const auto run = metadata.find("run");
  if (run == metadata.end() || run->second != run_hash_) return false;
  const auto entries = env_.list_directory(directory);
  return entries.ok() && std::ranges::all_of(entries.value(), [](const DirectoryEntry& entry) {
           return !entry.is_directory && std::ranges::find(kFiles, name_of(entry)) != kFiles.end();
         });
}

Status KeptCheckpoints::prune(std::int64_t count) {
  SCRIBE_TRY_ASSIGN(const std::vector<DirectoryEntry> entries,
                    env_.list_directory(run_.out + "/checkpoints"));
  std::vector<std::int64_t> steps;
  for (const DirectoryEntry& entry : entries)
    if (const std::optional<std::int64_t> step = step_in(entry);
        step && is_of_run(metadata_of(entry.path), *step))
      steps.push_back(*step);
  std::ranges::sort(steps);
  for (std::int64_t i = 0; i < std::ssize(steps) - count; ++i) {
    const std::string name = step_path(steps[static_cast<std::size_t>(i)]);
    const std::string path = fmt::format("{}/{}", run_.out, name);
    if (!may_be_deleted(path)) continue;
    SCRIBE_TRY(env_.rename(path, hidden(name)));
    SCRIBE_TRY(env_.remove_tree(hidden(name)));
  }
  return {};
}

}  // namespace scribe
