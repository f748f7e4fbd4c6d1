// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/alarm/rule.h"
#include "feeds/util/result.h"

#include <string>
#include <string_view>

namespace surgescope::feeds {

/// A rule's `value` as it stands in a file: "age", "saturation", "share(nodes, age > 10s)". The Error says
/// what is wrong and what was expected; of an unknown measure, which names come nearest.
Result<RuleValue> readValue(std::string_view text);

/// What it is, in words: "the requests per second that PoPs have whose saturation is 90 % or more, …".
std::string wordsFor(const RuleValue& value);

/// Such a value, for a card: "262 ms", "3.20 times as before", "drained in 4 min".
std::string textOf(const RuleValue& value, double number);

} // namespace surgescope::feeds
