// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/alarm/live_status.h"
#include "feeds/capture/feed_tap.h"
#include "feeds/desk/note.h"

#include <chrono>
#include <optional>

namespace surgescope::feeds {

/// Says to a tap what becomes of alarms, so that a recording shows them as they were: each change at once,
/// and all that is to be seen of them behind it; otherwise now and then. One thread.
class DeskVoice {
  public:
    /// In the data's time: while there are cards, whose numbers move; while there are none.
    static constexpr std::chrono::seconds kEvery{5};
    static constexpr std::chrono::seconds kSeldom{60};

    /// `tap` must outlive the voice.
    explicit DeskVoice(FeedTap& tap) : m_tap(tap) {}

    void say(const Transition& change);
    /// `at`: the newest second judged.
    void say(const LiveStatus& status, FeedSecond at);
    void say(const Note& note);

  private:
    FeedTap& m_tap;
    std::optional<FeedSecond> m_saidAt;
    bool m_hasChanged = false; // since then
};

} // namespace surgescope::feeds
