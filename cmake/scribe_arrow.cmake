# Apache Arrow, which reads Parquet: the target scribe_arrow, if SCRIBE_ARROW is ON, or AUTO and
# one is there. It is looked for in SCRIBE_ARROW_ROOT as in the folder of the package pyarrow,
# include/ and libarrow.so.N beside it, then as a CMake package.
set(SCRIBE_ARROW AUTO CACHE STRING "Read Parquet through Apache Arrow: ON, OFF or AUTO")
set_property(CACHE SCRIBE_ARROW PROPERTY STRINGS AUTO ON OFF)
set(SCRIBE_ARROW_ROOT "" CACHE PATH "An installation of Arrow C++, or the folder of pyarrow")

function(scribe_find_arrow)
  if(NOT SCRIBE_ARROW)
    return()
  endif()
  file(GLOB arrow_library "${SCRIBE_ARROW_ROOT}/libarrow.so.[0-9]*")
  file(GLOB parquet_library "${SCRIBE_ARROW_ROOT}/libparquet.so.[0-9]*")
  if(SCRIBE_ARROW_ROOT AND arrow_library AND parquet_library)
    set(libraries ${parquet_library} ${arrow_library})
    set(include "${SCRIBE_ARROW_ROOT}/include")
  else()
    find_package(Parquet CONFIG QUIET HINTS "${SCRIBE_ARROW_ROOT}")
    if(TARGET Parquet::parquet_shared)
      set(libraries Parquet::parquet_shared Arrow::arrow_shared)
    endif()
  endif()
  if(libraries)
    # One that was built for another ABI or has another interface does not link.
    include(CheckCXXSourceCompiles)
    set(CMAKE_REQUIRED_INCLUDES ${include})
    set(CMAKE_REQUIRED_LIBRARIES ${libraries})
    set(CMAKE_REQUIRED_QUIET ON)
    unset(SCRIBE_ARROW_FITS CACHE)
    check_cxx_source_compiles("
      #include <arrow/api.h>
      #include <parquet/arrow/reader.h>
      int main() {
        arrow::CappedMemoryPool pool(arrow::default_memory_pool(), 1);
        parquet::arrow::FileReaderBuilder builder;
        std::unique_ptr<parquet::arrow::FileReader> reader;
        if (!builder.memory_pool(&pool)->Build(&reader).ok()) return 1;
        return reader->GetRecordBatchReader({0}, {0}).ok() ? 0 : 1;
      }" SCRIBE_ARROW_FITS)
  endif()
  if(NOT SCRIBE_ARROW_FITS)
    if(NOT SCRIBE_ARROW STREQUAL "AUTO")
      message(FATAL_ERROR "SCRIBE_ARROW is ON, but there is no Apache Arrow with Parquet that fits "
        "this compiler; name one with -DSCRIBE_ARROW_ROOT=PATH (`pip install pyarrow` has it)")
    endif()
    return()
  endif()
  add_library(scribe_arrow INTERFACE)
  target_link_libraries(scribe_arrow INTERFACE ${libraries})
  target_include_directories(scribe_arrow SYSTEM INTERFACE ${include})
endfunction()
scribe_find_arrow()
