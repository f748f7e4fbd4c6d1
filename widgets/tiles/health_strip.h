// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/frame/frame.h"

#include <QColor>
#include <QString>
#include <QWidget>

#include <string>
#include <vector>

namespace surgescope::widgets {

/// Share of a core beyond which the feed thread's load is coloured.
constexpr double kLoadWorthColour = 0.8;

/// One part of the strip; an invalid colour means that nothing is wrong.
struct HealthItem {
    QString label;
    QString value;
    QColor colour;
};

/// What the strip says. Before the first report only the endpoints speak.
std::vector<HealthItem> healthItems(const feeds::FeedHealth& health);
/// Who is wrong, and in what: the worst, and how many more there are.
std::vector<std::string> namedComplaints(const feeds::FeedHealth& health);
/// Every reason of refusal with its count, most frequent first, and the last refusal; rich text.
QString healthTooltip(const feeds::FeedHealth& health);

/// The bottom strip: whether the data can be trusted. GUI thread.
class HealthStrip : public QWidget {
    Q_OBJECT
  public:
    explicit HealthStrip(QWidget* parent = nullptr);
    void setFrame(const feeds::Frame& frame);
    void setScale(double scale);

  protected:
    void paintEvent(QPaintEvent* event) override;

  private:
    std::vector<HealthItem> m_items;
    double m_scale = 1;
};

} // namespace surgescope::widgets
