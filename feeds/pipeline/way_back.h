// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/capture/far_past.h"
#include "feeds/capture/flight_recorder.h"
#include "feeds/source/replay_source.h"
#include "feeds/util/clock.h"
#include "feeds/util/result.h"

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace surgescope::feeds {

/// Opens moments that have been: out of the flight recorder's ring, and what that never had from where it is
/// kept. One at a time, and elsewhere: nothing here waits but the destructor. One thread.
class WayBack {
  public:
    struct Wish {
        RecordedTime at{};
        std::optional<double> speed; // nothing: as it was received
        bool paused = false;
    };
    struct Opened {
        std::unique_ptr<ReplaySource> source;
        SteadyTime until{};                  // what was received later is not in it
        std::optional<FarPast::Part> part{}; // what it is of; nothing: of the ring
    };

    /// Either may be null. All must outlive it.
    WayBack(FlightRecorder* ring, std::unique_ptr<FarPast> far, const Clock& clock)
        : m_ring(ring), m_far(std::move(far)), m_clock(clock) {}
    ~WayBack();

    /// Where it is kept there is what was since then, by clocks that are `behind` that which moments are told
    /// by; nothing: nobody knows of any.
    void setKept(std::optional<RecordedTime> since, std::chrono::milliseconds behind);
    /// The first moment that can be gone back to; nothing: none.
    std::optional<RecordedTime> since() const;

    /// What is being opened is no longer wanted then.
    void open(const Wish& wish);
    void cancel();
    bool isOpening() const { return m_wish.has_value(); }
    /// Of one that is opening.
    const Wish& wish() const { return *m_wish; }
    /// What is being opened, or the next one, holds that moment too.
    bool willHold(RecordedTime at) const;
    /// 0 to 1 of what is being read; nothing: that takes no time worth telling.
    std::optional<double> share() const;
    /// Where that is kept which the ring never had.
    std::string farName() const { return m_far->name(); }
    /// So much of what is before it a part has that follows another.
    double overlapSeconds() const { return std::chrono::duration<double>(m_far->before()).count(); }
    /// What was opened; call it again and again.
    std::optional<Result<Opened>> take();

    bool isOfRing(RecordedTime at) const;

  private:
    std::optional<RecordedTime> ringSince() const;
    void beginRing(const ReplaySource::Options& how);
    void beginFar(ReplaySource::Options how);
    void begin();

    FlightRecorder* m_ring;
    std::unique_ptr<FarPast> m_far;
    const Clock& m_clock;
    std::optional<RecordedTime> m_kept;
    std::chrono::milliseconds m_behind{};

    std::optional<Wish> m_wish; // the last one, not taken yet
    bool m_isOld = false;       // what is being opened was wished for before that
    std::atomic<bool> m_unwanted{false};
    std::atomic<double> m_share{-1};
    std::future<Result<Opened>> m_opening;
    std::vector<std::future<void>> m_closing; // so that nobody waits for what is not wanted
};

} // namespace surgescope::feeds
