// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

/// Topics of the wire as subjects of NATS: pop/LHR is surgescope.pop.LHR, event is surgescope.event.
namespace surgescope::feeds {

/// Nothing: no topic of ours, or one that would mean other topics too (* and >).
std::optional<std::string> subjectOf(std::string_view topic);
/// The other way round. Nothing: no subject of ours.
std::optional<std::string> topicOf(std::string_view subject);
/// What to subscribe to for topics beginning with `prefix`, "pop/" or a whole one: surgescope.pop.*.
std::optional<std::string> subjectsOf(std::string_view prefix);

/// Under which a listener says, again and again, that it wants topics beginning with `prefix`: NATS does not
/// tell who listens. "node/LHR" is surgescope.want.node.LHR, "node/" surgescope.want.node.all.
std::optional<std::string> wishOf(std::string_view prefix);

/// Telemetry that a stream keeps: all but node columns, and no wishes.
inline constexpr const char* kStreamSubjects[] = {"surgescope.pop.*", "surgescope.roster.*",
                                                  "surgescope.event", "surgescope.global"};
inline constexpr const char* kStreamName = "SURGESCOPE";
bool isStreamed(std::string_view prefix);

} // namespace surgescope::feeds
