// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/timeline/event_rows.h"

#include "widgets/alarm/alarm_text.h"
#include "widgets/base/palette.h"

#include <algorithm>

namespace surgescope::widgets {

namespace {

QColor eventColour(const feeds::EventMark& event) {
    const Palette& p = colours();
    return event.kind == "release" ? p.accent : event.kind == "purge" ? p.elevated : p.muted;
}

} // namespace

std::vector<EventRow> eventRows(const feeds::Timeline& timeline) {
    std::vector<EventRow> rows;
    for (const auto& event : timeline.events)
        rows.push_back({.at = event.at,
                        .to = {},
                        .kind = QString::fromStdString(event.kind),
                        .text = QString::fromStdString(event.text.empty() ? event.kind : event.text),
                        .by = {},
                        .isLoud = true,
                        .colour = eventColour(event)});
    for (const auto& bar : timeline.alarms)
        rows.push_back({.at = bar.toldAt(),
                        .to = bar.to,
                        .kind = QStringLiteral("alarm"),
                        .text = QString::fromStdString(bar.text),
                        .by = {},
                        .isLoud = bar.isSilence || bar.severity == feeds::Severity::critical,
                        .colour = barColour(bar)});
    for (const auto& note : timeline.notes)
        rows.push_back({.at = note.from,
                        .to = note.isMoment() ? std::nullopt : std::optional(note.to),
                        .kind = QStringLiteral("note"),
                        .text = QString::fromStdString(note.text),
                        .by = QString::fromStdString(note.by),
                        .note = note.id,
                        .isLoud = true,
                        .colour = colours().text});
    std::ranges::stable_sort(rows, {}, &EventRow::at);
    return rows;
}

} // namespace surgescope::widgets
