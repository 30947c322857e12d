// The ranks' calls for memory of a backend, which may be that of a device.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "backend/backend.h"
#include "base/result.h"
#include "comm/communicator.h"

namespace scribe {

/// Communicator for floats in a backend's memory. What messages carry is the host's: of a device it
/// is downloaded before, and uploaded after.
///
/// All ranks need backends of one kind. Results and errors are those of Communicator.
class DeviceRanks {
 public:
  /// Both must outlive it.
  DeviceRanks(Backend& backend, Communicator& ranks);

  int rank() const { return ranks_.rank(); }
  int size() const { return ranks_.size(); }
  Communicator& numbers() const { return ranks_; }  ///< for what is the host's anyway

  /// `values` must not change before the end; of a device the end is poll() or wait().
  std::unique_ptr<PendingSum> start_reduce_scatter(std::span<float> values, std::string what);
  Status all_gather(std::span<float> values, std::string_view what);
  Status broadcast(std::span<float> values, int root, std::string_view what);
  Status send(std::span<const float> values, int to, std::string_view what);
  Status receive(std::span<float> values, int from, std::string_view what);
  /// to[i] += from[i]
  void add(std::span<const float> from, std::span<float> to);

 private:
  /// The values for messages: themselves, or a copy of them.
  std::span<float> staged(std::span<float> values);
  /// Of what staged() gave.
  void unstage(std::span<const float> staged, std::span<float> values);

  Backend& backend_;
  Communicator& ranks_;
  bool on_host_;
  std::vector<float> copy_;
};

}  // namespace scribe
