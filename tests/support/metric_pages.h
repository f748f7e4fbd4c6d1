// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace surgescope::tests {

/// A file of tests/data/metrics: pages written after the documentation of a server that was not run.
inline std::string writtenPage(const std::string& name) {
    std::ifstream in(SURGESCOPE_SOURCE_DIR "/tests/data/metrics/" + name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

/// The page with another value behind this series, which must stand on it.
inline std::string withValue(std::string page, const std::string& series, const std::string& value) {
    const auto at = ("\n" + page).find("\n" + series + " ");
    if (at == std::string::npos) throw std::runtime_error("no series " + series);
    const auto from = at + series.size() + 1;
    return page.replace(from, page.find('\n', from) - from, value);
}

} // namespace surgescope::tests
