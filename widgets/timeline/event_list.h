// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/frame/timeline.h"

#include "widgets/base/overlay.h"
#include "widgets/base/time_words.h"
#include "widgets/timeline/event_rows.h"

#include <QRectF>
#include <QString>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

class QKeyEvent;

namespace surgescope::widgets {

/// What happened in a launch, over the window: releases, purges, levers, alarms and notes, to go there from.
/// It asks for what people want and changes nothing itself. GUI thread.
class EventList : public Overlay {
    Q_OBJECT
  public:
    /// What of it is listed; F changes it.
    static constexpr std::array kFilters{u"everything", u"alarms", u"notes", u"purges", u"levers"};

    explicit EventList(QWidget* parent);

    void setTimeline(const feeds::Timeline& timeline);
    void setWords(const TimeWords& words);
    /// Only rows that say this, in capitals or not; empty: all.
    void setWanted(const QString& text);
    /// False: it is not open, or the key is none of its.
    bool handleKey(const QKeyEvent& event);

    /// As listed: the newest first, unless S turned it round.
    std::vector<const EventRow*> rows() const;
    /// Null: there is none.
    const EventRow* chosen() const;

  signals:
    void jumpRequested(surgescope::feeds::Timeline::Time to);
    /// A text to look for has to be asked for.
    void findRequested(QPoint global);
    void noteChangeRequested(quint64 note, QPoint global);
    void noteRemovalRequested(quint64 note);

  protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;

  private:
    void choose(std::ptrdiff_t position);
    void jump();
    void paintRow(QPainter& painter, const EventRow& row, const QRectF& box) const;

    std::vector<EventRow> m_all; // by time
    std::optional<EventRow> m_chosen;
    QString m_wanted;
    TimeWords m_words;
    std::size_t m_filter = 0; // of kFilters
    bool m_oldestFirst = false;
    std::size_t m_first = 0;                               // of the rows, at the top
    std::vector<std::pair<QRectF, std::size_t>> m_painted; // where which row is, in the widget
};

} // namespace surgescope::widgets
