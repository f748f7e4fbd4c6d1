// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

/// What this program itself takes: shown beside what it shows. Any thread.
namespace surgescope::feeds {

double threadCpuSeconds();  // of the calling thread, since it began
double processCpuSeconds(); // of all threads
double residentMebibytes();

/// Whether the kernel calls this machine's clock synchronised, as NTP daemons tell it; nothing: it does not
/// say.
std::optional<bool> clockIsSynchronised();

} // namespace surgescope::feeds
