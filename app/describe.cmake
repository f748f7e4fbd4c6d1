# cmake -DPROGRAM=path -DFOLDER=output -P describe.cmake: manual page and completions of a program, as it tells them itself.
get_filename_component(name "${PROGRAM}" NAME)
# Nothing of the machine that builds it: defaults below the home folder are told as ~/….
set(there ${CMAKE_COMMAND} -E env --unset=XDG_CONFIG_HOME --unset=XDG_STATE_HOME HOME=~ ${PROGRAM} --describe)
foreach(form man bash zsh)
  set(file_man "man/${name}.1")
  set(file_bash "bash/${name}")
  set(file_zsh "zsh/_${name}")
  file(MAKE_DIRECTORY "${FOLDER}/${form}")
  execute_process(COMMAND ${there} ${form} OUTPUT_FILE "${FOLDER}/${file_${form}}" COMMAND_ERROR_IS_FATAL ANY)
endforeach()
execute_process(COMMAND gzip -9nf "${FOLDER}/man/${name}.1" COMMAND_ERROR_IS_FATAL ANY)
