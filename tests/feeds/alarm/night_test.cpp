// SPDX-License-Identifier: GPL-3.0-or-later
// A night of eight hours at a small CDN (resources/edge-twelve.toml: 12 PoPs, 42 nodes): its telemetry by the
// simulator, the fleet's state, and alarms by the rules built in. Thirteen things go wrong in it, of which
// the WAF deals with one alone; people acknowledge, shelve, change rules and start the wall again. The log is
// compared with tests/data/night.log, which somebody who has been on shift would sign.
//
//     SURGESCOPE_WRITE_GOLDEN=1 .build/release/tests/feeds_tests '[night]'
//
// writes it anew; read it before committing. A line is a change of a card (its number, rule, level, what
// happened, text and members, who and why; * makes a sound), or of what the wall says as a whole.
#include "feeds/capture/recorded_time.h"
#include "feeds/model/edge_file.h"
#include "feeds/pipeline/alarm_watch.h"
#include "feeds/sim/scenario_file.h"
#include "feeds/sim/simulator.h"
#include "feeds/state/fleet_state.h"

#include "tests/support/catch.h"
#include "tests/support/test_clock.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <vector>

using namespace surgescope::feeds;
using std::chrono::seconds;
using surgescope::tests::TestClock;

namespace {

/// Seconds after T-0.
constexpr int at(int hours, int minutes, int seconds = 0) {
    return hours * 3'600 + minutes * 60 + seconds;
}
constexpr int kNightEnds = at(7, 10);
constexpr std::uint64_t kNightNodes = 42;

/// What the simulator plays.
constexpr const char* kNight = R"(
summary = "One album, and a night in which much goes wrong."
[release]
lead_s = 3_000
albums = 1
opens_per_s = 900
waiting_people = 200_000
[purges]
burst_keys_per_s = 20
[nodes]
failures_per_year = 0        # what fails tonight stands here
[bots]
burst_share = 1.6            # T+03:00
burst_at_s = 10_800
fuzz_share = 0.25
[[lever]]
at_s = -86_400
set = "prewarm=0.98"
[[failure]]                  # T+00:20
kind = "pop"
pops = ["MAD"]
at_s = 1_200
duration_s = 300
[[failure]]                  # T+00:50
kind = "origin"
at_s = 3_000
duration_s = 240
[[failure]]                  # T+01:30
kind = "pop"
pops = ["GRU", "BOG"]
at_s = 5_400
duration_s = 240
[[purge_burst]]              # T+02:00
at_s = 7_200
keys_per_s = 6_000
duration_s = 10
[[another_release]]          # T+03:40
at_s = 13_200
albums = 2
opens_per_s = 40_000
waiting_people = 8e6
[[failure]]                  # T+05:40
kind = "nodes"
pops = ["IAD", "LHR"]
share = 0.5
at_s = 20_400
duration_s = 300
)";

constexpr const char* kNoClocks = "version = 1\n[[rule]]\nid = 'health/clocks'\noff = true\n";
constexpr const char* kFewNodes =
    "version = 1\n[[rule]]\nid = 'health/coverage'\nwarning = ['<80%', '85%', 20]\n";
constexpr const char* kMistake =
    "version = 1\n[[rule]]\nid = 'health/clocks'\nwarning = ['>500', '400', 60]\n";

/// Something that goes wrong, and which cards must be in front of people within so many seconds.
struct Incident {
    int from;
    int until; // nothing of it comes later
    const char* what;
    std::map<std::string, int> cards;
};
const std::vector<Incident> kIncidents{
    {-at(0, 45), -at(0, 42), "the recorder loses messages", {{"health/recorder", 3}}},
    {at(0, 20), at(0, 27), "Madrid loses its power for five minutes", {{"pops/silent", 16}}},
    {at(0, 50),
     at(0, 57),
     "the origins are out of reach for four minutes",
     {{"latency/errors", 40}, {"traffic/hit-fall", 125}}},
    {at(1, 30),
     at(1, 37),
     "South America is dark for four minutes",
     {{"pops/region-silent", 20}, {"health/coverage", 30}}},
    {at(2, 0), at(2, 5), "60 000 keys are purged", {{"invalidation/lag", 50}, {"invalidation/backlog", 35}}},
    {at(2, 30),
     at(2, 43),
     "a new WAF rule challenges a tenth of what people ask for in North America",
     {{"security/people", 80}}},
    {at(3, 0), at(3, 20), "a botnet: the WAF deals with it", {}},
    {at(3, 40), at(4, 20), "another release, and nobody said so", {{"latency/metadata", 120}}},
    {at(4, 25), at(4, 40), "London's clock is two seconds ahead for ten minutes", {{"health/clocks", 65}}},
    {at(4, 50), at(4, 55), "the feed is cut for three minutes", {{"health/feed", 6}}},
    {at(5, 10), at(5, 20), "Bogota comes and goes", {{"pops/silent", 16}}},
    {at(5, 40), at(5, 47), "half the nodes of two PoPs fall silent", {{"health/coverage", 30}}},
    {at(6, 0), at(6, 3), "the wall stands still for ninety seconds", {{"health/feed", 95}}},
};

