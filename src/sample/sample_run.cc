// The journal of samples, its side file, and the ordered file at the end.
#include "sample/sample_run.h"

#include <algorithm>
#include <optional>
#include <set>
#include <vector>

#include "base/hash.h"
#include "base/progress.h"
#include "sample/sample_meta.h"
#include "sample/sample_table.h"

namespace scribe {
namespace {

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
  for (const TokenId id : tokenizer.more_ends()) bytes += fmt::format(" ends {}", id);
  return hash128_hex(bytes);
}

std::string fingerprint(const Prompt& prompt) {
  if (prompt.suffix.empty()) return hash128_hex(prompt.text);
  return hash128_hex(hash128_hex(prompt.text) + prompt.suffix);
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
  add("weights", std::string(name_of(options.weights)), std::string("f32"));
  add("top_logprobs", sampler.top_logprobs, defaults.top_logprobs);
  for (const auto& [token, bias] : sampler.logit_bias)
    meta["logit_bias"][fmt::format("{}", token)] = bias;
}

/// What decides the samples, as one JSON object; the prompts' hashes last, by task id.
Json make_meta(Backend& backend, const Parameters& parameters, const Tokenizer& tokenizer,
               std::span<const Prompt> prompts, const GenerateOptions& options) {
  Json hashes = Json::object();
  for (const Prompt& prompt : prompts) hashes[prompt.task_id] = fingerprint(prompt);
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

/// The samples of one temperature.
struct SampleFile {
  std::string path;
  std::string drawn_path;  ///< the journal: `path` itself, or where best_of chooses from
  double temperature = 0;
  SampleTable table;
  std::optional<JsonlJournal> journal = std::nullopt;
};

std::vector<SampleFile> make_files(std::span<const Prompt> prompts,
                                   const SampleRunOptions& options) {
  std::vector<std::string> task_ids;
  for (const Prompt& prompt : prompts) task_ids.push_back(prompt.task_id);
  const SampleTable empty(task_ids, options.samples_per_task * options.best_of);
  std::vector<SampleFile> files;
  if (options.temperatures.size() < 2) {
    files.push_back({.path = options.path, .drawn_path = options.path, .table = empty});
    files[0].temperature = options.temperatures.empty() ? options.generate.sampler.temperature
                                                        : options.temperatures[0];
  } else {
    for (const double temperature : options.temperatures) {
      const std::string path = sample_path(options.path, fmt::format("t{}", temperature));
      files.push_back(
          {.path = path, .drawn_path = path, .temperature = temperature, .table = empty});
    }
  }
  if (options.best_of > 1)
    for (SampleFile& file : files) file.drawn_path = sample_path(file.path, "drawn");
  return files;
}

std::vector<SampleTask> missing_tasks(std::span<const Prompt> prompts, const PromptEncoder& encoder,
                                      std::span<const SampleFile> files) {
  std::vector<SampleTask> tasks;
  for (std::size_t row = 0; row < prompts.size(); ++row) {
    SampleTask task{
        .task_id = prompts[row].task_id, .prompt = encoder.encode(prompts[row]), .indices = {}};
    for (const SampleFile& file : files) {
      const std::vector<std::int64_t> indices = file.table.missing(row);
      task.indices.insert(task.indices.end(), indices.begin(), indices.end());
      task.temperatures.resize(task.indices.size(), file.temperature);
    }
    tasks.push_back(std::move(task));
  }
  return tasks;
}

/// Writes a file, unless it is the same.
Status write_changed(Env& env, const std::string& path, const std::string& text) {
  if (env.exists(path)) {
    SCRIBE_TRY_ASSIGN(const std::string found, env.read_file(path));
    if (found == text) return {};
  }
  return write_file_atomic(env, path, text);
}

/// Fits every prompt before a file is touched, so that a bad option leaves nothing behind.
Status check_prompts(std::span<const SampleTask> tasks, const GenerateOptions& options,
                     const ModelConfig& config, const Tokenizer& tokenizer) {
  SCRIBE_TRY(check_biased_tokens(options.sampler, tokenizer.vocabulary_size()));
  for (const SampleTask& task : tasks) SCRIBE_TRY(fit_prompt(task, tokenizer, options, config));
  return {};
}

/// Receives what generate() tells, for all files of a run.
class Receiver {
 public:
  Receiver(Env& env, const SampleRunOptions& options, std::vector<SampleFile>& files)
      : env_(env),
        files_(files),
        max_tokens_(options.generate.max_tokens),
        start_seconds_(env.monotonic_seconds()),
        found_(count()),
        found_tokens_(tokens()),
        bar_(env,
             {.label = "sample", .unit = "samples", .total = wanted(), .quiet = options.quiet}) {
    bar_.skip(found_);
  }

  Status finished(const SampleRecord& record) {
    const auto file = std::ranges::find(files_, record.temperature, &SampleFile::temperature);
    SCRIBE_CHECK(file != files_.end(), "a sample of temperature {}", record.temperature);
    SCRIBE_TRY(file->table.add(record, file->drawn_path));
    return file->journal->append(to_json(record));
  }

  void stepped(std::int64_t drawn) {
    const double rate = static_cast<double>(drawn) / std::max(seconds(), 1e-9);
    const double left = expected_tokens_left({.samples_left = wanted() - count(),
                                              .finished = count(),
                                              .finished_tokens = tokens(),
                                              .tokens_in_hand = drawn - (tokens() - found_tokens_),
                                              .max_tokens = max_tokens_});
    bar_.update(count(), format_count(rate) + " tokens/s", left / std::max(rate, 1e-9));
  }

  /// Ends the line of progress; what was received is on the disk.
  Status close() {
    bar_.clear();
    for (SampleFile& file : files_) SCRIBE_TRY(file.journal->sync());
    return {};
  }

  double seconds() const { return env_.monotonic_seconds() - start_seconds_; }
  std::int64_t found() const { return found_; }
  std::int64_t count() const { return sum(&SampleTable::count); }
  std::int64_t wanted() const { return sum(&SampleTable::wanted); }

 private:
  std::int64_t tokens() const { return sum(&SampleTable::tokens); }
  std::int64_t sum(std::int64_t (SampleTable::*figure)() const) const {
    std::int64_t all = 0;
    for (const SampleFile& file : files_) all += (file.table.*figure)();
    return all;
  }

  Env& env_;
  std::vector<SampleFile>& files_;
  std::int64_t max_tokens_;
  double start_seconds_;
  std::int64_t found_;
  std::int64_t found_tokens_;
  Progress bar_;
};

/// Checks the side files, then reads the samples that are there.
Status open_file(Env& env, Json meta, const SampleRunOptions& options, SampleFile& file) {
  meta["temperature"] = file.temperature;
  SCRIBE_TRY(agree_on_sample_meta(env, file.drawn_path, meta));
  if (options.best_of > 1) {
    meta["best_of"] = options.best_of;
    SCRIBE_TRY(agree_on_sample_meta(env, file.path, meta));
  }
  const auto add = [&](const Json& value, const std::string& where) -> Status {
    SCRIBE_TRY_ASSIGN(const SampleRecord record, sample_record_from_json(value, where));
    return file.table.add(record, where);
  };
  SCRIBE_TRY_ASSIGN(file.journal, JsonlJournal::open(env, file.drawn_path, add));
  return {};
}

/// Puts a complete file in order and chooses from it what best_of keeps.
Status finish_file(Env& env, const SampleRunOptions& options, const SampleFile& file) {
  SCRIBE_TRY(write_changed(env, file.drawn_path, file.table.text()));
  if (options.best_of == 1) return {};
  return write_changed(env, file.path, file.table.best_text(options.best_of));
}

SampleFileSummary summarize(const SampleFile& file, const SampleRunOptions& options) {
  SampleFileSummary summary{.path = file.path,
                            .temperature = file.temperature,
                            .samples = file.table.count() / options.best_of};
  const std::vector<std::string>& task_ids = file.table.task_ids();
  for (std::size_t row = 0; row < task_ids.size(); ++row) {
    summary.distinct_by_task.emplace_back(task_ids[row], file.table.distinct(row));
    summary.distinct += file.table.distinct(row);
  }
  return summary;
}

}  // namespace

Result<PromptEncoder> prompt_encoder(const Tokenizer& tokenizer, std::span<const Prompt> prompts,
                                     const GenerateOptions& options, const ModelConfig& config) {
  SCRIBE_TRY(validate(options, config));
  return PromptEncoder::create(tokenizer, prompts,
                               options.truncate_prompts ? config.context - options.max_tokens : 0);
}

std::string sample_path(const std::string& path, const std::string& what) {
  constexpr std::string_view kEnding = ".jsonl";
  if (!path.ends_with(kEnding)) return path + "." + what;
  return path.substr(0, path.size() - kEnding.size()) + "." + what + std::string(kEnding);
}

Status validate(const SampleRunOptions& options) {
  if (options.path.empty())
    return error(ErrorCode::invalid_argument, "no file is named for the samples");
  const std::int64_t n = options.samples_per_task;
  if (n < 1 || n > kSamplesPerTaskMax)
    return error(ErrorCode::invalid_argument, "n is {}, expected 1 to {}", n, kSamplesPerTaskMax);
  if (options.best_of < 1 || options.best_of > kSamplesPerTaskMax / n)
    return error(ErrorCode::invalid_argument,
                 "best-of is {}, expected 1 to {} with n = {}: at most {} samples of a task are "
                 "drawn",
                 options.best_of, kSamplesPerTaskMax / n, n, kSamplesPerTaskMax);
  if (options.temperatures.size() > kTemperaturesMax)
    return error(ErrorCode::invalid_argument, "{} temperatures, expected at most {}",
                 options.temperatures.size(), kTemperaturesMax);
  std::set<double> seen;
  for (const double temperature : options.temperatures) {
    SCRIBE_TRY(validate({.temperature = temperature}));
    if (!seen.insert(temperature).second)
      return error(ErrorCode::invalid_argument, "temperature {} is given twice", temperature);
  }
  return {};
}

Json to_json(const SampleSummary& summary) {
  Json files = Json::array();
  for (const SampleFileSummary& file : summary.files) {
    Json by_task = Json::object();
    for (const auto& [task_id, distinct] : file.distinct_by_task) by_task[task_id] = distinct;
    files.push_back({{"path", file.path},
                     {"temperature", file.temperature},
                     {"samples", file.samples},
                     {"distinct", file.distinct},
                     {"distinct_by_task", std::move(by_task)}});
  }
  return {{"tasks", summary.tasks},
          {"samples", summary.samples},
          {"samples_found", summary.samples_found},
          {"tokens", summary.tokens},
          {"seconds", summary.seconds},
          {"tokens_per_second", summary.tokens_per_second()},
          {"truncated_prompts", summary.truncated_prompts},
          {"finish_reasons", summary.finish_reasons},
          {"files", std::move(files)}};
}

double expected_tokens_left(const SampleProgress& progress) {
  const auto left = static_cast<double>(progress.samples_left);
  const double mean = progress.finished > 0 ? static_cast<double>(progress.finished_tokens) /
                                                  static_cast<double>(progress.finished)
                                            : static_cast<double>(progress.max_tokens);
  return std::max(left, left * mean - static_cast<double>(progress.tokens_in_hand));
}

Result<SampleSummary> sample_problems(Env& env, StopToken& stop, Backend& backend,
                                      const Parameters& parameters, const Tokenizer& tokenizer,
                                      std::span<const Prompt> prompts,
                                      const SampleRunOptions& options) {
  if (prompts.empty()) return error(ErrorCode::invalid_argument, "there are no problems to sample");
  SCRIBE_TRY(validate(options));
  std::vector<SampleFile> files = make_files(prompts, options);
  if (!files[0].table.has_every_task_once())
    return error(ErrorCode::invalid_argument, "a task id is given twice among the problems");
  SCRIBE_TRY_ASSIGN(const PromptEncoder encoder,
                    prompt_encoder(tokenizer, prompts, options.generate, parameters.config()));
  SCRIBE_TRY(check_prompts(missing_tasks(prompts, encoder, files), options.generate,
                           parameters.config(), tokenizer));
  const Json meta = make_meta(backend, parameters, tokenizer, prompts, options.generate);
  for (SampleFile& file : files) SCRIBE_TRY(open_file(env, meta, options, file));

  const std::vector<SampleTask> tasks = missing_tasks(prompts, encoder, files);
  Receiver receiver(env, options, files);
  const GenerateEvents events{
      .finished = [&](const SampleRecord& record) { return receiver.finished(record); },
      .stepped = [&](std::int64_t tokens) { receiver.stepped(tokens); }};
  auto totals = generate(backend, parameters, tokenizer, tasks, options.generate, events, stop);
  const double seconds = receiver.seconds();
  SCRIBE_TRY(receiver.close());
  if (!totals.ok())
    return std::move(totals).error().in(fmt::format("sampling into '{}' ({} of {} samples there)",
                                                    options.path, receiver.count(),
                                                    receiver.wanted()));
  SampleSummary summary{.tasks = std::ssize(prompts),
                        .samples = receiver.count(),
                        .samples_found = receiver.found(),
                        .tokens = totals.value().tokens,
                        .seconds = seconds,
                        .truncated_prompts = totals.value().truncated_prompts +
                                             std::ranges::count_if(prompts, [&](const Prompt& p) {
                                               return encoder.cuts(p);
                                             })};
  for (const SampleFile& file : files) {
    SCRIBE_TRY(finish_file(env, options, file));
    for (const auto& [reason, count] : file.table.finish_reasons())
      summary.finish_reasons[reason] += count;
    summary.files.push_back(summarize(file, options));
  }
  return summary;
}

}  // namespace scribe
