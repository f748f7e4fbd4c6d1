// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace surgescope::app {

/// surgescope-agent purge: what was written behind it.
struct PurgeOptions {
    std::vector<std::string> urls;
    std::vector<std::string> to; // addresses, and files that list them
    std::string pop;             // only those of it; empty: all
    std::string method = "PURGE";
    std::string id;
    std::vector<std::string> headers;
    std::string sequenceFile;
    double timeoutSeconds = 10;
};

CLI::App* addPurgeCommand(CLI::App& app, PurgeOptions& options);

/// Sends the purges, prints what became of each at each server on standard output, and sums up. The exit
/// status: 0 when all were applied everywhere, 1 when not, 2 when nothing was sent.
int purge(const PurgeOptions& options);

} // namespace surgescope::app
