// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/frame/frame.h"
#include "feeds/frame/timeline.h"

#include "widgets/base/time_words.h"
#include "widgets/export/view.h"

#include <QString>
#include <QStringList>

#include <vector>

namespace surgescope::widgets {

/// What a picture must say of itself, because it will be looked at elsewhere and later. Each is one phrase to
/// be read by itself; empty: there is nothing to say.
struct ExportNote {
    QString title;
    QString selection; // "world", "Europe", "LHR, London"
    QString range;     // of time, with its zone; or the moment
    QString unit;
    QString source; // live, replay or rehearsal, and of what
    QString coverage;
    QString baseline; // what lies beneath
    QString settled;  // the second its numbers are of, in UTC
    QString program;

    bool operator==(const ExportNote&) const = default;
};

/// What there is to say of a view of this frame, which is shown with these words. `title` is the view's own;
/// `program` names the program and its version; regions and PoPs are
/// called as `catalogue` does.
ExportNote noteOf(ExportView view, const QString& title, const feeds::Frame& frame, const TimeWords& words,
                  feeds::Timeline::Mode mode, const QString& program, const feeds::PopCatalogue& catalogue);

/// Its phrases in reading order, without the empty ones.
QStringList phrasesOf(const ExportNote& note);
/// One phrase a line: what goes with a picture where text can.
QString plainText(const ExportNote& note);

} // namespace surgescope::widgets
