# SPDX-License-Identifier: Apache-2.0
# What is installed where, and the Debian package of it (cpack -G DEB).
include(GNUInstallDirs)
set(data ${CMAKE_INSTALL_DATADIR}/callwitness)
set(made ${CMAKE_BINARY_DIR}/callwitness)
install(TARGETS callwitness)
install(DIRECTORY signatures DESTINATION ${data})
install(DIRECTORY config/ontology config/policies config/schema DESTINATION ${data}/config)
install(FILES LICENSE README.md DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/callwitness)
install(FILES ${made}.1 DESTINATION ${CMAKE_INSTALL_DATADIR}/man/man1)
install(FILES ${made}.bash RENAME callwitness
  DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES ${made}.zsh RENAME _callwitness
  DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
install(FILES ${made}.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
# Where systemd looks, whatever the system calls its libraries' folder.
install(FILES config/systemd/callwitness@.service DESTINATION lib/systemd/system)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME callwitness)
set(CPACK_PACKAGE_VENDOR "callwitness developers")
set(CPACK_PACKAGE_CONTACT "callwitness developers <callwitness@callwitness.example>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "witness of what conferencing apps send")
set(CPACK_PACKAGE_DESCRIPTION
  "Takes an app's traffic, recorded or live, apart into telemetry, diagnostics,
content and signalling streams, tells for each how that is known, holds them
against the claims of the vendor's policies, and writes evidence that somebody
else can check. It sends no packet and looks up no name.

Listening needs permission. This package gives it to nobody but root and the
service callwitness@INTERFACE; callwitness(1) tells how to give it to the
program itself, and so to everybody who may run it.")
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE
  GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "libcap2-bin")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "minisign")
configure_file(config/debian/changelog.in changelog @ONLY)
set(CPACK_DEBIAN_CHANGELOG ${CMAKE_BINARY_DIR}/changelog)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_SOURCE_DIR}/config/debian/finish.cmake)
include(CPack)
