// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <CLI/CLI.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace surgescope::app {

/// A command line, told to others: from the same options as --help, so that none can say something else.
/// `form` is "man" (roff, section 1), "bash" or "zsh" (what completes); nothing: there is no such form.
std::optional<std::string> describe(const CLI::App& app, std::string_view form);

} // namespace surgescope::app
