// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/alarm/card.h"
#include "feeds/alarm/live_status.h"
#include "feeds/alarm/transition.h"
#include "feeds/desk/alarm_bars.h"

#include "widgets/base/time_words.h"

#include <QColor>
#include <QPainter>
#include <QString>

#include <vector>

/// How alarms are said and drawn, wherever they are. GUI thread.
namespace surgescope::widgets {

/// "FINE", "WATCH", "ACT", "BLIND".
QString verdictText(feeds::Verdict verdict);
QColor verdictColour(feeds::Verdict verdict);

QColor cardColour(const feeds::Card& card);
QColor barColour(const feeds::AlarmBar& bar);
/// A diamond of what is critical, a triangle of a warning, a cross of what is not heard: told apart without
/// their colours. Hollow: somebody cares for it, or it is gone.
void paintCardShape(QPainter& painter, const feeds::Card& card, const QRectF& box);

/// "T+00:02:03", or "17:04:21 UTC" where there is no T-0.
QString alarmTime(feeds::FeedSecond at, const TimeWords& words);
/// "since T+00:02:03 · unacknowledged", "acknowledged by anna", "gone at T+00:04:10, nobody has seen it".
QString cardState(const feeds::Card& card, const TimeWords& words);

/// "wall room-2 is frozen or cut off since 17:04:21 UTC"; of several one after the other.
QString frozenText(const std::vector<feeds::FrozenWall>& walls, const TimeWords& words);

} // namespace surgescope::widgets
