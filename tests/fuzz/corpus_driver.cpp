// SPDX-License-Identifier: GPL-3.0-or-later
// Runs a fuzzer's harness over its corpus, without a fuzzer: what was found once stays mended, whatever the
// compiler. corpus_driver FOLDER
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size);

int main(int, char** arguments) {
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(arguments[1])) {
        std::ifstream in(entry.path(), std::ios::binary);
        const std::string bytes(std::istreambuf_iterator<char>(in), {});
        std::fprintf(stderr, "%s\n", entry.path().filename().c_str()); // the last one is to blame
        LLVMFuzzerTestOneInput(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
        ++files;
    }
    std::printf("%zu files\n", files);
    return files > 0 ? 0 : 1;
}
