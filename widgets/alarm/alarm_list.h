// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/alarm/live_status.h"

#include "widgets/base/overlay.h"
#include "widgets/base/time_words.h"

#include <QRectF>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

class QKeyEvent;

namespace surgescope::widgets {

/// All alarms, over the window: what each says, what to do, who cares for it, and what has been. It asks for
/// what people want and changes nothing itself. GUI thread.
class AlarmList : public Overlay {
    Q_OBJECT
  public:
    explicit AlarmList(QWidget* parent);

    void setStatus(std::shared_ptr<const feeds::LiveStatus> status);
    void setWords(const TimeWords& words);
    /// False: it is not open, or the key is none of its.
    bool handleKey(const QKeyEvent& event);

    /// Says who judged.
    QString heading() const;
    /// The card that is chosen; null: there is none.
    const feeds::Card* chosen() const;

  signals:
    void acknowledgeRequested(quint64 card);
    /// With a note, which has to be asked for.
    void noteRequested(quint64 card, QPoint global);
    void shelveRequested(quint64 card);
    void unshelveRequested(quint64 card);

  protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;

  private:
    std::vector<const feeds::Card*> cards() const;
    double paintRows(QPainter& painter, const QRectF& box);
    void paintDetails(QPainter& painter, const QRectF& box);
    void paintHistory(QPainter& painter, const QRectF& box);

    std::shared_ptr<const feeds::LiveStatus> m_status;
    TimeWords m_words;
    std::uint64_t m_chosen = 0; // id
    std::size_t m_first = 0;    // of the rows, at the top
    struct Row {
        QRectF box; // in the widget
        std::uint64_t id;
    };
    std::vector<Row> m_rows; // as last painted
};

} // namespace surgescope::widgets
