# cmake -DNUMBER=0.1.0 -DSOURCE=folder -DOUTPUT=version.cpp -P version.cmake: app/version.h as the checkout is now. Asked at
# each build, written only when it is another, so that a commit costs one small file.
set(archived "$Format:%h %cs$") # what git archive puts here, see .gitattributes
if(archived MATCHES "^[0-9a-f]+ [0-9-]+$")
  set(commit ${archived})
elseif(EXISTS "${SOURCE}/.git") # not of a checkout that we only lie in
  execute_process(COMMAND git -C "${SOURCE}" log -1 --abbrev=7 "--format=%h %cs" OUTPUT_VARIABLE commit
                  OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  execute_process(COMMAND git -C "${SOURCE}" status --porcelain --untracked-files=no OUTPUT_VARIABLE changes ERROR_QUIET)
endif()
set(date "")
if(commit MATCHES "^([0-9a-f]+) ([0-9-]+)$")
  set(commit ${CMAKE_MATCH_1})
  set(date ${CMAKE_MATCH_2})
  if(changes)
    string(APPEND commit " and changes")
  endif()
  set(text "${NUMBER} (${commit}, ${date})")
else()
  set(text "${NUMBER} (unknown commit)")
endif()
file(CONFIGURE OUTPUT "${OUTPUT}" CONTENT "#include \"app/version.h\"
namespace surgescope::app {
std::string versionNumber() { return \"${NUMBER}\"; }
std::string versionDate() { return \"${date}\"; }
std::string versionText() { return \"${text}\"; }
}
")
