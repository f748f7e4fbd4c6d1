// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/util/clock.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace surgescope::feeds {

class FleetState;

/// Listens at the feed, as a recorder does, or who judges it. Called by the feed thread, which must not be
/// made to wait.
class FeedTap {
  public:
    virtual ~FeedTap() = default;
    /// A message as it came, before it is decoded; what will be refused is heard, too. `arrived`: as the
    /// source stamped it.
    virtual void received(std::string_view topic, std::string_view payload, WallTime arrived) = 0;
    /// The state's settled second has moved.
    virtual void settled(const FleetState& state) = 0;
    /// What the desk says, as a message: see feeds/desk/said.h.
    virtual void said(std::string_view, std::string_view) {}
    /// Messages that it has lost since it began, of one that keeps them; nothing: it keeps none. Feed thread.
    virtual std::optional<std::uint64_t> dropped() const { return std::nullopt; }
};

} // namespace surgescope::feeds
