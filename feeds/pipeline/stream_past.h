// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/capture/far_past.h"
#include "feeds/model/pop_catalogue.h"
#include "feeds/source/open_feed.h"
#include "feeds/util/clock.h"
#include "feeds/util/result.h"

#include <chrono>
#include <string>
#include <vector>

namespace surgescope::feeds {

/// What a stream keeps of a feed (NATS.md), as recordings in a folder of its own. Its times are when messages
/// were stored. Node columns are in no stream.
class StreamPast final : public FarPast {
  public:
    /// Kept on disk at most, around what was looked at last.
    static constexpr std::chrono::seconds kMost{3'600};

    struct Options {
        FeedEndpoints feed; // the same as is listened to
        std::string folder; // made if it is not there; what is in it goes
        std::string library = "surgescope";
    };

    /// `catalogue` and `clock` must outlive it.
    StreamPast(Options options, const PopCatalogue& catalogue, const Clock& clock);
    ~StreamPast() override;

    std::string name() const override;
    /// What charts of seconds show, and what plays on meanwhile.
    std::chrono::seconds before() const override { return std::chrono::seconds(960); }
    std::chrono::seconds behind() const override { return std::chrono::seconds(300); }
    /// Reads what is missing; what was read elsewhere is forgotten.
    Result<Part> around(RecordedTime at, RecordedTime until, const GoesOn& goesOn) override;

  private:
    struct Piece {
        std::string path;    // empty: nothing was said in that time
        std::string trouble; // why something may be missing; empty: nothing
        RecordedTime from{};
        RecordedTime to{};
    };
    Result<Piece> read(RecordedTime from, RecordedTime to, const GoesOn& goesOn);
    void forgetAllBut(RecordedTime at);
    void forgetAll();

    const Options m_options;
    const PopCatalogue& m_catalogue;
    const Clock& m_clock;
    std::vector<Piece> m_pieces; // by time, without gaps
    unsigned m_made = 0;
};

} // namespace surgescope::feeds
