// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>
#include <QString>

class QLineEdit;

namespace surgescope::widgets {

/// Asks for a workspace's name without being in the way: a line that Enter accepts and Esc or a click beside
/// it closes. It deletes itself. GUI thread.
class NameBox : public QFrame {
    Q_OBJECT
  public:
    NameBox(const QString& name, double scale, QWidget* parent);
    void popUp(QPoint global);

  signals:
    void accepted(const QString& name);

  private:
    QLineEdit* m_line; // child
};

} // namespace surgescope::widgets
