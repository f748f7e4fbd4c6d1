// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/history/remote_store.h"

#include <CLI/CLI.hpp>

#include <string>

namespace surgescope::app {

/// How a store of history is spoken with, alike in all programs.
struct HistoryOptions {
    feeds::RemoteStore::Options store;
    std::string job = "surgescope";
    std::string instance; // empty: as the program says
};

/// What reading takes, too: credentials, and whose history it is.
void addReadOptions(CLI::App& app, HistoryOptions& options);
/// All but the store's URL.
void addHistoryOptions(CLI::App& app, HistoryOptions& options);

} // namespace surgescope::app
