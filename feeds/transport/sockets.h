// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/transport/allow_list.h"
#include "feeds/transport/context.h"
#include "feeds/transport/keys.h"

#include <zmq.hpp>

#include <chrono>
#include <cstddef>
#include <string>

/// Every socket of every program is made here, so that its bounds and its patience are said once. For .cpp
/// files that stand on ZeroMQ. Each throws zmq::error_t when the process has no descriptor left, or the
/// context no socket.
namespace surgescope::feeds {

/// Sends to whoever subscribes, and reads who does. `waits`: for a subscriber that is slow, at most 200 ms,
/// instead of dropping what has no room. `farewell`: how long what is queued may still be delivered when the
/// socket closes.
zmq::socket_t makePublishing(ZmqContext& context, bool waits, std::chrono::milliseconds farewell);

/// A connecting one also asks whether what it connects to does anything: a process that stands still is left
/// after 40 s. For who has few connections, and reads who subscribes at least once a second.
void askWhetherAlive(zmq::socket_t& publishing);

/// Receives what it subscribes to; of one connection ZeroMQ queues so many messages.
zmq::socket_t makeSubscribing(ZmqContext& context, int highWaterMark);

/// Answers requests of at most so many bytes, and waits for nobody.
zmq::socket_t makeAnswering(ZmqContext& context, std::size_t mostBytes);
/// Asks.
zmq::socket_t makeAsking(ZmqContext& context);

/// Answers ZeroMQ's own questions within the context.
zmq::socket_t makeGatekeeper(ZmqContext& context);

/// Whoever comes must hold a key that the allow-list of the context's trust lets do `comers`; it knows us by
/// `own`. Before binding.
void guard(zmq::socket_t& socket, ZmqContext& context, const KeyPair& own, Purpose comers);
/// What is connected to must hold `key`; it knows us by `own`. Before connecting.
void meet(zmq::socket_t& socket, const KeyPair& own, const std::string& key);

/// One end of a line between two threads.
zmq::socket_t makePair(ZmqContext& context);

/// An inproc endpoint that nobody has.
std::string uniqueInproc(const char* what);

} // namespace surgescope::feeds
