// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/capture/recording_writer.h"

#include "feeds/capture/recording.h"
#include "feeds/wire/peek.h"

#include <utility>

namespace surgescope::feeds {
namespace {

using namespace recording;

/// Channels for messages that fit no class: whoever sends rubbish shall not fill the file with channels.
constexpr std::uint64_t kOddTopics = 100;

std::uint64_t period(std::chrono::nanoseconds time) {
    return static_cast<std::uint64_t>(time.count());
}

std::string jsonText(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) // what is quoted here is printable: topics of ours, checked names
        out += c == '"' || c == '\\' ? std::string{'\\', c} : std::string{c};
    return out + '"';
}

} // namespace

RecordingWriter::RecordingWriter(std::unique_ptr<McapWriter> writer, KnownRosters rosters)
    : m_writer(std::move(writer)), m_laneSince(kLanes.size(), 0), m_rosters(std::move(rosters)),
      m_rostersHandedOn(!m_rosters.empty()) {
    defineChannels();
}

Result<std::unique_ptr<RecordingWriter>>
RecordingWriter::create(const std::string& path, const std::string& library, KnownRosters rosters) {
    McapWriter::Options format{.profile = std::string(kProfile), .library = library, .lanes = {}};
    for (const auto& lane : kLanes)
        format.lanes.push_back(lane.level);
    auto made = McapWriter::create(path, format);
    if (!made) return Error{made.error()};
    UnfinishedFile unfinished(path);
    std::unique_ptr<RecordingWriter> writer(new RecordingWriter(std::move(made.value()), std::move(rosters)));
    if (auto failure = writer->m_writer->write(mcap::NamedMetadata{
            std::string(kMadeBy),
            {{"format", std::string(kFormat)}, {"program", library}, {"catalogue_crc32", catalogueHash()}}}))
        return std::move(*failure);
    unfinished.finish();
    return writer;
}

void RecordingWriter::defineChannels() {
    const auto schema = schemaBytes();
    std::map<std::string_view, std::uint16_t> schemas;
    for (const auto& topicClass : kClasses) {
        auto& id = schemas[topicClass.message];
        if (id == 0)
            id = m_writer->addSchema("surgescope.v1." + std::string(topicClass.message), "protobuf", schema);
        mcap::Metadata metadata;
        if (topicClass.byPop)
            metadata["topic"] =
                std::string(topicClass.lane == Lane::known ? "roster" : topicClass.name) + "/{pop}";
        m_targets[std::string(topicClass.name)] = {
            m_writer->addChannel(id, std::string(topicClass.name), "protobuf", std::move(metadata)),
            static_cast<std::size_t>(topicClass.lane)};
    }
}

std::optional<RecordingWriter::Target> RecordingWriter::targetFor(std::string_view topic,
                                                                  std::string_view pop) {
    const auto slash =
        pop.empty() || topic.size() <= pop.size() ? std::string_view::npos : topic.size() - pop.size() - 1;
    // The class, if the topic can be told from the message again; the exact topic otherwise.
    std::string name(topic);
    if (slash != std::string_view::npos && topic[slash] == '/' && topic.ends_with(pop))
        if (const auto* byPop = classOf(topic.substr(0, slash)); byPop && byPop->byPop) name = byPop->name;
    if (const auto* exact = classOf(name); exact && exact->byPop && name == topic)
        return std::nullopt; // "pop" without a code: a channel of that name says something else
    if (const auto found = m_targets.find(name); found != m_targets.end()) return found->second;
    if (m_oddTopics >= kOddTopics) return std::nullopt;
    ++m_oddTopics;
    const Target target{m_writer->addChannel(0, name, "", {}), static_cast<std::size_t>(Lane::reports)};
    return m_targets[name] = target;
}

RecordingWriter::Failure RecordingWriter::write(std::uint64_t logTime, std::string_view topic,
                                                std::string_view payload) {
    const auto peeked = peek(payload).value_or(Peeked{});
    const auto target = targetFor(topic, peeked.pop);
    if (!target) {
        ++m_withoutChannel;
        return std::nullopt;
    }
    if (auto failure = flushOld(logTime)) return failure;
    m_rosters.received(topic, payload);
    if (topic == "global") {
        const auto decoded = m_decoder.decode(topic, payload);
        if (const auto* global = std::get_if<const Global*>(&decoded))
            if (auto failure = noteLaunch(**global)) return failure;
    }
    if (m_laneSince[target->lane] == 0) m_laneSince[target->lane] = logTime;
    const std::uint64_t published = peeked.intervalEndUs > 0 && peeked.intervalEndUs < UINT64_MAX / 1'000
                                        ? peeked.intervalEndUs * 1'000
                                        : logTime;
    if (auto failure =
            m_writer->write(target->lane, {target->channel, static_cast<std::uint32_t>(peeked.sequence),
                                           logTime, published, payload}))
        return failure;
    if (m_nextRosters == 0 && !m_rostersHandedOn) m_nextRosters = logTime + period(kRostersEvery);
    return logTime >= m_nextRosters ? writeRosters(logTime) : std::nullopt;
}

