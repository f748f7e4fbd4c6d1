// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/transport/allow_list.h"
#include "feeds/transport/context.h"
#include "feeds/util/clock.h"
#include "feeds/util/result.h"

#include <zmq.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// How endpoints are opened, so that nobody listens in and nobody speaks for others: within a machine
/// without keys, between machines with them. For .cpp files of the transport and those that stand on it.
namespace surgescope::feeds {

/// Endpoints that one socket opens alike.
struct Way {
    enum class Kind : std::uint8_t {
        open,    // without keys: within this machine, or on purpose
        guarded, // whoever comes shows a key that is in the allow-list
        known    // what answers there holds one of these keys
    };
    Kind kind = Kind::open;
    std::vector<std::string> bind;
    std::vector<std::string> connect; // one, when it is known by a key
    std::vector<std::string> keys;    // known: in the order in which they are tried; "": without a key
    bool plain = false;               // open, though others may listen in
};

/// The ways to all endpoints. Makes our own key where one is needed and there is none. Errors: an endpoint of
/// another machine and nobody to trust; a key file that cannot be read.
Result<std::vector<Way>> waysTo(const std::vector<std::string>& bind, const std::vector<std::string>& connect,
                                Trust* trust);

class Attempts;

/// Opens a way's endpoints with a socket that was just made. `comers`: what those who come want to do.
/// `bound`: gets the endpoints that were bound, with the ports that were chosen for tcp://…:*.
std::optional<Error> openWay(zmq::socket_t& socket, ZmqContext& context, const Way& way,
                             const Attempts& attempts, Purpose comers, int backlog,
                             std::vector<std::string>& bound);

/// An endpoint that nobody on another machine gets to.
bool isWithinMachine(const std::string& endpoint);

/// Which key is tried at an endpoint, and when the next is. ZeroMQ gives up for good when it is not let in:
/// its owner then has to make the socket anew. One thread.
class Attempts {
  public:
    Attempts() = default;
    /// Begins with the key that opened the endpoint last.
    Attempts(const Way& way, const Trust* trust);

    const std::string& key() const { return m_keys[m_at]; }
    /// Of the present one; nothing: it was let in, or not tried yet.
    bool hasFailed() const { return m_failed > 0; }
    void succeeded() { m_failed = 0; }
    /// The present one was not let in. Only the first failure of an attempt counts.
    void failed(SteadyTime now);
    /// The socket is to be made anew, with the key of now.
    bool isDue(SteadyTime now) const { return m_due && now >= *m_due; }
    void begin() { m_due.reset(); }

  private:
    std::vector<std::string> m_keys{""};
    std::size_t m_at = 0;
    std::size_t m_failed = 0; // in a row
    std::optional<SteadyTime> m_due;
};

} // namespace surgescope::feeds
