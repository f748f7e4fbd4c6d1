// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/alarm/quantity.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <span>

namespace surgescope::feeds {
namespace {

struct UnitForm {
    std::string_view ending;
    double factor;
};
constexpr std::array kNumbers{UnitForm{"", 1}, UnitForm{"k", 1e3}, UnitForm{"M", 1e6}, UnitForm{"G", 1e9},
                              UnitForm{"T", 1e12}};
constexpr std::array kRatios{UnitForm{"%", 0.01}, UnitForm{"pp", 0.01}};
constexpr std::array kSeconds{UnitForm{"ms", 1e-3}, UnitForm{"s", 1}, UnitForm{"m", 60},
                              UnitForm{"h", 3'600}};
constexpr std::array kMicroseconds{UnitForm{"us", 1}, UnitForm{"ms", 1e3}, UnitForm{"s", 1e6}};

std::span<const UnitForm> formsOf(Quantity quantity) {
    switch (quantity) {
    case Quantity::ratio:
    case Quantity::points: return kRatios;
    case Quantity::seconds: return kSeconds;
    case Quantity::microseconds: return kMicroseconds;
    case Quantity::number: break;
    }
    return kNumbers;
}

std::string threeDigits(double value) {
    value = std::clamp(value, -1e15, 1e15); // nobody reads more
    std::array<char, 32> text{};
    const double size = std::abs(value);
    const int decimals = size >= 99.95 || size == std::floor(size) ? 0 : (size >= 9.995 ? 1 : 2);
    const int length = std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
    return {text.data(), static_cast<std::size_t>(length)};
}

std::string numberWithPrefix(double value) {
    if (std::isinf(value)) return "∞";
    for (const auto& form : {kNumbers[4], kNumbers[3], kNumbers[2], kNumbers[1]})
        if (std::abs(value) >= form.factor)
            return threeDigits(std::min(value / form.factor, 1e9)) + " " + std::string(form.ending);
    return threeDigits(value);
}

std::string timeText(double time) {
    if (std::isinf(time)) return "never";
    if (std::abs(time) >= 120 * 60) return threeDigits(std::min(time / 3'600, 1e9)) + " h";
    if (std::abs(time) >= 120) return threeDigits(time / 60) + " min";
    if (std::abs(time) >= 1 || time == 0) return threeDigits(time) + " s";
    return threeDigits(time * 1e3) + " ms";
}

} // namespace

std::optional<double> readQuantity(std::string_view text, Quantity quantity) {
    double value = 0;
    const auto* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, value, std::chars_format::fixed);
    if (error != std::errc() || !std::isfinite(value)) return std::nullopt;
    const std::string_view ending(rest, static_cast<std::size_t>(end - rest));
    for (const auto& form : formsOf(quantity))
        if (ending == form.ending) return value * form.factor;
    return std::nullopt;
}

std::string_view formOf(Quantity quantity) {
    switch (quantity) {
    case Quantity::ratio: return "a number with % or pp, such as 90%";
    case Quantity::points: return "a number with pp or %, such as 5pp";
    case Quantity::seconds: return "a number with ms, s, m or h, such as 10s";
    case Quantity::microseconds: return "a number with us, ms or s, such as 250ms";
    case Quantity::number: break;
    }
    return "a number, such as 3 or 20k";
}

std::string quantityText(double value, Quantity quantity) {
    switch (quantity) {
    case Quantity::ratio: return threeDigits(value * 100) + " %";
    case Quantity::points: return threeDigits(value * 100) + " pp";
    case Quantity::seconds: return timeText(value);
    case Quantity::microseconds: return timeText(value * 1e-6);
    case Quantity::number: break;
    }
    return numberWithPrefix(value);
}

} // namespace surgescope::feeds
