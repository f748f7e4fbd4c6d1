// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/frame/frame.h"
#include "feeds/frame/timeline.h"

#include <QColor>
#include <QWidget>

#include <memory>
#include <optional>

namespace surgescope::widgets {

/// "LIVE", "REPLAY" or "REHEARSAL".
QString modeName(feeds::FeedMode mode);
/// "T+00:12:34", or "T−00:05:00" before the release; empty while there is none.
QString releaseClock(const feeds::Frame& frame);

/// What the badge says, and beside it what must be known of the data. Where the screen is in time and where
/// the data comes from are two things: a replay of a rehearsal says "REPLAY" and "simulated data".
struct ModeText {
    QString badge; // "LIVE", "42 s BEHIND LIVE", "REPLAY", "REHEARSAL"; "5 min BEHIND": the feed is not of
                   // now; "WAITING": nothing was ever heard, "SILENT": nothing any more
    QString words; // "simulated data", "recorded data, paused", "this machine's clock is synchronised"
    QColor badgeColour;
    QColor wordsColour;
    bool past = false; // the band across the top is broken: this is not now
};
ModeText modeText(const feeds::Frame& frame, const feeds::Timeline& timeline);

/// Name, scenario, where the data comes from, time since release and of the data, nodes reporting. GUI
/// thread.
class HeaderBar : public QWidget {
    Q_OBJECT
  public:
    explicit HeaderBar(QWidget* parent = nullptr);
    void setFrame(std::shared_ptr<const feeds::Frame> frame);
    void setTimeline(const feeds::Timeline& timeline);
    void setScale(double scale);
    /// What this machine's clock says: it is shown as long as the data has no time.
    void setNow(feeds::FeedSecond now);
    /// What lies over its right end, where the nodes are.
    void setCovered(const QRect& covered);

  protected:
    void paintEvent(QPaintEvent* event) override;

  private:
    void paintBand(QPainter& painter) const;
    double paintName(QPainter& painter) const;
    void paintNodes(QPainter& painter) const;
    void paintTimes(QPainter& painter, double used) const;

    std::shared_ptr<const feeds::Frame> m_frame;
    feeds::Timeline m_timeline;
    double m_scale = 1;
    QRect m_covered;
    std::optional<feeds::FeedSecond> m_now;
};

} // namespace surgescope::widgets
