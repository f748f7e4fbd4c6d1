// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/util/counted.h"

#include <memory>
#include <vector>

namespace zmq {
class context_t;
}

namespace surgescope::feeds {

class Gate;
class Trust;

/// A ZeroMQ context to share between a publisher and a source of one process, as inproc endpoints need, and
/// who is let in at its sockets. Any thread.
class ZmqContext {
  public:
    /// `trust`: for endpoints of other machines; null: there can be none.
    explicit ZmqContext(std::shared_ptr<Trust> trust = nullptr);
    ~ZmqContext();
    zmq::context_t& get() { return *m_context; }

    Trust* trust() const { return m_trust.get(); }
    /// From now on guarded sockets of it let in who is in the allow-list. Before one is bound; needs a trust.
    void openGate();
    /// Who was not let in.
    std::vector<Counted> turnedAway() const;

  private:
    std::shared_ptr<Trust> m_trust;
    std::unique_ptr<zmq::context_t> m_context;
    std::unique_ptr<Gate> m_gate;
};

} // namespace surgescope::feeds
