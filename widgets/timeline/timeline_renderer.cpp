// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/timeline/timeline_renderer.h"

#include "widgets/base/fonts.h"
#include "widgets/base/palette.h"
#include "widgets/charts/axis_scale.h"
#include "widgets/charts/series_runs.h"
#include "widgets/map/label_placer.h"
#include "widgets/timeline/alarm_lane.h"
#include "widgets/timeline/timeline_controls_renderer.h"
#include "widgets/timeline/timeline_text.h"

#include <QFontMetricsF>
#include <QImage>
#include <QPainter>
#include <QPainterPath>
#include <QPolygonF>

#include <algorithm>
#include <cmath>

namespace surgescope::widgets {

namespace {

using Mode = feeds::Timeline::Mode;

constexpr double kTickRoom = 110; // pixels at scale 1
constexpr double kLongestLabel = 220;
constexpr double kLabelEvery = 10;  // no two labels begin nearer
constexpr double kPointWidth = 1.5; // finer would be dearer to draw and no easier to see
constexpr double kLeastGap = 2;     // however short: a gap is seen
constexpr double kLeastPart = 6;    // and so is the part of a night

QColor withAlpha(QColor colour, int alpha) {
    colour.setAlpha(alpha);
    return colour;
}

/// From the ground, 0, to the accent, 255; opaque, for what lies beneath must not shine through.
QColor towardsAccent(int strength) {
    const QColor &low = colours().panel, &high = colours().accent;
    const auto mix = [strength](int from, int to) { return from + (to - from) * strength / 255; };
    return {mix(low.red(), high.red()), mix(low.green(), high.green()), mix(low.blue(), high.blue())};
}

class TrackPainter {
  public:
    TrackPainter(QPainter& painter, const feeds::Timeline& timeline, const TimelineLayout& layout,
                 const TimelineLook& look)
        : m_painter(painter), m_timeline(timeline), m_layout(layout), m_look(look),
          m_scale(scaleOf(timeline, layout, look.window)), m_track(layout.track),
          m_shown(look.held.value_or(timeline.position)), m_position(m_scale.xOf(m_shown)) {}

    void paint();

  private:
    double px(double atFullHd) const { return atFullHd * m_layout.scale; }
    QRectF band(const TimelineRange& range, double least = 0) const;
    void hatch(const QRectF& box);
    void paintOverview();
    void paintRuns(const ReducedOverview& overview, const std::vector<SeriesRun>& runs);
    void paintReach();
    void paintLoop();
    void paintTicks();
    void paintEvents();
    void paintHandle();
    void paintPart();
    QColor handleColour() const;

