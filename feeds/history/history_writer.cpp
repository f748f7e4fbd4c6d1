// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/history/history_writer.h"

#include "feeds/util/own_process.h"

#include <algorithm>
#include <utility>
#include <variant>

namespace surgescope::feeds {
namespace {

using std::chrono::milliseconds;
using Kind = RemoteStore::Outcome::Kind;

constexpr milliseconds kLookEvery{500};
constexpr milliseconds kFirstBackoff{1'000};
constexpr milliseconds kLongestBackoff{30'000};

std::optional<FeedSecond> lastOf(const DiskQueue& queue) {
    const auto number = queue.remembered();
    return number ? std::optional(feedSecond(*number)) : std::nullopt;
}

std::int64_t nanoseconds(SteadyTime time) {
    return std::chrono::nanoseconds(time.time_since_epoch()).count();
}

} // namespace

HistoryWriter::HistoryWriter(Options options, const PopCatalogue& catalogue, const Clock& clock,
                             std::unique_ptr<DiskQueue> queue)
    : m_options(std::move(options)), m_catalogue(catalogue), m_clock(clock), m_queue(std::move(queue)),
      m_slots(lastOf(*m_queue)) {
    m_now.url = m_options.store.url;
}

Result<std::unique_ptr<HistoryWriter>> HistoryWriter::open(Options options, const PopCatalogue& catalogue,
                                                           const Clock& clock) {
    auto queue = DiskQueue::open(options.queueFolder, options.queueBytes);
    if (!queue) return Error{queue.error()};
    std::unique_ptr<HistoryWriter> writer(
        new HistoryWriter(std::move(options), catalogue, clock, std::move(queue.value())));
    auto store = writer->m_options.store;
    store.http.goesOn = [self = writer.get()] { return self->goesOn(); };
    auto made = RemoteStore::make(std::move(store));
    if (!made) return Error{made.error()};
    writer->m_store.emplace(std::move(made.value()));
    writer->publishStatus();
    writer->m_thread = std::thread([self = writer.get()] { self->run(); });
    return writer;
}

HistoryWriter::~HistoryWriter() {
    stop();
}

void HistoryWriter::stop() {
    if (!m_thread.joinable()) return;
    m_stopBy = nanoseconds(m_clock.steady() + m_options.farewell);
    {
        const std::scoped_lock lock(m_mutex);
        m_stop = true;
    }
    m_wakeUp.notify_all();
    m_thread.join();
}

bool HistoryWriter::goesOn() const {
    return !m_stop || nanoseconds(m_clock.steady()) < m_stopBy;
}

void HistoryWriter::add(const PopReport& report, std::uint64_t expectedNodes) {
    const std::scoped_lock lock(m_mutex);
    m_slots.add(report.pop, report.header.intervalEnd, report.totals, expectedNodes, m_clock.steady());
}

HistoryStatus HistoryWriter::status() const {
    const std::scoped_lock lock(m_mutex);
    return m_status;
}

void HistoryWriter::run() {
    bool stops = false;
    while (!stops) {
        std::vector<FleetRollup> rollups;
        {
            std::unique_lock lock(m_mutex);
            m_wakeUp.wait_for(lock, kLookEvery, [this] { return m_stop.load(); });
            stops = m_stop;
            rollups = m_slots.take(m_clock.steady(), stops);
        }
        if (stops) m_retryAt.reset(); // once more, and then it is on disk
        for (const auto& rollup : rollups)
            take(rollup);
        isReady(); // a wrong URL is told before there is anything to write
        drain();
        publishStatus();
    }
}

/// Straight to the store, if that takes it now and nothing waits before it; otherwise to disk.
void HistoryWriter::take(const FleetRollup& rollup) {
    const auto forgotten = m_queue->remember(unixSeconds(rollup.end));
    m_now.diskTrouble = forgotten ? forgotten->text : std::string();
    const bool isFirst = m_queue->empty() && !m_begun;
    if (isFirst && isReady()) {
        m_begun = Begun{.requests = m_requests->of(rollup), .end = rollup.end};
        if (sendBegun()) return;
    }
    const auto dropped = m_queue->dropped();
    const auto failed = m_queue->append(m_encoder.encode(rollup));
    if (failed) m_now.diskTrouble = failed->text;
    // It was the oldest one, and what is given up must not be stored after all.
    if (m_begun && m_begun->waits && m_queue->dropped() > dropped) m_begun.reset();
    if (!failed && isFirst && m_begun) m_begun->waits = true;
    // What could not be written to disk, and is not being sent, is lost.
    if (failed && !(isFirst && m_begun)) ++m_lost;
}

void HistoryWriter::drain() {
    while (goesOn()) {
        if (!m_begun && m_queue->empty()) return;
        if (!isReady()) return;
        if (!m_begun && !beginNext()) continue;
        if (!sendBegun()) return;
    }
}

/// The store may be asked now, and it is known what it takes.
bool HistoryWriter::isReady() {
    if (m_retryAt && m_clock.steady() < *m_retryAt) return false;
    if (m_requests) return true;
    const auto ms = std::chrono::duration_cast<milliseconds>(m_clock.wall().time_since_epoch()).count();
    const auto outcome = m_store->probe(ms);
    if (outcome.kind != Kind::stored) {
        hold(outcome);
        return false;
    }
    m_now.note = outcome.words;
    m_now.form = nameOf(*m_store->form());
    m_requests =
        std::make_unique<WriteRequests>(m_catalogue, m_options.job, m_options.instance, *m_store->form());
    return true;
}

bool HistoryWriter::beginNext() {
    const auto entry = m_queue->front();
    if (entry) {
        const auto decoded = m_decoder.decode("rollup", *entry);
        if (const auto* rollup = std::get_if<const FleetRollup*>(&decoded)) {
            m_begun = Begun{.requests = m_requests->of(**rollup), .end = (*rollup)->end, .waits = true};
            return true;
        }
    }
    m_now.diskTrouble = entry ? "what waited on disk was no rollup" : entry.error();
    m_queue->pop();
    ++m_lost;
    return false;
}

bool HistoryWriter::sendBegun() {
    auto& begun = *m_begun;
    for (; begun.next < begun.requests.size(); ++begun.next) {
        const auto& request = begun.requests[begun.next];
        const auto outcome = m_store->write(request);
        if (outcome.kind == Kind::stored) {
            m_now.samples += request.samples;
            begun.isStored = true;
        } else if (outcome.kind == Kind::refused) {
            m_now.refusedSamples += request.samples;
            m_now.lastRefusal = outcome.words;
        } else {
            hold(outcome);
            return false;
        }
    }
    m_retryAt.reset();
    m_backoff = {};
    m_now.trouble.clear();
    if (begun.isStored) {
        ++m_now.points;
        m_now.newest = begun.end;
    }
    if (begun.waits) m_queue->pop();
    m_begun.reset();
    return true;
}

void HistoryWriter::hold(const RemoteStore::Outcome& outcome) {
    m_now.trouble = outcome.words;
    m_backoff = std::clamp(2 * m_backoff, kFirstBackoff, kLongestBackoff);
    m_retryAt = m_clock.steady() + m_backoff;
}

void HistoryWriter::publishStatus() {
    m_now.waiting = m_queue->size();
    m_now.waitingBytes = m_queue->bytes();
    m_now.threadCpuSeconds = threadCpuSeconds();
    const std::scoped_lock lock(m_mutex);
    m_now.lost = m_lost + m_queue->dropped() + m_slots.dropped();
    m_status = m_now;
}

} // namespace surgescope::feeds
