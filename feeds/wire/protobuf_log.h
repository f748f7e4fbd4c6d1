// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace surgescope::feeds {

/// The library would write a line to standard error for each bad message: we refuse and count it instead. Any
/// thread; once is enough.
void silenceProtobuf();

} // namespace surgescope::feeds
