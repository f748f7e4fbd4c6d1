// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/frame/frame.h"

#include <cstdint>
#include <memory>

namespace surgescope::tests {

struct SampleOptions {
    std::uint32_t seed = 1;
    bool oddities =
        true;          // some PoPs stale, partial, silent, without data, without saturation, and one unplaced
    int columns = 300; // of charts and heat grid, over 15 minutes
    int heatRows = 22;
    std::uint64_t serial = 1; // later serials are later seconds of the same launch
    std::string selected;     // a PoP to make node details for
};

/// A plausible frame twelve minutes after the release of three albums at once: all PoPs of the built-in
/// catalogue, about 42 M requests/s. The same options make the same frame.
std::shared_ptr<feeds::Frame> sampleFrame(const SampleOptions& options = {});

/// The same, twelve seconds after the last report; half of the PoPs were silent long before.
std::shared_ptr<feeds::Frame> staleFrame(const SampleOptions& options = {});

/// The same, but of each PoP 55 % of its nodes are heard.
std::shared_ptr<feeds::Frame> halfCoveredFrame(const SampleOptions& options = {});

/// One PoP with three nodes, heard for ten seconds.
std::shared_ptr<feeds::Frame> fewNodesFrame();

/// Nothing received yet; one endpoint is bound.
std::shared_ptr<feeds::Frame> emptyFrame();

} // namespace surgescope::tests
