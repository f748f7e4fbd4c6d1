// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/frame/timeline.h"

#include <QColor>
#include <QString>

#include <cstdint>
#include <optional>
#include <vector>

namespace surgescope::widgets {

/// One thing that happened, or that somebody wrote.
struct EventRow {
    feeds::FeedSecond at{};
    std::optional<feeds::FeedSecond> to; // of what lasted
    QString kind;                        // "release", "purge", "lever", "alarm", "note"
    QString text;
    QString by;
    std::uint64_t note = 0; // its number; 0: it is none of somebody here
    bool isLoud = false;    // worth a label beside the curve
    QColor colour;
    bool operator==(const EventRow&) const = default;
};
/// All that a timeline tells, by time.
std::vector<EventRow> eventRows(const feeds::Timeline& timeline);

} // namespace surgescope::widgets
