// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/alarm/rule.h"

#include <optional>
#include <string>
#include <string_view>

/// Numbers of rules as people write and read them.
namespace surgescope::feeds {

/// "250ms" is 250000 of microseconds, "90%" is 0.9 of a ratio. Nothing: it is no number, or not in a unit of
/// this quantity.
std::optional<double> readQuantity(std::string_view text, Quantity quantity);
/// How to write one: "a number with ms or s, such as 250ms".
std::string_view formOf(Quantity quantity);
/// Three digits and a unit: "262 ms", "91.4 %", "4.20 M"; "never" of infinite times.
std::string quantityText(double value, Quantity quantity);

} // namespace surgescope::feeds