/// The telemetry of one agent in each PoP as it comes to a wall, and what the wall makes of it.
class StagedNight {
  public:
    explicit StagedNight(const PopCatalogue& edge)
        : m_edge(edge), m_scenario(scenario(edge)), m_simulator(edge, m_scenario, kNightNodes, 1) {
        m_clock.advance(m_scenario.start() - seconds(1) - std::chrono::floor<seconds>(m_clock.wall()));
        m_now = sinceRelease(m_scenario.start());
        startWall();
        m_watch->setRecorderDropped(0);
    }

    // What goes wrong from now on, besides what the scenario says.
    std::set<std::string> unheard;        // agents of these PoPs
    std::map<std::string, seconds> ahead; // their clocks
    double challenged = 0;                // wrongly, of the requests in North America
    bool isCut = false;
    bool standsStill = false;

    void second() {
        m_simulator.step();
        m_now = sinceRelease(m_simulator.now());
        m_clock.advance(seconds(1));
        if (!isCut && !standsStill) deliver();
        if (standsStill) return;
        m_state->settle(m_clock.steady());
        m_watch->settled(*m_state);
        m_watch->tick(*m_state);
        noteStatus();
    }
    /// The wall is started again, and knows what it has kept.
    void startWall() {
        const auto kept = m_watch ? m_watch->save() : std::string();
        m_state = std::make_unique<FleetState>(m_edge);
        m_watch = std::make_unique<AlarmWatch>(Rules::builtIn(), m_clock);
        m_watch->restore(kept);
        m_watch->setListener([this](const Transition& transition) { note(transition); });
    }
    void loseMessages(std::uint64_t count) { m_watch->setRecorderDropped(count); }
    void take(const AlarmCommand& command) {
        m_watch->take(command);
        noteStatus();
    }
    void useRules(const std::string& file) {
        note("rules are read again");
        take(UseRules{Rules::builtIn().with(file, "night-rules.toml")});
    }
    /// The newest card of a rule.
    std::uint64_t card(const std::string& rule) const {
        const auto newest = std::find_if(m_transitions.rbegin(), m_transitions.rend(),
                                         [&](const Transition& one) { return one.rule == rule; });
        return newest == m_transitions.rend() ? 0 : newest->card;
    }
    void note(const std::string& what) { m_log << "           -- " << what << "\n"; }
    void begin(const Incident& incident) { m_log << "\n== " << incident.what << "\n"; }

    int now() const { return m_now; }
    int sinceRelease(FeedSecond second) const {
        return static_cast<int>((second - m_scenario.releaseAt).count());
    }
    const std::vector<Transition>& transitions() const { return m_transitions; }
    std::string log() const { return m_log.str(); }

  private:
    static sim::Scenario scenario(const PopCatalogue& edge) {
        const auto scenario = sim::parseScenario(kNight, "night", "night.toml", edge);
        INFO((scenario ? "" : scenario.error()));
        REQUIRE(scenario);
        return scenario.value();
    }

    template <class Message> void send(Message message, const std::string& publisher) {
        const auto clock = ahead.find(publisher);
        const auto time = m_simulator.now() + (clock == ahead.end() ? seconds(0) : clock->second);
        message.header.publisher = publisher;
        message.header.session = 1'795'000'000'000'000;
        message.header.sequence = ++m_sequences[publisher + topicOf(message)];
        message.header.intervalEnd = time;
        message.header.sent = time;
        (void)m_state->apply(message, m_clock.arrival());
    }
    void deliver() {
        if (m_delivered++ % 30 == 0)
            for (const auto& roster : m_simulator.rosters())
                if (!unheard.contains(roster.pop)) send(roster, roster.pop);
        for (auto& report : m_simulator.reports()) {
            if (unheard.contains(report.pop)) continue;
            challenge(report);
            send(report, report.pop);
        }
        send(m_simulator.global(), "FRA");
    }
    void challenge(PopReport& report) const {
        const auto& pop = m_edge[*m_edge.find(report.pop)];
        if (m_edge.regions()[pop.region.value] != "NA") return;
        auto& totals = report.totals;
        const auto more =
            static_cast<std::uint64_t>(challenged * static_cast<double>(totals[Counter::requests]));
        totals[Counter::waf_challenged] += more;
        totals[Counter::challenges_passed] += more * 9 / 10;
    }

