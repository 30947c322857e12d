// Threads that ask, one file that they fill.
#include "experiment/served_samples.h"

#include <algorithm>
#include <mutex>
#include <numeric>
#include <optional>
#include <thread>
#include <unordered_map>

#include "base/hash.h"
#include "base/progress.h"
#include "sample/sample_meta.h"

namespace scribe {
namespace {

/// Indices of one prompt that are asked for together.
struct Errand {
  std::size_t row = 0;
  std::vector<std::int64_t> indices;
};

Json sample_line(const Prompt& prompt, std::int64_t index, const ServedRunOptions& options,
                 const ServedCompletion& completion) {
  Json line{{"task_id", prompt.task_id},
            {"completion", completion.text},
            {"sample_index", index},
            {"temperature", options.temperature}};
  if (!completion.tokens.empty()) {
    const double sum =
        std::accumulate(completion.token_logprobs.begin(), completion.token_logprobs.end(), 0.0);
    line["tokens"] = completion.tokens.size();
    line["sum_logprob"] = sum;
    line["mean_logprob"] = sum / static_cast<double>(completion.tokens.size());
  }
  line["finish_reason"] = completion.finish_reason;
  if (!completion.tokens.empty())
    line["logprobs"] = {{"token_texts", completion.tokens},
                        {"token_logprobs", completion.token_logprobs}};
  return line;
}

Json make_meta(const std::string& model, std::span<const Prompt> prompts,
               const ServedRunOptions& options) {
  Json hashes = Json::object();
  for (const Prompt& prompt : prompts)
    hashes[prompt.task_id] = hash128_hex(hash128_hex(prompt.text) + prompt.suffix);
  return {{"format", "scribe samples of a server"},
          {"version", 1},
          {"url", options.server.url},
          {"model", model},
          {"temperature", options.temperature},
          {"top_p", options.top_p},
          {"max_tokens", options.max_tokens},
          {"stop", options.stop},
          {"seed", options.seed},
          {"logprobs", options.server.logprobs},
          {"prompts", std::move(hashes)}};
}

Status validate(const ServedRunOptions& options) {
  if (options.connections < 1 || options.connections > kConnectionsMax)
    return error(ErrorCode::invalid_argument, "{} connections: expected 1 to {}",
                 options.connections, kConnectionsMax);
  if (options.completions_per_request < 1 ||
      options.completions_per_request > kCompletionsPerRequestMax)
    return error(ErrorCode::invalid_argument, "{} completions a request: expected 1 to {}",
                 options.completions_per_request, kCompletionsPerRequestMax);
  if (options.samples_per_task < 1 || options.max_tokens < 1)
    return error(ErrorCode::invalid_argument,
                 "{} samples of {} tokens: expected at least 1 of each", options.samples_per_task,
                 options.max_tokens);
  return {};
}

/// The lines of a file by (task, sample index).
class Lines {
 public:
  Lines(std::span<const Prompt> prompts, std::int64_t samples_per_task)
      : samples_per_task_(samples_per_task),
        lines_(prompts.size() * static_cast<std::size_t>(samples_per_task)) {
    for (std::size_t row = 0; row < prompts.size(); ++row) rows_.emplace(prompts[row].task_id, row);
  }

  Status add_read(const Json& line, const std::string& where) {
    SCRIBE_TRY_ASSIGN(const std::string task_id, json_field<std::string>(line, "task_id", where));
    SCRIBE_TRY_ASSIGN(const std::int64_t index,
                      json_field<std::int64_t>(line, "sample_index", where));
    const auto row = rows_.find(task_id);
    if (row == rows_.end() || index < 0 || index >= samples_per_task_)
      return error(ErrorCode::invalid_argument,
                   "{}: task '{}', sample {} is not among the {} samples of {} tasks asked for; "
                   "ask for at least what the file holds, or write to another file",
                   where, task_id, index, samples_per_task_, rows_.size());
    add(row->second, index, line);
    return {};
  }

  void add(std::size_t row, std::int64_t index, const Json& line) {
    std::string& place =
        lines_[row * static_cast<std::size_t>(samples_per_task_) + static_cast<std::size_t>(index)];
    count_ += place.empty() ? 1 : 0;
    place = to_json_line(line) + "\n";
  }

  std::vector<Errand> errands(std::int64_t at_a_time) const {
    std::vector<Errand> errands;
    for (std::size_t place = 0; place < lines_.size(); ++place) {
      if (!lines_[place].empty()) continue;
      const std::size_t row = place / static_cast<std::size_t>(samples_per_task_);
      if (errands.empty() || errands.back().row != row ||
          std::ssize(errands.back().indices) == at_a_time)
        errands.push_back({.row = row, .indices = {}});
      errands.back().indices.push_back(static_cast<std::int64_t>(place) -
                                       static_cast<std::int64_t>(row) * samples_per_task_);
    }
    return errands;
  }

  std::int64_t count() const { return count_; }
  std::int64_t wanted() const { return std::ssize(lines_); }
  bool has_every_task_once(std::size_t tasks) const { return rows_.size() == tasks; }
  std::string text() const { return std::accumulate(lines_.begin(), lines_.end(), std::string()); }

