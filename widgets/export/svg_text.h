// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QSize>

namespace surgescope::widgets {

/// What QSvgGenerator wrote, made fit for viewers that lack our font: each text names fonts to stand in and
/// says how wide it is to be. Pictures keep their cells apart, and the size is in whole pixels.
QByteArray withSizedText(const QByteArray& svg, QSize size);

} // namespace surgescope::widgets
