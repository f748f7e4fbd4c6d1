// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/source/publisher_shares.h"
#include "feeds/source/source.h"
#include "feeds/transport/context.h"
#include "feeds/util/result.h"

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace surgescope::feeds {

/// Telemetry over NATS. Where the cluster keeps a stream of it, it is read from there, and begins with the
/// past: as a seek, from SeekBegins to SeekEnds, and goes on live without a seam, also over a server that is
/// lost. Without a stream, or when it is gone, what comes now is given. Node columns always come straight.
class NatsSource final : public Source {
  public:
    struct Options {
        std::string endpoint;
        std::chrono::seconds history{0}; // of a stream, to begin with
        /// Instead: all that was kept since then, as if it were received then, as fast as it is taken.
        /// SeekEnds says that this was all.
        std::optional<WallTime> playFrom;
        PublisherShares::Bounds bounds;      // of what comes now
        std::shared_ptr<ZmqContext> context; // whose trust says how servers are met; null: none
        const Clock* clock = nullptr;        // stamps arrival, must outlive the source; null: the machine's
    };

    /// Refuses an endpoint or a file that cannot be used, naming it and why. Servers may come later.
    static Result<std::unique_ptr<NatsSource>> open(const Options& options);
    ~NatsSource() override;

    Capabilities capabilities() const override { return {.canSelectTopics = true}; }
    Received receive(std::chrono::milliseconds timeout) override;
    void subscribe(const std::string& prefix) override;
    void unsubscribe(const std::string& prefix) override;
    std::vector<Endpoint> endpoints() const override;
    /// While the past is brought in, it is as late as what was given last.
    const Clock& clock(const Clock& real) const override;
    void wake() override;

  private:
    struct Parts;
    explicit NatsSource(std::unique_ptr<Parts> parts);

    std::unique_ptr<Parts> m_parts;
};

} // namespace surgescope::feeds