 private:
  std::int64_t samples_per_task_;
  std::unordered_map<std::string, std::size_t> rows_;
  std::vector<std::string> lines_;  // "": missing
  std::int64_t count_ = 0;
};

/// What the threads share.
class Exchange {
 public:
  Exchange(StopToken& stop, std::vector<Errand> errands, JsonlJournal& journal, Lines& lines,
           Progress& bar)
      : stop_(stop), errands_(std::move(errands)), journal_(journal), lines_(lines), bar_(bar) {}

  /// The next errand; nothing if all are taken, one failed or the user wants to stop.
  std::optional<Errand> take() {
    const std::lock_guard lock(mutex_);
    if (failure_ || next_ == errands_.size()) return std::nullopt;
    if (stop_.requested()) {
      failure_ = error(ErrorCode::interrupted, "stopped");
      return std::nullopt;
    }
    return errands_[next_++];
  }

  Status deliver(std::size_t row, std::int64_t index, const Json& line) {
    const std::lock_guard lock(mutex_);
    SCRIBE_TRY(journal_.append(line));
    lines_.add(row, index, line);
    bar_.update(lines_.count());
    return {};
  }

  void fail(Error failure) {
    const std::lock_guard lock(mutex_);
    if (!failure_) failure_ = std::move(failure);
  }

  const std::optional<Error>& failure() const { return failure_; }

 private:
  StopToken& stop_;
  std::vector<Errand> errands_;

  std::mutex mutex_;
  // guarded by mutex_
  std::size_t next_ = 0;
  JsonlJournal& journal_;
  Lines& lines_;
  Progress& bar_;
  std::optional<Error> failure_;
};

/// Asks until all indices of an errand are there: servers may give fewer than were asked for.
Status run_errand(CompletionServer& server, const Prompt& prompt, Errand errand,
                  const ServedRunOptions& options, Exchange& exchange) {
  std::vector<std::int64_t>& left = errand.indices;
  while (!left.empty()) {
    SCRIBE_TRY_ASSIGN(const std::vector<ServedCompletion> completions,
                      server.complete({.prompt = prompt.text,
                                       .suffix = prompt.suffix,
                                       .n = std::ssize(left),
                                       .max_tokens = options.max_tokens,
                                       .temperature = options.temperature,
                                       .top_p = options.top_p,
                                       .stop = options.stop,
                                       // 31 bits: some servers take no more.
                                       .seed = hash64(fmt::format("{} {} {}", options.seed,
                                                                  left.front(), prompt.task_id)) >>
                                               33}));
    for (std::size_t i = 0; i < completions.size(); ++i)
      SCRIBE_TRY(exchange.deliver(errand.row, left[i],
                                  sample_line(prompt, left[i], options, completions[i])));
    left.erase(left.begin(), left.begin() + std::ssize(completions));
  }
  return {};
}

void run_errands(Env& env, StopToken& stop, std::span<const Prompt> prompts,
                 const ServedRunOptions& options, Exchange& exchange) {
  Result<CompletionServer> server = CompletionServer::create(env, stop, options.server);
  if (!server.ok()) return exchange.fail(std::move(server).error());
  while (std::optional<Errand> errand = exchange.take()) {
    const Prompt& prompt = prompts[errand->row];
    const Status status = run_errand(server.value(), prompt, std::move(*errand), options, exchange);
    if (!status.ok()) exchange.fail(Error(status.error()).in("task '" + prompt.task_id + "'"));
  }
}

}  // namespace

Status sample_from_server(Env& env, StopToken& stop, std::span<const Prompt> prompts,
                          const ServedRunOptions& given) {
  ServedRunOptions options = given;
  SCRIBE_TRY(validate(options));
  if (prompts.empty()) return error(ErrorCode::invalid_argument, "there are no problems to sample");
  Lines lines(prompts, options.samples_per_task);
  if (!lines.has_every_task_once(prompts.size()))
    return error(ErrorCode::invalid_argument, "a task id is given twice among the problems");
  SCRIBE_TRY_ASSIGN(CompletionServer server, CompletionServer::create(env, stop, options.server));
  SCRIBE_TRY_ASSIGN(options.server.model, server.model());
  SCRIBE_TRY(
      agree_on_sample_meta(env, options.path, make_meta(options.server.model, prompts, options)));
  SCRIBE_TRY_ASSIGN(JsonlJournal journal,
                    JsonlJournal::open(env, options.path, [&](Json line, const std::string& where) {
                      return lines.add_read(line, where);
                    }));
  Progress bar(
      env, {.label = "sample", .unit = "samples", .total = lines.wanted(), .quiet = options.quiet});
  bar.skip(lines.count());
  // Some servers refuse several equal completions, which temperature 0 gives.
  std::vector<Errand> errands =
      lines.errands(options.temperature > 0 ? options.completions_per_request : 1);
  const std::size_t connections =
      std::min(static_cast<std::size_t>(options.connections), errands.size());
  Exchange exchange(stop, std::move(errands), journal, lines, bar);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < connections; ++i)
    threads.emplace_back([&] { run_errands(env, stop, prompts, options, exchange); });
  for (std::thread& thread : threads) thread.join();
  bar.clear();
  SCRIBE_TRY(journal.sync());
  if (exchange.failure())
    return Error(*exchange.failure())
        .in(fmt::format("sampling into '{}' ({} of {} samples there; the same command continues)",
                        options.path, lines.count(), lines.wanted()));
  return write_file_atomic(env, options.path, lines.text());
}

}  // namespace scribe
