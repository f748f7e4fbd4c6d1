// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/transport/sockets.h"

#include "feeds/wire/limits.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <string>

namespace surgescope::feeds {
namespace {

using std::chrono::milliseconds;

/// Who cannot be reached is tried again after so long, up to so long.
constexpr milliseconds kReconnect{100};
constexpr milliseconds kReconnectAtMost{2'000};
/// A connection that says nothing is asked whether it is alive: a firewall may have forgotten it, or a
/// machine died, and nobody would ever be told. The kernel asks. ZeroMQ's own heartbeat aborts the process
/// (4.3.4) when it is due for a peer that has gone while messages of its still wait to be taken, and looks
/// through the timers of all connections for each that is answered: most of a core at ten thousand. It is
/// for those that have one connection and read all that comes.
constexpr int kAskAfterSeconds = 10;
constexpr int kAskEverySeconds = 5;
constexpr int kAskTimes = 4;
/// Who does not answer ZeroMQ's heartbeat for so long is given up.
constexpr milliseconds kDead{30'000};
/// What was sent and is not acknowledged for so long ends the connection, and is lost. After a cut the kernel
/// sends again when about as much time has passed once more: one of half that costs nothing.
constexpr milliseconds kUnacknowledged{60'000};
/// A connection that is not answered by then is begun anew: the kernel would ask ever more seldom.
constexpr milliseconds kUnanswered{4'000};
/// Who connects has so long to say what he is.
constexpr milliseconds kHandshake{30'000}; // a fleet that comes back at once takes a while
constexpr milliseconds kPatience{200};     // with a slow subscriber
/// All that comes to who publishes is wishes, and what a handshake says.
constexpr std::int64_t kWishBytes = 1'024;

int number(milliseconds time) {
    return static_cast<int>(time.count());
}

/// What is said between machines, and for hours.
void makeLasting(zmq::socket_t& socket) {
    socket.set(zmq::sockopt::reconnect_ivl, number(kReconnect));
    socket.set(zmq::sockopt::reconnect_ivl_max, number(kReconnectAtMost));
    socket.set(zmq::sockopt::tcp_keepalive, 1);
    socket.set(zmq::sockopt::tcp_keepalive_idle, kAskAfterSeconds);
    socket.set(zmq::sockopt::tcp_keepalive_intvl, kAskEverySeconds);
    socket.set(zmq::sockopt::tcp_keepalive_cnt, kAskTimes);
    socket.set(zmq::sockopt::tcp_maxrt, number(kUnacknowledged));
    socket.set(zmq::sockopt::connect_timeout, number(kUnanswered));
    socket.set(zmq::sockopt::handshake_ivl, number(kHandshake));
}

} // namespace

zmq::socket_t makePublishing(ZmqContext& context, bool waits, milliseconds farewell) {
    zmq::socket_t socket(context.get(), zmq::socket_type::xpub);
    makeLasting(socket);
    socket.set(zmq::sockopt::xpub_verboser, 1); // every subscriber's wishes, to count them
    socket.set(zmq::sockopt::sndtimeo, number(kPatience));
    socket.set(zmq::sockopt::linger, number(farewell));
    socket.set(zmq::sockopt::maxmsgsize, kWishBytes);
    if (waits) socket.set(zmq::sockopt::xpub_nodrop, 1);
    return socket;
}

void askWhetherAlive(zmq::socket_t& publishing) {
    publishing.set(zmq::sockopt::heartbeat_ivl, 1'000 * kAskAfterSeconds);
    publishing.set(zmq::sockopt::heartbeat_timeout, number(kDead));
    publishing.set(zmq::sockopt::heartbeat_ttl, 0); // the other end needs no timers
}

zmq::socket_t makeSubscribing(ZmqContext& context, int highWaterMark) {
    zmq::socket_t socket(context.get(), zmq::socket_type::sub);
    makeLasting(socket);
    socket.set(zmq::sockopt::linger, 0);
    socket.set(zmq::sockopt::rcvhwm, highWaterMark);
    // What is a little too large is refused by name; ZeroMQ ends the connection of who sends more than that.
    socket.set(zmq::sockopt::maxmsgsize, static_cast<std::int64_t>(2 * limits::kMessageBytes));
    return socket;
}

zmq::socket_t makeAnswering(ZmqContext& context, std::size_t mostBytes) {
    zmq::socket_t socket(context.get(), zmq::socket_type::rep);
    socket.set(zmq::sockopt::linger, 0);
    socket.set(zmq::sockopt::maxmsgsize, std::max(kWishBytes, static_cast<std::int64_t>(mostBytes)));
    socket.set(zmq::sockopt::sndtimeo, 0);
    socket.set(zmq::sockopt::handshake_ivl, number(kHandshake));
    return socket;
}

zmq::socket_t makeAsking(ZmqContext& context) {
    zmq::socket_t socket(context.get(), zmq::socket_type::req);
    socket.set(zmq::sockopt::linger, 0);
    return socket;
}

zmq::socket_t makeGatekeeper(ZmqContext& context) {
    zmq::socket_t socket(context.get(), zmq::socket_type::rep);
    socket.set(zmq::sockopt::linger, 0);
    return socket;
}

void guard(zmq::socket_t& socket, ZmqContext& context, const KeyPair& own, Purpose comers) {
    context.openGate();
    socket.set(zmq::sockopt::curve_server, true);
    socket.set(zmq::sockopt::curve_secretkey, own.secretKey);
    socket.set(zmq::sockopt::zap_domain, std::string(nameOf(comers)));
}

void meet(zmq::socket_t& socket, const KeyPair& own, const std::string& key) {
    socket.set(zmq::sockopt::curve_serverkey, key);
    socket.set(zmq::sockopt::curve_publickey, own.publicKey);
    socket.set(zmq::sockopt::curve_secretkey, own.secretKey);
}

zmq::socket_t makePair(ZmqContext& context) {
    zmq::socket_t socket(context.get(), zmq::socket_type::pair);
    socket.set(zmq::sockopt::linger, 0);
    return socket;
}

std::string uniqueInproc(const char* what) {
    static std::atomic<unsigned> number{0};
    return std::string("inproc://surgescope-") + what + "-" + std::to_string(++number);
}

} // namespace surgescope::feeds
