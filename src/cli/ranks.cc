// Launchers and their variables.
#include "cli/ranks.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>

namespace scribe::cli {
namespace {

struct Launcher {
  const char* rank;
  const char* ranks;
  const char* local_ranks;  ///< nullptr if it does not say
  const char* local_rank;
};

constexpr std::array<Launcher, 3> kLaunchers{{
    {"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_SIZE",
     "OMPI_COMM_WORLD_LOCAL_RANK"},
    {"PMI_RANK", "PMI_SIZE", "MPI_LOCALNRANKS", "MPI_LOCALRANKID"},
    {"SLURM_PROCID", "SLURM_STEP_NUM_TASKS", nullptr, "SLURM_LOCALID"},
}};

Result<int> number(const char* name, const std::string& text) {
  int value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc() || end != text.data() + text.size() || value < 0)
    return error(
        ErrorCode::invalid_argument,
        "the environment's {} is '{}', expected a whole number from 0 on; unset it, or give "
        "--rank and --ranks",
        name, text);
  return value;
}

}  // namespace

std::optional<std::string> environment_variable(const char* name) {
  const char* const value = std::getenv(name);
  if (value == nullptr) return std::nullopt;
  return std::string(value);
}

Result<RankPlace> rank_from_environment(const ReadVariable& read) {
  for (const Launcher& launcher : kLaunchers) {
    const auto rank = read(launcher.rank);
    const auto ranks = read(launcher.ranks);
    if (!rank || !ranks) continue;
    RankPlace place;
    SCRIBE_TRY_ASSIGN(place.rank.rank, number(launcher.rank, *rank));
    SCRIBE_TRY_ASSIGN(place.rank.ranks, number(launcher.ranks, *ranks));
    const auto local_ranks =
        launcher.local_ranks == nullptr ? std::nullopt : read(launcher.local_ranks);
    if (local_ranks) {
      SCRIBE_TRY_ASSIGN(place.ranks_on_this_machine, number(launcher.local_ranks, *local_ranks));
    }
    if (const auto local_rank = read(launcher.local_rank)) {
      SCRIBE_TRY_ASSIGN(place.rank_on_this_machine, number(launcher.local_rank, *local_rank));
    }
    return place;
  }
  return RankPlace{};
}

Result<RankPlace> resolve_rank(int rank, int ranks, const ReadVariable& read) {
  if (rank < 0 && ranks <= 0) return rank_from_environment(read);
  return RankPlace{.rank = {.rank = std::max(0, rank), .ranks = std::max(1, ranks)}};
}

int threads_of_rank(const RankPlace& place, int threads, int cores) {
  if (threads != 0 || place.ranks_on_this_machine <= 1) return threads;
  return std::max(1, cores / place.ranks_on_this_machine);
}

std::string device_of_rank(const RankPlace& place, const std::string& device) {
  constexpr std::string_view kGpu = "cuda";
  if (place.rank.ranks <= 1 || !device.starts_with(kGpu)) return device;
  const std::string precision = device.substr(kGpu.size());
  if (!precision.empty() && precision.front() != ',') return device;
  return fmt::format("{}:{}{}", kGpu, place.rank_on_this_machine, precision);
}

}  // namespace scribe::cli
