// The thread that reads the queue, fills the batch, steps it, and tells listeners.
#include "serve/model_service.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/hash.h"
#include "base/utf8_parts.h"
#include "sample/prompt.h"

namespace scribe {
namespace {

constexpr std::size_t kScoredAtOnce = 16;  // Prompts between two steps.

/// How much of a sample its listener has been told.
struct Told {
  std::size_t raw_bytes = 0;  // As drawn,
  std::size_t bytes = 0;      // and as told, with U+FFFD for what is not UTF-8.
  std::size_t tokens = 0;
};

double rank_of(const SampleRecord& record, RankBy rank_by) {
  return rank_by == RankBy::sum_logprob ? record.sum_logprob : record.mean_logprob;
}

/// The n of them that are given back.
void choose(const CompletionRequest& request, std::vector<SampleRecord>& samples) {
  std::ranges::sort(samples, {}, &SampleRecord::sample_index);
  if (request.best_of == request.n) return;
  std::ranges::stable_sort(samples, std::greater(), [&](const SampleRecord& record) {
    return rank_of(record, request.rank_by);
  });
  samples.erase(samples.begin() + request.n, samples.end());
  for (std::size_t i = 0; i < samples.size(); ++i)
    samples[i].sample_index = static_cast<std::int64_t>(i);
}

/// A text is what its tokens say, or has that as its Normalization Form C.
std::int64_t bytes_per_token_max(const Tokenizer& tokenizer) {
  // Seven bytes may become two: U+1FBE U+0308 U+0301 is U+0390.
  constexpr std::size_t kNfcFactor = 4;
  std::size_t longest = 1;
  for (TokenId token = 0; token < tokenizer.vocabulary_size(); ++token)
    longest = std::max(longest, tokenizer.bytes_of(token).size());
  return static_cast<std::int64_t>(tokenizer.layout().ends_with("+nfc") ? kNfcFactor * longest
                                                                        : longest);
}

ApiError does_not_fit(std::int64_t context, const std::string& prompt_tokens,
                      std::int64_t max_tokens) {
  return {.message = fmt::format("the model has a context of {} tokens, but the prompt has {} and "
                                 "{} new ones are asked for; shorten one of them, or set "
                                 "truncate_prompt",
                                 context, prompt_tokens, max_tokens),
          .param = "prompt",
          .code = "context_length_exceeded"};
}

}  // namespace

struct ModelService::Work {
  struct OfPrompt {
    PromptResult result;
    std::vector<Told> told;  // by sample index, if the request is streamed
    std::int64_t left = 0;   // samples not finished
  };

  Ticket ticket = 0;
  CompletionRequest request;
  std::shared_ptr<CompletionListener> listener;  // Shared with whoever submitted it.
  std::shared_ptr<const StopStrings> stop;       // Shared with the groups.
  std::vector<OfPrompt> prompts;
  std::size_t scored = 0;  // prompts whose log-probabilities are known
  std::size_t begun = 0;   // prompts that are in the batch, or were
  std::vector<SampleBatch::GroupId> groups;

