// What the processes of one run say to each other: sums, copies, and whether they agree.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace scribe {

/// A part of a range: [begin, begin + size).
struct Piece {
  std::int64_t begin = 0;
  std::int64_t size = 0;
};

template <typename T>
std::span<T> part(std::span<T> values, Piece piece) {
  return values.subspan(static_cast<std::size_t>(piece.begin),
                        static_cast<std::size_t>(piece.size));
}

/// The piece of `count` values that belongs to a rank: all of one length, give or take one.
constexpr Piece piece_of(std::int64_t count, int rank, int size) {
  const std::int64_t begin = count * rank / size;
  return {begin, count * (rank + 1) / size - begin};
}

/// A sum that is under way while the caller does something else.
class PendingSum {
 public:
  virtual ~PendingSum() = default;
  /// Moves it on; true when it is finished. Errors: those of Communicator.
  virtual Result<bool> poll() = 0;
  /// Returns when it is finished.
  virtual Status wait() = 0;
};

/// One rank's end of the line to the others.
///
/// Every rank calls the same functions in the same order with ranges of the same length; `what`
/// names in errors what is waited for. Results are the same bits on all ranks, and again when the
/// same values are given: sums are taken in double, in the order of ranks. Memory is the host's.
///
/// Errors: io when nothing came from a rank for the time that the communicator was given, naming
/// the rank and `what`. After an error nothing but failed() may be called.
class Communicator {
 public:
  virtual ~Communicator() = default;
  virtual int rank() const = 0;
  virtual int size() const = 0;
  /// Has a call failed, so that the others may know nothing of it?
  virtual bool failed() const = 0;

  /// The sum over ranks of this rank's piece, left in it; the other pieces stay as they are.
  /// `values` must not change before the end, nor may another sum be started in them.
  virtual std::unique_ptr<PendingSum> start_reduce_scatter(std::span<float> values,
                                                           std::string what) = 0;
  /// Everybody's piece of `values` to everybody.
  virtual Status all_gather(std::span<float> values, std::string_view what) = 0;
  /// `all` becomes what every rank has given, in their order; each gives the same length.
  virtual Status all_gather_bytes(std::span<const std::byte> mine, std::span<std::byte> all,
                                  std::string_view what) = 0;
  /// Copies of root's bytes.
  virtual Status broadcast(std::span<std::byte> bytes, int root, std::string_view what) = 0;
  /// From one rank to another, which receives the same length.
  virtual Status send(std::span<const float> values, int to, std::string_view what) = 0;
  virtual Status receive(std::span<float> values, int from, std::string_view what) = 0;
  /// The last word, when all went well: returns when everybody has said it.
  virtual Status leave() = 0;

  Status reduce_scatter(std::span<float> values, std::string_view what);
  /// The sums over ranks, to all.
  Status all_reduce(std::span<float> values, std::string_view what);
  Status barrier(std::string_view what);
  /// Everybody's text, in the order of ranks.
  Result<std::vector<std::string>> all_gather_texts(std::string_view mine, std::string_view what);
  /// One value of a plain type from each rank.
  template <typename T>
  Result<std::vector<T>> all_gather_values(const T& mine, std::string_view what) {
    std::vector<T> all(static_cast<std::size_t>(size()));
    SCRIBE_TRY(all_gather_bytes(std::as_bytes(std::span(&mine, 1)),
                                std::as_writable_bytes(std::span(all)), what));
    return all;
  }

  /// All ranks go on, or all stop with one error: that of the lowest rank that has one, which is
  /// named unless all have the same. What follows on one rank alone need not be told by the others
  /// (tells_errors).
  Status agree(const Status& mine, std::string_view what);
  /// Should this rank print the error that ends it? Not if all have the same and it is not the
  /// first.
  bool tells_errors() const { return rank() == 0 || !agreed_to_fail_; }

 private:
  bool agreed_to_fail_ = false;
};

/// Rank 0 of 1: everything is there already.
std::unique_ptr<Communicator> make_single_communicator();

}  // namespace scribe
