// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/source/open_feed.h"

#include "feeds/source/nats_source.h"
#include "feeds/source/zmq_source.h"
#include "feeds/transport/nats_endpoint.h"

#include <algorithm>

namespace surgescope::feeds {

Result<std::unique_ptr<Source>> openFeed(const FeedEndpoints& endpoints) {
    const auto& connect = endpoints.connect;
    const auto nats = std::ranges::find_if(connect, isNats);
    if (nats == connect.end()) {
        if (endpoints.playFrom)
            return Error{"expected a NATS cluster, nats://… or tls://…: nobody else keeps what was said"};
        auto source = ZmqSource::open({.connect = connect,
                                       .bind = endpoints.bind,
                                       .publishersWait = endpoints.publishersWait,
                                       .context = endpoints.context});
        if (!source) return Error{source.error()};
        return std::unique_ptr<Source>(std::move(source.value()));
    }
    if (connect.size() + endpoints.bind.size() > 1)
        return Error{
            "cannot connect to '" + *nats +
            "' and to something else: expected one cluster, nats://HOST,HOST, and nothing beside it"};
    auto source = NatsSource::open({.endpoint = *nats,
                                    .history = endpoints.history,
                                    .playFrom = endpoints.playFrom,
                                    .context = endpoints.context});
    if (!source) return Error{source.error()};
    return std::unique_ptr<Source>(std::move(source.value()));
}

} // namespace surgescope::feeds
