// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/alarm/live_status.h"
#include "feeds/desk/note.h"
#include "feeds/frame/timeline.h"

#include "widgets/base/time_words.h"

#include <QObject>
#include <QPoint>
#include <QString>

#include <functional>
#include <memory>
#include <optional>

class QKeyEvent;
class QWidget;

namespace surgescope::widgets {

class AlarmList;
class EventList;
class Focus;

/// What people do at a wall besides looking: they acknowledge and shelve alarms, write notes, look events up.
/// Its lists lie over the window. It asks for everything and changes nothing itself. GUI thread.
class WallDesk : public QObject {
    Q_OBJECT
  public:
    /// The lists are `window`'s children. Both must outlive the desk.
    WallDesk(QWidget& window, Focus& focus);

    /// Who acts at this wall.
    void setPerson(const QString& name) { m_person = name; }
    void setStatus(const std::shared_ptr<const feeds::LiveStatus>& status);
    void setTimeline(const feeds::Timeline& timeline);
    void setWords(const TimeWords& words);
    void place(double scale);

    /// False: no list is open, or the key is none of its.
    bool handleKey(const QKeyEvent& event);
    void toggleAlarms();
    void toggleEvents();
    /// False: no list was open.
    bool dismiss();

    /// Asks for a note at the crosshair, else over the range that loops, else at what is shown.
    void askForNote();
    /// The note that says where T-0 was set by hand; nothing: it was not, after all.
    void noteRelease(std::optional<feeds::FeedSecond> at);

    const AlarmList& alarmList() const { return *m_alarmList; }
    const EventList& eventList() const { return *m_eventList; }

  signals:
    void alarmAsked(const surgescope::feeds::AlarmCommand& command);
    void noteWritten(const surgescope::feeds::Note& note);
    void jumpRequested(surgescope::feeds::Timeline::Time to);
    void muteRequested();

  private:
    void connectAlarmList();
    void connectEventList();
    void ask(const QString& question, const QString& text, QPoint global,
             const std::function<void(const QString&)>& then);
    void write(feeds::Note note);
    const feeds::Note* noteOf(quint64 id) const;

    QWidget& m_window;
    Focus& m_focus;
    AlarmList* m_alarmList; // the window's children
    EventList* m_eventList;
    feeds::Timeline m_timeline;
    TimeWords m_words;
    QString m_person;
    double m_scale = 1;
};

} // namespace surgescope::widgets
