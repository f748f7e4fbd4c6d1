// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/source/publisher_shares.h"
#include "feeds/source/source.h"
#include "feeds/transport/context.h"
#include "feeds/util/result.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace surgescope::feeds {

/// Telemetry over ZeroMQ SUB: any number of endpoints (tcp, ipc, inproc), connected to or bound. ZeroMQ
/// reconnects by itself and for ever; publishers may come before or after.
class ZmqSource final : public Source {
  public:
    struct Options {
        std::vector<std::string> connect;
        std::vector<std::string> bind;
        /// What of all and of each publisher is taken in and may wait; beyond it is refused and counted.
        PublisherShares::Bounds bounds;
        /// For publishers of this process: what is not handled yet waits at them instead, unbounded.
        bool publishersWait = false;
        int receiveHighWaterMark = 2'000; // messages of one connection that ZeroMQ queues before they are
                                          // taken in; beyond, the publisher's side drops
        /// Connections at all endpoints that are bound, about: those that have knocked already are taken.
        /// Nothing: as many as there are file descriptors, but some for files.
        std::optional<std::size_t> maxConnections;
        std::shared_ptr<ZmqContext> context; // to share for inproc endpoints; null: one of its own
        const Clock* clock = nullptr;        // stamps arrival, must outlive the source; null: the machine's
    };

    /// Refuses an endpoint that cannot be used, naming it and why.
    static Result<std::unique_ptr<ZmqSource>> open(const Options& options);
    ~ZmqSource() override;

    Capabilities capabilities() const override { return {.canSelectTopics = true}; }
    Received receive(std::chrono::milliseconds timeout) override;
    void subscribe(const std::string& prefix) override;
    void unsubscribe(const std::string& prefix) override;
    /// With the ports that were chosen for endpoints bound as tcp://…:*.
    std::vector<Endpoint> endpoints() const override;
    void wake() override;

  private:
    struct Sockets;
    explicit ZmqSource(std::unique_ptr<Sockets> sockets);

    std::unique_ptr<Sockets> m_sockets;
};

} // namespace surgescope::feeds
