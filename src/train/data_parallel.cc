// Several processes that make one run: how they share it, and that they agree on it.
#include "train/data_parallel.h"

#include <algorithm>
#include <vector>

#include "train/device_ranks.h"

namespace scribe {
namespace {

constexpr std::string_view kStart = "what the run starts from";

/// The first field of which two ranks have different values, told of rank `rank` and rank 0.
std::string difference(const Json& first, const Json& other, std::size_t rank) {
  const auto told = [&](const std::string& key) {
    return fmt::format("{} is {} on rank {}, but {} on rank 0", key,
                       to_json_line(other.value(key, Json())), rank,
                       to_json_line(first.value(key, Json())));
  };
  for (const auto& [key, value] : first.items())
    if (other.value(key, Json()) != value) return told(key);
  for (const auto& [key, value] : other.items())
    if (!first.contains(key)) return told(key);
  return {};
}

/// The numbers of a state that a run changes, as they travel.
struct Numbers {
  std::int64_t step, tokens, examples;
  double loss_average, last_loss, validation_loss;
  std::int64_t has_validation, done;
};

/// Calls `each` with parts of the values, so that copies of them stay small.
template <typename T, typename Each>
Status for_parts(std::span<T> values, const Each& each) {
  constexpr auto kPart = static_cast<std::size_t>(kGradientPartFloats);
  for (; !values.empty(); values = values.subspan(std::min(kPart, values.size())))
    SCRIBE_TRY(each(values.first(std::min(kPart, values.size()))));
  return {};
}

}  // namespace

Status check_same(Communicator& ranks, const Json& mine) {
  SCRIBE_TRY_ASSIGN(const std::vector<std::string> texts,
                    ranks.all_gather_texts(to_json_line(mine), "options of the run"));
  Status same;
  for (std::size_t rank = 1; rank < texts.size() && same.ok(); ++rank) {
    if (texts[rank] == texts[0]) continue;
    SCRIBE_TRY_ASSIGN(const Json first, parse_json(texts[0], "rank 0's options"));
    SCRIBE_TRY_ASSIGN(const Json other, parse_json(texts[rank], "a rank's options"));
    same = error(ErrorCode::invalid_argument,
                 "ranks were started with different options or inputs: {}",
                 difference(first, other, rank));
  }
  return ranks.agree(same, "options of the run");
}

Status share_start(Backend& backend, Communicator& ranks, TrainingState& state,
                   Parameters& parameters) {
  if (ranks.size() == 1) return {};
  Numbers numbers{state.step,
                  state.tokens,
                  state.examples,
                  state.loss_average,
                  state.last_loss,
                  state.validation_loss,
                  state.has_validation ? 1 : 0,
                  state.done ? 1 : 0};
  SCRIBE_TRY(ranks.broadcast(std::as_writable_bytes(std::span(&numbers, 1)), 0, kStart));
  state.step = numbers.step;
  state.tokens = numbers.tokens;
  state.examples = numbers.examples;
  state.loss_average = numbers.loss_average;
  state.last_loss = numbers.last_loss;
  state.validation_loss = numbers.validation_loss;
  state.has_validation = numbers.has_validation != 0;
  state.done = numbers.done != 0;
  DeviceRanks weights(backend, ranks);
  if (parameters.storage() == WeightStorage::f32)
    return for_parts(parameters.all(),
                     [&](std::span<float> values) { return weights.broadcast(values, 0, kStart); });
  std::vector<float> floats;  // Which hold bf16 exactly.
  const auto broadcast_bf16 = [&](std::span<std::uint16_t> values) -> Status {
    floats.resize(values.size());
    backend.download_bf16(values, floats);
    SCRIBE_TRY(ranks.broadcast(std::as_writable_bytes(std::span(floats)), 0, kStart));
    backend.upload_bf16(floats, values);
    return {};
  };
  SCRIBE_TRY(for_parts(parameters.decaying_bf16(), broadcast_bf16));
  return for_parts(parameters.not_decaying(),
                   [&](std::span<float> values) { return weights.broadcast(values, 0, kStart); });
}

Result<Signals> share_signals(Communicator& ranks, Signals mine) {
  SCRIBE_TRY_ASSIGN(const std::vector<Signals> all, ranks.all_gather_values(mine, "the next step"));
  Signals shared{.stop = false, .save = all.front().save};
  for (const Signals& signals : all) shared.stop = shared.stop || signals.stop;
  return shared;
}

}  // namespace scribe
