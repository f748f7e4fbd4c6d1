// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/history/store_past.h"

#include "feeds/capture/recorded_time.h"
#include "feeds/history/fetch.h"
#include "feeds/state/rollup.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <mutex>

namespace surgescope::feeds {
namespace {

namespace fs = std::filesystem;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr seconds kFineStep{10};
constexpr seconds kCoarseStep{60};
/// How much finer charts there are before the part that is looked at, and behind it, for the next part.
constexpr minutes kFineBefore{20};
constexpr minutes kFineBehind{8};
constexpr double kShareOfCharts = 0.1;
constexpr seconds kFirstBefore{30};
constexpr seconds kFirstBehind{10};
constexpr int kFolders = 16; // that may be used at once

FeedSecond secondOf(RecordedTime at) {
    return std::chrono::floor<seconds>(at);
}

/// Where the point of charts begins that a moment lies in.
FeedSecond slotBefore(FeedSecond at, seconds width) {
    return feedSecond(unixSeconds(at) / width.count() * width.count());
}

/// The first folder that nobody else has.
Result<FileLock> takeFolder(std::string& folder) {
    const auto first = folder;
    for (int n = 1; n <= kFolders; ++n) {
        if (n > 1) folder = first + "-" + std::to_string(n);
        std::error_code error;
        fs::create_directories(folder, error);
        if (error) return Error{"cannot make '" + folder + "': " + error.message()};
        auto lock = FileLock::take((fs::path(folder) / "lock").string());
        if (!lock) return Error{lock.error()};
        if (lock.value()) return std::move(*lock.value());
    }
    return Error{"'" + first + "' and its like are all in use"};
}

/// As shorter points, alike, as far as anybody knows: for charts of less time.
void addAs(seconds width, const Points& points, std::vector<Points>& all) {
    for (auto end = points.end - points.width + width; end <= points.end; end += width) {
        auto& each = all.emplace_back(points);
        each.end = end;
        each.width = width;
    }
}

/// The end of the first point behind it, or else of the last before; nothing: there are none.
std::optional<FeedSecond> nearest(const std::vector<Points>& points, FeedSecond at) {
    if (points.empty()) return std::nullopt;
    const auto behind = std::ranges::upper_bound(points, at, {}, &Points::end);
    return behind == points.end() ? points.back().end : behind->end;
}

} // namespace

struct StorePast::Reading {
    std::mutex mutex;
    GoesOn goesOn; // empty: nobody can end it
    double share = 0;

    bool isWanted() {
        const std::scoped_lock lock(mutex);
        return !goesOn || goesOn(share);
    }
    bool note(double done) {
        {
            const std::scoped_lock lock(mutex);
            share = done;
        }
        return isWanted();
    }
};

Result<std::unique_ptr<StorePast>> StorePast::open(const Options& options, const PopCatalogue& catalogue) {
    if (options.to <= options.from) return Error{"expected an end behind the beginning"};
    auto own = options;
    auto lock = takeFolder(own.folder);
    if (!lock) return Error{lock.error()};
    auto reading = std::make_shared<Reading>();
    own.store.http.goesOn = [reading] { return reading->isWanted(); };
    std::unique_ptr<StorePast> past(
        new StorePast(std::move(own), catalogue, std::move(lock.value()), std::move(reading)));
    past->forget(); // of a process that died
    const auto step = std::max(kCoarseStep, chartStep(options.from, options.to));
    auto charts = readCharts(options.store, options.from, options.to, step);
    if (!charts) return Error{charts.error()};
    if (charts->points.empty() && charts->withoutRegions.empty())
        return Error{options.store.url + ": holds nothing of job '" + options.store.job + "' from " +
                     isoText(options.from) + " to " + isoText(options.to)};
    past->m_charts = std::move(charts.value());
    auto& read = past->m_charts;
    for (const auto& writer : read.withoutRegions)
        past->m_troubles.push_back(writer + " wrote no regions: charts have nothing of it");
    std::ranges::move(troublesOf(read.unusable, read.warnings), std::back_inserter(past->m_troubles));
    return past;
}

StorePast::~StorePast() {
    forget();
}

/// What is played just now goes on: it is open.
void StorePast::forget() {
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(m_options.folder, ignored))
        if (entry.path().extension() == ".mcap") fs::remove(entry.path(), ignored);
}

std::string StorePast::fileOf(unsigned number) const {
    return (fs::path(m_options.folder) / (std::to_string(number) + ".mcap")).string();
}

