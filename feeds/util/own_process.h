// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// What this program itself takes: shown beside what it shows. Any thread.
namespace surgescope::feeds {

double threadCpuSeconds();  // of the calling thread, since it began
double processCpuSeconds(); // of all threads
double residentMebibytes();

} // namespace surgescope::feeds
