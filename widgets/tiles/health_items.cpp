// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/tiles/health_items.h"

#include "feeds/state/freshness.h"

#include "widgets/base/format.h"
#include "widgets/base/palette.h"

#include <QStringList>

#include <algorithm>

namespace surgescope::widgets {

namespace {

std::vector<feeds::RefusalCount> byCount(const feeds::FeedHealth& health) {
    auto refused = health.refused;
    std::stable_sort(refused.begin(), refused.end(),
                     [](const auto& a, const auto& b) { return a.count > b.count; });
    return refused;
}

HealthItem lossItem(const char16_t* label, std::uint64_t count) {
    return {QString::fromUtf16(label), formatCount(count), count > 0 ? colours().elevated : QColor()};
}

HealthItem refusedItem(const feeds::FeedHealth& health) {
    std::uint64_t total = 0;
    QStringList reasons;
    for (const feeds::RefusalCount& r : byCount(health)) {
        total += r.count;
        if (reasons.size() < 2 && r.count > 0)
            reasons << QStringLiteral("%1 %2").arg(QString::fromStdString(r.reason), formatCount(r.count));
    }
    HealthItem item = lossItem(u"refused", total);
    if (!reasons.isEmpty()) item.value += QStringLiteral(" (%1)").arg(reasons.join(QStringLiteral(", ")));
    return item;
}

/// Who is wrong has a name.
HealthItem complaintItem(const feeds::FeedHealth& health) {
    QString text = QString::fromStdString(health.complaints.front());
    constexpr int kRoom = 70; // characters
    if (text.size() > kRoom) text = text.left(kRoom - 1) + QChar(0x2026);
    if (health.complaintCount > 1) text += QStringLiteral(" (and %1 more)").arg(health.complaintCount - 1);
    return {QString(), text, colours().elevated};
}

/// Stays in sight: nothing that comes that way can be believed.
bool isPlain(const feeds::FeedHealth& health) {
    return std::ranges::any_of(health.endpoints, &feeds::EndpointStatus::plain);
}

/// Connections that came to nothing: whoever is behind them cannot say so here.
std::uint64_t turnedAway(const feeds::FeedHealth& health) {
    std::uint64_t count = 0;
    for (const feeds::EndpointStatus& endpoint : health.endpoints)
        for (const feeds::Counted& trouble : endpoint.troubles)
            count += trouble.count;
    return count;
}

HealthItem endpointsItem(const feeds::FeedHealth& health) {
    int peers = 0;
    for (const feeds::EndpointStatus& e : health.endpoints) {
        peers += e.peers;
        // Nobody who is turned away can say so: the wall has to.
        if (e.full && !e.troubles.empty())
            return {QStringLiteral("%1 peers").arg(e.peers), QString::fromStdString(e.troubles.front().what),
                    colours().overload};
    }
    if (health.endpoints.empty()) return {QStringLiteral("source"), QStringLiteral("none open"), {}};
    QString first = QString::fromStdString(health.endpoints.front().name);
    if (health.endpoints.size() > 1) first += QStringLiteral(" +%1").arg(health.endpoints.size() - 1);
    return {first,
            peers == 1   ? QStringLiteral("1 peer")
            : peers == 0 ? QStringLiteral("no peer")
                         : QStringLiteral("%1 peers").arg(peers),
            peers == 0 ? colours().elevated : QColor()};
}

} // namespace

std::vector<HealthItem> healthItems(const feeds::FeedHealth& health) {
    const Palette& p = colours();
    std::vector<HealthItem> items;
    const bool anything = health.newestAgeSeconds || health.nodesHeard > 0;
    if (anything || health.nodesExpected > 0) {
        QString nodes = formatCount(health.nodesHeard);
        QColor colour;
        if (health.nodesExpected > 0) {
            const double share =
                static_cast<double>(health.nodesHeard) / static_cast<double>(health.nodesExpected);
            nodes += QStringLiteral(" of %1 (%2)")
                         .arg(formatCount(health.nodesExpected), formatNumber(share, Unit::ratio));
            if (share < kCoverageWorthColour) colour = p.elevated;
        }
        items.push_back({QStringLiteral("nodes"), nodes, colour});
    }
    if (anything) {
        const double age = health.newestAgeSeconds.value_or(0);
        items.push_back({QStringLiteral("newest"),
                         health.newestAgeSeconds ? formatAge(age) : QStringLiteral("no data"),
                         age > feeds::kStaleAfterSeconds  ? p.overload
                         : age > feeds::kLateAfterSeconds ? p.elevated
                                                          : QColor()});
        items.push_back(
            {QStringLiteral("reports"), formatNumber(health.reportsPerSecond, Unit::perSecond), {}});
        items.push_back(
            {QStringLiteral("in"), formatNumber(health.bytesPerSecond, Unit::bytesPerSecond), {}});
        items.push_back(lossItem(u"lost", health.lost));
        items.push_back(lossItem(u"duplicates", health.duplicates));
        items.push_back(lossItem(u"reordered", health.reordered));
        items.push_back(lossItem(u"restarts", health.restarts));
    } else {
        items.push_back({QStringLiteral("feed"), QStringLiteral("nothing received yet"), {}});
    }
    if (!health.complaints.empty()) items.push_back(complaintItem(health));
    if (anything || !health.refused.empty()) items.push_back(refusedItem(health));
    if (anything)
        items.push_back({QStringLiteral("feed thread"), formatNumber(health.feedThreadLoad, Unit::ratio),
                         health.feedThreadLoad > kLoadWorthColour ? p.elevated : QColor()});
    if (const auto away = turnedAway(health); away > 0)
        items.push_back({QStringLiteral("turned away"), formatCount(away), p.elevated});
    if (isPlain(health)) items.push_back({QString(), QStringLiteral("NOT ENCRYPTED"), p.overload});
    items.push_back(endpointsItem(health));
    return items;
}

std::vector<std::string> namedComplaints(const feeds::FeedHealth& health) {
    constexpr std::size_t kNamed = 12;
    const auto named = std::min(kNamed, health.complaints.size());
    std::vector<std::string> lines(health.complaints.begin(),
                                   health.complaints.begin() + static_cast<std::ptrdiff_t>(named));
    if (health.complaintCount > named)
        lines.push_back("and " + std::to_string(health.complaintCount - named) + " more publishers");
    return lines;
}

QString healthTooltip(const feeds::FeedHealth& health) {
    QString text = QStringLiteral("<b>Refused, by reason</b><table>");
    for (const feeds::RefusalCount& r : byCount(health))
        text += QStringLiteral("<tr><td>%1</td><td align='right'>&nbsp;&nbsp;%2</td></tr>")
                    .arg(QString::fromStdString(r.reason).toHtmlEscaped(), formatCount(r.count));
    text += QStringLiteral("</table>");
    if (health.refused.empty()) text = QStringLiteral("<b>Nothing was refused</b>");
    for (const std::string& complaint : namedComplaints(health))
        text += QStringLiteral("<p>%1</p>").arg(QString::fromStdString(complaint).toHtmlEscaped());
    if (!health.lastRefusal.empty())
        text +=
            QStringLiteral("<p>last: %1</p>").arg(QString::fromStdString(health.lastRefusal).toHtmlEscaped());
    for (const feeds::EndpointStatus& e : health.endpoints) {
        text += QStringLiteral("<br>%1 %2, %3 peers")
                    .arg(e.binds ? QStringLiteral("bound to") : QStringLiteral("connected to"),
                         QString::fromStdString(e.name).toHtmlEscaped(), QString::number(e.peers));
        for (const feeds::Counted& trouble : e.troubles)
            text +=
                QStringLiteral("<br>&nbsp;&nbsp;%1: %2")
                    .arg(QString::fromStdString(trouble.what).toHtmlEscaped(), formatCount(trouble.count));
    }
    return text;
}

QString troubleText(const feeds::FeedHealth& health) {
    QStringList words;
    for (const HealthItem& item : healthItems(health)) {
        const bool saidElsewhere =
            item.label == QStringLiteral("nodes") || item.label == QStringLiteral("newest");
        if (!item.colour.isValid() || saidElsewhere) continue;
        words << (item.label.isEmpty() ? item.value : item.label + u' ' + item.value);
    }
    return words.join(QStringLiteral(" · "));
}

} // namespace surgescope::widgets
