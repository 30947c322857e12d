# The house rules as tests: `tidy` reads the source tree, `tidy_self_test` tests the checker itself.
find_program(SCRIBE_PYTHON NAMES python3.11 python3 REQUIRED)

add_test(NAME tidy COMMAND "${SCRIBE_PYTHON}" "${CMAKE_SOURCE_DIR}/tools/tidy.py")
add_test(NAME tidy_self_test COMMAND "${SCRIBE_PYTHON}" "${CMAKE_SOURCE_DIR}/tools/tidy_test.py")
set_tests_properties(tidy tidy_self_test PROPERTIES LABELS tidy TIMEOUT 300)
