// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/history/write_recording.h"

#include "feeds/capture/mcap_reader.h"
#include "feeds/capture/message_stream.h"
#include "feeds/history/write_requests.h"
#include "feeds/wire/decode.h"

#include <algorithm>
#include <optional>
#include <poll.h>
#include <utility>
#include <variant>

namespace surgescope::feeds {
namespace {

using PatienceClock = std::chrono::steady_clock;
using Outcome = RemoteStore::Outcome;

constexpr int kTryAgainMs = 500;

/// Repeats what a store that is away could not answer. Nothing: it was told to stop.
template <class Ask, class GoesOn>
std::optional<Outcome> insist(const WriteRecordingOptions& options, Ask ask, GoesOn goesOn) {
    const auto until = PatienceClock::now() + options.patience;
    for (;;) {
        auto outcome = ask();
        if (outcome.kind != Outcome::Kind::away || PatienceClock::now() >= until) return outcome;
        if (options.away) options.away(outcome.words);
        if (!goesOn()) return std::nullopt;
        ::poll(nullptr, 0, kTryAgainMs);
    }
}

class RecordingToStore {
  public:
    RecordingToStore(const PopCatalogue& catalogue, const WriteRecordingOptions& options, RemoteStore store)
        : m_catalogue(catalogue), m_options(options), m_store(std::move(store)) {}

    std::optional<Error> write(const FleetRollup& rollup, double share) {
        const auto goesOn = [&] { return isGoingOn(share); };
        if (!goesOn()) return std::nullopt;
        if (!m_requests) {
            // The time of what is written: some stores take nothing much older than the newest they have.
            const auto ms = unixSeconds(rollup.end - rollup.width) * 1000;
            const auto outcome = insist(
                m_options, [&] { return m_store.probe(ms); }, goesOn);
            if (!outcome) return std::nullopt;
            if (outcome->kind != Outcome::Kind::stored) return error(*outcome);
            written.note = outcome->words;
            written.form = nameOf(*m_store.form());
            m_requests.emplace(m_catalogue, m_options.job, m_options.instance, *m_store.form());
        }
        for (const auto& request : m_requests->of(rollup)) {
            const auto outcome = insist(
                m_options, [&] { return m_store.write(request); }, goesOn);
            if (!outcome) return std::nullopt;
            if (outcome->kind == Outcome::Kind::stored) {
                written.samples += request.samples;
            } else if (outcome->kind == Outcome::Kind::refused) {
                written.refusedSamples += request.samples;
                written.lastRefusal = outcome->words;
            } else {
                return error(*outcome);
            }
        }
        ++written.points;
        return std::nullopt;
    }

    WrittenRecording written;

  private:
    Error error(const Outcome& outcome) const { return Error{m_store.url() + ": " + outcome.words}; }
    bool isGoingOn(double share) {
        if (m_options.goesOn && !m_options.goesOn(share)) written.isWhole = false;
        return written.isWhole;
    }

    const PopCatalogue& m_catalogue;
    const WriteRecordingOptions& m_options;
    RemoteStore m_store;
    std::optional<WriteRequests> m_requests;
};

} // namespace

Result<WrittenRecording> writeRecording(const std::string& path, const PopCatalogue& catalogue,
                                        const WriteRecordingOptions& options) {
    auto reader = McapReader::open(path);
    if (!reader) return Error{reader.error()};
    auto store = RemoteStore::make(options.store);
    if (!store) return Error{store.error()};
    RecordingToStore to(catalogue, options, std::move(store.value()));
    MessageStream stream(*reader.value(), [](const mcap::Channel& c) { return c.topic == "rollup"; });
    Decoder decoder;
    std::uint64_t from = UINT64_MAX, until = 0; // log time
    for (const auto& part : reader.value()->parts()) {
        from = std::min(from, part.start);
        until = std::max(until, part.end);
    }
    const auto length = static_cast<double>(until > from ? until - from : 1);
    bool any = false;
    while (const auto* message = stream.next()) {
        const auto decoded = decoder.decode(message->topic, message->payload);
        const auto* rollup = std::get_if<const FleetRollup*>(&decoded);
        if (!rollup) continue;
        any = true;
        if (auto failed = to.write(**rollup, static_cast<double>(message->logTime - from) / length))
            return *failed;
        if (!to.written.isWhole) break;
    }
    for (const auto& damage : reader.value()->damage())
        to.written.damage.push_back(damage.text);
    if (!any)
        return Error{path + ": holds no sums of ten seconds; surgescope-capture recover makes them anew"};
    return to.written;
}

} // namespace surgescope::feeds
