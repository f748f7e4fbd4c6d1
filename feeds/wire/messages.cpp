// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/wire/messages.h"

namespace surgescope::feeds {

std::string_view nameOf(EventKind kind) {
    switch (kind) {
    case EventKind::release: return "release";
    case EventKind::purge: return "purge";
    case EventKind::lever: return "lever";
    case EventKind::note: break;
    }
    return "note";
}

std::string topicOf(const PopReport& message) {
    return "pop/" + message.pop;
}
std::string topicOf(const NodeColumns& message) {
    return "node/" + message.pop;
}
std::string topicOf(const Roster& message) {
    return "roster/" + message.pop;
}
std::string topicOf(const Event&) {
    return "event";
}
std::string topicOf(const Global&) {
    return "global";
}
std::string topicOf(const FleetRollup&) {
    return "rollup";
}
std::string topicOf(const Points& message) {
    return "points/" + std::to_string(message.width.count());
}

} // namespace surgescope::feeds
