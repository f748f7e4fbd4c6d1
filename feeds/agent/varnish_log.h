// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/agent/request_tally.h"
#include "feeds/util/result.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

namespace surgescope::feeds {

/// The records of Varnish's log that are read, of those in vsl(7). Their numbers differ from one Varnish to
/// the next.
enum class VarnishTag : std::uint8_t {
    other,
    begin,     // "req 32769 rxreq": what it is, its parent, why it began
    end,       // the transaction is over
    link,      // "req 8 restart": another one begins because of this
    client,    // "127.0.0.1 53752 a0": address, port, where it was accepted
    timestamp, // "Process: 1795449389.521949 0.001385 0.000010": Unix time, seconds since the start, since
               // the last
    method,
    url,
    status,
    call,        // "HIT": a subroutine of the VCL was called
    hit,         // "32771 3599.972 10.000 0.000": the object found, and how long it is good for
    account,     // "82 0 82 454 65536 65990": bytes in, bytes out, the last is all that went out
    pipeAccount, // "83 147 0 1272": the last is what went to the client
    vclLog       // std.log() of the VCL
};

/// How one Varnish writes its log.
struct VarnishLogFormat {
    std::array<VarnishTag, 256> tags{}; // by number
    std::size_t headerWords = 3;        // of 32 bits before a record's text; 2 before Varnish 7.3
};

/// Makes exchanges of Varnish's log records: follows each request from its Begin to its End, over as many
/// parts as Varnish writes it in, and over restarts, which are one request to its client. Fetches, ESI
/// subrequests and sessions are passed over. What the VCL logs as "surgescope:NAME=VALUE" is believed
/// (resources/varnish/surgescope.vcl), headers are not. Texts are what strangers sent: whatever they are,
/// nothing here throws, and no more than kMostOpen requests are remembered. One thread at a time.
class VarnishLog {
  public:
    static constexpr std::size_t kMostOpen = 16'384;
    static constexpr std::size_t kTextBytes = 512; // of a URI or an id that are kept

    explicit VarnishLog(const VarnishLogFormat& format) : m_format(format) {}

    /// Records of one transaction, as they follow each other in the log; they may change while they are read.
    /// Returns the exchange when they end it, nothing when it goes on or is none of a client's, and an Error
    /// when something is wrong with it: then the request is given up.
    Result<std::optional<Exchange>> read(std::uint64_t transaction, std::span<const std::uint32_t> words);

    /// Requests that have begun and not ended.
    std::size_t open() const { return m_open.size(); }
    /// What has begun will not end: Varnish is gone, or what came between was lost. Returns how many had.
    std::size_t forget();

  private:
    struct Request {
        Exchange exchange;
        std::chrono::microseconds headersRead{}; // since the first byte came
        std::optional<std::chrono::microseconds> answerReady;
        std::optional<WallTime> answerReadyAt;
        std::optional<std::uint64_t> restartedAs; // the transaction it goes on in
        bool routed = false;                      // the VCL was asked
        bool accounted = false;
        bool waited = false; // for another request's fetch
        bool stale = false;
    };

    const char* take(Request& request, VarnishTag tag, std::string_view text);
    static const char* takeTimestamp(Request& request, std::string_view text);
    static void takeCall(Request& request, std::string_view name);
    static void takeVclLog(Exchange& exchange, std::string_view text);
    bool begins(std::uint64_t transaction, std::string_view text);
    Result<std::optional<Exchange>> finish(std::uint64_t transaction);

    const VarnishLogFormat m_format;
    std::unordered_map<std::uint64_t, Request> m_open;
};

} // namespace surgescope::feeds