std::optional<Error> StorePast::readFine(FeedSecond from, FeedSecond to) {
    if (m_charts.points.empty()) return std::nullopt; // there are no regions
    from = std::max(m_options.from, from - Rollup::kFineRange);
    to = std::min(m_options.to, to);
    if (from >= m_fineFrom && to <= m_fineTo) return std::nullopt;
    // At the seam of two coarse points: one that lies in both is left out.
    m_fineFrom = std::max(m_options.from, slotBefore(to - kFineBefore, m_charts.points.front().width));
    m_fineTo = std::min(m_options.to, to + kFineBehind);
    auto charts = readCharts(m_options.store, m_fineFrom, m_fineTo, kFineStep);
    if (!charts) return Error{charts.error()};
    std::ranges::move(troublesOf(charts->unusable, charts->warnings), std::back_inserter(m_troubles));
    m_fine = std::move(charts.value().points);
    return std::nullopt;
}

/// What all rings of charts have around a part.
std::vector<Points> StorePast::pointsAround(FeedSecond from) const {
    std::vector<Points> all;
    const Rollup alike;
    const auto& middle = alike.rings()[1];
    const auto& coarse = alike.rings()[2];
    for (const auto& points : m_charts.points) {
        addAs(coarse.step(), points, all);
        const bool hasFiner = points.end > m_fineFrom && points.end <= m_fineTo;
        if (hasFiner || points.end > from) continue;
        if (points.end > from - middle.length()) addAs(middle.step(), points, all);
        if (points.end > from - Rollup::kFineRange) addAs(seconds(1), points, all);
    }
    for (const auto& points : m_fine) {
        if (points.end > from) continue;
        all.push_back(points);
        if (points.end > from - Rollup::kFineRange) addAs(seconds(1), points, all);
    }
    std::ranges::stable_sort(all, {}, &Points::end);
    return all;
}

Result<FarPast::Part> StorePast::around(RecordedTime at, RecordedTime until, const GoesOn& goesOn) {
    {
        const std::scoped_lock lock(m_reading->mutex);
        m_reading->goesOn = goesOn;
        m_reading->share = 0;
    }
    const auto end =
        std::min<FeedSecond>(m_options.to, secondOf(std::min<RecordedTime>(until, m_options.to)));
    const bool isFirst = m_made == 0;
    const auto back = isFirst ? kFirstBefore : before(), on = isFirst ? kFirstBehind : behind();
    auto moment = secondOf(at);
    if (auto failed = readFine(moment - back, moment + on)) return *failed;
    const bool isKnown = std::ranges::any_of(m_fine, [&](const Points& points) {
        return points.end > moment - back && points.end - points.width < moment + on;
    });
    const auto elsewhere = nearest(m_charts.points, moment);
    // Where there are no regions, or not of all, charts do not tell.
    const bool isElsewhere = !isKnown && elsewhere && m_charts.withoutRegions.empty();
    if (isElsewhere) { // that minute is in charts, and finer ones tell in which of its seconds anybody
                       // reported
        if (auto failed = readFine(*elsewhere - back, *elsewhere + on)) return *failed;
        moment = nearest(m_fine, moment).value_or(*elsewhere);
    }
    auto part = read(std::max(m_options.from, moment - back), std::min(end, moment + on));
    if (!part) return part;
    part.value().at = isElsewhere ? moment : at;
    if (isElsewhere)
        part.value().troubles.push_back("nobody reported at " + utcText(secondOf(at)) +
                                        " UTC: the nearest is " + utcText(moment));
    return part;
}

Result<std::string> StorePast::chartsUpTo(RecordedTime at) {
    if (m_charts.points.empty()) return std::string();
    auto path = fileOf(0);
    if (auto failed = writeCharts(path, m_catalogue, secondOf(at),
                                  {.store = {},
                                   .from = m_options.from,
                                   .to = secondOf(at),
                                   .releaseAt = m_options.releaseAt,
                                   .library = m_options.library,
                                   .charts = pointsAround(secondOf(at)),
                                   .goesOn = {}}))
        return *failed;
    return path;
}

Result<FarPast::Part> StorePast::read(FeedSecond from, FeedSecond to) {
    if (!m_reading->note(0)) return Error{"no longer wanted"};
    forget();
    const auto path = fileOf(++m_made);
    const auto fetched =
        fetchHistory(path, m_catalogue,
                     {.store = m_options.store,
                      .from = from,
                      .to = to,
                      .releaseAt = m_options.releaseAt,
                      .library = m_options.library,
                      .charts = pointsAround(from),
                      .goesOn = [this](double share) {
                          return m_reading->note(kShareOfCharts + (1 - kShareOfCharts) * share);
                      }});
    if (!fetched) return Error{fetched.error()};
    if (!fetched->isWhole) return Error{"no longer wanted"};
    Part part{.recordings = {path}, .at = {}, .from = from, .to = to, .troubles = std::move(m_troubles)};
    m_troubles.clear();
    std::ranges::move(troublesOf(fetched->refused, fetched->warnings), std::back_inserter(part.troubles));
    return part;
}

} // namespace surgescope::feeds
