# The Debian packages: `app/build packages` leaves them in .build/release/packages.
set(CPACK_GENERATOR DEB)
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_PACKAGE_NAME surgescope)
set(CPACK_PACKAGE_VENDOR "surgescope developers")
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "surgescope developers <packages@surgescope.example>")
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL dashboard tools)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON) # tests are in no package, and need not be built for one

set(summary "watches a launch hit the edge of a CDN")
set(CPACK_DEBIAN_DASHBOARD_PACKAGE_NAME surgescope)
set(CPACK_COMPONENT_DASHBOARD_DESCRIPTION "${summary}: the wall display
A wall display for the hour when a release hits the edge: it subscribes to
telemetry of a CDN's nodes and shows PoP saturation on a world map,
throughput by region and invalidation lag by PoP, each number with its unit,
its age and its coverage. Without a feed it rehearses a simulated launch;
launches are recorded, and a recording shows the same screens again.")
# Keys are made by the tools, and a wall of other machines' telemetry needs keys. Pictures without a screen need a platform of
# Qt's that Debian 13 has in a package of its own.
set(CPACK_DEBIAN_DASHBOARD_PACKAGE_DEPENDS "surgescope-tools (= ${PROJECT_VERSION}-1), qt6-qpa-plugins")
set(CPACK_DEBIAN_DASHBOARD_PACKAGE_RECOMMENDS "qt6-wayland")
set(CPACK_DEBIAN_DASHBOARD_PACKAGE_SUGGESTS "pipewire-bin | pulseaudio-utils | alsa-utils")

set(CPACK_DEBIAN_TOOLS_PACKAGE_NAME surgescope-tools)
set(CPACK_COMPONENT_TOOLS_DESCRIPTION "${summary}: agent, relay, simulator
What runs where there is no screen, and needs no Qt: the agent that reports
what an edge server does (nginx, Varnish, HAProxy, Traffic Server, Apache
httpd, or whatever Prometheus can scrape), the relay that makes thousands of
agents one stream, the simulator of launches, the program that records them
and works on recordings, and the one that keeps keys. With units for systemd,
the documents, and configurations of those servers.")
set(CPACK_DEBIAN_TOOLS_PACKAGE_SUGGESTS "chrony, surgescope")
set(debian ${PROJECT_SOURCE_DIR}/resources/packaging/debian)
set(CPACK_DEBIAN_TOOLS_PACKAGE_CONTROL_EXTRA ${debian}/postinst ${debian}/prerm ${debian}/postrm)

# A Debian changelog has a form of its own: that of the newest release, from resources/CHANGELOG.md.
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/resources/CHANGELOG.md)
file(READ ${PROJECT_SOURCE_DIR}/resources/CHANGELOG.md changes)
string(REGEX REPLACE "^.*\n## ${PROJECT_VERSION} [^\n]*\n" "" changes "${changes}")
string(REGEX REPLACE "\n## .*" "" changes "${changes}")
string(REPLACE ";" "\\;" changes "${changes}")
string(REGEX MATCHALL "\n- [^\n]*" lines "${changes}")
set(changes "")
foreach(line ${lines})
  string(REGEX REPLACE "^\n- " "" line "${line}")
  execute_process(COMMAND ${CMAKE_COMMAND} -E echo "${line}" COMMAND fold -s -w 74 OUTPUT_VARIABLE line
                  OUTPUT_STRIP_TRAILING_WHITESPACE)
  string(REGEX REPLACE " *\n" "\n    " line "${line}")
  string(APPEND changes "  * ${line}\n")
endforeach()
execute_process(COMMAND date -R -u -d "${release_date}" OUTPUT_VARIABLE stamp OUTPUT_STRIP_TRAILING_WHITESPACE)
foreach(package surgescope surgescope-tools)
  file(CONFIGURE OUTPUT debian/${package}/changelog.Debian CONTENT
"${package} (${PROJECT_VERSION}-1) unstable; urgency=medium

${changes}
 -- ${CPACK_DEBIAN_PACKAGE_MAINTAINER}  ${stamp}
")
  add_custom_command(OUTPUT debian/${package}/changelog.Debian.gz DEPENDS debian/${package}/changelog.Debian VERBATIM
                     COMMAND gzip -9nkf ${CMAKE_CURRENT_BINARY_DIR}/debian/${package}/changelog.Debian)
  list(APPEND changelogs ${CMAKE_CURRENT_BINARY_DIR}/debian/${package}/changelog.Debian.gz)
  set(component tools)
  if(package STREQUAL surgescope)
    set(component dashboard)
  endif()
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/debian/${package}/changelog.Debian.gz ${debian}/copyright
          DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${package} COMPONENT ${component} EXCLUDE_FROM_ALL)
endforeach()

set(folder ${CMAKE_BINARY_DIR}/packages)
include(CPack)
# Two builds of one commit are the same to the byte: its files are as old as the commit.
add_custom_target(packages DEPENDS programs ${changelogs} VERBATIM
  COMMAND ${CMAKE_COMMAND} -E rm -rf ${folder}
  COMMAND ${CMAKE_COMMAND} -DCPACK=${CMAKE_CPACK_COMMAND} -DCONFIG=${CMAKE_BINARY_DIR}/CPackConfig.cmake -DFOLDER=${folder} -DSOURCE=${PROJECT_SOURCE_DIR}
          -P ${CMAKE_CURRENT_SOURCE_DIR}/pack.cmake)
