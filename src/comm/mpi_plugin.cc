// Messages over MPI: a shared library of its own, so that the program runs where there is no MPI.
#include <mpi.h>
#include <stdlib.h>  // setenv, which is POSIX

#include <memory>

#include "comm/transport.h"

namespace {

/// MPI keeps order between two ranks for one tag, and no more is needed.
constexpr int kTag = 1;

class MpiTransport : public scribe::Transport {
 public:
  MpiTransport() {
    MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
    MPI_Comm_size(MPI_COMM_WORLD, &size_);
    // Errors come back, to be told as ours; MPI's own way is to abort with a page of text.
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
  }

  int rank() const override { return rank_; }
  int size() const override { return size_; }

  Request send(const void* bytes, std::size_t count, int to) override {
    auto request = std::make_unique<MPI_Request>();
    const int code = MPI_Isend(bytes, static_cast<int>(count), MPI_BYTE, to, kTag, MPI_COMM_WORLD,
                               request.get());
    return code == MPI_SUCCESS ? request.release() : nullptr;
  }

  Request receive(void* bytes, std::size_t count, int from) override {
    auto request = std::make_unique<MPI_Request>();
    const int code = MPI_Irecv(bytes, static_cast<int>(count), MPI_BYTE, from, kTag, MPI_COMM_WORLD,
                               request.get());
    return code == MPI_SUCCESS ? request.release() : nullptr;
  }

  Progress poll(Request request) override {
    auto* const mine = static_cast<MPI_Request*>(request);
    int done = 0;
    const int code = MPI_Test(mine, &done, MPI_STATUS_IGNORE);
    if (code == MPI_SUCCESS && done == 0) return Progress::pending;
    const std::unique_ptr<MPI_Request> freed(mine);
    return code == MPI_SUCCESS ? Progress::done : Progress::failed;
  }

  void leave() override { MPI_Finalize(); }

 private:
  int rank_ = 0;
  int size_ = 1;
};

}  // namespace

extern "C" int scribe_transport_interface() {
  return scribe::kTransportInterface;
}

/// Joins the job that the launcher made; nullptr if that is impossible.
extern "C" scribe::Transport* scribe_make_transport() {
  // Open MPI would read the other rank's memory directly, which containers forbid and which prints
  // a line of its own when that rank has died. Copies through shared memory do neither.
  ::setenv("OMPI_MCA_btl_vader_single_copy_mechanism", "none", 0);
  int provided = 0;
  if (MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided) != MPI_SUCCESS)
    return nullptr;
  return std::make_unique<MpiTransport>().release();
}
