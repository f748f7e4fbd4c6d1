// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/model/pop_totals.h"
#include "feeds/wire/limits.h"

#include <cstdint>
#include <string_view>

namespace surgescope::feeds {

/// Reads the bytes of a PopTotals of telemetry.proto with a third of the protobuf library's instructions, and
/// only if they are as every serializer writes them: known fields by rising number, numbers packed, each
/// value within limits.h, where no counter, bin or number of values is above `most`. False: they are not, and
/// `to` holds anything. So it never judges: whatever is unusual is left to the library, and refused or not by
/// what that says.
[[nodiscard]] bool readPlainTotals(std::string_view bytes, PopTotals& to,
                                   std::uint64_t most = limits::kCount);

} // namespace surgescope::feeds
