// The journal of samples, its side file, and the ordered file at the end.
#include "sample/sample_run.h"

#include <algorithm>
#include <unordered_map>
#include <vector>

#include "base/hash.h"
#include "base/progress.h"

namespace scribe {
namespace {

std::string meta_path(const std::string& path) {
  return path + ".meta.json";
}

/// XXH3 of all parameters and the shape: two checkpoints with the same one give the same samples.
std::string fingerprint(Backend& backend, const Parameters& parameters) {
  std::vector<float> values(parameters.all().size());
  backend.download(parameters.all(), values);
  const std::string shape = all_fields(parameters.config());
  const std::string_view bytes(reinterpret_cast<const char*>(values.data()),
                               values.size() * sizeof(float));
  return hash128_hex(shape + hash128_hex(bytes));
}

std::string fingerprint(const Tokenizer& tokenizer) {
  std::string bytes = fmt::format("{} ", tokenizer.end_of_text());
  for (TokenId id = 0; id < tokenizer.vocabulary_size(); ++id) {
    const std::string_view token = tokenizer.bytes_of(id);
    bytes += fmt::format("{}:", token.size());
    bytes += token;
  }
  if (tokenizer.layout() != "gpt2") bytes += tokenizer.layout();
  for (const TokenId id : tokenizer.prefix()) bytes += fmt::format(" after {}", id);
  return hash128_hex(bytes);
}

/// Adds the options that are not at their defaults: files of earlier versions, which know none of
/// these, stay valid.
void add_changed_options(const GenerateOptions& options, Json& meta) {
  const SamplerOptions& sampler = options.sampler;
  const SamplerOptions defaults;
  const auto add = [&](const char* name, const auto& value, const auto& by_default) {
    if (value != by_default) meta[name] = value;
  };
  add("min_p", sampler.min_p, defaults.min_p);
  add("repetition_penalty", sampler.repetition_penalty, defaults.repetition_penalty);
  add("presence_penalty", sampler.presence_penalty, defaults.presence_penalty);
  add("frequency_penalty", sampler.frequency_penalty, defaults.frequency_penalty);
  add("logprobs", options.logprobs, false);
  add("top_logprobs", sampler.top_logprobs, defaults.top_logprobs);
  for (const auto& [token, bias] : sampler.logit_bias)
    meta["logit_bias"][fmt::format("{}", token)] = bias;
}

/// What decides the samples, as one JSON object; the prompts' hashes last, by task id.
Json make_meta(Backend& backend, const Parameters& parameters, const Tokenizer& tokenizer,
               std::span<const Prompt> prompts, const GenerateOptions& options) {
  Json hashes = Json::object();
  for (const Prompt& prompt : prompts) hashes[prompt.task_id] = hash128_hex(prompt.text);
  Json meta{{"format", "scribe samples"},
            {"version", 1},
            {"model", fingerprint(backend, parameters)},
            {"tokenizer", fingerprint(tokenizer)},
            {"device", backend.name()},
            {"temperature", options.sampler.temperature},
            {"top_p", options.sampler.top_p},
            {"top_k", options.sampler.top_k},
            {"max_tokens", options.max_tokens},
            {"stop", options.stop},
            {"seed", options.seed},
            {"truncate_prompts", options.truncate_prompts}};
  add_changed_options(options, meta);
  meta["prompts"] = std::move(hashes);
  return meta;
}

Error made_otherwise(const std::string& path, const std::string& what) {
  return error(ErrorCode::invalid_argument,
               "'{}' was sampled with another {}; write to another file, or delete this one and "
               "'{}' to begin again",
               path, what, meta_path(path));
}

/// Errors: invalid_argument naming the first key whose value differs, or the task whose prompt
/// does.
Status check_same(const Json& wanted, const Json& found, const std::string& path) {
  Json keys = wanted;
  keys.update(found);
  for (const auto& [key, value] : keys.items()) {
    if (key == "prompts") continue;
    const std::string now = wanted.contains(key) ? to_json_line(wanted[key]) : "not given";
    const std::string before = found.contains(key) ? to_json_line(found[key]) : "not given";
    if (now != before)
      return made_otherwise(path, fmt::format("{} ({}, now {})", key, before, now));
  }
  SCRIBE_TRY_ASSIGN(const Json hashes, json_field<Json>(found, "prompts", meta_path(path)));
  for (const auto& [task_id, hash] : wanted["prompts"].items())
    if (hashes.contains(task_id) && hashes[task_id] != hash)
      return made_otherwise(path, fmt::format("prompt of task '{}'", task_id));
  return {};
}

/// Checks the side file against `wanted`; writes it for a new file and when prompts were added.
Status agree_on_meta(Env& env, const std::string& path, const Json& wanted) {
  const std::string side = meta_path(path);
  if (!env.exists(path)) return write_file_atomic(env, side, to_json_pretty(wanted));
  if (!env.exists(side))
    return error(ErrorCode::invalid_argument,
                 "'{}' exists, but '{}', which says how it was sampled, does not; write to another "
                 "file or delete this one",
                 path, side);
  SCRIBE_TRY_ASSIGN(const std::string text, env.read_file(side));
  SCRIBE_TRY_ASSIGN(const Json found, parse_json(text, side));
  if (!found.is_object()) return error(ErrorCode::invalid_data, "{}: expected an object", side);
  SCRIBE_TRY(check_same(wanted, found, path));
  Json merged = wanted;
  for (const auto& [task_id, hash] : found["prompts"].items()) merged["prompts"][task_id] = hash;
  if (to_json_line(merged) == to_json_line(found)) return {};
  return write_file_atomic(env, side, to_json_pretty(merged));
}

/// Lines of the file by (prompt, sample index); "" where a sample is missing.
class SampleTable {
 public:
  SampleTable(std::span<const Prompt> prompts, std::int64_t samples_per_task)
      : prompts_(prompts), samples_per_task_(samples_per_task) {
    lines_.resize(prompts.size() * static_cast<std::size_t>(samples_per_task));
    for (std::size_t i = 0; i < prompts.size(); ++i) rows_.emplace(prompts[i].task_id, i);
  }

