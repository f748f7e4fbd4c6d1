// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/frame/frame.h"

#include <QWidget>

#include <memory>

namespace surgescope::widgets {

/// "LIVE", "REPLAY" or "REHEARSAL".
QString modeName(feeds::FeedMode mode);
/// "T+00:12:34", or "T−00:05:00" before the release; empty while there is none.
QString releaseClock(const feeds::Frame& frame);

/// Name, scenario, where the data comes from, time since release and of the data, nodes reporting. GUI
/// thread.
class HeaderBar : public QWidget {
    Q_OBJECT
  public:
    explicit HeaderBar(QWidget* parent = nullptr);
    void setFrame(std::shared_ptr<const feeds::Frame> frame);
    void setScale(double scale);

  protected:
    void paintEvent(QPaintEvent* event) override;

  private:
    double paintName(QPainter& painter) const;
    void paintNodes(QPainter& painter) const;

    std::shared_ptr<const feeds::Frame> m_frame;
    double m_scale = 1;
};

} // namespace surgescope::widgets
