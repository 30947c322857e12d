// Loading the library, descriptions of products, and the choice of algorithms.
#include "backend/cuda/gpu/cublas_lt.h"

#include <dlfcn.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

namespace scribe::cuda {
namespace {

/// Algorithms asked for; the first that will do is taken.
constexpr int kCandidates = 16;
/// Rows that an algorithm for any number of them is chosen for.
constexpr std::int64_t kRowsChosen = 128;
constexpr std::uint32_t kAlignmentMax = 256;

/// One of the library's functions, or null.
template <typename Function>
bool find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(::dlsym(library, name));
  return function != nullptr;
}

bool find_all(void* library, CublasLtFunctions& f) {
  return find(library, "cublasLtCreate", f.create) && find(library, "cublasLtDestroy", f.destroy) &&
         find(library, "cublasLtMatmul", f.multiply) &&
         find(library, "cublasLtMatmulAlgoGetHeuristic", f.find_algorithms) &&
         find(library, "cublasLtMatmulAlgoConfigGetAttribute", f.get_algorithm_attribute) &&
         find(library, "cublasLtMatmulDescCreate", f.create_operation) &&
         find(library, "cublasLtMatmulDescDestroy", f.destroy_operation) &&
         find(library, "cublasLtMatmulDescSetAttribute", f.set_operation) &&
         find(library, "cublasLtMatrixLayoutCreate", f.create_layout) &&
         find(library, "cublasLtMatrixLayoutDestroy", f.destroy_layout) &&
         find(library, "cublasLtMatmulPreferenceCreate", f.create_preference) &&
         find(library, "cublasLtMatmulPreferenceDestroy", f.destroy_preference) &&
         find(library, "cublasLtMatmulPreferenceSetAttribute", f.set_preference) &&
         find(library, "cublasLtGetStatusString", f.status_string);
}

/// The largest power of two that divides the address, up to kAlignmentMax.
std::uint32_t alignment_of(const void* pointer) {
  const auto address = reinterpret_cast<std::uintptr_t>(pointer);
  std::uint32_t alignment = kAlignmentMax;
  while (address % alignment != 0) alignment /= 2;
  return alignment;
}

std::uint32_t alignment_of(const Product& product) {
  return std::min({alignment_of(product.a), alignment_of(product.b), alignment_of(product.d),
                   alignment_of(product.residual), alignment_of(product.bias)});
}

cudaDataType_t type_of(Operands operands) {
  return operands == Operands::bf16 ? CUDA_R_16BF : CUDA_R_32F;
}

}  // namespace

/// Descriptions of a product for the library, which counts by columns: it computes the transpose,
/// d^T (n, m) = b^T a^T, of the same memory.
struct CublasLt::Operation {
  const CublasLtFunctions& f;
  cublasLtMatmulDesc_t description = nullptr;
  cublasLtMatrixLayout_t a = nullptr;
  cublasLtMatrixLayout_t b = nullptr;
  cublasLtMatrixLayout_t c = nullptr;
  cublasLtMatrixLayout_t d = nullptr;

  Operation(const CublasLt& lt, const Product& p) : f(lt.functions_) {
    const cublasComputeType_t compute =
        p.operands == Operands::tf32 ? CUBLAS_COMPUTE_32F_FAST_TF32 : CUBLAS_COMPUTE_32F;
    lt.check(f.create_operation(&description, compute, CUDA_R_32F), p);
    const auto set = [&](cublasLtMatmulDescAttributes_t attribute, const auto& value) {
      lt.check(f.set_operation(description, attribute, &value, sizeof(value)), p);
    };
    // The library's a is our b.
    set(CUBLASLT_MATMUL_DESC_TRANSA, p.b_transposed ? CUBLAS_OP_T : CUBLAS_OP_N);
    set(CUBLASLT_MATMUL_DESC_TRANSB, p.a_transposed ? CUBLAS_OP_T : CUBLAS_OP_N);
    if (p.bias != nullptr) {
      set(CUBLASLT_MATMUL_DESC_EPILOGUE, CUBLASLT_EPILOGUE_BIAS);
      set(CUBLASLT_MATMUL_DESC_BIAS_POINTER, p.bias);
    }
    const auto layout = [&](cublasLtMatrixLayout_t& made, cudaDataType_t type, std::int64_t rows,
                            std::int64_t cols, std::int64_t stride) {
      // Rows of the library's are our columns. One column may have any stride above its length.
      lt.check(f.create_layout(&made, type, static_cast<std::uint64_t>(cols),
                               static_cast<std::uint64_t>(rows), std::max(stride, cols)),
               p);
    };
    layout(a, type_of(p.operands), p.b_transposed ? p.n : p.k, p.b_transposed ? p.k : p.n,
           p.b_stride);
    layout(b, type_of(p.operands), p.a_transposed ? p.k : p.m, p.a_transposed ? p.m : p.k,
           p.a_stride);
    layout(c, CUDA_R_32F, p.m, p.n, p.residual == nullptr ? p.d_stride : p.residual_stride);
    layout(d, CUDA_R_32F, p.m, p.n, p.d_stride);
  }
  ~Operation() {
    f.destroy_layout(d);
    f.destroy_layout(c);
    f.destroy_layout(b);
    f.destroy_layout(a);
    f.destroy_operation(description);
  }
  Operation(const Operation&) = delete;
  Operation& operator=(const Operation&) = delete;
};

