// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/model/pop_totals.h"
#include "feeds/wire/refusal.h"

#include <chrono>
#include <optional>

namespace surgescope::feeds {

/// What a report says that so many nodes cannot have done in that time: more of anything than
/// limits::kCountOfNode each, or more nodes than there may be. A relay adds reports up, and its sum must be
/// one that a wall takes, whatever one node of many claims. Any thread.
std::optional<Refused> whyImplausible(const PopTotals& totals,
                                      std::chrono::seconds time = std::chrono::seconds(1));

} // namespace surgescope::feeds
