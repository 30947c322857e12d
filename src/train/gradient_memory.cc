// Where the gradients of a backward pass lie: whole, or with memory for two groups of layers.
#include "train/gradient_memory.h"

#include <algorithm>

namespace scribe {
namespace {

/// One that is computed, one whose sum is under way.
constexpr std::size_t kSlots = 2;

std::int64_t end_of(Piece piece) {
  return piece.begin + piece.size;
}

std::int64_t slot_size(const std::vector<Piece>& groups) {
  std::int64_t size = 0;
  for (const Piece& group : groups) size = std::max(size, group.size);
  return size;
}

std::int64_t slots_size(const std::vector<Piece>& groups) {
  return slot_size(groups) * static_cast<std::int64_t>(std::min(kSlots, groups.size()));
}

}  // namespace

GradientMemory::GradientMemory(Backend& backend, const ModelConfig& config,
                               std::vector<Piece> groups)
    : groups_(std::move(groups)),
      buffer_(backend.allocate(size(parameter_count(config), groups_))),
      views_(view_tensors(config, parameter_layout(config),
                          [this](const ParameterInfo& info) -> TensorStart {
                            return {.floats = at({info.offset, info.size}).data()};
                          })) {}

std::int64_t GradientMemory::size(std::int64_t parameters, const std::vector<Piece>& groups) {
  if (groups.empty()) return parameters;
  return parameters - (end_of(groups.front()) - groups.back().begin) + slots_size(groups);
}

std::size_t GradientMemory::group_of(Piece range) const {
  const auto found = std::ranges::find_if(groups_, [&](const Piece& group) {
    return range.begin >= group.begin && range.begin < end_of(group);
  });
  return static_cast<std::size_t>(found - groups_.begin());
}

std::span<float> GradientMemory::at(Piece range) const {
  std::int64_t begin = range.begin;
  if (const std::size_t index = group_of(range); index < groups_.size()) {
    const Piece group = groups_[index];
    SCRIBE_CHECK(end_of(range) <= end_of(group), "gradients {} to {} of a group that ends at {}",
                 range.begin, end_of(range), end_of(group));
    begin += groups_.back().begin - group.begin +
             static_cast<std::int64_t>(index % kSlots) * slot_size(groups_);
  } else if (!groups_.empty() && range.begin >= end_of(groups_.front())) {
    begin += groups_.back().begin + slots_size(groups_) - end_of(groups_.front());
  }
  return buffer_->span().subspan(static_cast<std::size_t>(begin),
                                 static_cast<std::size_t>(range.size));
}

bool GradientMemory::take_turns(Piece a, Piece b) const {
  const std::size_t one = group_of(a);
  const std::size_t other = group_of(b);
  return one < groups_.size() && other < groups_.size() && one % kSlots == other % kSlots;
}

}  // namespace scribe
