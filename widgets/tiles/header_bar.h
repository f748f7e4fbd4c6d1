// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/frame/frame.h"
#include "feeds/frame/timeline.h"

#include <QColor>
#include <QString>
#include <QWidget>

#include <memory>
#include <optional>

namespace surgescope::widgets {

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
    /// What alone is looked at, in words; empty: the world.
    void setSelection(const QString& selected);
    /// Stands between the clocks and the nodes; empty: nothing. A failure is loud.
    void setNotice(const QString& text, bool isFailure);

  protected:
    void paintEvent(QPaintEvent* event) override;

  private:
    void paintBand(QPainter& painter) const;
    struct NodesText {
        QString first;
        QColor firstColour;
        QString second;
        QColor secondColour;
    };
    struct Times {
        QString sinceRelease; // empty: there is none
        QString utc;
        double clockWide = 0;
        double left = 0;
        double right = 0;
    };
    NodesText nodesText() const;
    Times times() const;
    void paintName(QPainter& painter, double room) const;
    void paintTimes(QPainter& painter, const Times& times) const;
    double nodesWide(const NodesText& text) const;
    void paintNodes(QPainter& painter, const NodesText& text, double left) const;
    void paintNotice(QPainter& painter, const QRectF& room) const;

    std::shared_ptr<const feeds::Frame> m_frame;
    feeds::Timeline m_timeline;
    double m_scale = 1;
    QRect m_covered;
    QString m_selected;
    QString m_notice;
    bool m_noticeIsFailure = false;
    std::optional<feeds::FeedSecond> m_now;
};

} // namespace surgescope::widgets
