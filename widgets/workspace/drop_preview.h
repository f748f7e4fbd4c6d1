// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QWidget>

namespace surgescope::widgets {

/// What a view that is being dragged would cover. Nothing to the mouse. GUI thread.
class DropPreview : public QWidget {
    Q_OBJECT
  public:
    explicit DropPreview(QWidget* parent);
    void show(const QRect& box, const QString& text, double scale);

  protected:
    void paintEvent(QPaintEvent* event) override;

  private:
    QString m_text;
    double m_scale = 1;
};

} // namespace surgescope::widgets
