// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/util/result.h"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace surgescope::feeds {

/// Sends messages as they are, headers and all: for a recording that is published again. One thread.
class RawPublisher {
  public:
    /// Refuses an endpoint that cannot be used, naming it and why.
    static Result<std::unique_ptr<RawPublisher>> open(const std::vector<std::string>& bind,
                                                      const std::vector<std::string>& connect);
    virtual ~RawPublisher() = default;

    /// A subscriber that does not keep up is waited for, at most 200 ms; false: it did not take the message.
    virtual bool send(std::string_view topic, std::string_view payload) = 0;
    /// Subscriptions that are there now; waits at most `timeout` for the first.
    virtual int subscriptions(std::chrono::milliseconds timeout) = 0;
    /// With the ports that were chosen for tcp://…:*.
    virtual const std::vector<std::string>& boundEndpoints() const = 0;
};

} // namespace surgescope::feeds
