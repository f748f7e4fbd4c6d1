// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/capture/remade_recording.h"

#include "feeds/desk/said.h"

#include <algorithm>

namespace surgescope::feeds {

Result<std::unique_ptr<RemadeRecording>> RemadeRecording::create(const std::string& path,
                                                                 const std::string& library,
                                                                 const PopCatalogue& catalogue,
                                                                 const KnownRosters& rosters) {
    auto writer = RecordingWriter::create(path, library, rosters);
    if (!writer) return Error{writer.error()};
    std::unique_ptr<RemadeRecording> made(new RemadeRecording(std::move(writer.value()), catalogue));
    rosters.forEach([&](std::string_view topic, std::string_view payload) {
        made->m_remake.hear(topic, payload, made->m_logTime, 0);
    });
    return made;
}

RecordingWriter::Failure RemadeRecording::write(std::uint64_t logTime, std::string_view topic,
                                                std::string_view payload, std::uint64_t publishTime) {
    m_logTime = std::max(logTime, m_logTime + 1); // as a recorder: no two of the same time
    if (auto failure = m_writer->write(m_logTime, topic, payload)) return failure;
    m_remake.hear(topic, payload, m_logTime, publishTime);
    return m_failure;
}

RecordingWriter::Failure RemadeRecording::write(const Note& note) {
    return m_writer->write(++m_logTime, said::kNote, said::bytesOf(note));
}

RecordingWriter::Failure RemadeRecording::close() {
    m_remake.settle();
    return m_failure ? m_failure : m_writer->close();
}

void RemadeRecording::take(const Points& points) {
    put(topicOf(points), m_encoder.encode(points));
}

void RemadeRecording::take(const FleetRollup& rollup) {
    put(topicOf(rollup), m_encoder.encode(rollup));
}

void RemadeRecording::put(std::string_view topic, std::string_view payload) {
    if (!m_failure) m_failure = m_writer->write(++m_logTime, topic, payload);
}

} // namespace surgescope::feeds
