// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/agent/varnish_counters.h"
#include "feeds/agent/varnish_log.h"
#include "feeds/util/result.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace surgescope::feeds {

/// The memory that a varnishd on this machine shares with whoever may read it: its counters and its log, a
/// ring. The only part that knows libvarnishapi. Never waits, but for the 0.1 s at most that this takes when
/// it comes upon counters that varnishd is just about to make. One thread at a time.
class VarnishMemory {
  public:
    /// `name` is what varnishd was given as -n; empty: nothing. Counters are added to `counters`, and
    /// removed, while this lives. Whether a varnishd is there is refresh()'s to say; refuses when this
    /// program was built without libvarnishapi, or for another one.
    static Result<std::unique_ptr<VarnishMemory>> open(const std::string& name, bool readsLog,
                                                       VarnishCounters& counters);
    ~VarnishMemory();
    VarnishMemory(const VarnishMemory&) = delete;
    VarnishMemory& operator=(const VarnishMemory&) = delete;

    /// Looks whether Varnish has started, ended or changed, and follows it. True when it runs and can be
    /// read.
    bool refresh();
    /// Why refresh() was false.
    std::string trouble() const;
    /// "7.1.1", of libvarnishapi.
    std::string version() const;

    const VarnishLogFormat& logFormat() const;
    enum class LogState : std::uint8_t {
        part,    // a part of the log
        end,     // no more just now
        overrun, // Varnish wrote over what was not read yet; it goes on with what comes next
        closed   // this log is over, for its process is; it goes on with the next one's beginning
    };
    struct LogPart {
        std::uint64_t transaction = 0; // 0: of none
        std::span<const std::uint32_t> words;
    };
    /// The log's next part, which stays where it is until Varnish writes over it.
    LogState next(LogPart& part);
    /// What next() gave was not written over until now.
    bool intact() const;

  private:
    VarnishMemory();
    struct Inner;
    std::unique_ptr<Inner> m_inner;
};

} // namespace surgescope::feeds
