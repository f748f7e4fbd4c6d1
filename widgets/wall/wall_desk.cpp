// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/wall/wall_desk.h"

#include "widgets/alarm/alarm_list.h"
#include "widgets/alarm/alarm_text.h"
#include "widgets/base/focus.h"
#include "widgets/timeline/event_list.h"
#include "widgets/wall/line_box.h"

#include <QKeyEvent>
#include <QWidget>

#include <algorithm>
#include <chrono>

namespace surgescope::widgets {

namespace {

constexpr int kMostNoteLetters = 120;     // some have four bytes
constexpr std::uint64_t kReleaseNote = 1; // there is one T-0

feeds::WallTime wallTime() {
    return feeds::SystemClock().wall();
}

/// Two that are written in the same microsecond are of two people at two walls.
std::uint64_t newNumber() {
    return static_cast<std::uint64_t>(wallTime().time_since_epoch().count());
}

} // namespace

WallDesk::WallDesk(QWidget& window, Focus& focus)
    : m_window(window), m_focus(focus), m_alarmList(new AlarmList(&window)),
      m_eventList(new EventList(&window)) {
    connectAlarmList();
    connectEventList();
}

void WallDesk::connectAlarmList() {
    const auto person = [this] { return m_person.toStdString(); };
    connect(m_alarmList, &AlarmList::acknowledgeRequested, this, [this, person](quint64 card) {
        emit alarmAsked(feeds::Acknowledge{card, person(), {}});
    });
    connect(m_alarmList, &AlarmList::noteRequested, this, [this, person](quint64 card, QPoint global) {
        ask(QStringLiteral("Acknowledge, with a note"), {}, global,
            [this, person, card](const QString& note) {
                emit alarmAsked(feeds::Acknowledge{card, person(), note.toStdString()});
            });
    });
    connect(m_alarmList, &AlarmList::shelveRequested, this, [this, person](quint64 card) {
        emit alarmAsked(feeds::Shelve{.card = card, .by = person(), .note = {}});
    });
    connect(m_alarmList, &AlarmList::unshelveRequested, this, [this, person](quint64 card) {
        emit alarmAsked(feeds::Unshelve{card, person()});
    });
}

void WallDesk::connectEventList() {
    connect(m_eventList, &EventList::jumpRequested, this, [this](feeds::Timeline::Time to) {
        m_eventList->dismiss();
        emit jumpRequested(to);
    });
    connect(m_eventList, &EventList::findRequested, this, [this](QPoint global) {
        ask(QStringLiteral("Find in events and notes"), {}, global,
            [this](const QString& text) { m_eventList->setWanted(text); });
    });
    connect(m_eventList, &EventList::noteChangeRequested, this, [this](quint64 id, QPoint global) {
        const feeds::Note* note = noteOf(id);
        if (!note) return;
        ask(QStringLiteral("Change the note"), QString::fromStdString(note->text), global,
            [this, changed = *note](const QString& text) mutable {
                changed.text = text.toStdString();
                write(changed);
            });
    });
    connect(m_eventList, &EventList::noteRemovalRequested, this, [this](quint64 id) {
        const feeds::Note* note = noteOf(id);
        if (!note) return;
        feeds::Note removed = *note;
        removed.isRemoved = true;
        write(removed);
    });
}

void WallDesk::ask(const QString& question, const QString& text, QPoint global,
                   const std::function<void(const QString&)>& then) {
    auto* box = new LineBox({.question = question, .text = text, .most = kMostNoteLetters, .allowed = {}},
                            std::max(0.8, m_scale), &m_window);
    connect(box, &LineBox::accepted, this, then);
    box->popUp(global);
}

void WallDesk::write(feeds::Note note) {
    note.by = m_person.toStdString();
    note.written = wallTime();
    emit noteWritten(note);
}

const feeds::Note* WallDesk::noteOf(quint64 id) const {
    const auto found = std::ranges::find(m_timeline.notes, id, &feeds::Note::id);
    return found == m_timeline.notes.end() ? nullptr : &*found;
}

void WallDesk::setStatus(const std::shared_ptr<const feeds::LiveStatus>& status) {
    m_alarmList->setStatus(status);
}

void WallDesk::setTimeline(const feeds::Timeline& timeline) {
    m_timeline = timeline;
    m_eventList->setTimeline(timeline);
}

void WallDesk::setWords(const TimeWords& words) {
    m_words = words;
    m_alarmList->setWords(words);
    m_eventList->setWords(words);
}

void WallDesk::place(double scale) {
    m_scale = scale;
    m_alarmList->place(scale);
    m_eventList->place(scale);
}

bool WallDesk::handleKey(const QKeyEvent& event) {
    return m_alarmList->handleKey(event) || m_eventList->handleKey(event);
}

void WallDesk::toggleAlarms() {
    m_eventList->dismiss();
    m_alarmList->toggle(m_scale);
}

void WallDesk::toggleEvents() {
    m_alarmList->dismiss();
    m_eventList->toggle(m_scale);
    m_eventList->setTimeline(m_timeline);
}

bool WallDesk::dismiss() {
    return m_alarmList->dismiss() || m_eventList->dismiss();
}

void WallDesk::askForNote() {
    if (m_timeline.empty) return;
    using std::chrono::seconds;
    feeds::Note note{.id = newNumber()};
    note.from = note.to = std::chrono::floor<seconds>(m_timeline.position);
    if (m_focus.crosshair()) {
        note.from = note.to = *m_focus.crosshair();
    } else if (m_timeline.loop) {
        note.from = std::chrono::floor<seconds>(m_timeline.loop->from);
        note.to = std::chrono::ceil<seconds>(m_timeline.loop->to);
    }
    const QString until = note.isMoment() ? QString() : QStringLiteral(" to ") + alarmTime(note.to, m_words);
    ask(QStringLiteral("Note at ") + alarmTime(note.from, m_words) + until, {},
        m_window.mapToGlobal(QPoint(m_window.width() / 3, m_window.height() / 2)),
        [this, note](const QString& text) mutable {
            note.text = text.toStdString();
            write(note);
        });
}

void WallDesk::noteRelease(std::optional<feeds::FeedSecond> at) {
    const feeds::Note* before = noteOf(kReleaseNote);
    if (!at && !before) return;
    feeds::Note note{.id = kReleaseNote};
    note.from = note.to = at.value_or(before ? before->from : feeds::FeedSecond{});
    note.text = "T-0 set by hand";
    note.isRemoved = !at;
    write(note);
}

} // namespace surgescope::widgets
