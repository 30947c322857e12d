// A GPU by CUDA's runtime: memory from a pool of the driver's, one stream.
#include "backend/cuda/runtime.h"

#include <cuda_runtime_api.h>

#include "backend/cuda/gpu/cublas_lt.h"
#include "base/check.h"

namespace scribe::cuda {

void check_cuda(int code, const char* what) {
  const auto status = static_cast<cudaError_t>(code);
  SCRIBE_CHECK(status == cudaSuccess, "cuda: {}: {} ({})", what, cudaGetErrorString(status),
               cudaGetErrorName(status));
}

namespace {

/// The least compute capability that this build has kernels for.
constexpr int kMajorMin = 8;

std::size_t size(std::int64_t bytes) {
  return static_cast<std::size_t>(bytes);
}

class CudaRuntime : public Runtime {
 public:
  CudaRuntime(int device, std::string name, std::unique_ptr<CublasLt> products)
      : device_(device), name_(std::move(name)), products_(std::move(products)) {
    check_cuda(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "a stream");
    cudaMemPool_t pool = nullptr;
    check_cuda(cudaDeviceGetDefaultMemPool(&pool, device), "the memory pool");
    // What is given back stays with the pool: a step that was run before asks nobody for memory.
    std::uint64_t kept_bytes = UINT64_MAX;
    check_cuda(cudaMemPoolSetAttribute(pool, cudaMemPoolAttrReleaseThreshold, &kept_bytes),
               "the memory pool");
    workspace_ = allocate(CublasLt::kWorkspaceBytes);
  }
  ~CudaRuntime() override {
    release(workspace_);
    cudaStreamSynchronize(stream_);
    cudaStreamDestroy(stream_);
  }
  CudaRuntime(const CudaRuntime&) = delete;
  CudaRuntime& operator=(const CudaRuntime&) = delete;

  Stream stream() override {
    check_cuda(cudaSetDevice(device_), "the device");  // Of the thread that calls.
    return stream_;
  }
  std::string device_name() override { return name_; }

  void* allocate(std::int64_t bytes) override {
    void* memory = nullptr;
    const cudaError_t status =
        cudaMallocAsync(&memory, size(bytes), static_cast<cudaStream_t>(stream()));
    if (status == cudaErrorMemoryAllocation) {
      std::size_t free_bytes = 0;
      std::size_t total_bytes = 0;
      cudaGetLastError();  // Or the next call would report it again.
      cudaMemGetInfo(&free_bytes, &total_bytes);
      SCRIBE_CHECK(false,
                   "device 'cuda:{}' ({}) is out of memory: {:.1f} MiB were asked for, {:.1f} of "
                   "{:.1f} MiB are free; use smaller batches (--micro-batch, --rows), a smaller "
                   "model, or --recompute",
                   device_, name_, mebibytes(size(bytes)), mebibytes(free_bytes),
                   mebibytes(total_bytes));
    }
    check_cuda(status, "memory");
    return memory;
  }
  void release(void* pointer) override {
    if (pointer != nullptr) check_cuda(cudaFreeAsync(pointer, stream_), "memory given back");
  }
  void zero(void* pointer, std::int64_t bytes) override {
    check_cuda(cudaMemsetAsync(pointer, 0, size(bytes), static_cast<cudaStream_t>(stream())),
               "zeros");
  }
  void upload(const void* host, void* device, std::int64_t bytes) override {
    if (bytes == 0) return;
    // Memory of the host that may be paged out is copied before the call returns.
    check_cuda(cudaMemcpyAsync(device, host, size(bytes), cudaMemcpyHostToDevice,
                               static_cast<cudaStream_t>(stream())),
               "a copy to the device");
  }
  void download(const void* device, void* host, std::int64_t bytes) override {
    if (bytes == 0) return;
    check_cuda(cudaMemcpyAsync(host, device, size(bytes), cudaMemcpyDeviceToHost,
                               static_cast<cudaStream_t>(stream())),
               "a copy from the device");
    check_cuda(cudaStreamSynchronize(stream_), "what ran on the device");
  }
  void multiply(const Product& product) override {
    products_->multiply(product, workspace_, stream());
  }

 private:
  static double mebibytes(std::size_t bytes) { return static_cast<double>(bytes) / (1 << 20); }

  int device_;
  std::string name_;
  std::unique_ptr<CublasLt> products_;
  cudaStream_t stream_ = nullptr;
  void* workspace_ = nullptr;
};

}  // namespace

int device_count() {
  int count = 0;
  if (cudaGetDeviceCount(&count) == cudaSuccess) return count;
  cudaGetLastError();
  return 0;
}

Result<std::unique_ptr<Runtime>> Runtime::open(int device) {
  int count = 0;
  if (const cudaError_t status = cudaGetDeviceCount(&count); status != cudaSuccess) {
    cudaGetLastError();
    return error(ErrorCode::unsupported,
                 "device 'cuda:{}': {}; install NVIDIA's driver (580 or newer for CUDA 13), or use "
                 "--device cpu",
                 device, cudaGetErrorString(status));
  }
  if (device >= count)
    return error(ErrorCode::not_found, "device 'cuda:{}': this machine has {}, from cuda:0 on",
                 device, count);
  cudaDeviceProp properties{};
  check_cuda(cudaGetDeviceProperties(&properties, device), "properties of the device");
  if (properties.major < kMajorMin)
    return error(ErrorCode::unsupported,
                 "device 'cuda:{}' ({}) has compute capability {}.{}, expected {}.0 or newer; use "
                 "--device cpu",
                 device, properties.name, properties.major, properties.minor, kMajorMin);
  if (const cudaError_t status = cudaSetDevice(device); status != cudaSuccess)
    return error(ErrorCode::unsupported, "device 'cuda:{}' ({}): {}", device, properties.name,
                 cudaGetErrorString(status));
  SCRIBE_TRY_ASSIGN(std::unique_ptr<CublasLt> products, CublasLt::load());
  return std::unique_ptr<Runtime>(
      std::make_unique<CudaRuntime>(device, properties.name, std::move(products)));
}

}  // namespace scribe::cuda