Result<std::unique_ptr<CublasLt>> CublasLt::load() {
  constexpr std::array kNames = {"libcublasLt.so.13", "libcublasLt.so"};
  void* library = nullptr;
  for (const char* const name : kNames)
    if (library == nullptr) library = ::dlopen(name, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr)
    return error(ErrorCode::unsupported,
                 "cuda: {} cannot be loaded; install cuBLAS of CUDA 13, or name its folder in "
                 "LD_LIBRARY_PATH",
                 kNames[0]);
  // Never closed: the device's context keeps what it loaded.
  CublasLtFunctions functions;
  if (!find_all(library, functions))
    return error(ErrorCode::unsupported, "cuda: libcublasLt lacks functions; CUDA 13 has them");
  std::unique_ptr<CublasLt> made(new CublasLt(functions));  // NOLINT: private constructor
  if (const cublasStatus_t status = functions.create(&made->handle_);
      status != CUBLAS_STATUS_SUCCESS)
    return error(ErrorCode::unsupported, "cuda: cuBLASLt does not start: {}",
                 functions.status_string(status));
  return made;
}

CublasLt::~CublasLt() {
  if (handle_ != nullptr) functions_.destroy(handle_);
}

void CublasLt::check(cublasStatus_t status, const Product& p) const {
  SCRIBE_CHECK(status == CUBLAS_STATUS_SUCCESS, "cuda: product ({}, {}) x ({}, {}): {}", p.m, p.k,
               p.k, p.n, functions_.status_string(status));
}

bool CublasLt::keeps_depth_whole(const cublasLtMatmulAlgo_t& algorithm) const {
  std::int32_t split = 0;
  std::size_t written = 0;
  const cublasStatus_t status = functions_.get_algorithm_attribute(
      &algorithm, CUBLASLT_ALGO_CONFIG_SPLITK_NUM, &split, sizeof(split), &written);
  return status == CUBLAS_STATUS_SUCCESS && (split == 0 || split == 1);
}

cublasLtMatmulAlgo_t CublasLt::choose(const Product& wanted) const {
  Product product = wanted;
  if (product.rows_are_independent) product.m = kRowsChosen;
  const Operation operation(*this, product);
  cublasLtMatmulPreference_t preference = nullptr;
  check(functions_.create_preference(&preference), product);
  const auto set = [&](cublasLtMatmulPreferenceAttributes_t attribute, const auto& value) {
    check(functions_.set_preference(preference, attribute, &value, sizeof(value)), product);
  };
  const auto workspace = static_cast<std::uint64_t>(kWorkspaceBytes);
  set(CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, workspace);
  const std::uint32_t alignment = alignment_of(wanted);
  for (const auto attribute :
       {CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES,
        CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES})
    set(attribute, alignment);
  if (product.rows_are_independent) {
    const std::uint32_t none = CUBLASLT_REDUCTION_SCHEME_NONE;
    set(CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK, none);
  }
  std::array<cublasLtMatmulHeuristicResult_t, kCandidates> found{};
  int count = 0;
  const cublasStatus_t status = functions_.find_algorithms(
      handle_, operation.description, operation.a, operation.b, operation.c, operation.d,
      preference, kCandidates, found.data(), &count);
  functions_.destroy_preference(preference);
  check(status, product);
  for (const cublasLtMatmulHeuristicResult_t& result :
       std::span(found).first(static_cast<std::size_t>(count)))
    if (result.state == CUBLAS_STATUS_SUCCESS &&
        (!product.rows_are_independent || keeps_depth_whole(result.algo)))
      return result.algo;
  SCRIBE_CHECK(false, "cuda: cuBLASLt has no algorithm for ({}, {}) x ({}, {})", product.m,
               product.k, product.k, product.n);
  SCRIBE_UNREACHABLE();
}

const cublasLtMatmulAlgo_t& CublasLt::algorithm_of(const Product& p) {
  const Key key(static_cast<int>(p.operands), p.a_transposed, p.b_transposed, p.bias != nullptr,
                p.rows_are_independent ? 0 : p.m, p.n, p.k, p.a_stride, p.b_stride, p.d_stride,
                p.residual == nullptr ? 0 : p.residual_stride, alignment_of(p));
  const auto known = algorithms_.find(key);
  if (known != algorithms_.end()) return known->second;
  return algorithms_.emplace(key, choose(p)).first->second;
}

void CublasLt::multiply(const Product& p, void* workspace, Stream stream) {
  const cublasLtMatmulAlgo_t& algorithm = algorithm_of(p);
  const Operation operation(*this, p);
  const float one = 1;
  const float added = p.residual == nullptr ? 0 : 1;
  const float* const c = p.residual == nullptr ? p.d : p.residual;
  check(functions_.multiply(handle_, operation.description, &one, p.b, operation.a, p.a,
                            operation.b, &added, c, operation.c, p.d, operation.d, &algorithm,
                            workspace, static_cast<std::size_t>(kWorkspaceBytes),
                            static_cast<cudaStream_t>(stream)),
        p);
}

}  // namespace scribe::cuda
