# cmake -DINPUTS=file[;file…] -DOUTPUT=file.cpp -DNAME=function -P embed.cmake: files as a C++ function that returns
# them, each with its name without folder and ending.
set(text "#include \"feeds/embedded_resources.h\"\nnamespace surgescope::feeds::embedded {\n")
set(list "")
foreach(input ${INPUTS})
  get_filename_component(stem ${input} NAME_WE)
  string(MAKE_C_IDENTIFIER "${NAME}_${stem}" variable)
  file(READ "${input}" bytes HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
  string(APPEND text "static const unsigned char ${variable}[] = {${bytes}0};\n")
  string(APPEND list "{\"${stem}\", {reinterpret_cast<const char*>(${variable}), sizeof ${variable} - 1}},")
endforeach()
file(WRITE "${OUTPUT}" "${text}
std::span<const File> ${NAME}() {
  static const File files[] = {${list}};
  return files;
}
}
")
