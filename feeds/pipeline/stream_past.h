// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/model/pop_catalogue.h"
#include "feeds/source/open_feed.h"
#include "feeds/util/clock.h"
#include "feeds/util/result.h"

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace surgescope::feeds {

/// What a stream keeps of a feed (NATS.md), read where somebody looks at it, as recordings in a folder of its
/// own. Node columns are in no stream. One thread at a time, which waits for the network and the disk.
class StreamPast {
  public:
    /// Read at least, before and behind the moment that is looked at: what charts of seconds show, and what
    /// plays on meanwhile.
    static constexpr std::chrono::seconds kBefore{960};
    static constexpr std::chrono::seconds kBehind{300};
    /// Kept on disk at most, around what was looked at last.
    static constexpr std::chrono::seconds kMost{3'600};

    struct Options {
        FeedEndpoints feed; // the same as is listened to
        std::string folder; // made if it is not there; what is in it goes
        std::string library = "surgescope";
    };
    struct Part {
        std::vector<std::string> recordings; // one after the other, without a gap
        WallTime to{};                       // where they end
    };
    /// Called some times a second with the share that is done, 0 to 1; false: it is no longer wanted.
    using GoesOn = std::function<bool(double)>;

    /// `catalogue` and `clock` must outlive it.
    StreamPast(Options options, const PopCatalogue& catalogue, const Clock& clock);
    ~StreamPast();

    /// The part that holds `at` and what is around it up to `until`. Times are when messages were stored.
    /// Reads what is missing; what was read elsewhere is forgotten. An Error: nobody answers, nothing is kept
    /// of that time, the disk is full, or it is no longer wanted.
    Result<Part> around(WallTime at, WallTime until, const GoesOn& goesOn);

  private:
    struct Piece {
        std::string path; // empty: nothing was said in that time
        WallTime from{};
        WallTime to{};
    };
    Result<Piece> read(WallTime from, WallTime to, const GoesOn& goesOn);
    void forgetAllBut(WallTime at);
    void forgetAll();

    const Options m_options;
    const PopCatalogue& m_catalogue;
    const Clock& m_clock;
    std::vector<Piece> m_pieces; // by time, without gaps
    unsigned m_made = 0;
};

} // namespace surgescope::feeds
