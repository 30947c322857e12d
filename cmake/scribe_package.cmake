# A Debian package of what `cmake --install` installs: `cpack -G DEB` in the build folder.
set(CPACK_PACKAGE_NAME "scribe")
if(NOT CPACK_PACKAGE_CONTACT)  # Who distributes it says who they are.
  set(CPACK_PACKAGE_CONTACT "The Scribe developers <root@localhost>")
endif()
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "trains, samples, scores and serves code models")
set(CPACK_PACKAGE_DESCRIPTION "The whole system of the Codex paper (Chen et al., 2021): corpora, \
tokenizers, training, sampling, tests of programs in a sandbox, pass@k, ranking, a server.")
set(CPACK_PACKAGING_INSTALL_PREFIX "/usr")
set(CPACK_STRIP_FILES ON)
set(CPACK_GENERATOR "DEB")
set(CPACK_DEBIAN_FILE_NAME "DEB-DEFAULT")
set(CPACK_DEBIAN_PACKAGE_SECTION "science")
# Shared libraries are found in the program; Python's modules are read when programs are run.
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "python3.11")
include(CPack)
