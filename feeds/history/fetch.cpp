// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/history/fetch.h"

#include "feeds/capture/recorded_time.h"
#include "feeds/capture/recording.h"
#include "feeds/capture/recording_writer.h"
#include "feeds/capture/remake.h"
#include "feeds/history/history_reader.h"
#include "feeds/util/file.h"
#include "feeds/wire/encode.h"
#include "feeds/wire/limits.h"
#include "feeds/wire/plausible.h"

#include <algorithm>
#include <bit>
#include <future>
#include <map>
#include <utility>
#include <vector>

namespace surgescope::feeds {
namespace {

using std::chrono::seconds;

constexpr const char* kPublisher = "history";

/// The part number `i` of `n` equal ones; all together are the whole.
std::uint64_t share(std::uint64_t whole, std::uint64_t i, std::uint64_t n) {
    return whole / n + whole % n * (i + 1) / n - whole % n * i / n;
}

void shareInto(PopTotals& part, const PopTotals& whole, std::uint64_t i, std::uint64_t n) {
    part.clear();
    for (std::size_t c = 0; c < kCounterCount; ++c)
        part.counters[c] = share(whole.counters[c], i, n);
    for (std::size_t d = 0; d < kDistributionCount; ++d) {
        const auto& from = whole.distributions[d];
        auto& to = part.distributions[d];
        std::vector<std::uint64_t> counts;
        from.visitBuckets([&](const auto& buckets) {
            for (const auto count : buckets)
                counts.push_back(share(count, i, n));
        });
        (void)to.addBuckets(from.offset(), counts); // they were in bounds
        to.addZeros(share(from.zeros(), i, n));
        if (!to.empty()) to.addSummary(share(from.sum(), i, n), from.max());
    }
    for (std::size_t bin = 0; bin < SaturationHistogram::kBins; ++bin)
        part.saturation.bins[bin] = share(whole.saturation.bins[bin], i, n);
    part.measuredByAny = whole.measuredByAny;
    part.measuredByAll = whole.measuredByAll;
}

/// Where the slot begins that a second lies in.
FeedSecond slotBefore(FeedSecond second) {
    const auto width = HistoryReader::kWidth.count();
    return feedSecond(unixSeconds(second) / width * width);
}

class HistoryRecording final : public RollupMaker::Sink {
  public:
    HistoryRecording(std::unique_ptr<RecordingWriter> writer, const PopCatalogue& catalogue,
                     const FetchOptions& options)
        : m_options(options), m_writer(std::move(writer)), m_remake(catalogue, *this) {}

    /// False: it cannot be written; failure() tells.
    bool write(const FleetRollup& rollup) {
        for (auto second = rollup.end - rollup.width + seconds(1); second <= rollup.end;
             second += seconds(1)) {
            draw(std::min<FeedSecond>(slotBefore(m_options.from), second - RollupMaker::kLateSlots));
            m_logTime = std::max(m_logTime, recording::nanoseconds(second)); // as soon as it was over
            writeGlobal(second);
            for (const auto& pop : rollup.pops) {
                const auto observed = std::clamp(std::popcount(pop.observed), 1, 10);
                const auto place = (rollup.end - second).count();
                if (place >= observed) continue;
                m_report.pop = pop.pop;
                shareInto(m_report.totals, pop.totals, static_cast<std::uint64_t>(observed - 1 - place),
                          static_cast<std::uint64_t>(observed));
                if (const auto why = whyImplausible(m_report.totals)) { // nobody would take it
                    ++refused.count;
                    refused.what = pop.pop + ": " + why->text;
                    continue;
                }
                writeRoster(pop, second);
                stamp(m_report, second);
                put(m_report, second);
                ++reports;
            }
        }
        return !m_failure;
    }
    /// Charts of what ended until there, and was not drawn yet; as by a recorder they are written when the
    /// last report was in them: readers know the time of a moment by that.
    void draw(FeedSecond to) {
        for (; m_drawn < m_options.charts.size() && m_options.charts[m_drawn].end <= to; ++m_drawn) {
            const auto& points = m_options.charts[m_drawn];
            m_logTime = std::max(m_logTime, recording::nanoseconds(points.end + RollupMaker::kLateSlots));
            putMade(points);
        }
    }
    /// Who looks at `at` sees what was drawn up to `last`, and nothing else.
    void settle(FeedSecond last, FeedSecond at) {
        m_logTime = std::max(m_logTime, recording::nanoseconds(last + RollupMaker::kLateSlots));
        FleetRollup none;
        none.width = HistoryReader::kWidth;
        none.end = last;
        putMade(none);
        m_logTime = std::max(m_logTime, recording::nanoseconds(at));
        writeGlobal(at);
    }
    /// Of charts what ended in (from, to] is left out: it was drawn anew.
    RecordingWriter::Failure close(FeedSecond from, FeedSecond to) {
        m_remake.finish();
        draw(from);
        while (m_drawn < m_options.charts.size() && m_options.charts[m_drawn].end <= to)
            ++m_drawn;
        draw(FeedSecond::max());
        return m_failure ? m_failure : m_writer->close();
    }
    const RecordingWriter::Failure& failure() const { return m_failure; }

    void take(const Points& points) override { putMade(points); }
    void take(const FleetRollup& rollup) override { putMade(rollup); }

    std::uint64_t reports = 0;
    Counted refused;

