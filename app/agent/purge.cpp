// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/agent/purge.h"

#include "feeds/agent/purger.h"
#include "feeds/util/toml_file.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <utility>

namespace surgescope::app {
namespace {

using feeds::PurgeOutcome;
using feeds::PurgeTarget;
using feeds::Result;

constexpr std::size_t kListBytes = 4U << 20;

std::string folder(const char* variable, const char* otherwise) {
    const char* set = std::getenv(variable);
    if (set != nullptr && *set == '/') return std::string(set) + "/surgescope";
    const char* home = std::getenv("HOME");
    return std::string(home != nullptr ? home : "") + otherwise + "/surgescope";
}

Result<std::vector<PurgeTarget>> targetsOf(const PurgeOptions& options) {
    std::vector<PurgeTarget> targets;
    auto lists = options.to;
    if (lists.empty()) lists = {folder("XDG_CONFIG_HOME", "/.config") + "/edges.txt"};
    for (const std::string& one : lists) {
        std::error_code ignored;
        const bool isFile = one.find('/') != std::string::npos || std::filesystem::exists(one, ignored);
        const auto text = isFile ? feeds::readTextFile(one, kListBytes) : Result<std::string>(one);
        if (!text) return feeds::Error{"--to: " + text.error()};
        auto read = feeds::readPurgeTargets(*text, one);
        if (!read) return feeds::Error{"--to: " + read.error()};
        targets.insert(targets.end(), read->begin(), read->end());
    }
    if (!options.pop.empty())
        std::erase_if(targets, [&](const PurgeTarget& target) { return target.pop != options.pop; });
    if (targets.empty())
        return feeds::Error{options.pop.empty() ? "--to: no server is listed"
                                                : "--pop: no server of " + options.pop + " is listed"};
    return targets;
}

std::string nameNow(const feeds::Clock& clock) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(clock.wall()).time_since_epoch().count();
    return "purge-" + std::to_string(seconds);
}

void print(const PurgeOptions& options, const std::vector<PurgeTarget>& targets,
           const PurgeOutcome& outcome) {
    const PurgeTarget& target = targets[outcome.target];
    fmt::print("{:<6} {:<24} {:<11} {:>9.1f} ms  {}{}\n", target.pop.empty() ? "-" : target.pop,
               target.address, outcome.applied ? "applied" : "NOT APPLIED",
               static_cast<double>(outcome.took.count()) / 1000, options.urls[outcome.url],
               outcome.why.empty() ? "" : ": " + outcome.why);
}

/// "applied 11 of 12; p50 3.2 ms, p95 20.1 ms, the last 40.0 ms at 10.0.0.9:80"
void sumUp(std::vector<PurgeOutcome> outcomes, const std::vector<PurgeTarget>& targets) {
    const std::size_t all = outcomes.size();
    std::erase_if(outcomes, [](const PurgeOutcome& outcome) { return !outcome.applied; });
    if (outcomes.empty()) return fmt::print("applied 0 of {}\n", all);
    std::ranges::sort(outcomes, {}, &PurgeOutcome::took);
    const auto at = [&](double q) {
        const auto i = static_cast<std::size_t>(q * static_cast<double>(outcomes.size() - 1) + 0.5);
        return static_cast<double>(outcomes[i].took.count()) / 1000;
    };
    fmt::print("applied {} of {}; p50 {:.1f} ms, p95 {:.1f} ms, the last {:.1f} ms at {}\n", outcomes.size(),
               all, at(0.5), at(0.95), at(1), targets[outcomes.back().target].address);
}

int refuse(const std::string& text) {
    fmt::print(stderr, "surgescope-agent purge: {}\n", text);
    return 2;
}

} // namespace

CLI::App* addPurgeCommand(CLI::App& app, PurgeOptions& options) {
    auto* command =
        app.add_subcommand("purge", "Send purges to many servers at once, stamped so that their agents "
                                    "can tell how long they took");
    command
        ->add_option("url", options.urls,
                     "What to purge: http://www.example.com/audio/1; several as you like")
        ->required();
    command->add_option("--to", options.to,
                        "A server, 10.0.0.1:80, or a file with one a line, \"EWR 10.0.0.1:80\"; repeatable; "
                        "~/.config/surgescope/edges.txt unless said");
    command->add_option("--pop", options.pop, "Only the servers listed for this PoP");
    command
        ->add_option("--method", options.method,
                     "PURGE or BAN, or GET where a stamped GET bypasses the cache, as with nginx")
        ->check(CLI::IsMember({"PURGE", "BAN", "GET"}))
        ->capture_default_str();
    command->add_option("--id", options.id, "A name for logs; purge- and the time unless said");
    command->add_option("--header", options.headers,
                        "One more header, \"X-Surrogate-Key: album-1\" for a BAN; repeatable");
    command->add_option(
        "--sequence-file", options.sequenceFile,
        "Where this issuer's numbers are kept; ~/.local/state/surgescope/purge-sequence unless said");
    command->add_option("--timeout", options.timeoutSeconds, "Seconds that a server has to answer")
        ->check(CLI::Range(0.1, 600.0))
        ->capture_default_str();
    return command;
}

int purge(const PurgeOptions& options) {
    const auto targets = targetsOf(options);
    if (!targets) return refuse(targets.error());
    const feeds::SystemClock clock;
    feeds::EventLoop loop;
    feeds::Purger purger(loop, clock);
    feeds::Purger::Order order{.urls = options.urls, .targets = *targets, .method = options.method};
    order.id = options.id.empty() ? nameNow(clock) : options.id;
    order.headers = options.headers;
    order.timeout = std::chrono::milliseconds(static_cast<std::int64_t>(options.timeoutSeconds * 1000));
    // A number that is taken and not sent is a gap on every node.
    if (const auto error = feeds::Purger::check(order)) return refuse(error->text);
    std::string file = options.sequenceFile;
    if (file.empty()) {
        const std::string state = folder("XDG_STATE_HOME", "/.local/state");
        std::error_code ignored;
        std::filesystem::create_directories(state, ignored);
        file = state + "/purge-sequence";
    }
    const auto sequence = feeds::takePurgeSequence(file, options.urls.size());
    if (!sequence) return refuse("--sequence-file: " + sequence.error());
    order.firstSequence = *sequence;
    const auto outcomes =
        purger.send(order, [&](const PurgeOutcome& outcome) { print(options, *targets, outcome); });
    if (!outcomes) return refuse(outcomes.error());
    sumUp(*outcomes, *targets);
    return std::ranges::all_of(*outcomes, &PurgeOutcome::applied) ? 0 : 1;
}

} // namespace surgescope::app
