// The batch of live rows: filling, stepping, drawing, retiring.
#include "sample/sample_batch.h"

#include <algorithm>
#include <optional>

#include "base/utf8_parts.h"

namespace scribe {

/// A group: all its samples share the prefix and the first logits.
struct SampleBatch::Live {
  GroupId id = 0;
  SampleGroup group;
  std::shared_ptr<const PrefixCache> prefix;  // Shared with the store; null: not run yet.
  std::int64_t prefix_bytes = 0;
  std::vector<float> first_logits;
  std::size_t next = 0;  // of group.indices, the first not begun
  std::int64_t live = 0;

  bool all_begun() const { return next == group.indices.size(); }
};

/// One sequence of the batch.
struct SampleBatch::Slot {
  Live* group = nullptr;  // Null: free.
  std::int64_t sample_index = 0;
  const SamplerOptions* sampler = nullptr;
  std::vector<TokenId> tokens;
  double sum_logprob = 0;
  std::vector<RecordedToken> logprobs;  // as the group asks; offsets into `text`
  std::optional<TextStream> text;
};

/// A token to draw: for a slot, from these logits (V).
struct SampleBatch::Drawing {
  std::size_t slot = 0;
  const float* logits = nullptr;  // Not there if the device has drawn.
  bool on_device = false;
  std::optional<Draw> draw = {};
};

SampleBatch::SampleBatch(Backend& backend, const DecoderWeights& weights,
                         const Tokenizer& tokenizer, const SampleBatchOptions& options)
    : backend_(backend),
      config_(weights.parameters().config()),
      tokenizer_(tokenizer),
      options_(options),
      decoder_(backend, weights,
               {.rows_max = options.rows_max,
                .suffix_max = options.suffix_max,
                .slots = 0,
                .weights = weights.format()}),
      prefixes_(
          {.bytes_max = options.kept_bytes_max,
           .bytes_of =
               [this](std::int64_t tokens) { return prefix_bytes(backend_, config_, tokens); }},
          [this](std::span<const TokenId> prompt, std::span<float> logits, const PrefixCache* base,
                 std::int64_t shared) { return decoder_.prefill(prompt, logits, base, shared); }),
      pool_(options.threads),
      samplers_(static_cast<std::size_t>(pool_.thread_count())),
      slots_(static_cast<std::size_t>(options.rows_max)) {
  SCRIBE_CHECK(tokenizer.vocabulary_size() <= config_.vocabulary_size, "{} tokens of {}",
               tokenizer.vocabulary_size(), config_.vocabulary_size);
  for (std::size_t slot = slots_.size(); slot > 0; --slot) free_.push_back(slot - 1);
}

SampleBatch::~SampleBatch() = default;

bool SampleBatch::has_room(std::int64_t prompt_tokens) const {
  return groups_.empty() || prefix_bytes_ + prefix_bytes(backend_, config_, prompt_tokens) <=
                                options_.prefix_bytes_max;
}

SampleBatch::GroupId SampleBatch::add(SampleGroup group) {
  SCRIBE_CHECK(!group.prompt.empty() && !group.indices.empty() && group.stop != nullptr, "task {}",
               group.task_id);
  SCRIBE_CHECK(group.max_tokens >= 1 && group.max_tokens <= options_.suffix_max,
               "task {}: {} tokens of {}", group.task_id, group.max_tokens, options_.suffix_max);
  SCRIBE_CHECK(group.samplers.size() == 1 || group.samplers.size() == group.indices.size(),
               "{} samplers for {} samples", group.samplers.size(), group.indices.size());
  Live& live = groups_.emplace_back();
  live.id = next_id_++;
  live.prefix_bytes = prefix_bytes(backend_, config_, std::ssize(group.prompt));
  live.group = std::move(group);
  prefix_bytes_ += live.prefix_bytes;
  return live.id;
}

void SampleBatch::remove(GroupId id) {
  const auto found = std::ranges::find(groups_, id, &Live::id);
  if (found == groups_.end()) return;
  for (std::size_t slot = 0; slot < slots_.size(); ++slot)
    if (slots_[slot].group == &*found) free_slot(slot);
  prefix_bytes_ -= found->prefix_bytes;
  groups_.erase(found);
}

std::int64_t SampleBatch::free_rows() const {
  std::int64_t waiting = 0;
  for (const Live& group : groups_)
    waiting += std::ssize(group.group.indices) - static_cast<std::int64_t>(group.next);
  return std::ssize(free_) - waiting;
}

std::int64_t SampleBatch::live_rows() const {
  return std::ssize(slots_) - std::ssize(free_);
}

Status SampleBatch::step() {
  SCRIBE_TRY(fill());
  if (free_.size() < slots_.size()) {
    run_model();
    SCRIBE_TRY(draw_and_advance());
  }
  drop_finished_groups();
  return {};
}

/// Gives every free slot a sample, as far as there are any, and draws its first token. A sample
/// that ends with its first token frees its slot again.
Status SampleBatch::fill() {
  do {
    drawings_.clear();
    while (!free_.empty()) {
      Live* const group = group_to_begin();
      if (group == nullptr) break;
      begin(*group);
    }
    SCRIBE_TRY(draw_and_advance());
  } while (!drawings_.empty());
  for (Live& group : groups_)  // A row of the vocabulary for each group would add up.
    if (group.all_begun()) std::vector<float>().swap(group.first_logits);
  return {};
}

/// Of the groups with samples to begin the one with the fewest rows, so that a group of hundreds
/// does not keep others waiting; the first of equals.
SampleBatch::Live* SampleBatch::group_to_begin() {
  Live* chosen = nullptr;
  if (is_draining_) return chosen;
  for (Live& group : groups_)
    if (!group.all_begun() && (chosen == nullptr || group.live < chosen->live)) chosen = &group;
  return chosen;
}

void SampleBatch::begin(Live& group) {
  if (group.prefix == nullptr) {
    group.first_logits.resize(static_cast<std::size_t>(config_.vocabulary_size));
    group.prefix = prefixes_.get(group.group.prompt, group.first_logits);
  }
  const std::size_t slot = free_.back();
  free_.pop_back();
  slots_[slot] = Slot{};
  slots_[slot].group = &group;
  slots_[slot].sample_index = group.group.indices[group.next];
  const std::vector<SamplerOptions>& samplers = group.group.samplers;
  slots_[slot].sampler = &samplers[samplers.size() == 1 ? 0 : group.next];
  slots_[slot].text.emplace(*group.group.stop);
  ++group.next;
  ++group.live;
  drawings_.push_back({.slot = slot, .logits = group.first_logits.data()});
}

/// Runs the model over the live rows, those of one group side by side, as attention likes them.
/// What the device does not draw gets logits that the host can read.
void SampleBatch::run_model() {
  drawings_.clear();
  rows_.clear();
  for (const Live& group : groups_)
    for (std::size_t slot = 0; slot < slots_.size(); ++slot)
      if (slots_[slot].group == &group) add_row(slot);
  const ConstMatrix logits = decoder_.step_on_device(rows_);
  draw_on_device(logits);
  const auto vocabulary = static_cast<std::size_t>(tokenizer_.vocabulary_size());
  host_logits_.resize(std::max(host_logits_.size(), rows_.size()));
  for (std::size_t row = 0; row < rows_.size(); ++row)
    if (!drawings_[row].on_device)
      drawings_[row].logits =
          backend_
              .in_host_memory({logits.row(static_cast<std::int64_t>(row)), vocabulary},
                              host_logits_[row])
              .data();
}

/// Draws what the backend can.
void SampleBatch::draw_on_device(ConstMatrix logits) {
  device_rows_.clear();
  for (std::size_t row = 0; row < drawings_.size(); ++row) {
    const Slot& slot = slots_[drawings_[row].slot];
    const std::optional<DrawRow> draw =
        Sampler::draw_row(*slot.sampler, bits_of(slot), static_cast<std::int64_t>(row));
    if (draw) device_rows_.push_back(*draw);
  }
  device_draws_.resize(device_rows_.size());
  logits.cols = tokenizer_.vocabulary_size();
  if (!backend_.draw_tokens(logits, device_rows_, device_draws_)) return;
  for (std::size_t i = 0; i < device_rows_.size(); ++i) {
    Drawing& drawing = drawings_[static_cast<std::size_t>(device_rows_[i].row)];
    drawing.on_device = true;
    drawing.draw = Sampler::draw_of(device_draws_[i]);
  }
}

std::uint64_t SampleBatch::bits_of(const Slot& slot) const {
  const SampleGroup& group = slot.group->group;
  return draw_bits(group.seed, group.stream, slot.sample_index, std::ssize(slot.tokens));
}

void SampleBatch::add_row(std::size_t slot) {
  const Slot& s = slots_[slot];
  drawings_.push_back({.slot = slot});
  rows_.push_back({.prefix = s.group->prefix.get(),
                   .slot = static_cast<std::int64_t>(slot),
                   .suffix_length = std::ssize(s.tokens) - 1,
                   .token = s.tokens.back()});
}

Status SampleBatch::draw_and_advance() {
  // A model may have more rows in its table than the tokenizer has tokens (a padded vocabulary):
  // those rows mean nothing and are never drawn.
  const auto vocabulary = static_cast<std::size_t>(tokenizer_.vocabulary_size());
  pool_.run(std::ssize(drawings_), [&](std::int64_t index, int thread) {
    Drawing& drawing = drawings_[static_cast<std::size_t>(index)];
    if (drawing.on_device) return;
    const Slot& slot = slots_[drawing.slot];
    drawing.draw = samplers_[static_cast<std::size_t>(thread)].draw(
        {drawing.logits, vocabulary}, *slot.sampler, bits_of(slot),
        {.prompt = slot.group->group.prompt, .completion = slot.tokens});
  });
  for (Drawing& drawing : drawings_) SCRIBE_TRY(advance(drawing));
  return {};
}

/// Appends the drawn token to its sample and finishes the sample if the token decides its end.
Status SampleBatch::advance(Drawing& drawing) {
  Slot& slot = slots_[drawing.slot];
  const SampleGroup& group = slot.group->group;
  if (!drawing.draw)
    return error(ErrorCode::invalid_data,
                 "task '{}', sample {}: the model's logits are not finite; its training diverged "
                 "or the checkpoint is damaged",
                 group.task_id, slot.sample_index);
  ++tokens_;
  const TokenId token = drawing.draw->token;
  slot.tokens.push_back(token);
  slot.sum_logprob += drawing.draw->logprob;
  if (group.logprobs)
    slot.logprobs.push_back({.id = token,
                             .logprob = drawing.draw->logprob,
                             .offset = std::ssize(slot.text->text()),
                             .top = std::move(drawing.draw->top)});
  if (!tokenizer_.ends_text(token)) {
    if (slot.text->append(tokenizer_.bytes_of(token))) return finish(drawing.slot, "stop");
  } else if (!group.ignore_end_of_text) {
    return finish(drawing.slot, "stop");
  }
  if (std::ssize(slot.tokens) == group.max_tokens) return finish(drawing.slot, "length");
  if (group.drawn)
    group.drawn({.sample_index = slot.sample_index,
                 .text = *slot.text,
                 .logprobs = slot.logprobs,
                 .tokens = std::ssize(slot.tokens)});
  return {};
}

Status SampleBatch::finish(std::size_t index, std::string reason) {
  Slot& slot = slots_[index];
  const SampleGroup& group = slot.group->group;
  const std::int64_t tokens = std::ssize(slot.tokens);
  std::vector<std::int64_t> offsets;
  for (const RecordedToken& token : slot.logprobs) offsets.push_back(token.offset);
  std::string text = replace_invalid_utf8(slot.text->text(), offsets);
  for (std::size_t i = 0; i < offsets.size(); ++i) slot.logprobs[i].offset = offsets[i];
  const SampleRecord record{.task_id = group.task_id,
                            .completion = std::move(text),
                            .sample_index = slot.sample_index,
                            .temperature = slot.sampler->temperature,
                            .tokens = tokens,
                            .sum_logprob = slot.sum_logprob,
                            .mean_logprob = slot.sum_logprob / static_cast<double>(tokens),
                            .finish_reason = std::move(reason),
                            .logprobs = std::move(slot.logprobs)};
  free_slot(index);
  return group.finished(record);
}

void SampleBatch::free_slot(std::size_t index) {
  --slots_[index].group->live;
  slots_[index].group = nullptr;
  free_.push_back(index);
}

void SampleBatch::drop_finished_groups() {
  std::erase_if(groups_, [&](const Live& group) {
    const bool done = group.live == 0 && (group.all_begun() || is_draining_);
    if (done) prefix_bytes_ -= group.prefix_bytes;
    return done;
  });
}

}  // namespace scribe
