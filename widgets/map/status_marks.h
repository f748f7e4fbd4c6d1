// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/frame/frame.h"

#include "widgets/map/pop_renderer.h"

#include <QColor>
#include <QPainter>
#include <QString>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace surgescope::widgets {

/// What an alarm says of places.
struct MapAlarm {
    QString text;                   // "8 silent in Europe: FRA MUC STR +5"
    std::vector<std::string> codes; // of PoPs or of regions, the largest first
    bool isSilence = false;
    bool isCritical = false;
    bool operator==(const MapAlarm&) const = default;
};
QColor colourOf(const MapAlarm& alarm);

/// Since when PoPs are beyond a limit. It is shown each frame.
class LevelWatch {
  public:
    static constexpr std::chrono::seconds kFresh{60};

    void see(const feeds::Frame& frame);
    /// Within the last minute it has gone beyond 90 or 100 %.
    bool hasRisen(const std::string& code) const;

  private:
    struct Seen {
        Level level = Level::managed;
        std::optional<feeds::FeedSecond> risenAt;
    };
    std::map<std::string, Seen> m_seen;
    std::uint64_t m_epoch = 0;
    feeds::FeedSecond m_now{};
};

/// A PoP that stands out. So few of them do that each is seen.
struct StatusMark {
    std::size_t marker = 0;
    QColor colour;
    bool isNamed = false; // by an alarm
};
inline constexpr std::size_t kMostStatusMarks = 12;
inline constexpr std::size_t kMostOfOneAlarm = 5;

/// Of the PoPs that alarms name, the worst alarm first, then of those that have just risen, the worst first.
/// Silent ones have a mark of their own.
std::vector<StatusMark> statusMarks(std::span<const MapAlarm> alarms, const LevelWatch& watch,
                                    std::span<const PopMarker> markers,
                                    const std::vector<feeds::PopFrame>& pops);

/// A ring around a disc and its own rings.
void paintStatusMark(QPainter& painter, const PopMarker& marker, const QColor& colour, double scale);
inline constexpr double kStatusRoom = 11; // pixels at scale 1 around a disc

} // namespace surgescope::widgets
