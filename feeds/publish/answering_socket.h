// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/transport/allow_list.h"
#include "feeds/transport/context.h"
#include "feeds/util/result.h"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace surgescope::feeds {

/// What can be asked for at an answering socket, by whom, and how its refusals are worded.
struct Service {
    Purpose comers = Purpose::control; // where keys are asked for, theirs must be allowed this
    std::size_t mostBytes = 200;       // of a request
    bool isText = true;                // a request is one line of it
    std::string_view withoutKeys;      // why it is not offered to other machines without keys
    std::string_view notAllowed;       // of a key: what it is not allowed to do there
    std::string_view missing;          // what should run there, and with which option
};
/// Levers of a running simulation.
inline constexpr Service kLevers{.withoutKeys = "levers are for whoever is allowed to pull them",
                                 .notAllowed = "pull levers",
                                 .missing = "a simulation running with --control"};

/// Answers somebody else: one request in, one answer out, over a ZeroMQ REP socket. Within this machine it
/// does not ask who they are; elsewhere they need a key. One thread.
class AnsweringSocket {
  public:
    /// Refuses an endpoint that cannot be bound, naming it and why.
    static Result<std::unique_ptr<AnsweringSocket>> open(const Service& service, const std::string& endpoint,
                                                         std::shared_ptr<ZmqContext> context = nullptr);
    virtual ~AnsweringSocket() = default;

    /// Where it is bound, with the port that was chosen for tcp://…:*.
    virtual const std::string& endpoint() const = 0;

    /// Who asks.
    struct Asker {
        bool mayControl = true; // may change things
        std::string name;       // of his key; empty: within this machine nobody is asked for one
    };
    /// What to say to a request: done, or why not.
    using Answer = std::function<Result<std::string>(std::string_view request, const Asker& asker)>;
    /// Answers what has come; never waits. Requests that are too large, of several parts, or no text where it
    /// must be, are refused.
    virtual void serve(const Answer& answer) = 0;
};

/// Sends a request and waits for its answer, no longer than `patience`. `context`: its trust has the keys for
/// an endpoint of another machine, or one that wants a key.
Result<std::string> ask(const Service& service, const std::string& endpoint, const std::string& request,
                        std::chrono::milliseconds patience, ZmqContext& context);

} // namespace surgescope::feeds