  bool needs_scores() const { return request.echo && request.logprobs.has_value(); }
  /// Has it samples that are drawn, or will be without asking for more room?
  bool is_in_batch() const {
    return std::any_of(prompts.begin(), prompts.begin() + static_cast<std::ptrdiff_t>(begun),
                       [](const OfPrompt& prompt) { return prompt.left > 0; });
  }
  bool is_finished() const {
    return begun == prompts.size() &&
           std::ranges::all_of(prompts, [](const OfPrompt& prompt) { return prompt.left == 0; });
  }
};

Result<std::unique_ptr<ModelService>> ModelService::start(Backend& backend, Checkpoint checkpoint,
                                                          const ModelServiceOptions& options) {
  const std::int32_t tokens = checkpoint.tokenizer.vocabulary_size();
  if (tokens > checkpoint.config.vocabulary_size)
    return error(ErrorCode::invalid_argument,
                 "the tokenizer has {} tokens, the model only {}: they do not belong together",
                 tokens, checkpoint.config.vocabulary_size);
  if (options.rows_max < 1 || options.rows_max > 65536)
    return error(ErrorCode::invalid_argument, "rows is {}, expected 1 to 65536", options.rows_max);
  return std::make_unique<ModelService>(backend, std::move(checkpoint), options);
}

ModelService::ModelService(Backend& backend, Checkpoint checkpoint,
                           const ModelServiceOptions& options)
    : backend_(backend),
      checkpoint_(std::move(checkpoint)),
      options_(options),
      weights_(backend, checkpoint_.parameters, options.weights) {
  if (auto marks = fill_in_middle_tokens(checkpoint_.tokenizer, "the tokenizer"); marks.ok())
    marks_ = marks.value();
  bytes_per_token_max_ = bytes_per_token_max(checkpoint_.tokenizer);
  make_batch();
  thread_ = std::thread([this] { run(); });
}

ModelService::~ModelService() {
  stop();
}

void ModelService::stop() {
  {
    const std::lock_guard lock(mutex_);
    is_draining_ = true;
    is_stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void ModelService::refuse_new() {
  const std::lock_guard lock(mutex_);
  is_draining_ = true;
}

TokenLimits ModelService::token_limits() const {
  const std::int64_t context = checkpoint_.config.context;
  const std::int64_t rest = context - 1;  // Behind a prompt, which has a token at least.
  return {.context = context,
          .completion_max =
              options_.completion_max == 0 ? rest : std::min(options_.completion_max, rest)};
}

void ModelService::make_batch() {
  if (batch_ != nullptr) drawn_before_ += batch_->tokens();
  batch_.reset();
  batch_ = std::make_unique<SampleBatch>(
      backend_, weights_, checkpoint_.tokenizer,
      SampleBatchOptions{.rows_max = options_.rows_max,
                         .suffix_max = token_limits().completion_max,
                         .prefix_bytes_max = options_.prefix_bytes_max,
                         .kept_bytes_max = options_.kept_bytes_max,
                         .threads = options_.threads});
}

// -------------------------------------------------------------------- requests, on any thread

std::vector<TokenId> ModelService::tokens_of(const PromptContent& content,
                                             const CompletionRequest& request,
                                             std::optional<ApiError>& failure) const {
  const Tokenizer& tokenizer = checkpoint_.tokenizer;
  if (const auto* const tokens = std::get_if<std::vector<TokenId>>(&content)) {
    if (!request.suffix.empty())
      failure = ApiError{.message = "a suffix needs the prompt as text", .param = "suffix"};
    for (const TokenId token : *tokens)
      if (token >= tokenizer.vocabulary_size())
        failure = ApiError{.message = fmt::format("token {} in the prompt, but the model has {}",
                                                  token, tokenizer.vocabulary_size()),
                           .param = "prompt"};
    return *tokens;
  }
  const std::string& text = std::get<std::string>(content);
  const std::int64_t room = checkpoint_.config.context - request.max_tokens;
  if (request.suffix.empty()) {
    // What cannot fit is not encoded: all connections wait meanwhile.
    const std::int64_t tokens_min =
        (std::ssize(text) + bytes_per_token_max_ - 1) / bytes_per_token_max_;
    if (tokens_min <= std::max<std::int64_t>(room, 0) || request.truncate_prompt)
      return tokenizer.encode_prompt(text);
    failure = does_not_fit(checkpoint_.config.context, fmt::format("at least {}", tokens_min),
                           request.max_tokens);
    return {};
  }
  if (!marks_)
    failure = ApiError{.message =
                           "this model was not trained to fill in the middle: leave the "
                           "suffix out, or serve a model that has such tokens",
                       .param = "suffix"};
  else if (room < std::ssize(tokenizer.prefix()) + 4)
    failure = ApiError{.message = "no room for a prompt with a suffix before so many new tokens",
                       .param = "max_tokens"};
  if (failure) return {};
  return fill_in_middle_prompt(tokenizer, *marks_, text, request.suffix,
                               static_cast<std::size_t>(room));
}

/// Fills work.prompts.
std::optional<ApiError> ModelService::take_prompts(Work& work) const {
  const CompletionRequest& request = work.request;
  const auto samples = std::ssize(request.prompts) * request.best_of;
  if (samples > options_.request_samples_max)
    return ApiError{.message = fmt::format(
                        "{} prompts of {} samples each are more than the {} samples that a "
                        "request may have",
                        request.prompts.size(), request.best_of, options_.request_samples_max),
                    .param = "n"};
  if (options_.completion_max > 0 && request.max_tokens > options_.completion_max)
    return ApiError{.message = fmt::format("max_tokens is {}, and {} is the most here: ask for "
                                           "fewer, or start the server with a larger "
                                           "--completion-max",
                                           request.max_tokens, options_.completion_max),
                    .param = "max_tokens"};
  std::optional<ApiError> failure;
  std::int64_t logprobs = 0;  // Of the whole reply.
  for (const PromptContent& content : request.prompts) {
    Work::OfPrompt prompt;
    prompt.result.prompt = tokens_of(content, request, failure);
    if (failure) return failure;
    const std::int64_t room = checkpoint_.config.context - request.max_tokens;
    if (std::ssize(prompt.result.prompt) > room && request.truncate_prompt && room > 0)
      prompt.result.prompt =
          cut_prompt(checkpoint_.tokenizer, prompt.result.prompt, static_cast<std::size_t>(room));
    if (request.logprobs)
      logprobs += request.best_of * (1 + *request.logprobs) *
                  (request.max_tokens + (request.echo ? std::ssize(prompt.result.prompt) : 0));
    if (logprobs > options_.reply_logprobs_max)
      return ApiError{.message = fmt::format(
                          "up to {} log-probabilities are asked for, and {} is the most of a "
                          "request: ask for fewer samples, tokens or alternatives",
                          logprobs, options_.reply_logprobs_max),
                      .param = "logprobs"};
    if (request.max_tokens > 0) prompt.left = request.best_of;
    if (request.stream) prompt.told.resize(static_cast<std::size_t>(request.best_of));
    work.prompts.push_back(std::move(prompt));
  }
  return check_fit(work);
}

std::optional<ApiError> ModelService::check_fit(const Work& work) const {
  const std::int64_t context = checkpoint_.config.context;
  for (const Work::OfPrompt& prompt : work.prompts) {
    if (prompt.result.prompt.empty())
      return ApiError{.message = "the prompt has no tokens", .param = "prompt"};
    if (const auto tokens = std::ssize(prompt.result.prompt);
        tokens + work.request.max_tokens > context)
      return does_not_fit(context, fmt::format("{}", tokens), work.request.max_tokens);
  }
  const Status biases =
      check_biased_tokens(work.request.sampler, checkpoint_.tokenizer.vocabulary_size());
  if (!biases.ok()) return ApiError{.message = biases.error().message(), .param = "logit_bias"};
  return std::nullopt;
}

std::variant<ModelService::Ticket, ApiError> ModelService::submit(
    CompletionRequest request, std::shared_ptr<CompletionListener> listener) {
  Works works(1);
  Work& work = works.front();
  work.request = std::move(request);
  work.request.sampler.top_logprobs = work.request.logprobs.value_or(0);
  work.listener = std::move(listener);
  Result<StopStrings> stop = StopStrings::compile(work.request.stop);
  if (!stop.ok()) return ApiError{.message = stop.error().message(), .param = "stop"};
  work.stop = std::make_shared<const StopStrings>(std::move(stop).value());
  if (std::optional<ApiError> failure = take_prompts(work)) return *std::move(failure);

  const std::lock_guard lock(mutex_);
  if (is_draining_)
    return ApiError{
        .status = 503, .message = "the server is shutting down", .type = "server_error"};
  if (requests_ >= options_.requests_max) {
    ++counts_.refused;
    return ApiError{.status = 429,
                    .message = fmt::format("{} requests are in hand; try again later", requests_),
                    .code = "server_overloaded",
                    .type = "rate_limit_error"};
  }
  ++requests_;
  work.ticket = next_ticket_++;
  // Without a seed, each request has random numbers of its own.
  if (!work.request.seed)
    work.request.seed = hash64(fmt::format("{} {}", options_.seed, work.ticket));
  incoming_.splice(incoming_.end(), works);
  changed_.notify_all();
  return work.ticket;
}

void ModelService::cancel(Ticket ticket) {
  const std::lock_guard lock(mutex_);
  cancelled_.push_back(ticket);
  changed_.notify_all();
}

void ModelService::drain(double seconds) {
  std::unique_lock lock(mutex_);
  is_draining_ = true;
  changed_.wait_for(lock, std::chrono::duration<double>(seconds),
                    [this] { return requests_ == 0; });
}

ModelServiceCounts ModelService::counts() const {
  const std::lock_guard lock(mutex_);
  ModelServiceCounts counts = counts_;
  counts.waiting += std::ssize(incoming_);
  return counts;
}

// ----------------------------------------------------------------------- the service's thread

void ModelService::run() {
  while (wait()) {
    take_incoming();
    score();
    admit();
    if (!batch_->empty()) {
      ++steps_;
      if (const Status stepped = batch_->step(); !stepped.ok()) {
        fail_all(stepped.error().message());
        make_batch();
      }
    }
    finish_works();
    publish_counts();
  }
  take_incoming();
  fail_all("the server is shutting down");
}

/// Until there is something to do; false if the service ends.
bool ModelService::wait() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] {
    return is_stopping_ || !works_.empty() || !incoming_.empty() || !cancelled_.empty();
  });
  return !is_stopping_;
}

