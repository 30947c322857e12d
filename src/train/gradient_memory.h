// Where the gradients of a backward pass lie: whole, or with memory for two groups of layers.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "backend/backend.h"
#include "comm/communicator.h"
#include "model/parameters.h"

namespace scribe {

/// Memory for a pass to add its gradients to, all zero at first.
///
/// Ranges are those of Parameters. The groups take turns in two slots of the size of the largest:
/// the first lies in the memory of the third. Everything else has memory of its own: tables, to
/// which the pass adds when it begins and when it ends, and vectors.
class GradientMemory {
 public:
  /// `groups`: ranges of whole tensors, each ending where the one before it begins. None: all
  /// gradients have memory of their own.
  GradientMemory(Backend& backend, const ModelConfig& config, std::vector<Piece> groups);

  /// Floats that it holds.
  static std::int64_t size(std::int64_t parameters, const std::vector<Piece>& groups);

  const ParameterViews& views() const { return views_; }
  std::span<float> all() const { return buffer_->span(); }
  /// The memory of a range that lies in one group, or outside of all.
  std::span<float> at(Piece range) const;
  /// Are the groups of two ranges in the same slot?
  bool take_turns(Piece a, Piece b) const;

 private:
  /// The group in which a range begins, or as many as there are.
  std::size_t group_of(Piece range) const;

  std::vector<Piece> groups_;
  std::unique_ptr<Buffer> buffer_;  ///< what lies before the groups, the slots, what lies behind
  ParameterViews views_;
};

}  // namespace scribe
