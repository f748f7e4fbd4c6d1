// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/util/clock.h"

#include <QObject>
#include <QString>
#include <QTimer>

#include <chrono>
#include <vector>

namespace surgescope::widgets {

/// What was done, or could not be, for people to read once: one at a time. Each goes by itself; a failure
/// stays longer, and no success takes its place. GUI thread.
class Notices : public QObject {
    Q_OBJECT
  public:
    static constexpr std::chrono::seconds kStays{10};
    static constexpr std::chrono::seconds kFailureStays{120};

    explicit Notices(QObject* parent);
    /// Takes the place of what was said before: "exporting" is over when something is exported.
    void say(const QString& text);
    void sayFailure(const QString& text);
    /// Of the one that is shown: the one before it comes back. False: there was none.
    bool dismiss();
    /// What is to be shown: the newest failure, otherwise the newest; empty: nothing. One line, in which what
    /// lies in the user's own folder begins with "~/".
    QString text() const { return m_notices.empty() ? QString() : shown().text; }
    bool isFailure() const { return !m_notices.empty() && shown().isFailure; }

  signals:
    void changed();

  private:
    struct Notice {
        QString text;
        bool isFailure = false;
        feeds::SteadyTime until;
    };
    void add(Notice notice);
    const Notice& shown() const;
    void forgetOld();

    std::vector<Notice> m_notices; // the newest last
    QTimer m_ending;               // of the next that goes
};

} // namespace surgescope::widgets
