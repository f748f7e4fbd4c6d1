// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/capture/recording_index.h"
#include "feeds/util/result.h"

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace surgescope::feeds {

/// A past that is kept elsewhere, by a stream or a store, and read in parts where somebody looks at it. One
/// thread at a time, which waits for the network and the disk.
class FarPast {
  public:
    struct Part {
        std::vector<std::string> recordings; // one after the other, without a gap; they go with the next part
        /// The moment that was asked for, or where nobody had reported then the nearest in which somebody
        /// had.
        RecordedTime at{};
        RecordedTime from{};               // what there was from here
        RecordedTime to{};                 // to here is in them
        std::vector<std::string> troubles; // what is not, or could not be used: a line each
    };
    /// Called some times a second with the share that is done, 0 to 1; false: it is no longer wanted.
    using GoesOn = std::function<bool(double)>;

    virtual ~FarPast() = default;

    /// Where it is kept, for the screen.
    virtual std::string name() const = 0;
    /// Read at most, before and behind the moment that is looked at.
    virtual std::chrono::seconds before() const = 0;
    virtual std::chrono::seconds behind() const = 0;
    /// The part that holds `at` and what is around it, up to `until`, or as Part::at has it. An Error: nobody
    /// answers, nothing is kept of that time, the disk is full, or it is no longer wanted.
    virtual Result<Part> around(RecordedTime at, RecordedTime until, const GoesOn& goesOn) = 0;
};

} // namespace surgescope::feeds
