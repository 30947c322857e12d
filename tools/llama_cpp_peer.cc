// llama.cpp drawing n samples of one prompt, as a program that bench_sample.py compares with.
//
//   llama_cpp_peer MODEL.gguf N PROMPT LENGTH THREADS unified|split on|off ROUNDS
//
// PROMPT tokens are run once; their keys and values are shared by N sequences (one cache for all,
// or copied into streams), which draw LENGTH tokens each: temperature 0.8, then a nucleus of 0.95,
// by llama.cpp's own samplers, with the log-probability of each token at temperature 1. The last
// choice is flash attention. llama.cpp's programs sample on one thread; here rows are sampled on
// all THREADS, which is the faster. Prints one line of JSON with the fastest of ROUNDS.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <thread>
#include <vector>

#include <llama.h>

namespace {

struct Settings {
  int n, prompt, length, threads;
  bool unified, flash;
  int rounds;
};

struct Timing {
  double total = 0, prefill = 0, sampling = 0;  // seconds
};

[[noreturn]] void fail(const char* what) {
  std::fprintf(stderr, "llama_cpp_peer: %s\n", what);
  std::exit(1);
}

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// Log of the sum of exponentials; plain loops, which the compiler vectorises.
float log_sum_exp(const float* logits, int count) {
  float max = logits[0];
  for (int i = 1; i < count; ++i) max = std::max(max, logits[i]);
  float sum = 0;
  for (int i = 0; i < count; ++i) sum += std::exp(logits[i] - max);
  return max + std::log(sum);
}

// The sampler of one sequence, and what it has drawn.
class Sequence {
 public:
  explicit Sequence(unsigned seed) {
    sampler_.reset(llama_sampler_chain_init(llama_sampler_chain_default_params()));
    llama_sampler_chain_add(sampler_.get(), llama_sampler_init_temp(0.8F));
    llama_sampler_chain_add(sampler_.get(), llama_sampler_init_top_p(0.95F, 1));
    llama_sampler_chain_add(sampler_.get(), llama_sampler_init_dist(seed));
  }

  // `candidates` is memory for the whole vocabulary.
  void draw(const float* logits, std::vector<llama_token_data>& candidates) {
    const int vocabulary = static_cast<int>(candidates.size());
    for (int i = 0; i < vocabulary; ++i) candidates[i] = {i, logits[i], 0};
    llama_token_data_array array{candidates.data(), candidates.size(), -1, false};
    llama_sampler_apply(sampler_.get(), &array);
    token = array.data[array.selected].id;
    sum_logprob += logits[token] - log_sum_exp(logits, vocabulary);
  }

  llama_token token = 0;
  double sum_logprob = 0;

 private:
  struct Free {
    void operator()(llama_sampler* sampler) const { llama_sampler_free(sampler); }
  };
  std::unique_ptr<llama_sampler, Free> sampler_;
};

// All sequences, and memory for each thread that draws.
struct Sequences {
  Sequences(int n, int vocabulary, int threads)
      : candidates(static_cast<std::size_t>(std::min(threads, n)),
                   std::vector<llama_token_data>(static_cast<std::size_t>(vocabulary))) {
    for (int s = 0; s < n; ++s) all.emplace_back(1 + s);
  }

  // Draws for sequence i from row(i).
  template <typename Row>
  void draw(Row row) {
    std::vector<const float*> rows;  // Fetched here: llama_get_logits_ith may reorder.
    for (int i = 0; i < static_cast<int>(all.size()); ++i) rows.push_back(row(i));
    const auto work = [&](std::size_t thread) {
      for (std::size_t i = thread; i < rows.size(); i += candidates.size())
        all[i].draw(rows[i], candidates[thread]);
    };
    std::vector<std::jthread> others;
    for (std::size_t t = 1; t < candidates.size(); ++t) others.emplace_back(work, t);
    work(0);
  }

