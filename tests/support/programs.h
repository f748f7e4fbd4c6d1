// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/process.h"

#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// Our programs as a user runs them, and what they say of themselves.
namespace surgescope::tests {

using Json = nlohmann::json;

inline const std::string kPrograms = SURGESCOPE_PROGRAMS;

/// A program that tells how it is once a second, on its standard output.
struct Telling {
    Process process;
    Json shown;

    explicit Telling(const std::vector<std::string>& command) : process(command) {}

    /// Reads what it tells until `holds`; how long that took, or nothing when it does not come to pass.
    std::optional<double> awaits(const std::function<bool(const Json&)>& holds,
                                 std::chrono::seconds limit = std::chrono::seconds(30)) {
        const auto start = std::chrono::steady_clock::now();
        while (const auto line = process.readLine(start + limit)) {
            shown = Json::parse(*line);
            if (holds(shown))
                return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        }
        return std::nullopt;
    }
    /// Where it is bound, with the port that was chosen; empty: nowhere.
    std::string endpoint() {
        return awaits([](const Json& s) { return !s["feed"]["endpoints"].empty(); })
                   ? shown["feed"]["endpoints"][0]["name"].get<std::string>()
                   : std::string();
    }
};

/// The dashboard in its real window, without a screen; it says what it shows once a second.
struct Dashboard : Telling {
    explicit Dashboard(const std::vector<std::string>& options) : Telling(command(options)) {}

    static std::vector<std::string> command(const std::vector<std::string>& options) {
        ::setenv("QT_QPA_PLATFORM", "offscreen", 0);
        std::vector<std::string> words{kPrograms + "/surgescope", "--size", "1280x720", "--stats", "-"};
        words.insert(words.end(), options.begin(), options.end());
        return words;
    }
    std::uint64_t total(const std::string& counter) const {
        return shown["since_start"]["counters"].value(counter, std::uint64_t{0});
    }
};

} // namespace surgescope::tests
