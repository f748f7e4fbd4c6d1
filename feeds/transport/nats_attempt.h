// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <memory>
#include <nats/nats.h>
#include <string>

/// For .cpp files of the transport.
namespace surgescope::feeds {

struct NatsDestroy {
    void operator()(natsConnection* c) const { natsConnection_Destroy(c); }
    void operator()(natsSubscription* s) const { natsSubscription_Destroy(s); }
    void operator()(natsOptions* o) const { natsOptions_Destroy(o); }
};
template <class T> using NatsHeld = std::unique_ptr<T, NatsDestroy>;

/// Connects. libnats (3.4) waits for ever for a server that says who it is and then nothing, and nobody can
/// call it back: so it waits on a thread of its own, which is left to it when this goes, and ends with the
/// server. One thread.
class NatsAttempt {
  public:
    explicit NatsAttempt(NatsHeld<natsOptions> options);
    /// Once.
    void begin();
    bool isDoneWithin(std::chrono::milliseconds time);

    // When it is done:
    natsStatus status() const;
    /// In libnats's words, why not.
    const std::string& why() const;
    NatsHeld<natsConnection> take();

  private:
    struct Shared;
    std::shared_ptr<Shared> m_shared;
};

} // namespace surgescope::feeds