  bool has_every_task_once() const { return rows_.size() == prompts_.size(); }

  /// Errors: invalid_argument for a sample that is not asked for, invalid_data if it contradicts
  /// one already there.
  Status add(const SampleRecord& record, const std::string& where) {
    const auto row = rows_.find(record.task_id);
    if (row == rows_.end() || record.sample_index < 0 || record.sample_index >= samples_per_task_)
      return error(ErrorCode::invalid_argument,
                   "{}: task '{}', sample {} is not among the {} samples of {} tasks asked for; "
                   "ask for at least what the file holds, or write to another file",
                   where, record.task_id, record.sample_index, samples_per_task_, prompts_.size());
    std::string line = to_json_line(to_json(record)) + "\n";
    std::string& place = at(row->second, record.sample_index);
    if (!place.empty() && place != line)
      return error(ErrorCode::invalid_data, "{}: task '{}', sample {} is there twice and differs",
                   where, record.task_id, record.sample_index);
    if (place.empty()) {
      ++count_;
      ++finish_reasons_[record.finish_reason];
    }
    place = std::move(line);
    return {};
  }

  std::vector<std::int64_t> missing(std::size_t row) const {
    std::vector<std::int64_t> indices;
    for (std::int64_t index = 0; index < samples_per_task_; ++index)
      if (lines_[place(row, index)].empty()) indices.push_back(index);
    return indices;
  }

  std::int64_t count() const { return count_; }
  std::int64_t wanted() const { return static_cast<std::int64_t>(lines_.size()); }
  const std::map<std::string, std::int64_t>& finish_reasons() const { return finish_reasons_; }

  std::string text() const {
    std::string all;
    for (const std::string& line : lines_) all += line;
    return all;
  }

 private:
  std::size_t place(std::size_t row, std::int64_t index) const {
    return row * static_cast<std::size_t>(samples_per_task_) + static_cast<std::size_t>(index);
  }
  std::string& at(std::size_t row, std::int64_t index) { return lines_[place(row, index)]; }

