// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

namespace zmq {
class context_t;
}

namespace surgescope::feeds {

/// A ZeroMQ context to share between a publisher and a source of one process, as inproc endpoints need. Any
/// thread.
class ZmqContext {
  public:
    ZmqContext();
    ~ZmqContext();
    zmq::context_t& get() { return *m_context; }

  private:
    std::unique_ptr<zmq::context_t> m_context;
};

} // namespace surgescope::feeds
