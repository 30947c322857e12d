// Training as one of several processes that mpirun or srun started.
#include "cli/training_ranks.h"

#include <algorithm>
#include <filesystem>
#include <thread>

#include "cli/exit_code.h"
#include "cli/ranks.h"
#include "comm/message_communicator.h"
#include "comm/mpi_transport.h"

namespace scribe::cli {
namespace {

/// Beside the program, as it is built, and where it is installed.
std::vector<std::string> plugin_folders() {
  std::error_code code;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", code);
  const std::filesystem::path folder = program.parent_path();
  return {folder.string(), (folder.parent_path() / "lib" / "scribe").string()};
}

}  // namespace

Result<int> run_with_ranks(Env& env, const TrainingRanks& options, int& threads,
                           std::string& device,
                           const std::function<Result<int>(const DataParallel&)>& body) {
  SCRIBE_TRY_ASSIGN(const RankPlace place, rank_from_environment(environment_variable));
  if (place.rank.ranks <= 1) return body({});
  threads = threads_of_rank(place, threads,
                            static_cast<int>(std::max(1U, std::thread::hardware_concurrency())));
  SCRIBE_TRY_ASSIGN(const DeviceChoice choice, device_named(device));
  device =
      device_of_rank(place, device == "auto" && choice.device == Device::cuda ? "cuda" : device);
  Result<std::unique_ptr<Transport>> transport = join_mpi(env, plugin_folders(), place.rank);
  if (!transport.ok()) {
    // Before the ranks know of each other, one of each machine tells what is wrong with it.
    if (place.rank_on_this_machine == 0) return std::move(transport).error();
    return exit_code_of(transport.error());
  }
  const std::unique_ptr<Communicator> ranks =
      make_message_communicator(env, std::move(transport).value(), options.wait_seconds);
  Result<int> code = body({.ranks = ranks.get(), .zero = static_cast<Zero>(options.zero)});
  if (code.ok()) {
    SCRIBE_TRY(ranks->leave());
    return code;
  }
  if (ranks->tells_errors()) return code;
  return exit_code_of(code.error());
}

}  // namespace scribe::cli