  private:
    void writeGlobal(FeedSecond second) {
        Global global;
        global.scenario = kPublisher;
        if (m_options.releaseAt)
            global.releaseAtUs = static_cast<std::uint64_t>(unixSeconds(*m_options.releaseAt)) * 1'000'000;
        stamp(global, second);
        put(global, second);
    }
    /// As many nodes as were expected, without names of theirs.
    void writeRoster(const FleetRollup::Pop& pop, FeedSecond second) {
        const auto nodes = std::min<std::uint64_t>(pop.expectedNodes, limits::kNodesPerMessage);
        auto& roster = m_rosters[pop.pop];
        if (nodes == 0 || roster.nodes.size() == nodes) return;
        roster.pop = pop.pop;
        ++roster.epoch;
        roster.nodes.resize(nodes);
        for (std::size_t i = 0; i < nodes; ++i) {
            roster.nodes[i].name = pop.pop + "-" + std::to_string(i + 1);
            roster.nodes[i].measures = pop.totals.measuredByAny;
        }
        stamp(roster, second);
        put(roster, second);
    }
    template <class Message> void stamp(Message& message, FeedSecond second) {
        auto& header = message.header;
        header.publisher = kPublisher;
        header.session = static_cast<std::uint64_t>(unixSeconds(m_options.from)) * 1'000'000;
        header.sequence = ++m_sequences[topicOf(message)];
        header.intervalEnd = second;
        header.sent = second;
    }
    template <class Message> void put(const Message& message, FeedSecond second) {
        if (m_failure) return;
        const auto topic = topicOf(message);
        const auto bytes = m_encoder.encode(message);
        m_failure = m_writer->write(++m_logTime, topic, bytes);
        m_remake.hear(topic, bytes, m_logTime, recording::nanoseconds(second));
    }
    template <class Message> void putMade(const Message& message) {
        if (!m_failure)
            m_failure = m_writer->write(++m_logTime, topicOf(message), m_madeEncoder.encode(message));
    }

    const FetchOptions& m_options;
    std::size_t m_drawn = 0; // of its charts
    std::unique_ptr<RecordingWriter> m_writer;
    Remake m_remake;
    Encoder m_encoder;
    Encoder m_madeEncoder; // while the other's bytes are still used
    std::uint64_t m_logTime = 0;
    std::map<std::string, std::uint64_t> m_sequences; // by topic
    std::map<std::string, Roster> m_rosters;
    PopReport m_report;
    RecordingWriter::Failure m_failure;
};

std::string unusableText(const Counted& refused) {
    if (refused.count == 0) return {};
    return " that can be used, and " + std::to_string(refused.count) +
           " series, samples or reports that cannot; the last: " + refused.what;
}

} // namespace

std::optional<Error> writeCharts(const std::string& output, const PopCatalogue& catalogue, FeedSecond at,
                                 const FetchOptions& options) {
    auto writer = RecordingWriter::create(output, options.library);
    if (!writer) return Error{writer.error()};
    HistoryRecording recording(std::move(writer.value()), catalogue, options);
    const auto last = slotBefore(at - RollupMaker::kLateSlots); // later ones may be open yet
    recording.draw(last);
    recording.settle(last, at);
    return recording.close(last, last);
}

Result<Fetched> fetchHistory(const std::string& output, const PopCatalogue& catalogue,
                             const FetchOptions& options) {
    if (options.to <= options.from)
        return Error{"from " + isoText(options.from) + " to " + isoText(options.to) +
                     ": expected an end behind the beginning"};
    auto reader = HistoryReader::make(options.store);
    if (!reader) return Error{reader.error()};
    auto writer = RecordingWriter::create(output, options.library);
    if (!writer) return Error{writer.error()};
    UnfinishedFile unfinished(output);
    Fetched fetched;
    HistoryRecording recording(std::move(writer.value()), catalogue, options);
    std::optional<Error> failed;
    const auto begin = slotBefore(options.from), end = slotBefore(options.to);
    recording.draw(begin - RollupMaker::kLateSlots);
    const auto readFrom = [&](FeedSecond from) { // while what came before is written
        return std::async(std::launch::async, [&, from] { return reader.value().read(from, end); });
    };
    std::future<Result<HistoryReader::Stretch>> next;
    if (begin < end) next = readFrom(begin);
    for (auto from = begin; from < end && !failed;) {
        if (options.goesOn && !options.goesOn(static_cast<double>((from - begin).count()) /
                                              static_cast<double>((end - begin).count()))) {
            fetched.isWhole = false;
            break;
        }
        const auto stretch = next.get();
        if (!stretch) {
            failed = Error{stretch.error()};
            break;
        }
        from = stretch->until;
        if (from < end) next = readFrom(from);
        for (const auto& rollup : stretch->rollups) {
            if (!failed && !recording.write(rollup)) failed = recording.failure();
            ++fetched.points;
        }
    }
    if (next.valid()) next.wait(); // its errors are nobody's
    if (!failed) failed = recording.close(begin, options.to);
    fetched.reports = recording.reports;
    fetched.refused = reader.value().unusable();
    fetched.warnings = reader.value().warnings();
    fetched.refused.count += recording.refused.count;
    if (recording.refused.count > 0) fetched.refused.what = recording.refused.what;
    if (!failed && fetched.reports == 0 && fetched.isWhole)
        failed = Error{options.store.url + ": holds nothing of job '" + options.store.job + "' from " +
                       isoText(options.from) + " to " + isoText(options.to) + unusableText(fetched.refused)};
    if (failed) return *failed;
    unfinished.finish();
    return fetched;
}

} // namespace surgescope::feeds
