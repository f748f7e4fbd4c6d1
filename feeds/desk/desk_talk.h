// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/desk/said.h"
#include "feeds/desk/walls.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What walls say to the one that judges for them all, and what it answers, as messages of telemetry.proto.
/// The Errors of reading say what was expected; any bytes may be read.
namespace surgescope::feeds {

struct DeskRequest {
    static constexpr std::size_t kMostBytes = 4'000;
    std::uint64_t changesKnown = 0;
    std::uint64_t notesKnown = 0;
    std::optional<AlarmCommand> command; // all but other rules
    std::optional<Note> note;
    std::optional<WallReport> wall; // nothing: an older wall, which does not say
};

struct DeskReply {
    std::optional<said::Shown> shown; // nothing: nothing was judged yet
    std::vector<Transition> changes;  // since those known, the newest last
    std::uint64_t notesChanges = 0;
    std::vector<Note> notes; // all, if there are others than those known
};

/// Names beside whoever acts the key by which he came: anybody can give himself a name. Of none: nothing.
void speakAs(const std::string& key, DeskRequest& request);

std::string bytesOf(const DeskRequest& request);
Result<DeskRequest> readDeskRequest(std::string_view bytes);

/// `notes` are said if the request does not know them; `at`: nothing was judged yet, if it is nothing.
std::string deskReply(const DeskRequest& request, const LiveStatus& status, std::optional<FeedSecond> at,
                      const Notes& notes);
Result<DeskReply> readDeskReply(std::string_view bytes);

} // namespace surgescope::feeds
