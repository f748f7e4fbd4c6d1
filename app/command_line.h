// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/transport/trust.h"

#include <CLI/CLI.hpp>

#include <optional>
#include <string>

namespace surgescope::app {

/// Adds --version, parses, and answers alike in all programs: help and version go to standard output and end
/// with 0, a mistake is one line on standard error and ends with 2. Returns the exit status when the program
/// is to end.
std::optional<int> parseCommandLine(CLI::App& app, int argc, char** argv);

/// --edge FILE, alike in all programs. What it chooses: feeds::catalogueOf(file).
CLI::Option* addEdgeOption(CLI::App& app, std::string& file);

/// --key-folder FOLDER and, unless it is about keys alone, who we are to NATS and the flag that does without;
/// alike in all programs.
void addKeysOption(CLI::App& app, feeds::Trust::Options& trust);
void addTrustOptions(CLI::App& app, feeds::Trust::Options& trust);

/// Where programs leave what outlives them, after the XDG base directory specification.
std::string stateFolder();

/// `text` on standard error, one line or one for each mistake of a file. Returns the exit status, 2.
int failure(const CLI::App& app, const std::string& text);
/// The same of a command line that is wrong, with where to read what would be right.
int commandLineError(const CLI::App& app, const std::string& text);

} // namespace surgescope::app
