// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/transport/context.h"
#include "feeds/util/result.h"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace surgescope::feeds {

/// Lets somebody else pull levers of a running simulation: one line of text in, one line out, over a ZeroMQ
/// REP socket. Within this machine it does not ask who they are; elsewhere they need a key that may control.
/// One thread.
class ControlSocket {
  public:
    /// Refuses an endpoint that cannot be bound, naming it and why.
    static Result<std::unique_ptr<ControlSocket>> open(const std::string& endpoint,
                                                       std::shared_ptr<ZmqContext> context = nullptr);
    virtual ~ControlSocket() = default;

    /// Where it is bound, with the port that was chosen for tcp://…:*.
    virtual const std::string& endpoint() const = 0;

    /// What to say to a line: done, in words, or why not.
    using Answer = std::function<Result<std::string>(std::string_view line)>;
    /// Answers what has come; never waits. Requests that are not one short line of text are refused.
    virtual void serve(const Answer& answer) = 0;
};

/// Sends one line to a control socket and waits for its answer, no longer than `patience`. `trust`: for one
/// of another machine, or one that wants a key.
Result<std::string> askControl(const std::string& endpoint, const std::string& line,
                               std::chrono::milliseconds patience, std::shared_ptr<Trust> trust = nullptr);

} // namespace surgescope::feeds