  std::vector<Sequence> all;
  std::vector<std::vector<llama_token_data>> candidates;
};

void append(llama_batch& batch, llama_token token, int position, int sequence, bool logits) {
  const int i = batch.n_tokens++;
  batch.token[i] = token;
  batch.pos[i] = position;
  batch.n_seq_id[i] = 1;
  batch.seq_id[i][0] = sequence;
  batch.logits[i] = logits ? 1 : 0;
}

Timing run(llama_context* context, llama_batch& batch, Sequences& sequences, int vocabulary,
           const Settings& settings) {
  Timing timing;
  llama_memory_clear(llama_get_memory(context), true);
  const double start = now();
  batch.n_tokens = 0;
  for (int i = 0; i < settings.prompt; ++i)
    append(batch, (i * 7919 + 13) % vocabulary, i, 0, i + 1 == settings.prompt);
  if (llama_decode(context, batch) != 0) fail("llama_decode of the prompt failed");
  const float* first = llama_get_logits_ith(context, settings.prompt - 1);
  timing.prefill = now() - start;
  for (int s = 1; s < settings.n; ++s) llama_memory_seq_cp(llama_get_memory(context), 0, s, -1, -1);
  const auto draw = [&](auto row) {
    const double begin = now();
    sequences.draw(row);
    timing.sampling += now() - begin;
  };
  draw([&](int) { return first; });
  for (int step = 1; step < settings.length; ++step) {
    batch.n_tokens = 0;
    for (int s = 0; s < settings.n; ++s)
      append(batch, sequences.all[static_cast<std::size_t>(s)].token, settings.prompt + step - 1, s,
             true);
    if (llama_decode(context, batch) != 0) fail("llama_decode of a step failed");
    llama_synchronize(context);
    draw([&](int s) { return llama_get_logits_ith(context, s); });
  }
  timing.total = now() - start;
  return timing;
}

llama_context_params context_params(const Settings& settings) {
  llama_context_params params = llama_context_default_params();
  const int cells = settings.unified ? settings.prompt + settings.n * settings.length
                                     : settings.n * (settings.prompt + settings.length);
  params.n_ctx = static_cast<std::uint32_t>(cells);
  params.n_batch = static_cast<std::uint32_t>(std::max(settings.prompt, settings.n));
  params.n_ubatch = params.n_batch;
  params.n_seq_max = static_cast<std::uint32_t>(settings.n);
  params.n_threads = params.n_threads_batch = settings.threads;
  params.flash_attn_type =
      settings.flash ? LLAMA_FLASH_ATTN_TYPE_ENABLED : LLAMA_FLASH_ATTN_TYPE_DISABLED;
  params.kv_unified = settings.unified;
  return params;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 9) fail("expected MODEL.gguf N PROMPT LENGTH THREADS unified|split on|off ROUNDS");
  const Settings settings{.n = std::atoi(argv[2]),
                          .prompt = std::atoi(argv[3]),
                          .length = std::atoi(argv[4]),
                          .threads = std::atoi(argv[5]),
                          .unified = std::string_view(argv[6]) == "unified",
                          .flash = std::string_view(argv[7]) == "on",
                          .rounds = std::atoi(argv[8])};
  if (settings.n < 1 || settings.prompt < 1 || settings.length < 1 || settings.threads < 1)
    fail("N, PROMPT, LENGTH and THREADS must be at least 1");
  llama_log_set(
      [](ggml_log_level level, const char* text, void*) {
        if (level == GGML_LOG_LEVEL_ERROR) std::fputs(text, stderr);
      },
      nullptr);
  llama_backend_init();
  llama_model* model = llama_model_load_from_file(argv[1], llama_model_default_params());
  if (model == nullptr) fail("the model does not load");
  llama_context* context = llama_init_from_model(model, context_params(settings));
  if (context == nullptr) fail("no context of this size");
  const int vocabulary = llama_vocab_n_tokens(llama_model_get_vocab(model));
  llama_batch batch = llama_batch_init(std::max(settings.prompt, settings.n), 0, 1);
  Sequences sequences(settings.n, vocabulary, settings.threads);

  Timing best;
  for (int round = 0; round < settings.rounds; ++round) {
    const Timing timing = run(context, batch, sequences, vocabulary, settings);
    if (round == 0 || timing.prefill < best.prefill) best.prefill = timing.prefill;
    if (round == 0 || timing.total < best.total)
      best = {timing.total, best.prefill, timing.sampling};
  }
  double logprob = 0;
  for (const Sequence& sequence : sequences.all) logprob += sequence.sum_logprob;
  const double tokens = settings.n * settings.length;
  std::printf(
      "{\"tokens_per_second\": %.2f, \"decode_tokens_per_second\": %.2f, "
      "\"prefill_tokens_per_second\": %.1f, \"sampler_us_per_token\": %.1f, "
      "\"mean_logprob\": %.4f}\n",
      tokens / best.total, (tokens - settings.n) / (best.total - best.prefill),
      settings.prompt / best.prefill, best.sampling / tokens * 1e6,
      logprob / tokens / settings.rounds);
  llama_batch_free(batch);
  llama_free(context);
  llama_model_free(model);
}
