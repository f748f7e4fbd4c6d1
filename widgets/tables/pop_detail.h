// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/frame/frame.h"

#include <QPainter>
#include <QRectF>
#include <QString>

#include <string>

namespace surgescope::widgets {

/// "LHR  London, Europe".
QString popTitle(const std::string& code, const feeds::PopCatalogue& catalogue);

/// Everything known of one PoP, and of its nodes once their columns arrive, in as many columns as there is
/// room for. In a box lower than its height its lines move closer.
void paintPopDetail(QPainter& painter, const QRectF& box, const feeds::Frame& frame, const std::string& code,
                    double scale);
/// In pixels, at a width in pixels.
double popDetailHeight(double width, double scale);

/// The same in words: what matters most of it.
QString popInWords(const feeds::PopFrame& pop, const feeds::PopCatalogue& catalogue);

} // namespace surgescope::widgets
