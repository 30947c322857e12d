// Rounds of encoding, each with a tokenizer that has seen nothing yet.
#include "tokenizer/encoding_speed.h"

#include <algorithm>
#include <atomic>

#include "base/thread_pool.h"
#include "tokenizer/tokenizer.h"

namespace scribe {
namespace {

/// Seconds that it takes to encode all texts; `tokens` is how many that gives.
double encode_all(Env& env, ThreadPool& pool, const Tokenizer& tokenizer,
                  std::span<const std::string> texts, std::vector<std::vector<TokenId>>& ids,
                  std::int64_t& tokens) {
  std::atomic<std::int64_t> sum = 0;
  const double start = env.monotonic_seconds();
  pool.run(static_cast<std::int64_t>(texts.size()), [&](std::int64_t index, int thread) {
    std::vector<TokenId>& of_thread = ids[static_cast<std::size_t>(thread)];
    of_thread.clear();
    tokenizer.encode_into(texts[static_cast<std::size_t>(index)], of_thread);
    sum += static_cast<std::int64_t>(of_thread.size());
  });
  const double seconds = env.monotonic_seconds() - start;
  tokens = sum;
  return seconds;
}

/// A thread learns pieces for itself. After one pass each of two has seen half of the texts, and
/// the next pass still takes a third longer than all after it: here every thread encodes all texts.
void fill_caches(ThreadPool& pool, const Tokenizer& tokenizer, std::span<const std::string> texts,
                 std::vector<std::vector<TokenId>>& ids) {
  pool.run(pool.thread_count(), [&](std::int64_t, int thread) {
    std::vector<TokenId>& of_thread = ids[static_cast<std::size_t>(thread)];
    for (const std::string& text : texts) {
      of_thread.clear();
      tokenizer.encode_into(text, of_thread);
    }
  });
}

}  // namespace

Result<EncodingSpeed> measure_encoding(Env& env, const std::string& tokenizer_path,
                                       std::span<const std::string> texts, int threads,
                                       int rounds) {
  EncodingSpeed speed;
  for (const std::string& text : texts) speed.bytes += static_cast<std::int64_t>(text.size());
  if (speed.bytes == 0)
    return error(ErrorCode::invalid_argument,
                 "no text to encode, expected files that are not empty");
  ThreadPool pool(threads);
  std::vector<std::vector<TokenId>> ids(static_cast<std::size_t>(pool.thread_count()));
  for (int round = 0; round < rounds; ++round) {
    SCRIBE_TRY_ASSIGN(const Tokenizer tokenizer, Tokenizer::load(env, tokenizer_path));
    const auto measure = [&](double& best) {
      const double seconds = encode_all(env, pool, tokenizer, texts, ids, speed.tokens);
      best = std::max(best, static_cast<double>(speed.bytes) / seconds);
    };
    measure(speed.cold_bytes_per_second);
    fill_caches(pool, tokenizer, texts, ids);
    measure(speed.warm_bytes_per_second);
  }
  return speed;
}

}  // namespace scribe
