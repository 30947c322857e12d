// The two kinds of sources.
#include "experiment/completion_source.h"

#include <algorithm>
#include <cctype>
#include <set>

#include "checkpoint/checkpoint.h"
#include "checkpoint/model_config.h"
#include "sample/sample_run.h"

namespace scribe {
namespace {

/// Letters, digits, '.', '_' and '-'; everything else becomes '-'.
std::string file_name_of(std::string_view text) {
  std::string name(text);
  for (char& c : name)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '.' && c != '_') c = '-';
  return name.empty() || name.front() == '.' ? "model" + name : name;
}

std::string last_part(std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path.substr(path.find_last_of('/') + 1);
}

/// The last validation loss of a run's log; nothing if it has none, or there is no log.
Result<std::optional<double>> last_validation_loss(Env& env, const std::string& directory) {
  std::optional<double> loss;
  const std::string path = directory + "/train_log.jsonl";
  if (!env.exists(path)) return loss;
  SCRIBE_TRY(for_each_json_line(env, path, [&](const Json& line, const std::string& where) {
    if (!line.is_object() || !line.contains("validation_loss")) return Status();
    const Result<double> value = json_field<double>(line, "validation_loss", where);
    if (!value.ok()) return Status(value.error());
    loss = value.value();
    return Status();
  }));
  return loss;
}

class CheckpointSource : public CompletionSource {
 public:
  CheckpointSource(Env& env, StopToken& stop, CompletionSourceOptions options, ModelFacts facts)
      : env_(env), stop_(stop), options_(std::move(options)), facts_(std::move(facts)) {}

  const ModelFacts& facts() const override { return facts_; }

  Result<DrawnSamples> draw(std::span<const Prompt> prompts, const DrawOptions& options,
                            const std::string& path) override {
    SCRIBE_TRY_ASSIGN(const std::unique_ptr<Backend> backend,
                      make_backend(options_.device, options_.threads));
    SCRIBE_TRY_ASSIGN(const Checkpoint model, load_checkpoint(env_, facts_.where, *backend));
    SampleRunOptions run;
    run.generate.sampler.top_p = options.top_p;
    run.generate.max_tokens = options.max_tokens;
    run.generate.stop = options.stop;
    run.generate.seed = options.seed;
    run.generate.truncate_prompts = true;
    run.generate.threads = options_.threads;
    run.samples_per_task = options.samples;
    run.temperatures = options.temperatures;
    // One temperature alone goes into `path` itself, several into files of their own.
    const bool is_single = options.temperatures.size() == 1;
    run.path = is_single ? sample_path(path, fmt::format("t{}", options.temperatures[0])) : path;
    run.quiet = options_.quiet;
    SCRIBE_TRY_ASSIGN(
        const SampleSummary summary,
        sample_problems(env_, stop_, *backend, model.parameters, model.tokenizer, prompts, run));
    DrawnSamples drawn{.paths = {}, .truncated_prompts = summary.truncated_prompts};
    for (const SampleFileSummary& file : summary.files) drawn.paths.push_back(file.path);
    return drawn;
  }

 private:
  Env& env_;
  StopToken& stop_;
  CompletionSourceOptions options_;
  ModelFacts facts_;
};

class ServerSource : public CompletionSource {
 public:
  ServerSource(Env& env, StopToken& stop, ServedRunOptions options, ModelFacts facts)
      : env_(env), stop_(stop), options_(std::move(options)), facts_(std::move(facts)) {}

  const ModelFacts& facts() const override { return facts_; }

  Result<DrawnSamples> draw(std::span<const Prompt> prompts, const DrawOptions& options,
                            const std::string& path) override {
    DrawnSamples drawn;
    for (const double temperature : options.temperatures) {
      ServedRunOptions run = options_;
      run.samples_per_task = options.samples;
      run.temperature = temperature;
      run.top_p = options.top_p;
      run.max_tokens = options.max_tokens;
      run.stop = options.stop;
      run.seed = options.seed;
      run.path = sample_path(path, fmt::format("t{}", temperature));
      SCRIBE_TRY(sample_from_server(env_, stop_, prompts, run));
      drawn.paths.push_back(run.path);
    }
    return drawn;
  }

 private:
  Env& env_;
  StopToken& stop_;
  ServedRunOptions options_;
  ModelFacts facts_;
};

Result<std::unique_ptr<CompletionSource>> open_named(Env& env, StopToken& stop,
                                                     const std::string& model,
                                                     const CompletionSourceOptions& options,
                                                     std::set<std::string>& names) {
  const auto unused = [&](const std::string& wanted) {
    std::string name = wanted;
    for (int number = 2; !names.insert(name).second; ++number)
      name = fmt::format("{}-{}", wanted, number);
    return name;
  };
  if (model.starts_with("http://") || model.starts_with("https://")) {
    const std::size_t mark = model.find('#');
    ServedRunOptions served = options.served;
    served.server.url = model.substr(0, mark);
    if (mark != std::string::npos) served.server.model = model.substr(mark + 1);
    served.quiet = options.quiet;
    SCRIBE_TRY_ASSIGN(CompletionServer server, CompletionServer::create(env, stop, served.server));
    SCRIBE_TRY_ASSIGN(served.server.model, server.model());
    ModelFacts facts{.name = unused(file_name_of(last_part(served.server.model))),
                     .where = served.server.url + "#" + served.server.model};
    return std::unique_ptr<CompletionSource>(
        std::make_unique<ServerSource>(env, stop, std::move(served), std::move(facts)));
  }
  SCRIBE_TRY_ASSIGN(const ModelConfig config, load_model_config(env, model));
  ModelFacts facts{.name = unused(file_name_of(last_part(model))), .where = model};
  facts.parameters = parameter_count(config);
  facts.non_embedding_parameters = non_embedding_parameters(config);
  SCRIBE_TRY_ASSIGN(facts.validation_loss, last_validation_loss(env, model));
  return std::unique_ptr<CompletionSource>(
      std::make_unique<CheckpointSource>(env, stop, options, std::move(facts)));
}

}  // namespace

std::int64_t non_embedding_parameters(const ModelConfig& config) {
  std::int64_t count = 0;
  for (const ParameterInfo& info : parameter_layout(config))
    if (info.name.starts_with("transformer.h.") || info.name.starts_with("transformer.ln_f"))
      count += info.size;
  return count;
}

Result<std::vector<std::unique_ptr<CompletionSource>>> open_sources(
    Env& env, StopToken& stop, std::span<const std::string> models,
    const CompletionSourceOptions& options) {
  std::set<std::string> names;
  std::vector<std::unique_ptr<CompletionSource>> sources;
  for (const std::string& model : models) {
    SCRIBE_TRY_ASSIGN(std::unique_ptr<CompletionSource> source,
                      open_named(env, stop, model, options, names));
    sources.push_back(std::move(source));
  }
  return sources;
}

}  // namespace scribe
