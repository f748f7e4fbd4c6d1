// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/alarm/rules.h"
#include "feeds/alarm/saved.h"

#include <functional>
#include <map>
#include <string>

namespace surgescope::feeds {

/// Holds back the alarms of one rule that others explain, and lets go of those that nothing has explained for
/// a while. In the order of the rules, each of which has judged this second: so none is told before what
/// explains it. `isSeen`: the alarm's card is in front of people.
void inhibit(const Rule& rule, const Rules& rules, std::map<std::string, AlarmsOfRule>& alarms,
             FeedSecond second, const std::function<bool(const Alarm&)>& isSeen);

} // namespace surgescope::feeds
