// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/transport/context.h"
#include "feeds/transport/endpoint_status.h"
#include "feeds/transport/nats_stream.h"
#include "feeds/util/result.h"

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace surgescope::feeds {

class PublishingLink;

/// What publishers share: messages of a topic and a payload out, and who subscribes to what. Endpoints decide
/// how: nats:// and tls:// go through NATS, all others through ZeroMQ. Whoever comes to listen must be
/// allowed to where keys are asked for, and who no longer is loses what he subscribed to within a second. One
/// thread.
class PublishingSocket {
  public:
    /// Of many sockets: so many share a context without being short of it, and so many descriptors are taken
    /// by each and by a context besides.
    static constexpr std::size_t kPerContext = 500;
    static constexpr std::size_t kDescriptors = 4; // two of them watch who lets it in
    static constexpr std::size_t kDescriptorsOfContext = 8;

    /// What is to be sent, about: it says how much may wait.
    struct Load {
        std::size_t messageBytes = 2'000;  // on the mean
        std::size_t mostWaiting = 100'000; // messages: older ones are of no use
    };
    struct Options {
        std::vector<std::string> bind;
        std::vector<std::string> connect;
        bool waits = false; // for a subscriber that is slow, instead of dropping
        /// Of those it connects to: nothing waits for one that is gone, and its subscriptions end.
        bool onlyWhileConnected = false;
        std::chrono::milliseconds farewell{300}; // in which what is queued may still be delivered
        std::size_t queueBytes = 256U << 20U;    // may wait for one subscriber
        Load load;
        /// What a NATS cluster keeps of it, which this publisher sees to; nothing: what is there is used.
        std::optional<NatsStream> stream;
        std::shared_ptr<ZmqContext> context; // null: one of its own
    };

    /// Refuses an endpoint that cannot be used, naming it and why, and a context that has no more sockets.
    static Result<std::unique_ptr<PublishingSocket>> open(const Options& options);
    ~PublishingSocket();

    /// False: nothing of it was sent, because a subscriber that is waited for did not take it within 200 ms.
    bool send(std::string_view topic, std::string_view payload);

    /// From now on that is to be sent. Messages that are half as large again, or far fewer or more that may
    /// wait: subscribers have to come back and lose what is sent meanwhile. Of those that are waited for that
    /// is only so before anything was sent to them.
    void expect(const Load& load);

    /// Reads who subscribes. True: somebody new asks for rosters.
    /// Call at least once a second: it also tries again where it was not let in.
    bool readSubscriptions();
    /// Where we are not let in, and what to do so that we are, as `name`; empty: nowhere, as far as is known.
    std::string problem(const std::string& name) const;
    /// As of the last reading: whether anybody asks for the topic.
    bool wanted(std::string_view topic) const;
    /// Subscriptions that are there now; waits at most `timeout` for the first.
    std::size_t subscriptions(std::chrono::milliseconds timeout);

    /// With the ports that were chosen for tcp://…:*.
    const std::vector<std::string>& boundEndpoints() const { return m_bound; }
    /// Of NATS: whether there is a connection, and what servers refused.
    std::vector<EndpointStatus> endpoints() const;

  private:
    PublishingSocket(const Options& options, std::shared_ptr<ZmqContext> context);

    Options m_options;
    std::shared_ptr<ZmqContext> m_context;
    std::vector<std::unique_ptr<PublishingLink>> m_links;
    std::size_t m_sentBy = 0; // links that have the message which another did not take
    std::vector<std::string> m_bound;
};

} // namespace surgescope::feeds