void ModelService::take_incoming() {
  std::vector<Ticket> cancelled;
  {
    const std::lock_guard lock(mutex_);
    works_.splice(works_.end(), incoming_);
    cancelled.swap(cancelled_);
  }
  std::int64_t ended = 0;
  for (const Ticket ticket : cancelled) {
    const auto found = std::ranges::find(works_, ticket, &Work::ticket);
    if (found == works_.end()) continue;
    for (const SampleBatch::GroupId group : found->groups) batch_->remove(group);
    works_.erase(found);
    ++ended;
  }
  if (ended == 0) return;
  const std::lock_guard lock(mutex_);
  counts_.cancelled += ended;
  requests_ -= ended;
  changed_.notify_all();
}

/// Log-probabilities of prompts that are wanted back with them, a few at a time.
void ModelService::score() {
  std::vector<GivenText> texts;
  std::vector<Work::OfPrompt*> places;
  std::int32_t top_logprobs = 0;
  for (Work& work : works_) {
    for (; work.needs_scores() && work.scored < work.prompts.size() && texts.size() < kScoredAtOnce;
         ++work.scored) {
      Work::OfPrompt& prompt = work.prompts[work.scored];
      const std::vector<TokenId>& tokens = prompt.result.prompt;
      texts.push_back({.name = "the prompt",
                       .prompt = {tokens.front()},
                       .text = {tokens.begin() + 1, tokens.end()}});
      places.push_back(&prompt);
      top_logprobs = std::max(top_logprobs, *work.request.logprobs);
    }
  }
  if (texts.empty()) return;
  const StopToken never;
  auto scores = text_logprobs(backend_, weights_, texts,
                              {.vocabulary_size = checkpoint_.tokenizer.vocabulary_size(),
                               .weights = options_.weights,
                               .top_logprobs = top_logprobs,
                               .threads = options_.threads},
                              {}, never);
  if (!scores.ok()) {
    fail_all(scores.error().message());
    make_batch();
    return;
  }
  for (std::size_t i = 0; i < places.size(); ++i)
    places[i]->result.echo = std::move(scores.value()[i]);
}

