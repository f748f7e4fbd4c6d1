# cmake -DCPACK=program -DCONFIG=file -DFOLDER=output -DSOURCE=folder -P pack.cmake: makes the packages, in the build folder. With the commit's
# time in them and not the clock's, so that two builds of it are the same.
if(NOT DEFINED ENV{SOURCE_DATE_EPOCH})
  execute_process(COMMAND git -C "${SOURCE}" log -1 --format=%ct OUTPUT_VARIABLE time OUTPUT_STRIP_TRAILING_WHITESPACE
                  ERROR_QUIET)
  if(time)
    set(ENV{SOURCE_DATE_EPOCH} ${time})
  endif()
endif()
execute_process(COMMAND ${CPACK} --config "${CONFIG}" -B "${FOLDER}" COMMAND_ERROR_IS_FATAL ANY)
file(REMOVE_RECURSE "${FOLDER}/_CPack_Packages")
