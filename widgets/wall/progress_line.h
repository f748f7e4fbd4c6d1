// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

namespace surgescope::widgets {

/// A thin line that grows until the next page comes; grey while somebody holds it. GUI thread.
class ProgressLine : public QWidget {
    Q_OBJECT
  public:
    explicit ProgressLine(QWidget* parent);
    void setProgress(double share, bool held);

  protected:
    void paintEvent(QPaintEvent* event) override;

  private:
    double m_share = 0;
    bool m_held = false;
};

} // namespace surgescope::widgets
