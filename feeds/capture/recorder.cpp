// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/capture/recorder.h"

#include "feeds/util/own_process.h"
#include "feeds/wire/peek.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <utility>

namespace surgescope::feeds {
namespace {

using std::chrono::milliseconds;
using Steady = std::chrono::steady_clock;

/// How long what is received may lie in the queue; with the chunk's wait it stays within the second.
constexpr milliseconds kLook{100};
constexpr milliseconds kFlushEvery{600};
constexpr milliseconds kSyncEvery{1'000};
/// Node columns are dropped when the queue is this full, so that reports, rosters and events have room.
constexpr double kNodesUpTo = 0.75;

/// Before each message in the queue.
struct Entry {
    std::uint64_t logTime = 0;
    std::uint32_t topicBytes = 0;
    std::uint32_t payloadBytes = 0;
    std::uint32_t origin = 0; // recording::Origin
};

std::uint64_t nanosecondsOf(WallTime time) {
    return static_cast<std::uint64_t>(std::chrono::nanoseconds(time.time_since_epoch()).count());
}

} // namespace

Recorder::Recorder(const Options& options, const Clock& clock, std::unique_ptr<RecordingWriter> writer)
    : m_options(options), m_clock(clock), m_writer(std::move(writer)) {
    m_status.path = m_options.path;
    m_status.files = m_writer ? 1 : 0;
    m_thread = std::thread([this] { run(); });
}

Result<std::unique_ptr<Recorder>> Recorder::open(const Options& options, const Clock& clock) {
    auto writer = RecordingWriter::create(options.path, options.library);
    if (!writer) return Error{writer.error()};
    return std::unique_ptr<Recorder>(new Recorder(options, clock, std::move(writer.value())));
}

std::unique_ptr<Recorder> Recorder::start(const Options& options, const Clock& clock) {
    return std::unique_ptr<Recorder>(new Recorder(options, clock, nullptr));
}

Recorder::~Recorder() {
    stop();
}

void Recorder::stop() {
    {
        const std::scoped_lock lock(m_mutex);
        m_stop = true;
    }
    m_wakeUp.notify_one();
    if (m_thread.joinable()) m_thread.join();
}

std::optional<Error> Recorder::beginNewFile(milliseconds within) {
    std::unique_lock lock(m_mutex);
    const auto asked = ++m_newFilesAsked;
    m_wakeUp.notify_one();
    const bool answered = m_newFileMade.wait_for(
        lock, within, [&] { return m_newFilesMade >= asked || m_status.state != State::recording; });
    if (m_newFilesMade >= asked) return std::nullopt;
    if (m_status.state == State::failed) return Error{m_status.reason};
    return Error{answered ? "it has been stopped" : "the disk does not answer"};
}

Recorder::Status Recorder::status() const {
    const std::scoped_lock lock(m_mutex);
    auto status = m_status;
    status.dropped = m_dropped;
    status.queueFill = static_cast<double>(m_queue.size()) / static_cast<double>(m_options.queueBytes);
    return status;
}

// ---- feed thread

void Recorder::received(std::string_view topic, std::string_view payload, WallTime arrived) {
    if (topic.starts_with("node/") && m_options.nodeColumnsEvery != 1) {
        if (m_options.nodeColumnsEvery == 0) return;
        const auto peeked = peek(payload);
        if (peeked && (peeked->intervalEndUs / 1'000'000U) % m_options.nodeColumnsEvery != 0) return;
    }
    enqueue(recording::Origin::received, nanosecondsOf(arrived), topic, payload);
}

void Recorder::settled(const FleetState& state) {
    m_rollups.settled(state, m_made);
}

void Recorder::Made::take(const Points& points) {
    recorder.enqueue(recording::Origin::made, recorder.logTimeOfMade(), topicOf(points),
                     encoder.encode(points));
}

void Recorder::Made::take(const FleetRollup& rollup) {
    recorder.enqueue(recording::Origin::made, recorder.logTimeOfMade(), topicOf(rollup),
                     encoder.encode(rollup));
}

void Recorder::said(std::string_view topic, std::string_view payload) {
    enqueue(recording::Origin::said, logTimeOfMade(), topic, payload);
}

std::uint64_t Recorder::logTimeOfMade() const {
    // Right behind what it was made of: later would push away what arrived meanwhile and waits to be handled.
    return m_lastLogTime > 0 ? m_lastLogTime : nanosecondsOf(m_clock.wall());
}

void Recorder::enqueue(recording::Origin origin, std::uint64_t logTime, std::string_view topic,
                       std::string_view payload) {
    // No two messages of the same time: so their order is kept across lanes.
    m_lastLogTime = std::max(logTime, m_lastLogTime + 1);
    const Entry entry{m_lastLogTime, static_cast<std::uint32_t>(topic.size()),
                      static_cast<std::uint32_t>(payload.size()), static_cast<std::uint32_t>(origin)};
    const auto size = sizeof entry + topic.size() + payload.size();
    const double share = topic.starts_with("node/") ? kNodesUpTo : 1.0;
    const std::scoped_lock lock(m_mutex);
    if (m_status.state != State::recording) return;
    if (static_cast<double>(m_queue.size() + size) > share * static_cast<double>(m_options.queueBytes)) {
        ++m_dropped;
        return;
    }
    m_queue.append(reinterpret_cast<const char*>(&entry), sizeof entry).append(topic).append(payload);
}

// ---- recorder thread

void Recorder::run() {
    RecordingWriter::Failure failure;
    if (!m_writer) failure = makeFirstFile();
    if (!failure) failure = recordAll();
    if (!failure) failure = m_writer->noteDropped(status().dropped);
    if (!failure) failure = m_writer->close();
    if (m_writer) publishStatus();
    const std::scoped_lock lock(m_mutex);
    m_status.state = failure ? State::failed : State::stopped;
    if (failure) m_status.reason = failure->text;
    m_queue = {};
    m_newFileMade.notify_all(); // whoever waits for one shall not wait any longer
}

RecordingWriter::Failure Recorder::makeFirstFile() {
    const std::filesystem::path path(m_options.path);
    std::error_code error; // what it means for the file, creating it will say
    if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), error);
    auto writer = RecordingWriter::create(m_options.path, m_options.library,
                                          m_options.rosters ? m_options.rosters() : KnownRosters{});
    if (!writer) return Error{writer.error()};
    m_writer = std::move(writer.value());
    const std::scoped_lock lock(m_mutex);
    m_status.files = 1;
    return std::nullopt;
}

