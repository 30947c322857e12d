// A progress bar on a terminal, plain lines elsewhere.
#pragma once

#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

#include "base/env.h"

namespace scribe {

/// Shows done/total, rate and time left on stderr. Not thread-safe; one owner calls it.
///
/// On a terminal one line is redrawn at most ten times a second; elsewhere a plain line is printed
/// every ten seconds. Nothing is printed for work that ends within half a second.
class Progress {
 public:
  struct Options {
    std::string label;           ///< "train gpt"
    std::string unit = "items";  ///< "tokens", "programs"
    std::int64_t total = 0;      ///< 0: unknown
    bool quiet = false;          ///< print nothing
  };

  Progress(Env& env, Options options);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// `done` so far, and a short text for the end of the line ("loss 2.31"). The time left is what
  /// the rate so far says, or `seconds_left` of a caller who knows better.
  void update(std::int64_t done, std::string_view note = {},
              std::optional<double> seconds_left = {});
  /// Work that was found finished (a resumed run): it counts as done, not into the rate.
  void skip(std::int64_t done);
  /// Clears the bar from a terminal, so that other lines can be printed.
  void clear();

 private:
  std::string line(std::string_view note, std::optional<double> seconds_left) const;

  Env& env_;
  Options options_;
  bool terminal_;
  double start_seconds_;
  double last_shown_seconds_;
  std::int64_t done_ = 0;
  std::int64_t skipped_ = 0;
  bool shown_ = false;
};

/// "1m 05s", "42 s", "3 h 20 m".
std::string format_duration(double seconds);
/// "12.3 k", "4.56 M".
std::string format_count(double value);

}  // namespace scribe
