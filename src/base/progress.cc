// Drawing of the progress bar.
#include "base/progress.h"

#include <unistd.h>

#include <algorithm>

namespace scribe {
namespace {

constexpr double kTerminalPeriodSeconds = 0.1;
constexpr double kPlainPeriodSeconds = 10;
constexpr double kFirstLineSeconds = 0.5;
constexpr std::size_t kBarWidth = 24;

}  // namespace

std::string format_duration(double seconds) {
  const auto whole = static_cast<std::int64_t>(seconds + 0.5);
  if (whole >= 3600) return fmt::format("{} h {:02d} m", whole / 3600, whole % 3600 / 60);
  if (whole >= 60) return fmt::format("{} m {:02d} s", whole / 60, whole % 60);
  if (seconds >= 10) return fmt::format("{} s", whole);
  return fmt::format("{:.1f} s", seconds);
}

std::string format_count(double value) {
  if (value >= 1e9) return fmt::format("{:.2f} G", value / 1e9);
  if (value >= 1e6) return fmt::format("{:.2f} M", value / 1e6);
  if (value >= 1e4) return fmt::format("{:.1f} k", value / 1e3);
  return value == static_cast<double>(static_cast<std::int64_t>(value)) || value >= 100
             ? fmt::format("{:.0f}", value)
             : fmt::format("{:.1f}", value);
}

Progress::Progress(Env& env, Options options)
    : env_(env),
      options_(std::move(options)),
      terminal_(::isatty(STDERR_FILENO) == 1),
      start_seconds_(env.monotonic_seconds()),
      last_shown_seconds_(start_seconds_) {}

Progress::~Progress() {
  clear();
}

void Progress::skip(std::int64_t done) {
  done_ += done;
  skipped_ += done;
}

void Progress::update(std::int64_t done, std::string_view note,
                      std::optional<double> seconds_left) {
  done_ = done;
  if (options_.quiet) return;
  const double now = env_.monotonic_seconds();
  const double period = terminal_ ? kTerminalPeriodSeconds : kPlainPeriodSeconds;
  if (now - start_seconds_ < kFirstLineSeconds || now - last_shown_seconds_ < period) return;
  last_shown_seconds_ = now;
  shown_ = true;
  if (terminal_)
    std::fprintf(stderr, "\r\033[K%s", line(note, seconds_left).c_str());
  else
    std::fprintf(stderr, "%s\n", line(note, seconds_left).c_str());
  std::fflush(stderr);
}

void Progress::clear() {
  if (shown_ && terminal_) std::fprintf(stderr, "\r\033[K");
  shown_ = false;
}

std::string Progress::line(std::string_view note, std::optional<double> seconds_left) const {
  const double elapsed = env_.monotonic_seconds() - start_seconds_;
  const double rate = static_cast<double>(done_ - skipped_) / std::max(elapsed, 1e-9);
  std::string text = options_.label;
  if (options_.total > 0) {
    const double share =
        std::min(1.0, static_cast<double>(done_) / static_cast<double>(options_.total));
    const auto filled = static_cast<std::size_t>(share * static_cast<double>(kBarWidth));
    if (terminal_) text += fmt::format(" [{:#<{}}{:.<{}}]", "", filled, "", kBarWidth - filled);
    text += fmt::format(" {:3.0f} %", share * 100);
  }
  text += fmt::format("  {}", format_count(static_cast<double>(done_)));
  if (options_.total > 0)
    text += fmt::format("/{}", format_count(static_cast<double>(options_.total)));
  text += fmt::format(" {}  {} {}/s", options_.unit, format_count(rate), options_.unit);
  if (!seconds_left && rate > 0) seconds_left = static_cast<double>(options_.total - done_) / rate;
  if (options_.total > done_ && seconds_left)
    text += fmt::format("  {} left", format_duration(*seconds_left));
  if (!note.empty()) text += fmt::format("  {}", note);
  return text;
}

}  // namespace scribe