RecordingWriter::Failure Recorder::recordAll() {
    std::string batch;
    auto nextFlush = Steady::now() + kFlushEvery;
    auto nextSync = Steady::now() + kSyncEvery;
    bool stop = false;
    RecordingWriter::Failure failure;
    while (!stop && !failure) {
        std::uint64_t newFile = 0;
        batch.clear();
        {
            std::unique_lock lock(m_mutex);
            m_wakeUp.wait_for(lock, kLook, [this] { return m_stop || m_newFilesAsked > m_newFilesMade; });
            std::swap(batch, m_queue);
            stop = m_stop;
            if (m_newFilesAsked > m_newFilesMade) newFile = m_newFilesAsked;
        }
        failure = writeAll(batch);
        if (!failure && newFile > 0) {
            failure = nextFile();
            const std::scoped_lock lock(m_mutex);
            if (!failure) m_newFilesMade = newFile;
            m_newFileMade.notify_all();
        }
        const auto now = Steady::now();
        if (!failure && now >= nextFlush) {
            failure = m_writer->flushReceived();
            nextFlush = now + kFlushEvery;
        }
        if (!failure && now >= nextSync) {
            failure = everySecond();
            nextSync = now + kSyncEvery;
        }
        publishStatus();
    }
    return failure;
}

RecordingWriter::Failure Recorder::writeAll(std::string_view batch) {
    while (!batch.empty()) {
        Entry entry;
        std::memcpy(&entry, batch.data(), sizeof entry);
        batch.remove_prefix(sizeof entry);
        const auto topic = batch.substr(0, entry.topicBytes);
        const auto payload = batch.substr(entry.topicBytes, entry.payloadBytes);
        batch.remove_prefix(entry.topicBytes + entry.payloadBytes);
        if (m_fileSince == 0) m_fileSince = entry.logTime;
        const auto age = std::chrono::nanoseconds(entry.logTime - m_fileSince);
        const bool old = m_options.newFileEvery && age >= *m_options.newFileEvery;
        const bool large = m_options.newFileBytes && m_writer->size() >= *m_options.newFileBytes;
        if (old || large) {
            if (auto failure = nextFile()) return failure;
            m_fileSince = entry.logTime;
        }
        if (auto failure = m_writer->write(entry.logTime, topic, payload)) return failure;
        if (static_cast<recording::Origin>(entry.origin) == recording::Origin::received) ++m_messages;
    }
    return std::nullopt;
}

RecordingWriter::Failure Recorder::everySecond() {
    if (auto failure = m_writer->noteDropped(status().dropped)) return failure;
    if (auto failure = m_writer->file().checkPresent()) return failure;
    return m_writer->sync();
}

std::string Recorder::pathOf(unsigned file) const {
    if (file == 1) return m_options.path;
    const std::filesystem::path first(m_options.path);
    return (first.parent_path() /
            (first.stem().string() + "-" + std::to_string(file) + first.extension().string()))
        .string();
}

RecordingWriter::Failure Recorder::nextFile() {
    const auto before = status();
    if (auto failure = m_writer->noteDropped(before.dropped)) return failure;
    if (auto failure = m_writer->close()) return failure;
    m_bytesBefore += m_writer->size();
    const auto donePath = m_writer->file().path();
    auto next = RecordingWriter::create(pathOf(before.files + 1), m_options.library, m_writer->rosters());
    if (!next) return Error{next.error()};
    m_writer = std::move(next.value());
    m_fileSince = 0;
    {
        const std::scoped_lock lock(m_mutex);
        ++m_status.files;
        m_status.path = m_writer->file().path();
    }
    if (m_options.fileDone) m_options.fileDone(donePath);
    return std::nullopt;
}

void Recorder::publishStatus() {
    const double cpu = threadCpuSeconds();
    const std::scoped_lock lock(m_mutex);
    m_status.bytes = m_bytesBefore + m_writer->size();
    m_status.rostersForgotten = m_writer->rosters().forgotten();
    m_status.messages = m_messages;
    m_status.threadCpuSeconds = cpu;
}

} // namespace surgescope::feeds
