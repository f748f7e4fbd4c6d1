// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/capture/rewrite.h"

#include "feeds/capture/message_stream.h"
#include "feeds/capture/recording.h"
#include "feeds/capture/remade_recording.h"
#include "feeds/util/file.h"
#include "feeds/util/toml_file.h"
#include "feeds/wire/peek.h"

#include <algorithm>
#include <memory>
#include <string_view>
#include <unordered_set>
#include <utility>

namespace surgescope::feeds {
namespace {

using recording::kSecondNs;

/// Recorders of one launch may have clocks that differ by less than this.
constexpr std::uint64_t kClocksDiffer = 60 * kSecondNs;

struct Input {
    std::string path;
    std::unique_ptr<McapReader> reader;
    std::uint64_t from = 0; // log times
    std::uint64_t to = UINT64_MAX;
    std::uint64_t judgedFrom = UINT64_MAX; // its desk's alarms
    std::uint64_t judgedTo = 0;
    std::unique_ptr<MessageStream> stream;
    const MessageStream::Message* next = nullptr;

    void advance() {
        next = stream->next();
        if (next && next->logTime > to) next = nullptr;
    }
};

/// Notes apart: of which moments they are has nothing to do with when they were written.
bool isOriginal(const mcap::Channel& channel) {
    return recording::originOf(channel.topic) != recording::Origin::made && channel.topic != said::kNote;
}

bool isOfAlarms(std::string_view topic) {
    return topic == said::kChange || topic == said::kShown;
}

/// Tells messages seen before, of the last minute or two, by what their publisher says of them.
class Seen {
  public:
    bool add(std::uint64_t logTime, const MessageStream::Message& message) {
        const auto peeked = peek(message.payload);
        if (!peeked || peeked->sequence == 0) return true; // nothing tells it from another: kept
        if (logTime > m_turnAt) {
            m_older = std::exchange(m_newer, {});
            m_turnAt = logTime + kClocksDiffer;
        }
        std::string key(message.topic);
        key.append(1, '\0').append(peeked->publisher).append(1, '\0');
        key += std::to_string(peeked->sessionUs) + ' ' + std::to_string(peeked->sequence);
        return !m_older.contains(key) && m_newer.insert(std::move(key)).second;
    }