    QPainter& m_painter;
    const feeds::Timeline& m_timeline;
    const TimelineLayout& m_layout;
    const TimelineLook& m_look;
    const Palette& m_palette = colours();
    TimelineScale m_scale;
    QRectF m_track;
    TimelineTime m_shown;
    double m_position; // of that, or of the end nearest to it
};

QRectF TrackPainter::band(const TimelineRange& range, double least) const {
    const double from = m_scale.xOf(range.from);
    return {from, m_track.top(), std::max(least, m_scale.xOf(range.to) - from), m_track.height()};
}

/// Qt's own hatching has the same few pixels at every scale.
void TrackPainter::hatch(const QRectF& box) {
    const int period = std::max(4, qRound(px(7))), wide = std::max(1, qRound(px(1)));
    QImage tile(period, period, QImage::Format_RGB32);
    for (int y = 0; y < period; ++y)
        for (int x = 0; x < period; ++x)
            tile.setPixelColor(x, y, (x + y) % period < wide ? m_palette.faint : m_palette.panel);
    m_painter.fillRect(box, QBrush(tile));
}

void TrackPainter::paintOverview() {
    const ReducedOverview overview =
        reduceOverview(m_timeline, static_cast<int>(m_track.width() / px(kPointWidth)), m_scale.shown());
    const std::vector<SeriesRun> runs = runsOf(overview.values);
    if (!runs.empty()) paintRuns(overview, runs);

    const auto endOf = [&](int point) { return overview.begin + overview.step * (point + 1); };
    int next = 0; // the first point that belongs to no run yet
    for (const SeriesRun& run : runs) {
        if (run.first > next) hatch(band({endOf(next - 1), endOf(run.first - 1)}, px(kLeastGap)));
        next = run.last + 1;
    }
    if (const int count = static_cast<int>(overview.values.size()); next < count)
        hatch(band({endOf(next - 1), endOf(count - 1)}, px(kLeastGap)));
    for (const TimelineRange& gap : m_timeline.gaps)
        if (overlap(gap, m_scale.shown())) hatch(band(gap, px(kLeastGap)));
}

void TrackPainter::paintRuns(const ReducedOverview& overview, const std::vector<SeriesRun>& runs) {
    float largest = 0; // of all there is, so that a height means the same in every part
    for (const float value : m_timeline.overview)
        if (value > largest) largest = value;
    const double top = largest > 0 ? AxisScale::niceAtLeast(static_cast<double>(largest)) : 1;
    const double wide = m_scale.pixelsPerSecond() * static_cast<double>(overview.step.count());
    const double first = m_scale.unboundedXOf(overview.begin), last = m_scale.unboundedXOf(m_timeline.end);
    const auto x = [&](double point) { return std::min(first + point * wide, last); };
    QPainterPath area;
    for (const SeriesRun& run : runs) {
        const auto y = [&](int point) {
            return m_track.bottom() -
                   std::max(0.0F, overview.values[static_cast<std::size_t>(point)]) / top * m_track.height();
        };
        QPolygonF edge{{x(run.first), m_track.bottom() + px(2)}, {x(run.first), y(run.first)}};
        for (int point = run.first; point <= run.last; ++point)
            edge << QPointF(x(point + 0.5), y(point));
        edge << QPointF(x(run.last + 1), y(run.last)) << QPointF(x(run.last + 1), m_track.bottom() + px(2));
        area.addPolygon(edge);
    }
    // What has been shown is brightest, what is to come quieter, what cannot be gone back to hardly there.
    const auto range = seekableRange(m_timeline);
    const double reach = range ? m_scale.xOf(range->from) : m_track.right();
    const double shown = std::max(reach, m_position);
    const auto lineAndFill = [&](double from, double to, int line, int fill) {
        if (to <= from) return;
        // The line is what the same area, moved down, leaves of it: stroking costs ten times as much.
        m_painter.setClipRect(QRectF(from, m_track.top(), to - from, m_track.height()));
        m_painter.fillPath(area, towardsAccent(line));
        m_painter.fillPath(area.translated(0, px(1.3)), towardsAccent(fill));
    };
    m_painter.setRenderHint(QPainter::Antialiasing);
    lineAndFill(m_track.left(), reach, 105, 38);
    lineAndFill(reach, shown, 210, 95);
    lineAndFill(shown, m_track.right(), 125, 52);
    m_painter.setRenderHint(QPainter::Antialiasing, false);
    m_painter.setClipping(false);
}

/// The ground line, and on it what of a live feed can be gone back to.
void TrackPainter::paintReach() {
    m_painter.fillRect(QRectF(m_track.left(), m_track.bottom(), m_track.width(), std::max(1.0, px(1))),
                       m_palette.faint);
    if (m_timeline.mode == Mode::replay) return;
    if (m_timeline.mode == Mode::behindLive) // what has happened meanwhile
        m_painter.fillRect(QRectF(QPointF(m_position, m_track.top()), m_track.bottomRight()),
                           withAlpha(m_palette.elevated, 45));
    if (!m_timeline.buffered || !overlap(*m_timeline.buffered, m_scale.shown())) return;
    QRectF line = band(*m_timeline.buffered, px(3));
    line.setTop(m_track.bottom() - px(1));
    line.setHeight(px(3));
    m_painter.fillRect(line, m_palette.good);
    if (!contains(m_scale.shown(), m_timeline.buffered->from)) return;
    line.setTop(m_track.bottom() - px(8));
    line.setWidth(px(2));
    m_painter.fillRect(line, m_palette.good);
}

void TrackPainter::paintLoop() {
    const auto& loop = m_look.loop ? m_look.loop : m_timeline.loop;
    if (!loop || !overlap(*loop, m_scale.shown())) return;
    const bool inEffect = m_timeline.loop && *loop == *m_timeline.loop;
    const QRectF box = band(*loop, px(2));
    if (inEffect) m_painter.fillRect(box, withAlpha(m_palette.text, 40));
    m_painter.setPen(QPen(m_palette.text, px(1.5), inEffect ? Qt::SolidLine : Qt::DashLine));
    m_painter.setRenderHint(QPainter::Antialiasing);
    for (const double side : {1.0, -1.0}) {
        const double x = side > 0 ? box.left() : box.right();
        if (!contains(m_scale.shown(), side > 0 ? loop->from : loop->to)) continue;
        m_painter.drawLine(QPointF(x, box.top()), QPointF(x, box.bottom()));
        const QPointF foot(x, box.bottom() + px(1)); // the handle, pointing into the range
        m_painter.save();
        m_painter.setPen(Qt::NoPen);
        m_painter.setBrush(inEffect ? m_palette.text : m_palette.muted);
        m_painter.drawPolygon(QPolygonF{foot - QPointF(0, px(14)), foot + QPointF(side * px(8), 0), foot});
        m_painter.restore();
    }
    m_painter.setRenderHint(QPainter::Antialiasing, false);
}

void TrackPainter::paintTicks() {
    const QFont plain = textFont(px(13)), bold = textFont(px(13), QFont::DemiBold);
    const QFontMetricsF metrics(bold);
    for (const TimelineTick& tick : timelineTicks(m_scale, m_timeline.releaseAt, px(kTickRoom))) {
        const bool release = m_timeline.releaseAt && tick.at == *m_timeline.releaseAt;
        const double x = m_scale.xOf(tick.at), half = metrics.horizontalAdvance(tick.text) / 2 + 1;
        m_painter.fillRect(QRectF(x, m_track.bottom(), std::max(1.0, px(1)), px(4)), m_palette.faint);
        const double middle = std::clamp(x, m_track.left() + half, m_track.right() - half);
        if (std::abs(middle - x) > half) continue; // the track is narrower than the word
        m_painter.setFont(release ? bold : plain);
        m_painter.setPen(release ? m_palette.accent : m_palette.muted);
        const double top = m_layout.axis.top() + px(m_look.window.isWhole() ? 2 : 0);
        m_painter.drawText(QRectF(middle - half, top, 2 * half, m_layout.axis.height()), Qt::AlignCenter,
                           tick.text);
    }
    if (!m_timeline.releaseAt || !contains(m_scale.shown(), *m_timeline.releaseAt)) return;
    const double x = m_scale.xOf(*m_timeline.releaseAt);
    m_painter.setPen(QPen(m_palette.accent, px(2), Qt::DotLine));
    m_painter.drawLine(QPointF(x, m_track.top() - px(3)), QPointF(x, m_track.bottom()));
}

void TrackPainter::paintEvents() {
    const QFont font = textFont(px(14), QFont::Medium);
    const auto tick = [&](const EventRow& event, double top) {
        m_painter.fillRect(
            QRectF(std::round(m_scale.xOf(event.at)), top, std::max(1.0, px(1.5)), m_track.bottom() - top),
            event.colour);
    };
    const auto rows = eventRows(m_timeline);
    double last = -1;
    for (const EventRow& event : rows) {
        if (event.kind == QLatin1String("alarm")) continue; // the lane has it
        const double x = std::round(m_scale.xOf(event.at));
        // Of many in one pixel one is enough, unless it is the one that matters.
        if (!contains(m_scale.shown(), event.at) || (x == last && event.kind != QLatin1String("release")))
            continue;
        last = x;
        tick(event, m_track.bottom() - px(9)); // low: it crosses no label, and many do not hide the curve
    }
    m_painter.setFont(font);
    for (const EventLabel& label : placeEventLabels(rows, m_scale, m_layout.labels, font)) {
        const EventRow& event = rows[label.event];
        tick(event, m_track.top());
        m_painter.fillRect(label.box, withAlpha(m_palette.panel, 210)); // the curve may run behind it
        m_painter.setPen(event.colour);
        m_painter.drawText(label.box, Qt::AlignCenter,
                           QFontMetricsF(font).elidedText(event.text, Qt::ElideRight, label.box.width()));
    }
}

void TrackPainter::paintHandle() {
    if (m_look.hover && !m_look.held && contains(m_scale.shown(), *m_look.hover))
        m_painter.fillRect(
            QRectF(m_scale.xOf(*m_look.hover), m_track.top(), std::max(1.0, px(1)), m_track.height()),
            m_palette.muted);
    if (!contains(m_scale.shown(), m_shown)) return; // the strip beneath says where it is
    const QColor colour = handleColour();
    m_painter.setRenderHint(QPainter::Antialiasing);
    m_painter.setPen(Qt::NoPen);
    m_painter.setBrush(colour);
    m_painter.drawRect(QRectF(m_position - px(1.5), m_track.top() - px(4), px(3), m_track.height() + px(6)));
    if (seekableRange(m_timeline)) // something to take hold of only where there is somewhere to go
        m_painter.drawRoundedRect(QRectF(m_position - px(6), m_track.top() - px(5), px(12), px(9)), px(3),
                                  px(3));
    m_painter.setRenderHint(QPainter::Antialiasing, false);
}

QColor TrackPainter::handleColour() const {
    return m_timeline.mode == Mode::behindLive ? m_palette.elevated
           : m_timeline.mode == Mode::live     ? m_palette.good
                                               : m_palette.text;
}

/// While only a part is seen: all of it as a line, the part brighter, and in it T-0 and the handle.
void TrackPainter::paintPart() {
    if (m_look.window.isWhole()) return;
    const QRectF& line = m_layout.part;
    const TimelineScale all = scaleOf(m_timeline, m_layout);
    const auto mark = [&](TimelineTime at, const QColor& colour) {
        m_painter.fillRect(QRectF(all.xOf(at) - px(1), line.top() - px(1), px(2), line.height() + px(2)),
                           colour);
    };
    m_painter.fillRect(line, withAlpha(m_palette.faint, 90));
    const double wide = std::max(px(kLeastPart), all.xOf(m_scale.shown().to) - all.xOf(m_scale.shown().from));
    const double from = std::min(all.xOf(m_scale.shown().from), line.right() - wide);
    m_painter.fillRect(QRectF(from, line.top(), wide, line.height()), m_palette.muted);
    if (m_timeline.releaseAt && contains({m_timeline.begin, m_timeline.end}, *m_timeline.releaseAt))
        mark(*m_timeline.releaseAt, m_palette.accent);
    mark(m_shown, handleColour());
}

void TrackPainter::paint() {
    if (m_timeline.overview.empty()) {
        paintReach();
        m_painter.setFont(textFont(px(14), QFont::Medium));
        m_painter.setPen(m_palette.faint);
        m_painter.drawText(m_track, Qt::AlignCenter,
                           m_timeline.opening ? openingText(m_timeline)
                                              : QStringLiteral("nothing received yet"));
        if (m_timeline.empty) return;
    }
    paintOverview();
    paintReach();
    QRectF beneathLabels = m_track;
    beneathLabels.setTop(m_layout.labels.bottom());
    paintAlarmLane(m_painter, m_timeline, m_scale, beneathLabels, px(1));
    paintLoop();
    paintTicks();
    paintEvents();
    paintHandle();
    paintPart();
}

} // namespace

TimelineScale scaleOf(const feeds::Timeline& timeline, const TimelineLayout& layout,
                      const TimelineWindow& window) {
    return {window.of({timeline.begin, timeline.end}), layout.track.left(), layout.track.right()};
}

std::vector<EventLabel> placeEventLabels(const std::vector<EventRow>& rows, const TimelineScale& scale,
                                         const QRectF& row, const QFont& font) {
    const QFontMetricsF metrics(font);
    const double unit = row.height() / 17, beside = 6 * unit;
    std::vector<std::size_t> order;
    for (const bool releases : {true, false}) {
        double last = -1;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const EventRow& event = rows[i];
            if (!event.isLoud || (event.kind == QLatin1String("release")) != releases ||
                !contains(scale.shown(), event.at))
                continue;
            const double x = scale.xOf(event.at);
            if (last >= 0 && x < last + kLabelEvery * unit) continue; // thousands need no thousand tries
            order.push_back(i);
            last = x;
        }
    }
    std::vector<LabelWish> wishes;
    wishes.reserve(order.size());
    for (const std::size_t i : order) {
        const double wide = metrics.horizontalAdvance(rows[i].text) + 2 * unit;
        wishes.push_back({{scale.xOf(rows[i].at), row.center().y()},
                          beside,
                          {std::min(wide, kLongestLabel * unit), row.height() - 0.5}});
    }
    // As high as a label: there is room beside an anchor, but none above or below it.
    const auto boxes = placeLabels(wishes, row, {});
    std::vector<EventLabel> labels;
    for (std::size_t i = 0; i < boxes.size(); ++i)
        if (boxes[i]) labels.push_back({order[i], *boxes[i]});
    return labels;
}

void paintTimeline(QPainter& painter, const feeds::Timeline& timeline, const TimelineLayout& layout,
                   const TimelineLook& look) {
    const Palette& p = colours();
    painter.fillRect(layout.whole, p.panel);
    painter.fillRect(QRectF(0, 0, layout.whole.width(), 1), p.border);
    TrackPainter(painter, timeline, layout, look).paint();
    paintTimelineControls(painter, timeline, layout, look);
}

} // namespace surgescope::widgets
