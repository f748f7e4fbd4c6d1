// SPDX-License-Identifier: GPL-3.0-or-later
// Prints what the feed costs on one core. Seeded; run it on a quiet machine.
#include "feeds/alarm/alarms.h"
#include "feeds/frame/frame_builder.h"
#include "feeds/pipeline/observation.h"
#include "feeds/sim/scenario_file.h"
#include "feeds/sim/simulator.h"
#include "feeds/state/fleet_state.h"
#include "feeds/wire/decode.h"
#include "feeds/wire/encode.h"

#include "tests/bench/measure.h"
#include "tests/support/messages.h"
#include "tests/support/observed_launch.h"
#include "tests/support/test_clock.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <numeric>
#include <random>
#include <string>
#include <vector>

using namespace surgescope;
using namespace surgescope::feeds;

namespace {

struct Wire {
    std::string topic;
    std::string payload;
};

template <class Message> Wire wireOf(Message& message, std::uint64_t sequence) {
    Encoder encoder;
    message.header.publisher = "bench";
    message.header.session = 1'795'000'000'000'000;
    message.header.sequence = sequence;
    message.header.sent = message.header.intervalEnd;
    return {topicOf(message), std::string(encoder.encode(message))};
}

/// Node columns of every PoP of one simulated second, `nodes` in all.
std::vector<Wire> columnsOfOneSecond(std::uint64_t nodes) {
    sim::Simulator simulator(PopCatalogue::builtIn(), *sim::findScenario("triple-drop"), nodes, 1);
    for (int i = 0; i < 90; ++i)
        simulator.step();
    std::vector<Wire> wires;
    for (std::size_t i = 0; i < simulator.reports().size(); ++i)
        wires.push_back(wireOf(simulator.columns(i), 1));
    return wires;
}

/// What clocks cost, of agents that report in no order, `wrong` of them three seconds ahead: seed 1.
void judgePublishers(const PopCatalogue& catalogue, int publishers, int wrong) {
    tests::TestClock clock;
    FleetState state(catalogue);
    std::mt19937 random(1);
    std::vector<int> order(static_cast<std::size_t>(publishers));
    std::iota(order.begin(), order.end(), 0);
    std::shuffle(order.begin(), order.end(), random);
    const auto begin = unixSeconds(std::chrono::floor<std::chrono::seconds>(clock.wall()));
    constexpr std::uint64_t kSeconds = 20; // until clocks are known
    for (std::uint64_t s = 1; s <= kSeconds; ++s) {
        clock.advance(std::chrono::seconds(1));
        for (const int number : order) {
            const auto& pop = catalogue.pops()[static_cast<std::size_t>(number) % catalogue.size()].code;
            auto report = tests::popReport({.publisher = pop + "/" + std::to_string(number),
                                            .pop = pop,
                                            .second = begin + static_cast<std::int64_t>(s),
                                            .sequence = s});
            if (number < wrong) {
                report.header.intervalEnd += std::chrono::seconds(3);
                report.header.sent += std::chrono::seconds(3);
            }
            (void)state.apply(report, clock.arrival()); // one whose clock is being found out may count twice
        }
        state.settle(clock.steady());
    }
    Observation observation;
    Alarms alarms(Rules::builtIn());
    const auto settled = *state.settled();
    auto observed = observation.of(state, settled, {});
    for (int i = 0; i < 90; ++i, observed.second += std::chrono::seconds(1)) // until it fires
        alarms.judge(observed);
    if (std::ranges::count(alarms.status().cards, "health/clocks", &Card::rule) != (wrong > 0)) std::abort();
    bench::measure("judge " + std::to_string(publishers) +
                       " publishers, clocks off: " + std::to_string(wrong),
                   50, 0, [&](int) {
                       auto next = observation.of(state, settled, {});
                       next.second = observed.second += std::chrono::seconds(1);
                       alarms.judge(next);
                   });
}

} // namespace

