// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/frame/frame.h"
#include "feeds/frame/timeline.h"

#include "widgets/base/paint_clock.h"
#include "widgets/base/panel_widget.h"
#include "widgets/base/picture_delay.h"

#include <QColor>
#include <QString>

#include <vector>

namespace surgescope::widgets {

/// What the window itself takes, over the last second or so.
struct WindowHealth {
    PaintTimes paints;
    double seconds = 0; // that they were collected over
    double residentMebibytes = 0;
    PictureDelays reportToPicture{};
    QString notCounted{}; // why it is not known
};

/// A line of the health page. Colour is for trouble only.
struct HealthLine {
    QString group; // "Feed", "Refused", "Recorder", "Window"
    QString name;
    QString value;
    QColor colour;
    bool operator==(const HealthLine&) const = default;
};

/// How the program itself is doing, whole and in words: what the header has no room for.
std::vector<HealthLine> healthLines(const feeds::FeedHealth& feed,
                                    const feeds::Timeline::Recording& recording, const WindowHealth& window);

/// Whether what is shown can be trusted, on a page of its own. GUI thread.
class HealthPage : public PanelWidget {
    Q_OBJECT
  public:
    explicit HealthPage(QWidget* parent = nullptr);
    void setFrame(const feeds::Frame& frame);
    void setTimeline(const feeds::Timeline& timeline) { m_recording = timeline.recording; }
    void setWindow(const WindowHealth& window) { m_window = window; }

  protected:
    void paintBody(QPainter& painter, const QRectF& body) override;

  private:
    feeds::Timeline::Recording m_recording;
    WindowHealth m_window;
    QString m_lastRefusal;
    std::vector<HealthLine> m_lines;
};

} // namespace surgescope::widgets
