// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/transport/context.h"

#include <zmq.hpp>

namespace surgescope::feeds {

ZmqContext::ZmqContext() : m_context(std::make_unique<zmq::context_t>(1)) {}
ZmqContext::~ZmqContext() = default;

} // namespace surgescope::feeds
