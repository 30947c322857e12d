// Sends each job to the engine for its form.
#include "sandbox/dispatch_worker.h"

#include <utility>

namespace scribe {
namespace sandbox {
namespace {

class DispatchWorker : public SandboxWorker {
 public:
  DispatchWorker(std::unique_ptr<SandboxWorker> functions, std::unique_ptr<SandboxWorker> programs)
      : functions_(std::move(functions)), programs_(std::move(programs)) {}

  Result<Verdict> run(const SandboxJob& job) override {
    return runs_as_program(job.form) ? programs_->run(job) : functions_->run(job);
  }

 private:
  std::unique_ptr<SandboxWorker> functions_;
  std::unique_ptr<SandboxWorker> programs_;
};

}  // namespace
}  // namespace sandbox

Result<std::unique_ptr<SandboxWorker>> SandboxWorker::start(
    const SandboxCapabilities& capabilities) {
  SCRIBE_TRY_ASSIGN(auto functions, sandbox::start_python_worker(capabilities));
  SCRIBE_TRY_ASSIGN(auto programs, sandbox::start_exec_worker(capabilities));
  return std::unique_ptr<SandboxWorker>(
      std::make_unique<sandbox::DispatchWorker>(std::move(functions), std::move(programs)));
}

}  // namespace scribe