/// Gives the batch prompts, one of each request in turn, so that a row that becomes free has a
/// choice of requests. A prompt costs nothing before its first sample begins.
void ModelService::admit() {
  for (bool any = true; any;) {
    any = false;
    bool is_room_kept = false;
    for (Work& work : works_) any = admit_next(work, is_room_kept) || any;
  }
}

/// `is_room_kept`: one that came before it waits for room. Under a steady load of short prompts
/// there would never be enough for a long one, if they could have what becomes free.
bool ModelService::admit_next(Work& work, bool& is_room_kept) {
  if (work.begun == work.prompts.size()) return false;
  if (work.needs_scores() && work.begun == work.scored) return false;
  const auto tokens = std::ssize(work.prompts[work.begun].result.prompt);
  const bool draws = work.request.max_tokens > 0;
  if (draws &&
      (is_room_kept || batch_->group_count() >= options_.rows_max || !batch_->has_room(tokens))) {
    is_room_kept = is_room_kept || !work.is_in_batch();
    return false;
  }
  begin(work, work.begun++);
  return true;
}

void ModelService::begin(Work& work, std::size_t prompt) {
  const CompletionRequest& request = work.request;
  PromptResult& result = work.prompts[prompt].result;
  work.listener->prompt_read(prompt, result);
  if (request.max_tokens == 0) return;
  const std::string task_id =
      work.prompts.size() == 1 ? request.task_id : fmt::format("{}/{}", request.task_id, prompt);
  SampleGroup group{.task_id = task_id,
                    .stream = hash64(task_id),
                    .prompt = result.prompt,
                    .indices = {},
                    .samplers = {request.sampler},
                    .max_tokens = request.max_tokens,
                    .stop = work.stop,
                    .seed = *request.seed,
                    .logprobs = request.logprobs.has_value() || request.return_token_ids,
                    .ignore_end_of_text = request.ignore_eos,
                    .drawn = {},
                    .finished = [this, &work, prompt](const SampleRecord& record) {
                      finished(work, prompt, record);
                      return Status();
                    }};
  for (std::int64_t index = 0; index < request.best_of; ++index) group.indices.push_back(index);
  if (request.stream)
    group.drawn = [this, &work, prompt](const SampleView& view) { told(work, prompt, view); };
  work.groups.push_back(batch_->add(std::move(group)));
}