int main() {
    const auto& catalogue = PopCatalogue::builtIn();
    bench::printHead();

    for (const std::uint64_t nodes : {100'000U, 1'000'000U}) {
        const auto wires = columnsOfOneSecond(nodes);
        std::size_t bytes = 0;
        for (const auto& wire : wires)
            bytes += wire.payload.size();
        const double n = static_cast<double>(nodes);
        const auto title = [&](const char* what) {
            return std::string(what) + ", " + std::to_string(nodes / 1000) + " k nodes";
        };
        Decoder decoder;
        std::vector<NodeColumns> messages(wires.size());
        bench::measure(title("decode node columns"), 9, n, [&](int) {
            for (std::size_t i = 0; i < wires.size(); ++i)
                decoder.decode(wires[i].topic, wires[i].payload);
        });
        for (std::size_t i = 0; i < wires.size(); ++i)
            messages[i] = *std::get<const NodeColumns*>(decoder.decode(wires[i].topic, wires[i].payload));
        tests::TestClock clock;
        FleetState state(catalogue);
        sim::Simulator simulator(catalogue, *sim::findScenario("triple-drop"), nodes, 1);
        for (auto& roster : simulator.rosters()) {
            roster.header = messages[0].header;
            state.apply(roster, clock.arrival());
        }
        int second = 0;
        bench::measure(title("apply node columns"), 9, n, [&](int) {
            ++second;
            for (auto& message : messages) {
                message.header.sequence = static_cast<std::uint64_t>(second);
                message.header.intervalEnd += std::chrono::seconds(1);
                if (state.apply(message, clock.arrival())) std::abort();
            }
        });
        std::printf("%-44s %10.1f bytes a node\n", title("size on the wire").c_str(),
                    static_cast<double>(bytes) / n);
        Encoder encoder;
        bench::measure(title("encode node columns"), 9, n, [&](int) {
            for (const auto& message : messages)
                encoder.encode(message);
        });
        bench::measure(title("simulate, break down to nodes and encode"), 9, n, [&](int) {
            simulator.step();
            for (std::size_t i = 0; i < simulator.reports().size(); ++i) {
                encoder.encode(simulator.reports()[i]);
                encoder.encode(simulator.columns(i));
            }
        });
    }

    {
        // From a minute before the release into its worst minutes.
        sim::Simulator simulator(catalogue, *sim::findScenario("triple-drop"), 40'000, 1);
        Encoder encoder;
        bench::measure("simulate a second, 391 PoP reports", 300, 0, [&](int) { simulator.step(); });
        bench::measure("encode 391 PoP reports", 100, 391, [&](int) {
            for (const auto& report : simulator.reports())
                encoder.encode(report);
        });
    }

    {
        // Into the worst minutes, and then a second of them again and again.
        std::string most = "version = 1\n";
        for (int i = 0; i < 185; ++i)
            most +=
                "[[rule]]\nid = 'bench/" + std::to_string(i) +
                "'\neach = 'pop'\nvalue = 'cpu'\nwindow = '300s'\nwarning = ['>90%', '80%', 30]\ndo = 'x'\n";
        for (const auto& rules : {Rules::builtIn(), *Rules::builtIn().with(most, "most.toml")}) {
            tests::ObservedLaunch launch("triple-drop", 40'000);
            Alarms alarms(rules);
            while (launch.sinceRelease() < 150)
                alarms.judge(launch.next());
            auto second = launch.second();
            bench::measure("judge a second, 391 PoPs, " + std::to_string(rules.all().size()) + " rules", 100,
                           0, [&](int) {
                               second.second += std::chrono::seconds(1);
                               alarms.judge(second);
                           });
        }
    }

    for (const int wrong : {0, 100, 4'000})
        judgePublishers(catalogue, 10'000, wrong);

    // A quarter of an hour of 391 PoPs, then frames.
    tests::TestClock clock;
    FleetState state(catalogue);
    sim::Simulator simulator(catalogue, *sim::findScenario("triple-drop"), 40'000, 1);
    std::uint64_t sequence = 0;
    std::vector<Wire> lastSecond;
    const auto feed = [&] {
        simulator.step();
        ++sequence;
        clock.advance(std::chrono::seconds(1));
        lastSecond.clear();
        for (auto& report : simulator.reports()) {
            lastSecond.push_back(wireOf(report, sequence));
            if (state.apply(report, clock.arrival())) std::abort();
        }
        state.settle(clock.steady());
    };
    for (int i = 0; i < 900; ++i)
        feed();
    Decoder decoder;
    bench::measure("decode 391 PoP reports", 50, 391, [&](int) {
        for (const auto& wire : lastSecond)
            decoder.decode(wire.topic, wire.payload);
    });
    bench::measure("simulate, encode, apply and settle a second", 50, 0, [&](int) { feed(); });
    FrameBuilder builder;
    ViewRequest request;
    request.chartColumns = 300;
    request.heatColumns = 600;
    request.heatRows = 24;
    bench::measure("build a frame, same second", 50, 0,
                   [&](int) { builder.build(state, request, nullptr, {}, clock.steady()); });
    bench::measure("build a frame, 391 PoPs, all parts new", 50, 0, [&](int i) {
        request.chartColumns = 300 + i % 2; // another request: charts and heatmap are reduced anew
        builder.build(state, request, nullptr, {}, clock.steady());
    });
    return 0;
}
