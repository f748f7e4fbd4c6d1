// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace surgescope::tests {

/// A file of tests/data/captures; empty when it is not there.
inline std::string capture(const std::string& name) {
    std::ifstream in(SURGESCOPE_SOURCE_DIR "/tests/data/captures/" + name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

inline std::vector<std::string> captureLines(const std::string& name) {
    std::ifstream in(SURGESCOPE_SOURCE_DIR "/tests/data/captures/" + name, std::ios::binary);
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);)
        lines.push_back(line);
    return lines;
}

} // namespace surgescope::tests
