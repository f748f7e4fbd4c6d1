// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/transport/context.h"

#include "feeds/transport/gate.h"
#include "feeds/transport/trust.h"

#include <zmq.hpp>

#include <utility>

namespace surgescope::feeds {
namespace {

/// Sockets that watch others count, too.
constexpr int kMostSockets = 8'192;

} // namespace

ZmqContext::ZmqContext(std::shared_ptr<Trust> trust)
    : m_trust(std::move(trust)), m_context(std::make_unique<zmq::context_t>(1)) {
    m_context->set(zmq::ctxopt::max_sockets, kMostSockets);
}

ZmqContext::~ZmqContext() {
    if (m_gate) m_context->shutdown(); // the gate's thread waits for who comes
}

void ZmqContext::openGate() {
    if (!m_gate) m_gate = std::make_unique<Gate>(*this, *m_trust);
}

std::vector<Counted> ZmqContext::turnedAway() const {
    return m_gate ? m_gate->turnedAway() : std::vector<Counted>();
}

} // namespace surgescope::feeds
