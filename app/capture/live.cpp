// SPDX-License-Identifier: GPL-3.0-or-later
// The commands that work on a feed: until they are done or asked to stop.
#include "feeds/capture/recorded_time.h"
#include "feeds/capture/recorder.h"
#include "feeds/pipeline/feed_step.h"
#include "feeds/source/open_feed.h"
#include "feeds/source/replay_source.h"
#include "feeds/transport/publishing_socket.h"
#include "feeds/util/token_bucket.h"
#include "feeds/wire/limits.h"
#include "feeds/wire/replay_mark.h"

#include "app/capture/commands.h"
#include "app/capture/signals.h"
#include "app/progress.h"

#include <cstdio>
#include <poll.h>
#include <set>
#include <utility>

namespace surgescope::app {
namespace {

using namespace feeds;
using std::chrono::milliseconds;

constexpr milliseconds kFarewell{2'000}; // in which what was sent last is still delivered

/// As fast as possible is not faster than a wall takes from one publisher.
class Pace {
  public:
    explicit Pace(const Clock& clock)
        : m_clock(clock),
          m_messages(limits::kShareAtMost * limits::kPublisherMessagesPerSecond, clock.steady()),
          m_bytes(limits::kShareAtMost * limits::kPublisherBytesPerSecond, clock.steady()) {}
    void awaitTurn(std::size_t bytes) {
        const auto size = static_cast<double>(bytes);
        while (!isStopped() && !(m_messages.has(1, m_clock.steady()) && m_bytes.has(size, m_clock.steady())))
            ::poll(nullptr, 0, 1);
        m_messages.take(1);
        m_bytes.take(size);
    }

  private:
    const Clock& m_clock;
    TokenBucket m_messages;
    TokenBucket m_bytes;
};

/// Nothing: it was not said.
Result<std::optional<WallTime>> givenMoment(const std::string& option, const std::string& text) {
    if (text.empty()) return std::optional<WallTime>();
    const auto at = momentOf(option, text);
    if (!at) return Error{at.error()};
    return std::optional(WallTime(*at));
}

/// A time that has been is over once it was received, or when nothing has come for a while.
constexpr std::chrono::seconds kNothingMore{10};

/// Says once what goes wrong where it listens, for nothing else tells that there will be nothing.
class Troubles {
  public:
    void tell(const std::vector<EndpointStatus>& endpoints, ProgressLine& line) {
        for (const auto& endpoint : endpoints) {
            for (const auto& trouble : endpoint.troubles)
                say(endpoint.name + ": " + trouble.what, line);
            if (endpoint.peers == 0 && endpoint.failed > 0) say(endpoint.name + ": nobody answers", line);
        }
    }

  private:
    void say(const std::string& what, ProgressLine& line) {
        if (!m_told.insert(what).second) return;
        line.clear();
        std::fprintf(stderr, "surgescope-capture: %s\n", what.c_str());
    }
    std::set<std::string> m_told;
};

/// What never came, and what came and could not be used, is in no recording, or of no use there.
void tellWhatIsMissing(const FeedHealth& health) {
    if (health.lost > 0)
        std::fprintf(stderr, "surgescope-capture: %llu messages missing by their sequence\n",
                     static_cast<unsigned long long>(health.lost));
    for (const auto& refused : health.refused)
        std::fprintf(stderr, "surgescope-capture: %llu refused: %s\n",
                     static_cast<unsigned long long>(refused.count), refused.reason.c_str());
    if (!health.lastRefusal.empty())
        std::fprintf(stderr, "surgescope-capture: the last: %s\n", health.lastRefusal.c_str());
}

/// Of the time that was asked for; and says what of it is missing.
std::optional<Error> nothingOf(const CaptureOptions& options, std::optional<WallTime> from,
                               std::optional<WallTime> to, std::optional<WallTime> keptSince,
                               std::uint64_t messages) {
    if (!from) return std::nullopt; // what comes now is recorded
    const auto since = keptSince ? isoText(std::chrono::floor<std::chrono::seconds>(*keptSince)) : "";
    if (to && keptSince && *keptSince >= *to) // what came is of other times
        return Error{"the stream begins at " + since + ": it keeps nothing of " + options.from + " to " +
                     options.to};
    if (messages == 0) return Error{"nothing came of the time since " + options.from};
    if (keptSince && *keptSince > *from)
        std::fprintf(stderr,
                     "surgescope-capture: the stream begins at %s: what was before is not in the recording\n",
                     since.c_str());
    return std::nullopt;
}

} // namespace

Result<int> record(const CaptureOptions& options) {
    const SystemClock clock;
    auto connect = options.connect;
    connect.insert(connect.end(), options.inputs.begin(), options.inputs.end());
    const auto from = givenMoment("--from", options.from);
    if (!from) return Error{from.error()};
    const auto to = givenMoment("--to", options.to);
    if (!to) return Error{to.error()};
    if (*from && **from > clock.wall())
        return Error{"--from: expected a time that has been, got '" + options.from + "'"};
    if (*from && *to && **to <= **from) return Error{"--to: '" + options.to + "' is not after --from"};
    auto source = openFeed({.connect = connect,
                            .bind = options.bind,
                            .playFrom = *from,
                            .context = std::make_shared<ZmqContext>(std::make_shared<Trust>(options.trust))});
    if (!source) return Error{source.error()};
    Recorder::Options how{
        .path = options.output, .nodeColumnsEvery = options.nodesEvery, .library = "surgescope-capture"};
    if (options.newFileMinutes > 0) how.newFileEvery = std::chrono::minutes(options.newFileMinutes);
    if (options.newFileMib > 0) how.newFileBytes = std::uint64_t{options.newFileMib} << 20U;
    auto opened = Recorder::open(how, clock);
    if (!opened) return Error{opened.error()};
    auto& recorder = *opened.value();
    // The feed keeps the state that rollups and points are drawn from.
    FeedStep step(*source.value(), *options.catalogue, clock,
                  options.nodesEvery > 0 ? NodeColumnsWanted::all : NodeColumnsWanted::ofSelectedPop,
                  {&recorder});
    watchSignals();
    for (const auto& endpoint : source.value()->endpoints())
        std::fprintf(stderr, "surgescope-capture: records %s\n", endpoint.name.c_str());
    ProgressLine line;
    Troubles troubles;
    const auto begin = clock.steady();
    auto nextLook = begin, cameAt = begin;
    std::uint64_t came = 0;
    std::optional<WallTime> keptSince;
    while (!isStopped() && recorder.status().state == Recorder::State::recording) {
        if (options.seconds > 0 && secondsBetween(begin, clock.steady()) >= options.seconds) break;
        if (*to && step.state().settled() && *step.state().settled() >= **to) break;
        // The past comes faster than a disk takes it.
        if (*from && recorder.status().queueFill > 0.5)
            ::poll(nullptr, 0, 5);
        else
            step.receive(milliseconds(100));
        if (clock.steady() < nextLook) continue;
        nextLook = clock.steady() + milliseconds(50);
        step.settle();
        for (const auto& endpoint : source.value()->endpoints())
            if (!keptSince) keptSince = endpoint.keptSince;
        if (*to && keptSince && *keptSince >= **to) break;
        troubles.tell(source.value()->endpoints(), line);
        const auto status = recorder.status();
        if (std::exchange(came, status.messages) != status.messages) cameAt = clock.steady();
        if (*to && clock.wall() > **to && clock.steady() - cameAt > kNothingMore) {
            line.clear();
            std::fprintf(stderr, "surgescope-capture: nothing more came\n");
            break;
        }
        char text[160];
        std::snprintf(text, sizeof text, "%.0f s, %llu messages, %.1f MB, %llu dropped, queue %.0f %%",
                      secondsBetween(begin, clock.steady()), static_cast<unsigned long long>(status.messages),
                      static_cast<double>(status.bytes) / 1e6,
                      static_cast<unsigned long long>(status.dropped), status.queueFill * 100);
        line.show(text);
    }
    recorder.stop();
    line.clear();
    const auto status = recorder.status();
    const bool failed = status.state == Recorder::State::failed;
    if (auto nothing = nothingOf(options, *from, *to, keptSince, status.messages); nothing && !failed) {
        std::remove(status.path.c_str());
        return *nothing;
    }
    std::printf("%s: %llu messages, %.1f MB in %u file%s, %llu dropped\n", status.path.c_str(),
                static_cast<unsigned long long>(status.messages), static_cast<double>(status.bytes) / 1e6,
                status.files, status.files == 1 ? "" : "s", static_cast<unsigned long long>(status.dropped));
    tellWhatIsMissing(step.buildFrame(0)->health);
    if (failed) return Error{status.reason};
    return 0;
}

Result<int> replayFile(const CaptureOptions& options) {
    const SystemClock clock;
    auto source =
        ReplaySource::open(options.inputs[0], clock,
                           {.speed = options.asFastAsPossible ? replay::kAsFastAsPossible : options.speed});
    if (!source) return Error{source.error()};
    auto publisher = PublishingSocket::open(
        {.bind = options.bind,
         .connect = options.connect,
         .waits = true, // it loses nothing
         .farewell = kFarewell,
         .queueBytes = 16U << 20U, // and may be of any size
         .load = {.messageBytes = 64U << 10U},
         .context = std::make_shared<ZmqContext>(std::make_shared<Trust>(options.trust))});
    if (!publisher) return Error{publisher.error()};
    for (const auto& endpoint : (*publisher)->boundEndpoints())
        std::fprintf(stderr, "surgescope-capture: publishes at %s\n", endpoint.c_str());
    source.value()->subscribe("");
    watchSignals();
    Pace pace(clock);
    ProgressLine line;
    const auto& recording = source.value()->recording();
    const auto length = static_cast<double>((recording.end - recording.begin).count());
    std::uint64_t sent = 0;
    const auto replay = static_cast<std::uint64_t>(clock.wall().time_since_epoch().count());
    std::string marked;
    while (!isStopped()) {
        if (publisher.value()->subscriptions(milliseconds(100)) == 0)
            continue; // begins when somebody listens
        const auto received = source.value()->receive(milliseconds(100));
        if (const auto* message = std::get_if<RawMessage>(&received)) {
            pace.awaitTurn(message->topic.size() + message->payload.size());
            markRecorded(message->payload, message->arrived, replay, marked);
            while (!isStopped() && !publisher.value()->send(message->topic, marked)) {
            }
            ++sent;
        } else if (const auto status = source.value()->control()->status();
                   std::holds_alternative<Source::Nothing>(received)) {
            line.share(static_cast<double>((status.position - recording.begin).count()) /
                       std::max(1.0, length));
            if (status.atEnd) break;
        }
    }
    line.clear();
    std::printf("%llu messages sent\n", static_cast<unsigned long long>(sent));
    return 0;
}

} // namespace surgescope::app