RecordingWriter::Failure RecordingWriter::flushOld(std::uint64_t logTime) {
    for (std::size_t lane = 0; lane < kLanes.size(); ++lane) {
        if (m_laneSince[lane] == 0 || logTime < m_laneSince[lane] + period(kLanes[lane].every)) continue;
        m_laneSince[lane] = 0;
        if (auto failure = m_writer->flush(lane)) return failure;
    }
    return std::nullopt;
}

RecordingWriter::Failure RecordingWriter::flushReceived() {
    for (const auto lane : {Lane::reports, Lane::nodes, Lane::rosters, Lane::events, Lane::said}) {
        m_laneSince[static_cast<std::size_t>(lane)] = 0;
        if (auto failure = m_writer->flush(static_cast<std::size_t>(lane))) return failure;
    }
    return std::nullopt;
}

RecordingWriter::Failure RecordingWriter::writeRosters(std::uint64_t logTime) {
    m_nextRosters = logTime + period(kRostersEvery);
    const auto target = m_targets.at("known/roster");
    Failure failure;
    m_rosters.forEach([&](std::string_view, std::string_view payload) {
        if (failure) return;
        const auto peeked = peek(payload).value_or(Peeked{});
        failure = m_writer->write(target.lane, {target.channel, static_cast<std::uint32_t>(peeked.sequence),
                                                logTime, peeked.intervalEndUs * 1'000, payload});
    });
    return failure ? failure : m_writer->flush(target.lane);
}

RecordingWriter::Failure RecordingWriter::noteLaunch(const Global& global) {
    mcap::Metadata launch{{"scenario", global.scenario},
                          {"rehearsal", global.rehearsal ? "true" : "false"},
                          {"release_at_us", std::to_string(global.releaseAtUs)}};
    if (launch == m_launch) return std::nullopt;
    m_launch = std::move(launch);
    return m_writer->write(mcap::NamedMetadata{std::string(kLaunch), m_launch});
}

RecordingWriter::Failure RecordingWriter::noteDropped(std::uint64_t dropped) {
    if (dropped + m_withoutChannel == m_dropped && m_rosters.forgotten() == m_forgotten) return std::nullopt;
    m_dropped = dropped + m_withoutChannel;
    m_forgotten = m_rosters.forgotten();
    mcap::Metadata values{{"messages", std::to_string(m_dropped)}};
    if (m_forgotten > 0) values["rosters"] = std::to_string(m_forgotten);
    return m_writer->write(mcap::NamedMetadata{std::string(kDropped), std::move(values)});
}

std::string RecordingWriter::summaryText() const {
    const auto& statistics = m_writer->statistics();
    std::string text = "{\"begin_ns\":" + std::to_string(statistics.start) +
                       ",\"end_ns\":" + std::to_string(statistics.end) +
                       ",\"dropped\":" + std::to_string(m_dropped);
    for (const auto& [key, value] : m_launch)
        text += "," + jsonText(key) + ":" + jsonText(value);
    text += ",\"messages\":{";
    bool first = true;
    for (const auto& topicClass : kClasses) {
        const auto count = statistics.byChannel.find(m_targets.at(std::string(topicClass.name)).channel);
        if (count == statistics.byChannel.end()) continue;
        text += (first ? "" : ",") + jsonText(topicClass.name) + ":" + std::to_string(count->second);
        first = false;
    }
    return text + "}}\n";
}

RecordingWriter::Failure RecordingWriter::close() {
    if (auto failure = m_writer->flush()) return failure;
    const auto end = m_writer->statistics().end;
    if (auto failure = m_writer->write(
            mcap::Attachment{end, end, std::string(kSummary), "application/json", summaryText()}))
        return failure;
    return m_writer->close();
}

} // namespace surgescope::feeds