  private:
    std::unordered_set<std::string> m_older;
    std::unordered_set<std::string> m_newer;
    std::uint64_t m_turnAt = 0;
};

std::uint64_t beginOf(const McapReader& reader) {
    std::uint64_t begin = UINT64_MAX;
    for (const auto& part : reader.parts())
        begin = std::min(begin, part.start);
    return begin;
}

/// The notes of all inputs that tell of what lies within the range.
std::vector<Note> notesOf(const std::vector<Input>& inputs, const RewriteOptions& options) {
    Notes notes;
    for (const auto& input : inputs) {
        MessageStream stream(*input.reader,
                             [](const mcap::Channel& channel) { return channel.topic == said::kNote; });
        while (const auto* message = stream.next())
            if (const auto note = said::readNote(message->payload)) (void)notes.take(*note);
        if (const auto text = readTextFile(said::notesPath(input.path), said::kMostNotesBytes)) {
            const auto read = said::readLines(*text);
            for (const auto& [id, note] : read.notes.kept())
                (void)notes.take(note);
        }
    }
    auto all = notes.all();
    std::erase_if(all, [&](const Note& note) {
        return (options.from && RecordedTime(note.to) < *options.from) ||
               (options.to && RecordedTime(note.from) > *options.to);
    });
    return all;
}

/// Of recordings of the same time, each with alarms, those of the first one count: two desks' would be mixed.
bool isOfAnotherDesk(const std::vector<Input>& inputs, const Input& input, std::uint64_t logTime) {
    for (const auto& other : inputs) {
        if (&other == &input) return false;
        if (logTime >= other.judgedFrom && logTime <= other.judgedTo) return true;
    }
    return false;
}

/// The rosters known where a part begins: those written again last, and what was received since.
KnownRosters rostersBefore(const Input& input) {
    KnownRosters rosters;
    MessageStream stream(*input.reader, [](const mcap::Channel& channel) {
        return channel.topic == "roster" || channel.topic == "known/roster";
    });
    const auto period = 2 * static_cast<std::uint64_t>(recording::kRostersEvery.count()) * kSecondNs;
    const auto begin = std::max(input.from, beginOf(*input.reader));
    stream.seek(begin > period ? begin - period : 0);
    while (const auto* message = stream.next()) {
        if (message->logTime > begin) break;
        if (message->logTime >= input.from && message->channel->topic == "roster")
            continue; // written as received
        rosters.received(message->topic, message->payload);
    }
    return rosters;
}

Result<std::vector<Input>> openInputs(const std::vector<std::string>& paths, const RewriteOptions& options) {
    std::vector<Input> inputs;
    for (const auto& path : paths) {
        auto reader = McapReader::open(path);
        if (!reader) return Error{reader.error()};
        auto& input = inputs.emplace_back();
        input.path = path;
        input.reader = std::move(reader.value());
        if (options.from || options.to) {
            const auto index = indexOf(*input.reader);
            if (options.from) input.from = index.logTimeAt(*options.from);
            if (options.to) input.to = index.logTimeAt(*options.to);
        }
        std::uint64_t shown = 0;
        for (const auto& channel : input.reader->channels())
            if (channel.topic == said::kShown) shown |= std::uint64_t{1} << (channel.id % 64U);
        for (const auto& part : input.reader->parts())
            if ((part.channels & shown) != 0) {
                input.judgedFrom = std::min(input.judgedFrom, part.start);
                input.judgedTo = std::max(input.judgedTo, part.end);
            }
        input.stream = std::make_unique<MessageStream>(*input.reader, isOriginal);
        input.stream->seek(input.from);
        input.advance();
    }
    return inputs;
}

} // namespace

Result<Rewritten> rewrite(const std::vector<std::string>& paths, const std::string& output,
                          const PopCatalogue& catalogue, const RewriteOptions& options) {
    auto opened = openInputs(paths, options);
    if (!opened) return Error{opened.error()};
    auto& inputs = opened.value();
    const auto earlier = [](const Input& input) { return std::max(input.from, beginOf(*input.reader)); };
    const auto rosters = rostersBefore(*std::ranges::min_element(inputs, {}, earlier));
    std::uint64_t begin = UINT64_MAX;
    std::uint64_t end = 0;
    for (const auto& input : inputs)
        for (const auto& part : input.reader->parts()) {
            begin = std::min(begin, std::max(part.start, input.from));
            end = std::max(end, std::min(part.end, input.to));
        }
    auto made = RemadeRecording::create(output, options.library, catalogue, rosters);
    if (!made) return Error{made.error()};
    UnfinishedFile unfinished(output);
    auto& out = **made;

    Rewritten done;
    Seen seen;
    for (;;) {
        Input* earliest = nullptr;
        for (auto& input : inputs)
            if (input.next && (!earliest || input.next->logTime < earliest->next->logTime)) earliest = &input;
        if (!earliest) break;
        const auto& message = *earliest->next;
        if (inputs.size() > 1 &&
            (isOfAlarms(message.topic) ? isOfAnotherDesk(inputs, *earliest, message.logTime)
                                       : !seen.add(message.logTime, message)))
            ++done.duplicates;
        else if (auto failure =
                     out.write(message.logTime, message.topic, message.payload, message.publishTime))
            return std::move(*failure);
        else
            ++done.messages;
        if (options.progress && end > begin && done.messages % 1'024 == 0)
            options.progress(static_cast<double>(message.logTime - std::min(begin, message.logTime)) /
                             static_cast<double>(end - begin));
        earliest->advance();
    }
    for (const auto& note : notesOf(inputs, options)) {
        if (auto failure = out.write(note)) return std::move(*failure);
        ++done.messages;
    }
    if (auto failure = out.close()) return std::move(*failure);
    unfinished.finish();
    for (const auto& input : inputs)
        for (const auto& damage : input.reader->damage())
            done.damage.push_back(input.path + ", byte " + std::to_string(damage.offset) + ": " +
                                  damage.text);
    return done;
}

} // namespace surgescope::feeds
