# scribe_module(NAME DEPENDS module... LIBRARIES target... TEST_MAIN target PROGRAM regex)
#
# One static library `scribe_NAME` from every .cc in the folder, one test program `NAME_test` from
# every *_test.cc and one benchmark program `NAME_bench` from every *_bench.cc. Files are found by
# pattern, so that a test that is written is a test that is run. TEST_MAIN names the library with
# the tests' main(), scribe_test_main if it is not given. With SCRIBE_FUZZ each x_fuzz.cc is a
# libFuzzer program `x_fuzz`. Sources that match PROGRAM are left for a program that the module
# builds itself. The target unit_tests is all test programs.
include(GoogleTest)

function(scribe_module NAME)
  cmake_parse_arguments(ARG "" "TEST_MAIN;PROGRAM" "DEPENDS;LIBRARIES" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.cc")
  set(tests ${sources})
  set(benches ${sources})
  set(fuzzers ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  list(FILTER benches INCLUDE REGEX "_bench\\.cc$")
  list(FILTER fuzzers INCLUDE REGEX "_fuzz\\.cc$")
  list(FILTER sources EXCLUDE REGEX "(_test|_bench|_fuzz|/main)\\.cc$|/testing/")
  if(ARG_PROGRAM)
    list(FILTER sources EXCLUDE REGEX "${ARG_PROGRAM}")
  endif()

  set(links scribe_options ${ARG_LIBRARIES})
  foreach(dependency IN LISTS ARG_DEPENDS)
    list(APPEND links scribe_${dependency})
  endforeach()
  add_library(scribe_${NAME} STATIC ${sources})
  target_link_libraries(scribe_${NAME} PUBLIC ${links})

  if(tests)
    if(NOT ARG_TEST_MAIN)
      set(ARG_TEST_MAIN scribe_test_main)
    endif()
    add_executable(${NAME}_test ${tests})
    target_link_libraries(${NAME}_test PRIVATE scribe_${NAME} ${ARG_TEST_MAIN} GTest::gtest)
    scribe_discover_tests(${NAME}_test unit)
  endif()
  if(benches)
    add_executable(${NAME}_bench ${benches})
    target_link_libraries(${NAME}_bench PRIVATE scribe_${NAME} benchmark::benchmark_main)
  endif()
  if(SCRIBE_FUZZ)
    foreach(fuzzer IN LISTS fuzzers)
      get_filename_component(program "${fuzzer}" NAME_WE)
      add_executable(${program} "${fuzzer}")
      target_link_libraries(${program} PRIVATE scribe_${NAME})
      target_link_options(${program} PRIVATE -fsanitize=fuzzer)
    endforeach()
  endif()
endfunction()

# Tests of PROGRAM become CTest tests with LABEL. They find data files beside the source, or where
# SCRIBE_DATA_DIR says.
function(scribe_discover_tests PROGRAM LABEL)
  add_dependencies(unit_tests ${PROGRAM})
  gtest_discover_tests(${PROGRAM}
    NO_PRETTY_VALUES
    DISCOVERY_TIMEOUT 60
    PROPERTIES LABELS ${LABEL} TIMEOUT 900
      ENVIRONMENT "SCRIBE_SOURCE_DIR=${CMAKE_SOURCE_DIR}")
endfunction()
