// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>

/// What this program itself takes: shown beside what it shows. Any thread.
namespace surgescope::feeds {

double threadCpuSeconds();  // of the calling thread, since it began
double processCpuSeconds(); // of all threads
double residentMebibytes();

/// Raises the number of file descriptors this process may have to what it is allowed to raise it to: each
/// connection takes one. Returns how many that are. To be called once, at the start.
std::size_t raiseDescriptorLimit();
/// How many it may have. Without a limit: the largest number.
std::size_t descriptorLimit();
/// How many it has.
std::size_t openDescriptors();

/// Whether the kernel calls this machine's clock synchronised, as NTP daemons tell it; nothing: it does not
/// say.
std::optional<bool> clockIsSynchronised();

} // namespace surgescope::feeds
