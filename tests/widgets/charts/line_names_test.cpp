// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/charts/chart_views.h"
#include "widgets/charts/line_chart.h"

#include "tests/support/catch.h"
#include "tests/support/sample_frame.h"

#include <QKeyEvent>
#include <QSignalSpy>
#include <QTest>

using namespace surgescope;
using namespace surgescope::widgets;

namespace {

/// Requests by region, or latencies: enough room for every name.
struct NamedChart {
    Focus focus;
    std::shared_ptr<feeds::Frame> frame = tests::sampleFrame();
    LineChart chart;
    QSignalSpy said{&chart, &LineChart::said};

    explicit NamedChart(ChartKind kind = ChartKind::stackedAreas)
        : chart(focus, kind, Unit::perSecond, QStringLiteral("Requests"), QString()) {
        chart.resize(800, 400);
        chart.show();
        give();
    }
    void give() {
        chart.setData({frame->chartAxis,
                       linesOf(kChartViews[*chartNamed("requests")], *frame, feeds::PopCatalogue::builtIn()),
                       {},
                       {}});
    }
    QString name(std::size_t line) const { return chart.data().lines.at(line).name; }
    void click(const QString& name, Qt::KeyboardModifiers modifiers = Qt::NoModifier) {
        const QRectF box = chart.nameBox(name);
        REQUIRE_FALSE(box.isEmpty());
        QTest::mouseClick(&chart, Qt::LeftButton, modifiers, box.center().toPoint());
    }
    void press(int key, Qt::KeyboardModifiers modifiers = Qt::NoModifier) {
        CHECK(chart.handleKey(QKeyEvent(QEvent::KeyPress, key, modifiers)));
    }
};

} // namespace

TEST_CASE("a click on a name hides the series, says so, and another one shows it again") {
    NamedChart shown;
    const QImage before = shown.chart.grab().toImage();
    const double top = shown.chart.axisScale().top();
    shown.click(QStringLiteral("Europe"));
    CHECK(shown.chart.hiddenNames() == QStringList{QStringLiteral("Europe")});
    CHECK(shown.chart.subtitle().startsWith(QStringLiteral("hidden: Europe")));
    REQUIRE(shown.said.size() == 1);
    CHECK(shown.said[0][0].toString().contains(QStringLiteral("Europe is hidden")));
    const QRectF plot = shown.chart.plotRect();
    CHECK(shown.chart.grab().toImage().copy(plot.toRect()) != before.copy(plot.toRect()));
    CHECK(shown.chart.axisScale().top() <= top);
    shown.give(); // it stays hidden when time goes on
    CHECK(shown.chart.hiddenNames().size() == 1);
    shown.click(QStringLiteral("Europe"));
    CHECK(shown.chart.hiddenNames().isEmpty());
    CHECK(shown.chart.grab().toImage().copy(plot.toRect()) == before.copy(plot.toRect()));
}

TEST_CASE("Shift and a click show a series alone, and once more all") {
    NamedChart shown;
    const auto all = static_cast<qsizetype>(shown.chart.data().lines.size());
    shown.click(QStringLiteral("Asia"), Qt::ShiftModifier);
    CHECK(shown.chart.hiddenNames().size() == all - 1);
    CHECK_FALSE(shown.chart.hiddenNames().contains(QStringLiteral("Asia")));
    CHECK_FALSE(shown.chart.nameBox(QStringLiteral("Africa")).isEmpty()); // there it comes back
    shown.click(QStringLiteral("Asia"), Qt::ShiftModifier);
    CHECK(shown.chart.hiddenNames().isEmpty());
}

TEST_CASE("an earlier launch is hidden and shown like the others") {
    NamedChart shown;
    const QString name = QStringLiteral("standard rollout");
    shown.click(name);
    CHECK(shown.chart.hiddenNames() == QStringList{name});
    shown.click(name);
    CHECK(shown.chart.hiddenNames().isEmpty());
}

TEST_CASE("a chart is never left with nothing, nor with what hides all of another selection") {
    NamedChart shown;
    shown.click(QStringLiteral("Asia"), Qt::ShiftModifier);
    shown.click(QStringLiteral("Asia"));
    CHECK(shown.chart.hiddenNames().isEmpty());
    shown.click(QStringLiteral("Europe"));
    auto one = shown.chart.data();
    std::erase_if(one.lines, [](const ChartLine& line) { return line.name != QStringLiteral("Europe"); });
    shown.chart.setData(one);
    CHECK(shown.chart.hiddenNames().isEmpty());
}

TEST_CASE("keys choose a series, hide it and show it alone") {
    NamedChart shown;
    shown.press(Qt::Key_Up);
    shown.press(Qt::Key_Up);
    shown.press(Qt::Key_Return);
    CHECK(shown.chart.hiddenNames() == QStringList{shown.name(1)});
    CHECK(shown.chart.accessibleDescription().contains(shown.name(1)));
    CHECK(shown.chart.accessibleDescription().contains(QStringLiteral("(hidden) (chosen)")));
    shown.press(Qt::Key_Return);
    shown.press(Qt::Key_Down);
    shown.press(Qt::Key_Enter, Qt::ShiftModifier);
    CHECK_FALSE(shown.chart.hiddenNames().contains(shown.name(0)));
    CHECK(shown.chart.hiddenNames().size() == static_cast<qsizetype>(shown.chart.data().lines.size()) - 1);
    CHECK_FALSE(shown.chart.handleKey(QKeyEvent(QEvent::KeyPress, Qt::Key_Space, Qt::NoModifier)));
}

TEST_CASE("a click beside the names hides nothing") {
    NamedChart shown;
    QTest::mouseClick(&shown.chart, Qt::LeftButton, {}, shown.chart.plotRect().center().toPoint());
    QTest::mouseClick(&shown.chart, Qt::LeftButton, {}, {20, 380});
    CHECK(shown.chart.hiddenNames().isEmpty());
    CHECK(shown.said.isEmpty());
}
