// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/util/clock.h"

#include <functional>
#include <future>
#include <memory>
#include <string>

namespace surgescope::feeds {

/// Where alarms stand, in a file, for the dashboard that is started next. Writing happens elsewhere: nobody
/// waits until the end. One thread.
class KeptAlarms {
  public:
    /// `path` empty: nothing is kept. The clock must outlive it.
    KeptAlarms(std::string path, const Clock& clock) : m_path(std::move(path)), m_clock(clock) {}

    /// What was kept before; empty: nothing, or nothing that can be read.
    std::string read() const;
    /// Keeps what `newest` gives, when that is due; null: nothing new. A machine that dies forgets a few
    /// seconds. A disk that takes nothing is told of by the flight recorder, whose folder it is.
    void keep(const std::function<std::shared_ptr<const std::string>()>& newest);
    /// The same at once; waits for what is being written.
    void keepNow(std::shared_ptr<const std::string> newest);

  private:
    const std::string m_path;
    const Clock& m_clock;
    SteadyTime m_keptAt;
    std::future<void> m_keeping;
};

} // namespace surgescope::feeds
