// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/frame/frame.h"

#include "widgets/base/format.h"

#include <QString>

#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace surgescope::widgets {

/// What the table can show of a PoP, from left to right.
enum class PopColumn : std::uint8_t {
    name,
    region,
    age,
    nodes,
    requests,
    egress,
    saturation,
    full,
    hitRatio,
    errors,
    metadata,
    ttfb,
    lag,
    retries,
    bots
};

struct PopColumnInfo {
    PopColumn column;
    const char16_t* head;
    const char16_t* words;          // to be heard
    int rank;                       // those of the highest go first where it is narrow
    bool highestFirst;              // what a first click brings to the top: the worst
    const char16_t* widest;         // of its texts
    std::optional<Measure> measure; // of those that are one
};
std::span<const PopColumnInfo> popColumns();
const PopColumnInfo& infoOf(PopColumn column);

struct PopSort {
    PopColumn column = PopColumn::saturation;
    bool highestFirst = true;
    bool operator==(const PopSort&) const = default;
};

/// Positions in Frame::pops, of one region or, with an empty code, of all. What has no value comes last
/// either way; who was never heard is the oldest. Equal ones are in the order of their requests.
std::vector<std::size_t> sortedPops(const feeds::Frame& frame, const feeds::PopCatalogue& catalogue,
                                    const PopSort& sort, std::string_view region = {});

/// "now", "71 s", "12 min": until it is full at its present slope; "–" when that is not foreseeable. Urgent
/// within five minutes.
struct FullText {
    QString text;
    bool urgent = false;
};
FullText fullText(const feeds::PopFrame& pop);

/// What a column says of it.
QString cellText(const feeds::PopFrame& pop, const feeds::PopCatalogue& catalogue, PopColumn column);
/// "Frankfurt"; of one that the catalogue does not know "unplaced".
QString cityOf(const feeds::PopFrame& pop, const feeds::PopCatalogue& catalogue);

} // namespace surgescope::widgets
