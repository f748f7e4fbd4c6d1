// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QRect>
#include <QString>
#include <QWidget>

#include <cstdint>
#include <optional>

namespace surgescope::widgets {

/// How old the data on the screen is, as far as the whole room must know.
struct DataAge {
    enum class Alarm : std::uint8_t { none, late, old };
    Alarm alarm = Alarm::none;
    QString words; // "DATA 12 s OLD"; only when old
    bool operator==(const DataAge&) const = default;
};

/// A frame that stays away this long means that the feed thread is stuck: it makes ten a second.
inline constexpr double kFrameMissingSeconds = 2.0;

/// `newestAge`: of the newest report when the last frame was made, nothing before the first report.
/// `sinceFrame`: since that frame came, nothing before the first. Both in seconds.
DataAge dataAge(std::optional<double> newestAge, std::optional<double> sinceFrame);

/// A frame around a window that says from across the room that its data is old. It lies over everything, only
/// where it paints, and is nothing to the mouse. GUI thread.
class EdgeFrame : public QWidget {
    Q_OBJECT
  public:
    explicit EdgeFrame(QWidget* parent);
    void setAge(const DataAge& age);
    /// Along the edges of the parent, which calls this when its size changes.
    void place(double scale);
    const DataAge& age() const { return m_age; }
    /// Where the words are, in the parent; empty when there are none.
    QRect wordsBox() const;

  protected:
    void paintEvent(QPaintEvent* event) override;

  private:
    DataAge m_age;
    double m_scale = 1;
};

} // namespace surgescope::widgets
