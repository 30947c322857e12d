# The plugin libscribe_mpi.so, through which ranks that mpirun or srun starts train together: if
# SCRIBE_MPI is ON, or AUTO and there is an MPI. The program itself is linked to none.
set(SCRIBE_MPI AUTO CACHE STRING "Build the plugin for MPI: ON, OFF or AUTO")
set_property(CACHE SCRIBE_MPI PROPERTY STRINGS AUTO ON OFF)

function(scribe_add_mpi_plugin)
  string(TOUPPER "${SCRIBE_MPI}" wanted)
  if(wanted STREQUAL "OFF")
    return()
  endif()
  find_package(MPI QUIET COMPONENTS C)
  if(NOT MPI_C_FOUND)
    if(NOT wanted STREQUAL "AUTO")
      message(FATAL_ERROR "SCRIBE_MPI is ${SCRIBE_MPI}, but there is no MPI to build with: "
        "install libopenmpi-dev, or name another with -DMPI_HOME=PATH")
    endif()
    return()
  endif()
  add_library(scribe_mpi MODULE "${CMAKE_SOURCE_DIR}/src/comm/mpi_plugin.cc")
  target_link_libraries(scribe_mpi PRIVATE scribe_options)
  # Of C's MPI only what C++ needs: its compiler may be another.
  target_include_directories(scribe_mpi SYSTEM PRIVATE ${MPI_C_INCLUDE_DIRS})
  target_compile_definitions(scribe_mpi PRIVATE OMPI_SKIP_MPICXX MPICH_SKIP_MPICXX)
  target_link_libraries(scribe_mpi PRIVATE ${MPI_C_LIBRARIES})
  # Beside the program, which looks there first.
  set_target_properties(scribe_mpi PROPERTIES
    LIBRARY_OUTPUT_DIRECTORY "$<TARGET_FILE_DIR:scribe>")
  add_dependencies(scribe scribe_mpi)
  install(TARGETS scribe_mpi LIBRARY COMPONENT program
    DESTINATION lib/scribe)
endfunction()