  std::span<const Prompt> prompts_;
  std::int64_t samples_per_task_;
  std::vector<std::string> lines_;
  std::unordered_map<std::string, std::size_t> rows_;
  std::int64_t count_ = 0;
  std::map<std::string, std::int64_t> finish_reasons_;
};

std::vector<SampleTask> missing_tasks(std::span<const Prompt> prompts, const Tokenizer& tokenizer,
                                      const SampleTable& table) {
  std::vector<SampleTask> tasks;
  for (std::size_t row = 0; row < prompts.size(); ++row) {
    SampleTask task{.task_id = prompts[row].task_id,
                    .prompt = tokenizer.encode_prompt(prompts[row].text),
                    .indices = table.missing(row)};
    tasks.push_back(std::move(task));
  }
  return tasks;
}

/// Puts the whole file in order, unless it is.
Status write_in_order(Env& env, const std::string& path, const SampleTable& table) {
  const std::string text = table.text();
  SCRIBE_TRY_ASSIGN(const std::string found, env.read_file(path));
  if (found == text) return {};
  return write_file_atomic(env, path, text);
}

Status check_options(std::span<const Prompt> prompts, const SampleTable& table,
                     const SampleRunOptions& options) {
  if (prompts.empty()) return error(ErrorCode::invalid_argument, "there are no problems to sample");
  if (options.path.empty())
    return error(ErrorCode::invalid_argument, "no file is named for the samples");
  if (!table.has_every_task_once())
    return error(ErrorCode::invalid_argument, "a task id is given twice among the problems");
  return {};
}

/// Fits every prompt before a file is touched, so that a bad option leaves nothing behind.
Status check_prompts(std::span<const SampleTask> tasks, const GenerateOptions& options,
                     const ModelConfig& config, std::int64_t vocabulary_size) {
  SCRIBE_TRY(validate(options, config));
  SCRIBE_TRY(check_biased_tokens(options.sampler, vocabulary_size));
  for (const SampleTask& task : tasks) SCRIBE_TRY(fit_prompt(task, options, config));
  return {};
}

}  // namespace

Json to_json(const SampleSummary& summary) {
  return {{"tasks", summary.tasks},
          {"samples", summary.samples},
          {"samples_found", summary.samples_found},
          {"tokens", summary.tokens},
          {"seconds", summary.seconds},
          {"tokens_per_second", summary.tokens_per_second()},
          {"truncated_prompts", summary.truncated_prompts},
          {"finish_reasons", summary.finish_reasons}};
}

Result<SampleSummary> sample_problems(Env& env, StopToken& stop, Backend& backend,
                                      const Parameters& parameters, const Tokenizer& tokenizer,
                                      std::span<const Prompt> prompts,
                                      const SampleRunOptions& options) {
  if (options.samples_per_task < 1 || options.samples_per_task > 1'000'000)
    return error(ErrorCode::invalid_argument, "n is {}, expected 1 to 1000000",
                 options.samples_per_task);
  SampleTable table(prompts, options.samples_per_task);
  SCRIBE_TRY(check_options(prompts, table, options));
  SCRIBE_TRY(check_prompts(missing_tasks(prompts, tokenizer, table), options.generate,
                           parameters.config(), tokenizer.vocabulary_size()));
  SCRIBE_TRY(agree_on_meta(env, options.path,
                           make_meta(backend, parameters, tokenizer, prompts, options.generate)));
  SCRIBE_TRY_ASSIGN(JsonlJournal journal,
                    JsonlJournal::open(env, options.path,
                                       [&](const Json& value, const std::string& where) -> Status {
                                         SCRIBE_TRY_ASSIGN(const SampleRecord record,
                                                           sample_record_from_json(value, where));
                                         return table.add(record, where);
                                       }));

  SampleSummary summary;
  summary.tasks = static_cast<std::int64_t>(prompts.size());
  summary.samples_found = table.count();
  Progress progress(
      env, {.label = "sample", .unit = "samples", .total = table.wanted(), .quiet = options.quiet});
  progress.skip(table.count());
  const double start = env.monotonic_seconds();
  const GenerateEvents events{
      .finished = [&](const SampleRecord& record) -> Status {
        SCRIBE_TRY(table.add(record, options.path));
        return journal.append(to_json(record));
      },
      .stepped =
          [&](std::int64_t tokens) {
            summary.tokens = tokens;
            const double rate = static_cast<double>(tokens) / (env.monotonic_seconds() - start);
            progress.update(table.count(), format_count(rate) + " tokens/s");
          }};
  const std::vector<SampleTask> tasks = missing_tasks(prompts, tokenizer, table);
  auto totals = generate(backend, parameters, tokenizer, tasks, options.generate, events, stop);
  summary.seconds = env.monotonic_seconds() - start;
  progress.clear();
  SCRIBE_TRY(journal.sync());
  if (!totals.ok())
    return std::move(totals).error().in(fmt::format("sampling into '{}' ({} of {} samples there)",
                                                    options.path, table.count(), table.wanted()));
  SCRIBE_TRY(write_in_order(env, options.path, table));
  summary.tokens = totals.value().tokens;
  summary.samples = table.count();
  summary.truncated_prompts = totals.value().truncated_prompts;
  summary.finish_reasons = table.finish_reasons();
  return summary;
}

}  // namespace scribe
