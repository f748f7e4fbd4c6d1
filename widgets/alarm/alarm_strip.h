// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/alarm/live_status.h"

#include "widgets/base/time_words.h"

#include <QString>
#include <QStringList>
#include <QTimer>
#include <QWidget>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace surgescope::widgets {

/// What burns, at one glance: the verdict and since when, the worst cards, how many there are. Of now, also
/// while the screen looks back. A click asks for the list. Before anything was received it says what is
/// waited for. GUI thread.
class AlarmStrip : public QWidget {
    Q_OBJECT
  public:
    explicit AlarmStrip(QWidget* parent);
    static constexpr double kHeight = 95; // at scale 1

    void setStatus(std::shared_ptr<const feeds::LiveStatus> status);
    /// How times are said. `isPast`: the screen shows another time than the strip.
    void setWords(const TimeWords& words, bool isPast);
    void setScale(double scale);
    /// While nothing has been received: what is waited for, in lines, and the command that makes a node speak
    /// to us, which a click (or Enter) copies. No lines: something has been.
    void setWaiting(const QStringList& lines, const QString& command);

    /// What has a place, so many at most, the worst first. In a flood the one it began with comes first, and
    /// the last stands for all warnings: its id is kFolded.
    std::vector<feeds::Card> shown(std::size_t places) const;
    static constexpr std::uint64_t kFolded = UINT64_MAX; // no card has it

    /// For tests and accessibility: "ACT since T+00:01:42: 8 PoPs silent: …".
    QString text() const;

  signals:
    void listRequested();
    void commandCopied();

  protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

  private:
    void act();
    void paintAll(QPainter& painter);
    void paintVerdict(QPainter& painter, const QRectF& box);
    void paintCard(QPainter& painter, const feeds::Card& card, const QRectF& box);
    void paintWaiting(QPainter& painter, const QRectF& box);
    void paintCounts(QPainter& painter, const QRectF& box, std::size_t more);
    std::size_t placesIn(double room) const;
    QString stateOf(const feeds::Card& card) const;
    double px(double v) const { return v * m_scale; }

    std::shared_ptr<const feeds::LiveStatus> m_status;
    TimeWords m_words;
    bool m_isPast = false;
    QStringList m_waiting;
    QString m_command;
    double m_scale = 1;
    QTimer m_blink; // of what nobody cares for
    bool m_isLit = true;
};

} // namespace surgescope::widgets
