# SPDX-License-Identifier: Apache-2.0
# What Debian wants otherwise than `cmake --install` leaves it: documents packed, the licence
# by reference. CPack runs it between installing and packing.
set(share "${CPACK_TEMPORARY_INSTALL_DIRECTORY}/usr/share")
file(REMOVE "${share}/doc/callwitness/LICENSE")
file(COPY "${CMAKE_CURRENT_LIST_DIR}/copyright" DESTINATION "${share}/doc/callwitness")
file(COPY_FILE "${CPACK_DEBIAN_CHANGELOG}" "${share}/doc/callwitness/changelog")
execute_process(COMMAND gzip -9nf "${share}/doc/callwitness/changelog"
  "${share}/man/man1/callwitness.1" COMMAND_ERROR_IS_FATAL ANY)
file(RENAME "${share}/zsh/site-functions" "${share}/zsh/vendor-completions")
