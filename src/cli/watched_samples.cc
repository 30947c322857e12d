// What a model in training makes of fixed prompts, for people to watch.
#include "cli/watched_samples.h"

#include <utility>
#include <vector>

#include "sample/engine.h"

namespace scribe::cli {
namespace {

/// All are drawn in one batch, while the memory of training is taken.
constexpr std::size_t kPromptsMax = 64;

std::vector<std::string> default_prompts() {
  return {"def ", "class ", "import ", "for "};
}

Result<std::vector<std::string>> load_prompts(Env& env, const std::string& path) {
  std::vector<std::string> prompts;
  SCRIBE_TRY(
      for_each_json_line(env, path, [&](const Json& line, const std::string& where) -> Status {
        if (prompts.size() == kPromptsMax)
          return error(ErrorCode::limit_exceeded, "{}: more than {} prompts to watch", where,
                       kPromptsMax);
        SCRIBE_TRY_ASSIGN(std::string prompt, json_field<std::string>(line, "prompt", where));
        prompts.push_back(std::move(prompt));
        return {};
      }));
  if (prompts.empty())
    return error(ErrorCode::invalid_data,
                 "'{}' has no prompt; expected lines such as {{\"prompt\": \"def \"}}", path);
  return prompts;
}

Result<std::vector<std::string>> complete(const GenerateOptions& options, Backend& backend,
                                          const Parameters& parameters, const Tokenizer& tokenizer,
                                          const std::vector<std::string>& prompts) {
  std::vector<SampleTask> tasks;
  for (const std::string& prompt : prompts) {
    SampleTask task{.task_id = fmt::format("{}", tasks.size()),
                    .prompt = tokenizer.encode(prompt),
                    .indices = {0}};
    if (task.prompt.empty()) task.prompt.push_back(tokenizer.end_of_text());
    tasks.push_back(std::move(task));
  }
  std::vector<std::string> completions(prompts.size());
  const auto finished = [&completions](const SampleRecord& record) -> Status {
    completions[static_cast<std::size_t>(std::stoi(record.task_id))] = record.completion;
    return {};
  };
  const StopToken never;  // They take a moment; the loop stops after them.
  const auto totals = generate(backend, parameters, tokenizer, tasks, options,
                               {.finished = finished, .stepped = {}}, never);
  if (!totals.ok()) return Error(totals.error()).in("--sample-prompts, --sample-tokens");
  return completions;
}

}  // namespace

Result<WatchedSamples> watched_samples(Env& env, const WatchFlags& flags, int threads) {
  WatchedSamples watched{.every = flags.every, .prompts = default_prompts(), .complete = {}};
  if (!flags.prompts.empty()) {
    SCRIBE_TRY_ASSIGN(watched.prompts, load_prompts(env, flags.prompts));
  }
  GenerateOptions options;
  options.max_tokens = flags.tokens;
  options.rows_max = std::ssize(watched.prompts);
  options.threads = threads;
  options.sampler.temperature = flags.temperature;
  options.sampler.top_p = 1;
  SCRIBE_TRY(validate(options.sampler));
  watched.complete = [options = std::move(options)](Backend& backend, const Parameters& parameters,
                                                    const Tokenizer& tokenizer,
                                                    const std::vector<std::string>& prompts) {
    return complete(options, backend, parameters, tokenizer, prompts);
  };
  return watched;
}

}  // namespace scribe::cli
