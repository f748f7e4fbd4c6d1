# What `cmake --install` puts where, and the Debian packages made of it. Two components, each a package: the dashboard, and the
# tools, which need no Qt and bring the documents and what of resources/ people copy.
include(GNUInstallDirs)

# Programs, each with its manual page and completions. Debian's zsh looks for what packages complete in another folder than
# for what is installed by hand; the component `packaged` is what only the one of them gets.
set(described_folder ${CMAKE_CURRENT_BINARY_DIR}/described)
function(surgescope_install_program program component)
  set(page ${described_folder}/man/${program}.1.gz)
  add_custom_command(OUTPUT ${page} DEPENDS ${program} describe.cmake VERBATIM
    COMMAND ${CMAKE_COMMAND} -DPROGRAM=$<TARGET_FILE:${program}> -DFOLDER=${described_folder}
            -P ${CMAKE_CURRENT_SOURCE_DIR}/describe.cmake)
  add_custom_target(${program}-described ALL DEPENDS ${page})
  add_dependencies(programs ${program}-described)
  install(TARGETS ${program} COMPONENT ${component})
  install(FILES ${page} DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT ${component})
  install(FILES ${described_folder}/bash/${program} DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions
          COMPONENT ${component})
  set(zsh ${described_folder}/zsh/_${program})
  install(FILES ${zsh} DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions COMPONENT by_hand)
  install(FILES ${zsh} DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions COMPONENT ${component} EXCLUDE_FROM_ALL)
endfunction()
surgescope_install_program(surgescope dashboard)
foreach(program surgescope-agent surgescope-capture surgescope-keys surgescope-relay surgescope-sim)
  surgescope_install_program(${program} tools)
endforeach()

# Documents and resources keep their places to each other, so that links between them hold.
file(GLOB documents RELATIVE ${PROJECT_SOURCE_DIR} CONFIGURE_DEPENDS
     ${PROJECT_SOURCE_DIR}/README.md ${PROJECT_SOURCE_DIR}/feeds/*/*.md ${PROJECT_SOURCE_DIR}/widgets/*.md)
foreach(document ${documents})
  get_filename_component(folder ${document} DIRECTORY)
  install(FILES ${PROJECT_SOURCE_DIR}/${document} DESTINATION ${CMAKE_INSTALL_DOCDIR}/${folder} COMPONENT tools)
endforeach()
# All but what is in the programs already, and what is for building.
install(DIRECTORY ${PROJECT_SOURCE_DIR}/resources/ DESTINATION ${CMAKE_INSTALL_DATADIR}/surgescope COMPONENT tools
  REGEX "/resources/(baselines|container|fonts|map|packaging|workspaces)$" EXCLUDE
  REGEX "/resources/(embed.cmake|pops.csv|widgets.qrc)$" EXCLUDE)
file(CREATE_LINK ../../surgescope ${CMAKE_CURRENT_BINARY_DIR}/resources SYMBOLIC)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/resources DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT tools)

# Where systemd looks, whatever the folder for libraries is called.
set(systemd ${PROJECT_SOURCE_DIR}/resources/systemd)
install(FILES ${systemd}/surgescope-agent.service ${systemd}/surgescope-relay.service DESTINATION lib/systemd/system
        COMPONENT tools)
install(FILES ${systemd}/surgescope-wall.service DESTINATION lib/systemd/user COMPONENT dashboard)

# What desktops show: named by the identifier that they all use for it.
set(packaging ${PROJECT_SOURCE_DIR}/resources/packaging)
set(identifier org.surgescope.surgescope)
file(STRINGS ${PROJECT_SOURCE_DIR}/resources/CHANGELOG.md releases REGEX "^## ")
list(GET releases 0 release)
if(NOT release MATCHES "^## ${PROJECT_VERSION} \\(([0-9-]+)\\)$")
  message(FATAL_ERROR "resources/CHANGELOG.md begins with '${release}', expected '## ${PROJECT_VERSION} (DATE)'")
endif()
set(release_date ${CMAKE_MATCH_1})
configure_file(${packaging}/${identifier}.metainfo.xml.in ${identifier}.metainfo.xml @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/${identifier}.metainfo.xml DESTINATION ${CMAKE_INSTALL_DATADIR}/metainfo
        COMPONENT dashboard)
install(FILES ${packaging}/${identifier}.desktop ${packaging}/${identifier}.replay.desktop
        DESTINATION ${CMAKE_INSTALL_DATADIR}/applications COMPONENT dashboard)
install(FILES ${packaging}/${identifier}.mime.xml DESTINATION ${CMAKE_INSTALL_DATADIR}/mime/packages COMPONENT dashboard)
foreach(size 48 64 128 256)
  install(FILES ${packaging}/${identifier}-${size}.png RENAME ${identifier}.png COMPONENT dashboard
          DESTINATION ${CMAKE_INSTALL_DATADIR}/icons/hicolor/${size}x${size}/apps)
endforeach()
install(FILES ${packaging}/${identifier}.svg DESTINATION ${CMAKE_INSTALL_DATADIR}/icons/hicolor/scalable/apps
        COMPONENT dashboard)

include(packages.cmake)
