// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/frame/selection.h"
#include "feeds/model/feed_time.h"

#include <QObject>

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

namespace surgescope::widgets {

/// How far a range that ends now reaches back.
enum class Reach : std::uint8_t {
    fixed,       // its length, whether or not there is data
    data,        // as far as there is data, at most its length
    sinceRelease // from shortly before T-0, at most its length; without a T-0 as `data`
};

/// A stretch of feed time that charts and heatmaps show.
struct TimeRange {
    std::chrono::seconds length = std::chrono::minutes(15);
    std::optional<feeds::FeedSecond> until; // its end; nothing: now, and it moves on
    Reach reach = Reach::fixed;
    bool operator==(const TimeRange&) const = default;

    /// How long it is while `settled` is shown, of data that begins at `begin`. It grows by steps, so that
    /// nothing is drawn anew each second.
    std::chrono::seconds lengthAt(feeds::FeedSecond settled, feeds::FeedSecond begin,
                                  std::optional<feeds::FeedSecond> release) const;
};

/// How times are said.
enum class TimeText : std::uint8_t {
    ago,          // −5 m: before the newest second
    sinceRelease, // T+00:05:00
    clock         // 05:12:34
};

/// What all views look at together: one range of time, one crosshair in it, one selection. Views set it and
/// follow its signals; none needs to know another. GUI thread.
class Focus : public QObject {
    Q_OBJECT
  public:
    static constexpr std::chrono::seconds kShortest{10};
    static constexpr std::chrono::seconds kLongest = std::chrono::hours(48);

    explicit Focus(QObject* parent = nullptr) : QObject(parent) {}

    const TimeRange& range() const { return m_places[m_place].range; }
    const feeds::Selection& selection() const { return m_places[m_place].selection; }
    /// A length out of bounds is brought within them.
    void setRange(TimeRange range);
    void select(const feeds::Selection& selection);
    /// Back to now, with the length last looked at there.
    void toNow();

    // Through what was looked at before. False: there is nothing further.
    bool back();
    bool forward();

    const std::optional<feeds::FeedSecond>& crosshair() const { return m_crosshair; }
    void setCrosshair(std::optional<feeds::FeedSecond> at);

    TimeText timeText() const { return m_timeText; }
    bool localZone() const { return m_localZone; }
    void setTimeText(TimeText text, bool localZone);

  signals:
    void rangeChanged();
    void selectionChanged();
    void crosshairMoved();
    void timeTextChanged();

  private:
    struct Place {
        TimeRange range;
        feeds::Selection selection;
        bool operator==(const Place&) const = default;
    };
    static constexpr std::size_t kMostPlaces = 50;
    void visit(const Place& place);
    void go(std::size_t place);

    std::vector<Place> m_places{Place{}}; // visited; the newest last
    std::size_t m_place = 0;              // where we are
    TimeRange m_now;                      // the last that ended there
    std::optional<feeds::FeedSecond> m_crosshair;
    TimeText m_timeText = TimeText::sinceRelease; // before there is one: ago
    bool m_localZone = false;
};

} // namespace surgescope::widgets
