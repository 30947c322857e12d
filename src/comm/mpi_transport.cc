// Finds and loads the plugin that speaks MPI.
#include "comm/mpi_transport.h"

#include <dlfcn.h>

namespace scribe {
namespace {

constexpr std::string_view kPlugin = "/libscribe_mpi.so";

Error refused(RankOf launched, std::string_view why) {
  return error(ErrorCode::unsupported,
               "started as rank {} of {}, but {}; or start one process, without mpirun or srun",
               launched.rank, launched.ranks, why);
}

}  // namespace

Result<std::unique_ptr<Transport>> join_mpi(Env& env, const std::vector<std::string>& folders,
                                            RankOf launched) {
  std::string path;
  for (const std::string& folder : folders)
    if (path.empty() && env.exists(folder + std::string(kPlugin)))
      path = folder + std::string(kPlugin);
  if (path.empty())
    return refused(launched,
                   "this scribe was built without MPI: install libopenmpi-dev and openmpi-bin, "
                   "and build it with -DSCRIBE_MPI=ON");
  // Global, because MPI's own plugins look for its symbols.
  void* const library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_GLOBAL);
  if (library == nullptr)
    return refused(launched, fmt::format("'{}' does not load ({}): install Open MPI (Debian: "
                                         "openmpi-bin)",
                                         path, ::dlerror()));
  const auto interface_of =
      reinterpret_cast<int (*)()>(::dlsym(library, "scribe_transport_interface"));
  const auto make = reinterpret_cast<Transport* (*)()>(::dlsym(library, "scribe_make_transport"));
  if (interface_of == nullptr || make == nullptr || interface_of() != kTransportInterface)
    return refused(launched,
                   fmt::format("'{}' is of another build of scribe: install both together", path));
  std::unique_ptr<Transport> transport(make());
  if (!transport) return refused(launched, "MPI did not start: see its messages above");
  if (transport->rank() == launched.rank && transport->size() == launched.ranks) return transport;
  return refused(launched,
                 fmt::format("MPI says rank {} of {}: use the mpirun of the Open MPI that '{}' was "
                             "built with (srun needs --mpi=pmix)",
                             transport->rank(), transport->size(), path));
}

}  // namespace scribe
