// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/desk/desk_talk.h"

#include "feeds/transport/allow_list.h"
#include "feeds/wire/limits.h"
#include "feeds/wire/protobuf_log.h"

#include <algorithm>
#include <telemetry.pb.h>
#include <type_traits>
#include <utility>
#include <variant>

namespace surgescope::feeds {
namespace {

enum class Act : std::uint32_t { nothing, acknowledge, shelve, unshelve };

template <class Proto> std::optional<Error> parseTalk(Proto& proto, std::string_view bytes) {
    silenceProtobuf();
    if (bytes.size() <= limits::kMessageBytes &&
        proto.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
        return std::nullopt;
    return Error{std::to_string(bytes.size()) + " bytes are not " + proto.GetTypeName()};
}

void writeCommand(const AlarmCommand& command, v1::DeskRequest& to) {
    std::visit(
        [&to](const auto& asked) {
            using Asked = std::decay_t<decltype(asked)>;
            if constexpr (!std::is_same_v<Asked, UseRules>) {
                constexpr auto act = std::is_same_v<Asked, Acknowledge> ? Act::acknowledge
                                     : std::is_same_v<Asked, Shelve>    ? Act::shelve
                                                                        : Act::unshelve;
                to.set_act(static_cast<std::uint32_t>(act));
                to.set_card(asked.card);
                to.set_by(asked.by);
                if constexpr (!std::is_same_v<Asked, Unshelve>) to.set_note(asked.note);
                if constexpr (std::is_same_v<Asked, Shelve>)
                    to.set_minutes(static_cast<std::uint32_t>(asked.minutes));
            }
        },
        command);
}

} // namespace

void speakAs(const std::string& key, DeskRequest& request) {
    const auto name = [end = " (" + key + ")"](std::string& by) {
        if (by.ends_with(end)) return;
        // Where both have no room, whose key it is matters more. Not in the middle of a letter.
        auto room = Note::kMostName - std::min(Note::kMostName, end.size());
        while (room < by.size() && room > 0 && (static_cast<unsigned char>(by[room]) & 0xc0U) == 0x80U)
            --room;
        by = by.substr(0, room) + end;
    };
    if (key.empty()) return;
    if (request.note) name(request.note->by);
    if (request.command)
        std::visit(
            [&name](auto& asked) {
                if constexpr (requires { asked.by; }) name(asked.by);
            },
            *request.command);
}

std::string bytesOf(const DeskRequest& request) {
    v1::DeskRequest to;
    to.set_changes_known(request.changesKnown);
    to.set_notes_known(request.notesKnown);
    if (request.command) writeCommand(*request.command, to);
    if (request.note) to.set_written(said::bytesOf(*request.note));
    if (request.wall) {
        to.set_wall(request.wall->name);
        to.set_run(request.wall->run);
        to.set_painted_ms(static_cast<std::uint32_t>(
            std::clamp<std::int64_t>(request.wall->paintedAgo.count(), 0, UINT32_MAX)));
        to.set_leaves(request.wall->leaves);
    }
    return to.SerializeAsString();
}

Result<DeskRequest> readDeskRequest(std::string_view bytes) {
    v1::DeskRequest from;
    if (auto wrong = parseTalk(from, bytes)) return std::move(*wrong);
    DeskRequest request{.changesKnown = from.changes_known(), .notesKnown = from.notes_known()};
    // Names, notes and minutes are looked at where they are used.
    switch (static_cast<Act>(from.act())) {
    case Act::nothing: break;
    case Act::acknowledge: request.command = Acknowledge{from.card(), from.by(), from.note()}; break;
    case Act::shelve:
        request.command =
            Shelve{from.card(), static_cast<int>(std::min(from.minutes(), 10'000U)), from.by(), from.note()};
        break;
    case Act::unshelve: request.command = Unshelve{from.card(), from.by()}; break;
    default:
        return Error{"a request to do " + std::to_string(from.act()) + ", expected 0 to " +
                     std::to_string(static_cast<std::uint32_t>(Act::unshelve))};
    }
    if (!from.written().empty()) {
        auto note = said::readNote(from.written());
        if (!note) return Error{note.error()};
        request.note = std::move(note.value());
    }
    if (!from.wall().empty()) {
        if (!isWord(from.wall(), WallReport::kMostName))
            return Error{"a wall's name of " + std::to_string(from.wall().size()) +
                         " bytes, expected one word of at most " + std::to_string(WallReport::kMostName) +
                         " ASCII characters"};
        request.wall = {.name = from.wall(),
                        .run = from.run(),
                        .paintedAgo = std::chrono::milliseconds(from.painted_ms()),
                        .leaves = from.leaves()};
    }
    return request;
}

std::string deskReply(const DeskRequest& request, const LiveStatus& status, std::optional<FeedSecond> at,
                      const Notes& notes) {
    v1::DeskReply to;
    if (at) {
        to.set_shown(said::bytesOf(status, *at));
        // More than there are: it knows those of a desk before this one.
        const auto fresh =
            request.changesKnown > status.changes ? status.changes : status.changes - request.changesKnown;
        for (auto i = status.history.size() - std::min<std::uint64_t>(fresh, status.history.size());
             i < status.history.size(); ++i)
            to.add_changes(said::bytesOf(status.history[i]));
    }
    to.set_notes_changes(notes.changes());
    if (request.notesKnown != notes.changes())
        for (const auto& [id, note] : notes.kept())
            to.add_notes(said::bytesOf(note));
    return to.SerializeAsString();
}

Result<DeskReply> readDeskReply(std::string_view bytes) {
    v1::DeskReply from;
    if (auto wrong = parseTalk(from, bytes)) return std::move(*wrong);
    DeskReply reply{.notesChanges = from.notes_changes()};
    if (!from.shown().empty()) {
        auto shown = said::readShown(from.shown());
        if (!shown) return Error{shown.error()};
        reply.shown = std::move(shown.value());
    }
    for (const auto& one : from.changes()) {
        auto change = said::readChange(one);
        if (!change) return Error{change.error()};
        if (reply.changes.size() < LiveStatus::kHistory) reply.changes.push_back(std::move(change.value()));
    }
    for (const auto& one : from.notes()) {
        auto note = said::readNote(one);
        if (!note) return Error{note.error()};
        if (reply.notes.size() < Notes::kMost) reply.notes.push_back(std::move(note.value()));
    }
    return reply;
}

} // namespace surgescope::feeds
