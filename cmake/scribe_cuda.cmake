# Finds CUDA's compiler: SCRIBE_CUDA=auto takes it where it is, on insists, off does without.
set(SCRIBE_CUDA "auto" CACHE STRING "Build the cuda backend: auto, on or off")
set_property(CACHE SCRIBE_CUDA PROPERTY STRINGS auto on off)
# Ampere, Hopper, Blackwell; PTX of the last for what comes after.
set(SCRIBE_CUDA_ARCHITECTURES "80-real;90-real;100" CACHE STRING
  "Compute capabilities of the kernels, as CMAKE_CUDA_ARCHITECTURES has them")

set(SCRIBE_HAS_CUDA OFF)
string(TOLOWER "${SCRIBE_CUDA}" scribe_cuda_choice)
if(NOT scribe_cuda_choice MATCHES "^(auto|on|off)$")
  message(FATAL_ERROR "SCRIBE_CUDA is '${SCRIBE_CUDA}', expected auto, on or off")
endif()
if(scribe_cuda_choice STREQUAL "off")
  return()
endif()
if(SCRIBE_SANITIZE OR SCRIBE_FUZZ)
  message(STATUS "cuda backend: not built, nvcc knows no sanitizers")
  return()
endif()
find_program(SCRIBE_NVCC nvcc HINTS ENV CUDACXX ENV CUDA_PATH PATH_SUFFIXES bin
  PATHS /usr/local/cuda/bin)
if(NOT SCRIBE_NVCC)
  if(scribe_cuda_choice STREQUAL "on")
    message(FATAL_ERROR
      "SCRIBE_CUDA=on, but there is no nvcc: install NVIDIA's CUDA toolkit, or name it by "
      "-DSCRIBE_NVCC=PATH")
  endif()
  message(STATUS "cuda backend: not built, there is no nvcc")
  return()
endif()
set(CMAKE_CUDA_COMPILER "${SCRIBE_NVCC}")
set(CMAKE_CUDA_ARCHITECTURES "${SCRIBE_CUDA_ARCHITECTURES}")
enable_language(CUDA)
# CMake 3.25 believes that nvcc stops at C++17.
if(NOT CMAKE_CUDA20_STANDARD_COMPILE_OPTION)
  set(CMAKE_CUDA20_STANDARD_COMPILE_OPTION "-std=c++20")
  set(CMAKE_CUDA20_EXTENSION_COMPILE_OPTION "-std=c++20")
endif()
find_package(CUDAToolkit REQUIRED)
if(CCACHE_PROGRAM)
  set(CMAKE_CUDA_COMPILER_LAUNCHER "${CCACHE_PROGRAM}")
endif()
set(SCRIBE_HAS_CUDA ON)
message(STATUS "cuda backend: nvcc ${CUDAToolkit_VERSION}, sm_${SCRIBE_CUDA_ARCHITECTURES}")
