// Products by cuBLASLt, which is loaded when a device is opened: the program needs it only then.
#pragma once

#include <cublasLt.h>

#include <map>
#include <memory>
#include <tuple>

#include "backend/cuda/runtime.h"

namespace scribe::cuda {

/// The functions of libcublasLt that we call.
struct CublasLtFunctions {
  decltype(&cublasLtCreate) create = nullptr;
  decltype(&cublasLtDestroy) destroy = nullptr;
  decltype(&cublasLtMatmul) multiply = nullptr;
  decltype(&cublasLtMatmulAlgoGetHeuristic) find_algorithms = nullptr;
  decltype(&cublasLtMatmulAlgoConfigGetAttribute) get_algorithm_attribute = nullptr;
  decltype(&cublasLtMatmulDescCreate) create_operation = nullptr;
  decltype(&cublasLtMatmulDescDestroy) destroy_operation = nullptr;
  decltype(&cublasLtMatmulDescSetAttribute) set_operation = nullptr;
  decltype(&cublasLtMatrixLayoutCreate) create_layout = nullptr;
  decltype(&cublasLtMatrixLayoutDestroy) destroy_layout = nullptr;
  decltype(&cublasLtMatmulPreferenceCreate) create_preference = nullptr;
  decltype(&cublasLtMatmulPreferenceDestroy) destroy_preference = nullptr;
  decltype(&cublasLtMatmulPreferenceSetAttribute) set_preference = nullptr;
  decltype(&cublasLtGetStatusString) status_string = nullptr;
};

/// One handle, and the algorithms that were chosen so far.
///
/// Where a row's bits must not depend on the number of rows, the algorithm is chosen for a fixed
/// number, never with the depth split, and used for any: each element of the result is then one
/// tile's sum over the depth in the same order. A test says so, NVIDIA does not.
class CublasLt {
 public:
  /// Errors: unsupported if the library cannot be loaded or started.
  static Result<std::unique_ptr<CublasLt>> load();
  ~CublasLt();
  CublasLt(const CublasLt&) = delete;
  CublasLt& operator=(const CublasLt&) = delete;

  static constexpr std::int64_t kWorkspaceBytes = std::int64_t{32} << 20;

  /// `workspace` is device memory of kWorkspaceBytes.
  void multiply(const Product& product, void* workspace, Stream stream);

 private:
  struct Operation;
  /// What an algorithm depends on: kind, transpositions, m, n, k, strides, alignments.
  using Key = std::tuple<int, bool, bool, bool, std::int64_t, std::int64_t, std::int64_t,
                         std::int64_t, std::int64_t, std::int64_t, std::int64_t, std::uint32_t>;

  explicit CublasLt(const CublasLtFunctions& functions) : functions_(functions) {}
  void check(cublasStatus_t status, const Product& product) const;
  const cublasLtMatmulAlgo_t& algorithm_of(const Product& product);
  cublasLtMatmulAlgo_t choose(const Product& product) const;
  bool keeps_depth_whole(const cublasLtMatmulAlgo_t& algorithm) const;

  CublasLtFunctions functions_;
  cublasLtHandle_t handle_ = nullptr;
  std::map<Key, cublasLtMatmulAlgo_t> algorithms_;
};

}  // namespace scribe::cuda
