// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>
#include <QRegularExpression>
#include <QString>

class QLineEdit;

namespace surgescope::widgets {

/// Asks for a line of text without being in the way: Enter accepts it, Esc or a click beside it closes it. It
/// deletes itself. GUI thread.
class LineBox : public QFrame {
    Q_OBJECT
  public:
    struct Asked {
        QString question;
        QString text;               // to begin with
        int most = 100;             // letters
        QRegularExpression allowed; // the whole of what is typed
    };
    LineBox(const Asked& asked, double scale, QWidget* parent);
    void popUp(QPoint global);

  signals:
    void accepted(const QString& text);

  private:
    QLineEdit* m_line; // child
};

} // namespace surgescope::widgets
