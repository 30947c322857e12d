// Pairs of prompt and text out of problems and samples.
#include "cli/given_texts.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "base/progress.h"
#include "problems/back_translation.h"
#include "sample/prompt.h"

namespace scribe::cli {
namespace {

class TextMaker {
 public:
  TextMaker(std::span<const Problem> problems, const Tokenizer& tokenizer,
            const ModelConfig& config, const GivenTextOptions& options)
      : problems_(problems),
        tokenizer_(tokenizer),
        context_(config.context),
        options_(options),
        prompt_tokens_(problems.size()) {
    for (std::size_t i = 0; i < problems.size(); ++i) {
      places_.emplace(problems[i].task_id, i);
      prompts_.push_back(
          {problems[i].task_id, problems[i].prompt, options.no_suffix ? "" : problems[i].suffix});
      if (options.strip_prompts && prompts_.back().suffix.empty())
        prompts_.back().text.resize(stripped_prompt(prompts_.back().text).size());
    }
  }

  Status prepare() {
    if (options_.max_tokens < 1)
      return error(ErrorCode::invalid_argument, "max-tokens is {}, expected 1 or more",
                   options_.max_tokens);
    if (options_.reverse) return {};
    SCRIBE_TRY_ASSIGN(encoder_, PromptEncoder::create(
                                    tokenizer_, prompts_,
                                    options_.truncate_prompts
                                        ? std::max<std::int64_t>(context_ - options_.max_tokens, 1)
                                        : 0));
    return {};
  }

  Result<GivenText> make(const RawSample& sample, std::size_t number) {
    const auto place = places_.find(sample.task_id);
    if (place == places_.end())
      return error(ErrorCode::invalid_data, "task '{}' of sample {} is not among the problems",
                   sample.task_id, number);
    GivenText given;
    given.name = fmt::format("sample {} (task '{}')", number, sample.task_id);
    SCRIBE_TRY_ASSIGN(const std::string_view completion,
                      completion_of(sample, problems_[place->second], given.name));
    if (options_.reverse) {
      SCRIBE_TRY_ASSIGN(const BackTranslation back,
                        back_translation(problems_[place->second], completion));
      given.prompt = tokenizer_.encode_prompt(back.code);
      given.text = tokenizer_.encode(back.docstring, TextPlace::continues);
      if (options_.docstring_tokens_max > 0 &&
          std::ssize(given.text) > options_.docstring_tokens_max)
        given.text.resize(static_cast<std::size_t>(options_.docstring_tokens_max));
    } else {
      given.prompt = prompt_of(place->second);
      given.text = tokenizer_.encode(completion, TextPlace::continues);
    }
    if (options_.end_of_text) given.text.push_back(tokenizer_.end_of_text());
    if (options_.truncate_prompts) truncate(given);
    return given;
  }

 private:
  /// Programs of other harnesses that begin with the prompt are completions too.
  static Result<std::string_view> completion_of(const RawSample& sample, const Problem& problem,
                                                const std::string& name) {
    const std::string_view text = sample.text;
    if (!sample.is_program) return text;
    if (text.starts_with(problem.prompt) && text.ends_with(problem.suffix) &&
        text.size() >= problem.prompt.size() + problem.suffix.size())
      return text.substr(problem.prompt.size(),
                         text.size() - problem.prompt.size() - problem.suffix.size());
    return error(ErrorCode::invalid_data,
                 "{} is a whole program that does not begin with the prompt; only completions of "
                 "the prompt have a log-probability after it",
                 name);
  }

  const std::vector<TokenId>& prompt_of(std::size_t place) {
    std::vector<TokenId>& tokens = prompt_tokens_[place];
    if (tokens.empty()) tokens = encoder_->encode(prompts_[place]);
    return tokens;
  }

  void truncate(GivenText& given) const {
    const std::int64_t room =
        context_ - std::max<std::int64_t>(options_.max_tokens, std::ssize(given.text));
    if (room < 1 || std::ssize(given.prompt) <= room) return;
    given.prompt = cut_prompt(tokenizer_, given.prompt, static_cast<std::size_t>(room));
  }

  std::span<const Problem> problems_;
  const Tokenizer& tokenizer_;
  const std::int64_t context_;
  const GivenTextOptions& options_;
  std::unordered_map<std::string, std::size_t> places_;  // of problems, by task id
  std::vector<Prompt> prompts_;
  std::optional<PromptEncoder> encoder_;
  std::vector<std::vector<TokenId>> prompt_tokens_;  // empty: not encoded yet
};

}  // namespace

Result<std::vector<GivenText>> given_texts(std::span<const Problem> problems,
                                           std::span<const RawSample> samples,
                                           const Tokenizer& tokenizer, const ModelConfig& config,
                                           const GivenTextOptions& options) {
  TextMaker maker(problems, tokenizer, config, options);
  SCRIBE_TRY(maker.prepare());
  std::vector<GivenText> texts;
  for (const RawSample& sample : samples) {
    SCRIBE_TRY_ASSIGN(GivenText given, maker.make(sample, texts.size() + 1));
    texts.push_back(std::move(given));
  }
  return texts;
}

std::string scored_lines(std::span<const RawSample> samples, std::span<const TextLogprobs> logprobs,
                         const GivenTextOptions& options) {
  SCRIBE_CHECK(samples.size() == logprobs.size(), "{} samples, {} scores", samples.size(),
               logprobs.size());
  std::string lines;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    Json line = samples[i].line;
    line["tokens"] = logprobs[i].tokens.size();
    line["sum_logprob"] = logprobs[i].sum;
    line["mean_logprob"] = logprobs[i].mean();
    line["scored"] = options.reverse ? "docstring" : "completion";
    lines += to_json_line(line) + "\n";
  }
  return lines;
}

Result<ScoredTexts> score_file(Env& env, StopToken& stop, Backend& backend,
                               const Checkpoint& checkpoint, const std::string& problems_path,
                               const std::string& samples_path, const std::string& out,
                               const GivenTextOptions& texts, TextLogprobsOptions options,
                               bool quiet) {
  SCRIBE_TRY_ASSIGN(const std::vector<Problem> problems, load_problems(env, problems_path));
  SCRIBE_TRY_ASSIGN(const SampleFile file, read_sample_file(env, samples_path, problems));
  options.vocabulary_size = checkpoint.tokenizer.vocabulary_size();
  SCRIBE_TRY_ASSIGN(
      const std::vector<GivenText> given,
      given_texts(problems, file.samples, checkpoint.tokenizer, checkpoint.config, texts));
  Progress progress(
      env, {.label = "score", .unit = "samples", .total = std::ssize(given), .quiet = quiet});
  const auto scored = text_logprobs(
      backend, checkpoint.parameters, given, options,
      [&](std::int64_t done) { progress.update(done); }, stop);
  progress.clear();
  if (!scored.ok()) return Error(scored.error()).in(samples_path);
  SCRIBE_TRY(write_file_atomic(env, out, scored_lines(file.samples, scored.value(), texts)));
  ScoredTexts totals{.samples = given.size()};
  for (const TextLogprobs& text : scored.value()) {
    totals.tokens += text.tokens.size();
    totals.sum_logprob += text.sum;
  }
  return totals;
}

}  // namespace scribe::cli