    std::string timeText(FeedSecond second) const { return releaseText(second, m_scenario.releaseAt); }
    void note(const Transition& change) {
        m_transitions.push_back(change);
        m_log << timeText(change.second) << "  #" << change.card << " " << change.rule << " "
              << wordsFor(change.severity) << " " << wordsFor(change.change)
              << (makesSound(change) ? "*" : "") << ": " << change.text;
        for (std::size_t i = 0; i < change.members.size(); ++i)
            m_log << (i == 0 ? " [" : " ") << change.members[i];
        m_log << (change.members.empty() ? "" : "]");
        if (!change.by.empty()) m_log << ", by " << change.by;
        if (!change.note.empty()) m_log << ": " << change.note;
        m_log << "\n";
    }
    void noteStatus() {
        const auto status = m_watch->takeStatus();
        if (!status) return;
        const auto& alarms = status->alarms;
        const auto isNew = [](auto& before, const auto& now) { return std::exchange(before, now) != now; };
        if (isNew(m_problem, status->problem) && !m_problem.empty()) note("refused: " + m_problem);
        if (isNew(m_rulesProblem, alarms.rulesProblem) && !m_rulesProblem.empty())
            note("refused: " + m_rulesProblem);
        if (isNew(m_isFlood, alarms.isFlood)) note(m_isFlood ? "a flood begins" : "the flood is over");
        if (alarms.since && isNew(m_verdict, alarms.verdict))
            m_log << timeText(*alarms.since) << "  the wall says " << wordsFor(m_verdict) << "\n";
    }

    const PopCatalogue& m_edge;
    const sim::Scenario m_scenario;
    sim::Simulator m_simulator;
    TestClock m_clock;
    std::unique_ptr<FleetState> m_state;
    std::unique_ptr<AlarmWatch> m_watch;
    std::map<std::string, std::uint64_t> m_sequences;
    std::uint64_t m_delivered = 0; // seconds
    int m_now = 0;
    Verdict m_verdict = Verdict::fine;
    bool m_isFlood = false;
    std::string m_problem;
    std::string m_rulesProblem;
    std::vector<Transition> m_transitions;
    std::ostringstream m_log;
};

/// What happens when.
using Staged = std::multimap<int, std::function<void(StagedNight&)>>;

/// What the scenario does not say of the incidents.
void stageIncidents(Staged& staged) {
    for (const auto& incident : kIncidents)
        staged.emplace(incident.from, [&](StagedNight& night) { night.begin(incident); });
    staged.emplace(-at(0, 45), [](StagedNight& night) { night.loseMessages(37); });
    staged.emplace(at(2, 30), [](StagedNight& night) { night.challenged = 0.1; });
    staged.emplace(at(2, 40), [](StagedNight& night) { night.challenged = 0; });
    staged.emplace(at(4, 25), [](StagedNight& night) { night.ahead["LHR"] = seconds(2); });
    staged.emplace(at(4, 35), [](StagedNight& night) { night.ahead.clear(); });
    staged.emplace(at(4, 50), [](StagedNight& night) { night.isCut = true; });
    staged.emplace(at(4, 53), [](StagedNight& night) { night.isCut = false; });
    for (const int time : {at(5, 10, 0), at(5, 11, 40), at(5, 13, 20), at(5, 15, 0)}) {
        staged.emplace(time, [](StagedNight& night) { night.unheard = {"BOG"}; });
        staged.emplace(time + 40, [](StagedNight& night) { night.unheard.clear(); });
    }
    staged.emplace(at(6, 0), [](StagedNight& night) { night.standsStill = true; });
    staged.emplace(at(6, 1, 30), [](StagedNight& night) { night.standsStill = false; });
}

void acknowledges(Staged& staged, int time, const char* rule, const char* by, const char* note) {
    staged.emplace(time, [=](StagedNight& night) { night.take(Acknowledge{night.card(rule), by, note}); });
}

