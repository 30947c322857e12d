# scribe_module(NAME DEPENDS module... LIBRARIES target...)
#
# One static library `scribe_NAME` from every .cc in the folder, one test program `NAME_test` from
# every *_test.cc and one benchmark program `NAME_bench` from every *_bench.cc. Files are found by
# pattern, so that a test that is written is a test that is run.
include(GoogleTest)

function(scribe_module NAME)
  cmake_parse_arguments(ARG "" "" "DEPENDS;LIBRARIES" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.cc")
  set(tests ${sources})
  set(benches ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  list(FILTER benches INCLUDE REGEX "_bench\\.cc$")
  list(FILTER sources EXCLUDE REGEX "(_test|_bench|_fuzz|/main)\\.cc$|/testing/")

  set(links scribe_options fmt::fmt-header-only ${ARG_LIBRARIES})
  foreach(dependency IN LISTS ARG_DEPENDS)
    list(APPEND links scribe_${dependency})
  endforeach()
  add_library(scribe_${NAME} STATIC ${sources})
  target_link_libraries(scribe_${NAME} PUBLIC ${links})

  if(tests)
    add_executable(${NAME}_test ${tests})
    target_link_libraries(${NAME}_test PRIVATE scribe_${NAME} scribe_test_main GTest::gtest)
    scribe_discover_tests(${NAME}_test unit)
  endif()
  if(benches)
    add_executable(${NAME}_bench ${benches})
    target_link_libraries(${NAME}_bench PRIVATE scribe_${NAME} benchmark::benchmark_main)
  endif()
endfunction()

# Tests of PROGRAM become CTest tests with LABEL; SCRIBE_DATA_DIR tells them where the data files are.
function(scribe_discover_tests PROGRAM LABEL)
  gtest_discover_tests(${PROGRAM}
    NO_PRETTY_VALUES
    DISCOVERY_TIMEOUT 60
    PROPERTIES LABELS ${LABEL} TIMEOUT 900
      ENVIRONMENT "SCRIBE_SOURCE_DIR=${CMAKE_SOURCE_DIR};SCRIBE_BINARY=$<TARGET_FILE:scribe>")
endfunction()
