// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/util/result.h"

#include <QByteArray>

#include <optional>
#include <string>

namespace surgescope::app {

/// Writes a file whole or not at all: under another name first, renamed once it is complete. What was there
/// before is replaced. Any thread.
std::optional<feeds::Error> writeWhole(const std::string& path, const QByteArray& bytes);

} // namespace surgescope::app
