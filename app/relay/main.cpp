// SPDX-License-Identifier: GPL-3.0-or-later
// surgescope-relay: makes the agents of a site into one publisher.
#include "feeds/capture/recorder.h"
#include "feeds/history/history_writer.h"
#include "feeds/model/edge_file.h"
#include "feeds/publish/publisher.h"
#include "feeds/relay/relay_thread.h"
#include "feeds/relay/roster_file.h"
#include "feeds/source/open_feed.h"
#include "feeds/transport/nats_endpoint.h"
#include "feeds/util/file.h"
#include "feeds/util/own_process.h"
#include "feeds/wire/limits.h"

#include "app/command_line.h"
#include "app/history_options.h"
#include "app/line_writer.h"
#include "app/relay/status_text.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace surgescope::app {
namespace {

using namespace feeds;

constexpr const char* kProgram = "surgescope-relay";
/// How often what the feed thread has told is looked for.
constexpr timespec kLookEvery{0, 100'000'000};

struct Options {
    std::string name;
    std::vector<std::string> bind;
    std::vector<std::string> from; // agents that bind, fetched from
    std::vector<std::string> connect;
    std::vector<std::string> publish;
    Trust::Options trust;
    bool jetStream = false;
    NatsStream stream;
    double keepSeconds = 26 * 3'600;
    std::string edge;
    std::string state;
    std::string record;
    std::string stats;
    std::string status;
    HistoryOptions history;
    std::string historyQueue;
    std::uint64_t historyQueueMib = 1'024;
};

std::string checkName(const std::string& text) {
    return isWord(text, limits::kPublisherBytes)
               ? ""
               : "a relay's name is 1 to " + std::to_string(limits::kPublisherBytes) +
                     " ASCII characters without blanks";
}

void addStreamOptions(CLI::App& app, Options& options) {
    auto* stream =
        app.add_flag("--jetstream", options.jetStream,
                     "The NATS cluster behind --connect keeps what is said there in a stream, made or "
                     "changed to be so: walls that come later begin with the past, and lose nothing "
                     "when a server is lost");
    app.add_option("--replicas", options.stream.replicas,
                   "Servers that have the stream, 1, 3 or 5; of 3 one may fail")
        ->needs(stream)
        ->check(CLI::IsMember({1, 3, 5}))
        ->capture_default_str();
    app.add_option("--keep", options.keepSeconds, "How long: 26h")
        ->needs(stream)
        ->transform(CLI::AsNumberWithUnit(
            std::map<std::string, double>{{"s", 1}, {"m", 60}, {"h", 3'600}, {"d", 86'400}},
            CLI::AsNumberWithUnit::UNIT_REQUIRED, "TIME"))
        ->check(CLI::Range(60.0, 366 * 86'400.0));
    app.add_option("--keep-bytes", options.stream.keepBytes, "How much at each of these servers: 8GiB")
        ->needs(stream)
        ->transform(CLI::AsSizeValue(false))
        ->check(CLI::Range(std::uint64_t{1} << 20U, std::uint64_t{1} << 50U));
}

void addOptions(CLI::App& app, Options& options) {
    app.add_option("--name", options.name, "This relay's name, unique in the fleet: EWR/relay-1")
        ->required()
        ->check(checkName);
    app.add_option("--bind", options.bind, "Let agents and relays come and report: tcp://*:5556; repeatable");
    app.add_option("--from", options.from,
                   "Fetch from an agent or relay that lets come: tcp://edge-1:5557; "
                   "repeatable");
    app.add_option("--connect", options.connect,
                   "Send to a wall or relay: tcp://wall:5556; or to a NATS cluster: tls://nats-1,nats-2; "
                   "repeatable");
    app.add_option("--publish", options.publish,
                   "Let walls and relays come and fetch: tcp://*:5558; repeatable");
    addTrustOptions(app, options.trust);
    addStreamOptions(app, options);
    addEdgeOption(app, options.edge);
    app.add_option("--state", options.state,
                   "Keeps the rosters of agents in this file, so that they are known after a restart");
    app.add_option("--record", options.record, "Records all that is received to this new MCAP file");
    app.add_option("--stats", options.stats,
                   "Writes one JSON object a second to this file; - is standard output");
    app.add_option("--status", options.status,
                   "Writes a page for people to this file, anew each second; watch cat FILE shows it");
    app.add_option("--remote-write", options.history.store.url,
                   "Writes history to this store, by Prometheus remote write: "
                   "http://store:8428/api/v1/write");
    app.add_option("--remote-write-queue", options.historyQueue,
                   "Folder where history waits while the store is away; otherwise one named after the relay "
                   "in ~/.local/state/surgescope");
    app.add_option("--remote-write-queue-mib", options.historyQueueMib, "What may wait there, in MiB")
        ->capture_default_str()
        ->check(CLI::Range(1, 10'000'000));
    addHistoryOptions(app, options.history);
}

/// The right to keep rosters there, for as long as it is held.
Result<std::optional<FileLock>> lockState(const std::string& path) {
    if (path.empty()) return std::optional<FileLock>();
    auto lock = FileLock::take(path + ".lock");
    if (lock && !*lock) return Error{"another relay keeps its rosters in '" + path + "'"};
    return lock;
}

/// What the relay before this one kept.
Result<std::vector<Roster>> keptRosters(const std::string& path) {
    std::error_code ignored;
    if (path.empty() || !std::filesystem::exists(path, ignored)) return std::vector<Roster>();
    const auto file = InputFile::open(path);
    if (!file) return Error{file.error()};
    if (file->size() > kRosterFileBytes)
        return Error{path + ": " + std::to_string(file->size()) + " bytes, expected at most " +
                     std::to_string(kRosterFileBytes)};
    std::string bytes;
    if (!file->read(0, file->size(), bytes)) return Error{path + ": cannot be read"};
    return parseRosterFile(bytes, path);
}

/// Null: none was asked for.
Result<std::unique_ptr<HistoryWriter>> openHistory(const Options& options, const PopCatalogue& catalogue,
                                                   const Clock& clock) {
    if (options.history.store.url.empty()) return std::unique_ptr<HistoryWriter>();
    auto name = options.name;
    std::ranges::replace(name, '/', '-');
    return HistoryWriter::open(
        {.store = options.history.store,
         .job = options.history.job,
         .instance = options.history.instance.empty() ? options.name : options.history.instance,
         .queueFolder =
             options.historyQueue.empty() ? stateFolder() + "/history/" + name : options.historyQueue,
         .queueBytes = options.historyQueueMib << 20U},
        catalogue, clock);
}

/// Signals are taken by the one thread that waits for them; those it starts never see one.
sigset_t blockSignals() {
    sigset_t signals;
    sigemptyset(&signals);
    for (const int signal : {SIGINT, SIGTERM})
        sigaddset(&signals, signal);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    return signals;
}

/// Writes what the feed thread tells. The only thread that waits for a disk.
class Scribe {
  public:
    Scribe(const Options& options, RelayThread& relay, const Clock& clock, const Recorder* recorder,
           const HistoryWriter* history, std::unique_ptr<LineWriter> stats)
        : m_options(options), m_relay(relay), m_clock(clock), m_recorder(recorder), m_history(history),
          m_stats(std::move(stats)), m_begin(clock.steady()), m_toldAt(m_begin),
          m_cpuThen(processCpuSeconds()) {
        m_report.name = options.name;
    }

    void write() {
        if (const auto rosters = m_relay.rosters().take()) keep(*rosters);
        const auto status = m_relay.statuses().take();
        if (!status) return;
        const auto now = m_clock.steady();
        const double cpu = processCpuSeconds();
        m_report.cpuShare =
            (cpu - std::exchange(m_cpuThen, cpu)) / std::max(secondsBetween(m_toldAt, now), 1e-3);
        m_toldAt = now;
        m_report.uptimeSeconds = secondsBetween(m_begin, now);
        m_report.status = *status;
        if (m_recorder) m_report.recorder = m_recorder->status();
        if (m_history) m_report.history = m_history->status();
        if (m_history) warnOfHistory(*m_report.history);
        if (m_stats) m_report.linesDropped = m_stats->dropped();
        if (m_stats && !m_stats->write(statsLine(m_report))) {
            spdlog::warn("--stats: '{}' takes no more", m_options.stats);
            m_stats.reset();
        }
        if (!m_options.status.empty())
            warnOnce(replaceFile(m_options.status, statusPage(m_report)), m_statusTrouble);
        if (m_recorder && m_report.recorder->state == Recorder::State::failed)
            warnOnce(Error{m_report.recorder->reason}, m_recorderTrouble);
    }

  private:
    void keep(const std::string& rosters) {
        warnOnce(replaceFile(m_options.state, rosters), m_report.rosterTrouble);
    }
    void warnOfHistory(const HistoryStatus& history) {
        const auto warn = [&](const char* what, const std::string& text, std::string& known) {
            const auto whole = text.empty() ? "" : "--remote-write: " + history.url + ": " + what + text;
            warnOnce(text.empty() ? std::nullopt : std::optional(Error{whole}), known);
        };
        warn("", history.trouble, m_historyTrouble[0]);
        warn("waiting on disk: ", history.diskTrouble, m_historyTrouble[1]);
        warn("", history.note, m_historyTrouble[2]);
        // Its words differ each time: the first are told, and all are counted.
        if (m_historyTrouble[3].empty()) warn("refused: ", history.lastRefusal, m_historyTrouble[3]);
    }
    static void warnOnce(const std::optional<Error>& error, std::string& known) {
        const auto text = error ? error->text : std::string();
        if (text != known && !text.empty()) spdlog::warn("{}", text);
        known = text;
    }

    const Options& m_options;
    RelayThread& m_relay;
    const Clock& m_clock;
    const Recorder* m_recorder;
    const HistoryWriter* m_history;
    std::unique_ptr<LineWriter> m_stats;
    SteadyTime m_begin;
    SteadyTime m_toldAt;
    double m_cpuThen;
    RelayReport m_report;
    std::string m_statusTrouble;
    std::string m_recorderTrouble;
    std::array<std::string, 4> m_historyTrouble; // as told last
};

int runRelay(CLI::App& app, const Options& options) {
    const auto refuse = [&app](const std::string& text) { return commandLineError(app, text); };
    const auto catalogue = catalogueOf(options.edge);
    if (!catalogue) return refuse("--edge: " + catalogue.error());
    if (options.bind.empty() && options.from.empty() && !options.jetStream)
        return refuse("--bind or --from is required: where do reports come from?");
    if (options.connect.empty() && options.publish.empty())
        return refuse("--connect or --publish is required: where shall reports go?");
    const auto toNats = std::ranges::count_if(options.connect, isNats);
    if (options.jetStream && toNats != 1)
        return refuse("--jetstream: expected one --connect nats://… or tls://…: who shall keep it?");
    if (toNats > 0 && std::ranges::any_of(options.from, isNats))
        return refuse(
            "--from and --connect: expected NATS on one side only; a relay there would hear itself");
    const auto lock = lockState(options.state);
    if (!lock) return failure(app, "--state: " + lock.error());
    auto kept = keptRosters(options.state);
    if (!kept) return failure(app, "--state: " + kept.error());
    const auto signals = blockSignals();
    spdlog::set_default_logger(spdlog::stderr_logger_mt(kProgram));
    const SystemClock clock;
    std::unique_ptr<LineWriter> stats;
    if (!options.stats.empty()) {
        auto opened = LineWriter::open(options.stats);
        if (!opened) return failure(app, "--stats: " + opened.error());
        stats = std::move(opened.value());
    }
    const auto context = std::make_shared<ZmqContext>(std::make_shared<Trust>(options.trust));
    auto source = openFeed({.connect = options.from, .bind = options.bind, .context = context});
    if (!source) return failure(app, source.error());
    auto stream = options.stream;
    stream.keep = std::chrono::seconds(static_cast<std::int64_t>(options.keepSeconds));
    auto up = Publisher::open({.name = options.name,
                               .bind = options.publish,
                               .connect = options.connect,
                               .onlyWhileConnected = true,
                               .pops = 1, // and so many nodes: few relays have larger PoPs
                               .nodes = 1'000,
                               .warn = [](const std::string& text) { spdlog::warn("{}", text); },
                               .inform = [](const std::string& text) { spdlog::info("{}", text); },
                               .stream = options.jetStream ? std::optional(stream) : std::nullopt,
                               .context = context},
                              clock);
    if (!up) return failure(app, up.error());
    std::unique_ptr<Recorder> recorder;
    if (!options.record.empty()) {
        auto opened = Recorder::open({.path = options.record, .library = kProgram}, clock);
        if (!opened) return failure(app, "--record: " + opened.error());
        recorder = std::move(opened.value());
    }
    auto history = openHistory(options, **catalogue, clock);
    if (!history) return failure(app, "--remote-write: " + history.error());
    for (const auto& endpoint : (*source)->endpoints())
        spdlog::info("{} {}", endpoint.binds ? "agents may come to" : "fetches from", endpoint.name);
    for (const auto& endpoint : (*up)->boundEndpoints())
        spdlog::info("publishes at {}", endpoint);
    for (const auto& endpoint : (*up)->endpoints())
        spdlog::info("publishes at {}{}", endpoint.name, options.jetStream ? ", which keeps it" : "");
    if (!kept->empty()) spdlog::info("knows {} rosters from before", kept->size());

    RelayThread relay(std::move(source.value()), std::move(up.value()), **catalogue, clock,
                      {.kept = std::move(kept.value()),
                       .keepsRosters = !options.state.empty(),
                       .tap = recorder.get(),
                       .history = history.value().get()});
    Scribe scribe(options, relay, clock, recorder.get(), history.value().get(), std::move(stats));
    while (::sigtimedwait(&signals, nullptr, &kLookEvery) < 0)
        scribe.write();
    spdlog::info("asked to stop: sends what it has");
    relay.stop();
    if (history.value()) history.value()->stop();
    scribe.write();
    if (recorder) recorder->stop();
    return 0;
}

} // namespace
} // namespace surgescope::app

int main(int argc, char** argv) {
    using namespace surgescope;
    feeds::raiseDescriptorLimit();
    CLI::App app{"Makes the agents of a site into one publisher: each second merged, a roster a PoP.",
                 app::kProgram};
    app::Options options;
    app::addOptions(app, options);
    if (const auto status = app::parseCommandLine(app, argc, argv)) return *status;
    return app::runRelay(app, options);
}
