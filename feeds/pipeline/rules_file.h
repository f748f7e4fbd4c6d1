// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/alarm/rules.h"
#include "feeds/util/clock.h"

#include <future>
#include <optional>
#include <string>

namespace surgescope::feeds {

/// A user's rules, over those built in, looked at again and again. Reading happens elsewhere: nobody waits.
/// One thread.
class RulesFile {
  public:
    /// `path` empty: there is none. `base`, the user's rules are over these. The clock must outlive it.
    RulesFile(Rules base, std::string path, const Clock& clock)
        : m_base(std::move(base)), m_path(std::move(path)), m_clock(clock) {}

    /// What the file holds now, or why it cannot be used; nothing: the same as at the last call.
    std::optional<Result<Rules>> takeChange();

  private:
    const Rules m_base;
    const std::string m_path;
    const Clock& m_clock;
    SteadyTime m_lookedAt;
    std::string m_seen; // by the reading that ended last, or by the one that goes on
    std::future<std::optional<Result<Rules>>> m_reading;
};

} // namespace surgescope::feeds
