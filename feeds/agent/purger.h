// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/agent/event_loop.h"
#include "feeds/util/clock.h"
#include "feeds/util/result.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace surgescope::feeds {

/// Where a server listens, and in which PoP.
struct PurgeTarget {
    std::string pop;     // empty: not said
    std::string address; // "10.0.0.1:80"
    bool operator==(const PurgeTarget&) const = default;
};

/// A list of targets: a line each, "EWR 10.0.0.1:80" or "10.0.0.1:80", blank lines and what is behind #
/// aside. Errors name the line: "edges.txt:3: …, expected …".
Result<std::vector<PurgeTarget>> readPurgeTargets(std::string_view text, const std::string& file);

/// What happened to one URL at one server.
struct PurgeOutcome {
    std::size_t url = 0;    // of those ordered
    std::size_t target = 0; // the same
    bool applied = false;
    unsigned status = 0;              // 0: no answer
    std::string why;                  // not applied, in words
    std::chrono::microseconds took{}; // from the stamp to the answer
};

/// Sends purges to many servers at once, stamped as AGENTS.md says, so that each node's agent can tell how
/// long they took to be applied there; and tells what the servers answered. One thread.
class Purger {
  public:
    static constexpr std::size_t kAtOnce = 256; // requests under way

    /// Where a GET purges, it also says that no cached answer will do: mod_cache asks for that.
    struct Order {
        std::vector<std::string> urls; // "http://www.example.com/audio/1"
        std::vector<PurgeTarget> targets;
        std::string method = "PURGE"; // PURGE, BAN, or GET where a GET with these headers bypasses the cache
        std::string id;               // a name for logs
        std::vector<std::string> headers{}; // more: "X-Surrogate-Key: album-1"
        std::uint64_t firstSequence = 1;    // of the first URL; the next has the next
        std::chrono::milliseconds timeout{10'000};
    };

    Purger(EventLoop& loop, const Clock& clock) : m_loop(loop), m_clock(clock) {}

    /// An error for a URL, an address, a name or a header that is none.
    static std::optional<Error> check(const Order& order);

    /// Returns when every server has answered for every URL, or had its time; each outcome is told as it
    /// comes. Errors: those of check(); then nothing was sent.
    Result<std::vector<PurgeOutcome>> send(const Order& order,
                                           const std::function<void(const PurgeOutcome&)>& told);

  private:
    EventLoop& m_loop;
    const Clock& m_clock;
};

/// The numbers of this issuer's purges, one after the other over all its runs: kept in a file that is locked
/// while one is taken, so two runs at once do not take the same. The first begins it, in a folder that is
/// there. Errors: the file cannot be read or written, or holds anything but a number.
Result<std::uint64_t> takePurgeSequence(const std::string& path, std::size_t count);

} // namespace surgescope::feeds
