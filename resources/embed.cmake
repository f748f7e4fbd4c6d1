# cmake -DINPUT=file -DOUTPUT=file.cpp -DNAME=function -P embed.cmake: a file as a C++ function returning its text.
file(READ "${INPUT}" bytes HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
file(WRITE "${OUTPUT}" "#include \"feeds/embedded_resources.h\"
namespace surgescope::feeds::embedded {
static const unsigned char bytes[] = {${bytes}0};
std::string_view ${NAME}() { return {reinterpret_cast<const char*>(bytes), sizeof bytes - 1}; }
}
")