/// What people do about them.
void stagePeople(Staged& staged) {
    acknowledges(staged, -at(0, 43), "health/recorder", "Ada", "old recordings deleted");
    acknowledges(staged, at(0, 21), "pops/silent", "Ada", "the NOC knows");
    acknowledges(staged, at(0, 51), "latency/errors", "Ada", "origins");
    acknowledges(staged, at(0, 53), "traffic/hit-fall", "Ada", "the same");
    acknowledges(staged, at(1, 31), "pops/region-silent", "Ada", "backbone desk called");
    acknowledges(staged, at(1, 31), "health/coverage", "Ada", "the same");
    staged.emplace(at(1, 32), [](StagedNight& night) {
        night.note("the wall is started again");
        night.startWall();
    });
    acknowledges(staged, at(2, 1), "invalidation/backlog", "Ben", "deployment stopped");
    staged.emplace(at(2, 32), [](StagedNight& night) {
        night.take(Shelve{night.card("security/people"), 5, "Ben", "the WAF team looks into it"});
    });
    acknowledges(staged, at(2, 38), "security/people", "Ben", "rule is taken back");
    staged.emplace(at(3, 42), [](StagedNight& night) {
        night.take(Shelve{night.card("latency/metadata"), 30, "Ben", "known"});
    });
    staged.emplace(at(3, 43), [](StagedNight& night) {
        night.take(Unshelve{night.card("latency/metadata"), "Cleo"});
    });
    staged.emplace(at(4, 28), [](StagedNight& night) { night.useRules(kMistake); });
    staged.emplace(at(4, 29), [](StagedNight& night) { night.useRules(kNoClocks); });
    staged.emplace(at(4, 45), [](StagedNight& night) { night.useRules("version = 1\n"); });
    acknowledges(staged, at(4, 51), "health/feed", "Cleo", "the broker's switch");
    staged.emplace(at(5, 42), [](StagedNight& night) { night.useRules(kFewNodes); });
    acknowledges(staged, at(6, 2), "health/feed", "Cleo", "virtual machine was moved");
}

/// The first line in which they differ.
std::string differenceOf(const std::string& actual, const std::string& golden) {
    std::istringstream ours(actual);
    std::istringstream theirs(golden);
    std::string our;
    std::string their;
    for (int line = 1;; ++line) {
        const bool has = static_cast<bool>(std::getline(ours, our));
        const bool should = static_cast<bool>(std::getline(theirs, their));
        if (!has && !should) return {};
        if (has != should || our != their)
            return "line " + std::to_string(line) + "\nis:     " + (has ? our : "the end") +
                   "\nshould: " + (should ? their : "the end");
    }
}

} // namespace

TEST_CASE("a night of eight hours leaves a log that can be signed", "[night]") {
    const auto edge = catalogueOf(SURGESCOPE_SOURCE_DIR "/resources/edge-twelve.toml");
    REQUIRE(edge);
    StagedNight night(*edge.value());
    Staged staged;
    stageIncidents(staged);
    stagePeople(staged);
    while (night.now() < kNightEnds) {
        for (auto [next, end] = staged.equal_range(night.now()); next != end; ++next)
            next->second(night);
        night.second();
    }

    const auto& transitions = night.transitions();
    for (const auto& incident : kIncidents)
        for (const auto& card : incident.cards) {
            const auto shown = std::ranges::find_if(transitions, [&](const Transition& one) {
                return one.rule == card.first && makesSound(one) &&
                       night.sinceRelease(one.second) > incident.from;
            });
            INFO(incident.what << ": " << card.first);
            REQUIRE(shown != transitions.end());
            CHECK(night.sinceRelease(shown->second) <= incident.from + card.second);
        }
    for (const auto& one : transitions) {
        const int time = night.sinceRelease(one.second);
        INFO("T+" << time << " " << one.rule << " " << wordsFor(one.change));
        CHECK(std::ranges::any_of(kIncidents, [&](const Incident& incident) {
            return time >= incident.from && time <= incident.until;
        }));
    }

    const std::string path = SURGESCOPE_SOURCE_DIR "/tests/data/night.log";
    if (std::getenv("SURGESCOPE_WRITE_GOLDEN")) std::ofstream(path) << night.log();
    std::ifstream file(path);
    const std::string golden{std::istreambuf_iterator<char>(file), {}};
    const auto ours = std::filesystem::temp_directory_path() / "surgescope-night.log";
    if (night.log() != golden) std::ofstream(ours) << night.log();
    INFO("the whole log of this run: " << ours);
    CHECK(differenceOf(night.log(), golden) == std::string());
}