/// A streamed sample has another token: what of its text stands is told.
void ModelService::told(Work& work, std::size_t prompt, const SampleView& view) {
  Told& told = work.prompts[prompt].told[static_cast<std::size_t>(view.sample_index)];
  const std::string_view raw = view.text.take();
  if (raw.empty()) return;
  const std::string piece = replace_invalid_utf8(raw);
  told.raw_bytes += raw.size();
  told.bytes += piece.size();
  const std::size_t first = told.tokens;
  while (told.tokens < view.logprobs.size() &&
         view.logprobs[told.tokens].offset < static_cast<std::int64_t>(told.raw_bytes))
    ++told.tokens;
  work.listener->piece(prompt, view.sample_index, piece,
                       view.logprobs.subspan(first, told.tokens - first), nullptr);
}

void ModelService::finished(Work& work, std::size_t prompt, const SampleRecord& record) {
  Work::OfPrompt& of_prompt = work.prompts[prompt];
  --of_prompt.left;
  of_prompt.result.drawn_tokens += record.tokens;
  if (work.request.stream) {
    const Told& told = of_prompt.told[static_cast<std::size_t>(record.sample_index)];
    work.listener->piece(
        prompt, record.sample_index, std::string_view(record.completion).substr(told.bytes),
        std::span(record.logprobs).subspan(std::min(told.tokens, record.logprobs.size())), &record);
  } else {
    of_prompt.result.samples.push_back(record);
  }
}

void ModelService::finish_works() {
  std::int64_t ended = 0;
  for (auto work = works_.begin(); work != works_.end();) {
    if (!work->is_finished()) {
      ++work;
      continue;
    }
    std::vector<PromptResult> results;
    for (Work::OfPrompt& prompt : work->prompts) {
      if (!work->request.stream && work->request.max_tokens > 0)
        choose(work->request, prompt.result.samples);
      results.push_back(std::move(prompt.result));
    }
    std::int64_t prompt_tokens = 0;
    for (const PromptResult& result : results) prompt_tokens += std::ssize(result.prompt);
    work->listener->done(std::move(results));
    work = works_.erase(work);
    ++ended;
    const std::lock_guard lock(mutex_);
    counts_.prompt_tokens += prompt_tokens;
  }
  if (ended == 0) return;
  const std::lock_guard lock(mutex_);
  counts_.finished += ended;
  requests_ -= ended;
  changed_.notify_all();
}

void ModelService::fail_all(const std::string& message) {
  const ApiError failure{.status = 500, .message = message, .type = "server_error"};
  const std::int64_t ended = std::ssize(works_);
  for (const Work& work : works_) {
    for (const SampleBatch::GroupId group : work.groups) batch_->remove(group);
    work.listener->failed(failure);
  }
  works_.clear();
  const std::lock_guard lock(mutex_);
  requests_ -= ended;
  changed_.notify_all();
}

void ModelService::publish_counts() {
  const auto waiting =
      std::ranges::count_if(works_, [](const Work& work) { return work.begun == 0; });
  const std::lock_guard lock(mutex_);
  counts_.waiting = waiting;
  counts_.running = std::ssize(works_) - waiting;
  counts_.live_rows = batch_->live_rows();
  counts_.drawn_tokens = drawn_before_ + batch_->tokens();
  counts_.steps = steps_;
  counts_.prefixes = batch_->prefix_counts();
}

}  // namespace scribe
