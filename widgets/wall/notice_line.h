// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QTimer>
#include <QWidget>

#include <chrono>

namespace surgescope::widgets {

/// One quiet line about something that went wrong or was done; it goes by itself. GUI thread.
class NoticeLine : public QWidget {
    Q_OBJECT
  public:
    static constexpr std::chrono::seconds kStays{30};

    explicit NoticeLine(QWidget* parent);
    void say(const QString& text);
    /// False: there was nothing.
    bool dismiss();
    const QString& text() const { return m_text; }
    /// Its lower left corner, and how wide it may become.
    void place(QPoint bottomLeft, int mostWidth, double scale);

  protected:
    void paintEvent(QPaintEvent* event) override;

  private:
    QString m_text;
    QPoint m_bottomLeft;
    int m_mostWidth = 0;
    double m_scale = 1;
    QTimer m_ending;
};

} // namespace surgescope::widgets
