// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace surgescope::feeds {

/// A position in one particular table. Distinct types keep a node's position from being used for a PoP's.
template <class Tag> struct Index {
    std::uint32_t value = 0;

    constexpr Index() = default;
    constexpr explicit Index(std::size_t v) : value(static_cast<std::uint32_t>(v)) {}
    constexpr auto operator<=>(const Index&) const = default;
};

/// Position in the PoP catalogue; positions behind its end are PoPs that the catalogue does not know.
using PopIndex = Index<struct PopTag>;
/// Position in the catalogue's list of regions; the position behind its end holds the unplaced PoPs.
using RegionIndex = Index<struct RegionTag>;
/// Position in one publisher's roster of one PoP.
using NodeIndex = Index<struct NodeTag>;

} // namespace surgescope::feeds

template <class Tag> struct std::hash<surgescope::feeds::Index<Tag>> {
    std::size_t operator()(surgescope::feeds::Index<Tag> i) const noexcept { return i.value; }
};
