// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/frame/frame.h"

#include <cmath>
#include <iomanip>
#include <sstream>
#include <string>

namespace surgescope::tests {

/// A frame in words, every number exact but ages, which are in whole seconds. What names the source
/// itself (endpoints, thread load, serial) is left out. `history`: with all that needs the time before.
inline std::string textOf(const feeds::Frame& frame, bool history = true) {
    std::ostringstream out;
    out << std::setprecision(17);
    const auto reading = [&](const feeds::Reading& r) {
        out << r.value << '/' << static_cast<int>(r.quality) << ' ';
    };
    const auto summary = [&](const feeds::Summary& s) {
        for (const auto& r : s.readings)
            reading(r);
        out << s.nodesHeard << " of " << s.nodesExpected << '\n';
    };
    const auto series = [&](const char* name, const std::vector<float>& values) {
        out << name << ':';
        for (const float value : values)
            out << ' ' << value;
        out << '\n';
    };
    out << "mode " << static_cast<int>(frame.mode) << ' ' << frame.scenario << " settled "
        << (frame.settled ? feeds::unixSeconds(*frame.settled) : 0) << " T-0 "
        << (frame.releaseAt ? feeds::unixSeconds(*frame.releaseAt) : 0) << " listeners "
        << frame.world[feeds::Measure::listeners].value << "\nworld ";
    summary(frame.world);
    for (const auto& pop : frame.pops) {
        out << pop.code << ' ' << static_cast<int>(pop.freshness) << ' ' << std::lround(pop.ageSeconds) << ' '
            << pop.secondsToFull.value_or(-1) << ' ';
        summary(pop.summary);
    }
    for (const auto& event : frame.events)
        out << feeds::utcText(event.at) << ' ' << event.kind << ' ' << event.text << '\n';
    if (frame.nodes) {
        out << frame.nodes->pop << ' ' << frame.nodes->nodesHeard << ' ' << frame.nodes->hottestNode << ' ';
        reading(frame.nodes->hottestSaturation);
        reading(frame.nodes->worstLagUs);
        out << '\n';
    }
    out << "since start";
    for (const auto counter : frame.sinceStart.counters)
        out << ' ' << counter;
    for (const auto& distribution : frame.sinceStart.distributions)
        out << ' ' << distribution.count() << ' ' << distribution.quantile(0.99).value_or(-1);
    out << "\naxis " << frame.chartAxis.columns << ' ' << frame.chartAxis.step.count() << '\n';
    for (const auto& part : frame.parts) {
        series(part.code.c_str(), part.series[feeds::Measure::requests_per_second]);
        series("egress", part.series[feeds::Measure::egress_bits_per_second]);
    }
    for (const auto measure : feeds::kCharted)
        series(std::string(feeds::infoOf(measure).name).c_str(), frame.series[measure]);
    for (const auto& row : frame.heat.rows)
        out << row << ' ';
    series("\nheat", frame.heat.lagUs);
    series("lag", frame.lag.share);
    const auto& h = frame.health;
    out << "heard " << h.nodesHeard << " of " << h.nodesExpected << '\n';
    if (history) {
        out << "lost " << h.lost << " duplicates " << h.duplicates << " reordered " << h.reordered
            << " restarts " << h.restarts << " last " << h.lastRefusal << '\n';
        for (const auto& refusal : h.refused)
            out << refusal.reason << ' ' << refusal.count << '\n';
    }
    return out.str();
}

/// The first lines that differ, to be read in a failing test; empty: the same.
inline std::string firstDifference(const std::string& a, const std::string& b) {
    std::istringstream left(a);
    std::istringstream right(b);
    for (std::string l, r;;) {
        const bool more = static_cast<bool>(std::getline(left, l));
        if (more != static_cast<bool>(std::getline(right, r))) return "one is longer";
        if (!more) return "";
        if (l != r) return l.substr(0, 400) + "\n" + r.substr(0, 400);
    }
}

} // namespace surgescope::tests
