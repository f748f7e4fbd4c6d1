// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/frame/frame.h"

#include <QString>
#include <QStringList>

namespace surgescope::widgets {

/// What the screen waits for while nothing has been received, one line per endpoint below a heading.
QStringList waitingText(const feeds::FeedHealth& health);

/// What makes a node speak to this machine; empty where nothing is bound that others reach.
QString joinCommand(const feeds::FeedHealth& health, const QString& host);

} // namespace surgescope::widgets
