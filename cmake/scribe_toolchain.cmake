# Compiler settings shared by every target.
find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_C_COMPILER_LAUNCHER "${CCACHE_PROGRAM}")
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CCACHE_PROGRAM}")
endif()
find_program(MOLD_PROGRAM mold)
if(MOLD_PROGRAM)
  add_link_options(-fuse-ld=mold)
endif()

add_library(scribe_options INTERFACE)
target_compile_options(scribe_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion
  # Not in what users build, nor by other compilers, which warn of what this one does not (clang 19
  # of the stable_sort() of libstdc++ 12).
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<NOT:$<CONFIG:Release>>>:-Werror>
  # x86-64-v2 with no contraction: what a kernel computes must not depend on the optimiser. The fast
  # kernels ask for their instructions per file and use fused operations explicitly.
  -march=x86-64-v2 -ffp-contract=off
  # Once it has inlined enough, GCC 12 sees overlaps in "a" + std::string where there are none (GCC
  # bug 105651), and strings that never leave their inner buffer. At -O1 the warnings stand.
  # RelWithDebInfo is what ThreadSanitizer's build is.
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<CONFIG:Release,RelWithDebInfo>>:-Wno-restrict>
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<CONFIG:Release,RelWithDebInfo>>:-Wno-array-bounds>
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<CONFIG:Release,RelWithDebInfo>>:-Wno-stringop-overflow>
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<CONFIG:Release,RelWithDebInfo>>:-Wno-stringop-overread>)
target_include_directories(scribe_options INTERFACE "${CMAKE_SOURCE_DIR}/src")
if(SCRIBE_SANITIZE)
  add_compile_options(
    -fsanitize=${SCRIBE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${SCRIBE_SANITIZE})
  if(SCRIBE_SANITIZE STREQUAL "thread")
    # Boost.Asio has fences, which ThreadSanitizer does not model; its locks are seen.
    add_compile_options(-Wno-tsan)
  endif()
endif()
if(SCRIBE_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
