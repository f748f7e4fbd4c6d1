// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/base/fonts.h"
#include "widgets/base/palette.h"
#include "widgets/tables/pop_table_widget.h"

#include "tests/support/catch.h"
#include "tests/support/sample_frame.h"

#include <QKeyEvent>
#include <QPainter>
#include <QSignalSpy>
#include <QTest>
#include <QWheelEvent>

#include <algorithm>

using namespace surgescope;
using namespace surgescope::widgets;

namespace {

const feeds::PopCatalogue& builtIn() {
    return feeds::PopCatalogue::builtIn();
}

struct ShownTable {
    PopTableWidget widget{builtIn()};
    std::shared_ptr<feeds::Frame> frame = tests::sampleFrame();
    QSignalSpy selected{&widget, &PopTableWidget::popSelected};

    explicit ShownTable(QSize size = {1860, 640}) {
        widget.resize(size);
        widget.show();
        widget.setFrame(frame);
    }
    const feeds::PopFrame& pop(std::size_t row) const { return frame->pops[widget.rows().at(row)]; }
    void press(int key, Qt::KeyboardModifiers modifiers = Qt::NoModifier) {
        CHECK(widget.handleKey(QKeyEvent(QEvent::KeyPress, key, modifiers)));
    }
    const PopTableWidget::Cell& cell(PopColumn column) const {
        const auto found = std::ranges::find(widget.cells(), column, &PopTableWidget::Cell::column);
        REQUIRE(found != widget.cells().end());
        return *found;
    }
    void clickHead(PopColumn column) {
        QTest::mouseClick(&widget, Qt::LeftButton, {}, cell(column).head.center().toPoint());
    }
    void turnWheel(int notches) {
        const QPointF at = widget.rect().center();
        QWheelEvent event(at, at, {}, {0, 120 * notches}, Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase,
                          false);
        QCoreApplication::sendEvent(&widget, &event);
    }
    std::string selectedCode() const { return selected.back()[0].toString().toStdString(); }
};

/// As many PoPs as there may be, under codes of their own.
std::shared_ptr<feeds::Frame> largeFrame(std::size_t pops) {
    auto frame = tests::sampleFrame();
    const auto few = frame->pops;
    for (std::size_t i = 0; frame->pops.size() < pops; ++i) {
        frame->pops.push_back(few[i % few.size()]);
        frame->pops.back().code += QString::number(i).toStdString();
    }
    return frame;
}

} // namespace

TEST_CASE("rows are sorted by any column, either way, and what has no value comes last") {
    const auto frame = tests::sampleFrame();
    for (const PopColumnInfo& info : popColumns())
        for (const bool highestFirst : {true, false}) {
            INFO(QString::fromUtf16(info.head).toStdString() << highestFirst);
            auto order = sortedPops(*frame, builtIn(), {info.column, highestFirst});
            if (info.measure) {
                bool ended = false;
                for (std::size_t i = 0; i < order.size(); ++i) {
                    const feeds::Reading& here = frame->pops[order[i]].summary[*info.measure];
                    if (!here.hasValue()) ended = true;
                    if (!here.hasValue() || i == 0) continue;
                    CHECK_FALSE(ended);
                    const double before = frame->pops[order[i - 1]].summary[*info.measure].value;
                    CHECK((highestFirst ? before >= here.value : before <= here.value));
                }
            }
            std::ranges::sort(order);
            REQUIRE(order.size() == frame->pops.size());
            CHECK(std::ranges::adjacent_find(order) == order.end());
        }
    CHECK(sortedPops(*tests::emptyFrame(), builtIn(), {}).empty());
}

TEST_CASE("by age the silent come first, and a line says how many they are") {
    ShownTable table({1860, 1400});
    const auto silent = std::ranges::count_if(table.frame->pops, [](const feeds::PopFrame& pop) {
        return pop.freshness >= feeds::Freshness::stale;
    });
    REQUIRE(silent > 5);
    CHECK(table.widget.accessibleDescription().contains(QStringLiteral("%1 silent").arg(silent)));
    table.clickHead(PopColumn::age);
    for (std::size_t row = 0; row < static_cast<std::size_t>(silent); ++row)
        CHECK(table.pop(row).freshness >= feeds::Freshness::stale);
    CHECK(table.pop(static_cast<std::size_t>(silent)).freshness < feeds::Freshness::stale);
    CHECK(table.pop(0).freshness == feeds::Freshness::noData);
    // Each of them has its mark before its code.
    const QImage picture = table.widget.grab().toImage();
    const auto isMarked = [&](std::size_t row) {
        const QRectF box = table.widget.rowRect(row);
        for (int x = 0; x < 20; ++x)
            if (picture.pixel(static_cast<int>(box.left()) + x, static_cast<int>(box.center().y())) ==
                colours().silent.rgb())
                return true;
        return false;
    };
    CHECK(isMarked(0));
    CHECK(isMarked(static_cast<std::size_t>(silent) - 1));
    CHECK_FALSE(isMarked(static_cast<std::size_t>(silent)));
}

TEST_CASE("of a wall that hears nobody no single PoP is called silent") {
    ShownTable table;
    table.widget.setFrame(tests::staleFrame());
    CHECK(table.widget.accessibleDescription().contains(QStringLiteral(" 0 silent")));
}

TEST_CASE("a click on a head sorts by it, another one the other way") {
    ShownTable table;
    CHECK(table.widget.sort() == PopSort{});
    table.clickHead(PopColumn::hitRatio);
    CHECK(table.widget.sort() == PopSort{PopColumn::hitRatio, false}); // the worst first
    CHECK(table.widget.title() == QStringLiteral("PoPs by hit ratio"));
    table.clickHead(PopColumn::hitRatio);
    CHECK(table.widget.sort() == PopSort{PopColumn::hitRatio, true});
    CHECK(table.selected.empty());
    const QImage sorted = table.widget.grab().toImage();
    table.clickHead(PopColumn::lag);
    CHECK(table.widget.grab().toImage().copy(table.cell(PopColumn::lag).head.toRect()) !=
          sorted.copy(table.cell(PopColumn::lag).head.toRect())); // it is marked
}

TEST_CASE("keys sort, and lead to every row") {
    ShownTable table;
    table.press(Qt::Key_S, Qt::ShiftModifier);
    CHECK(table.widget.sort() == PopSort{PopColumn::saturation, false});
    table.press(Qt::Key_S);
    CHECK(table.widget.sort() == PopSort{PopColumn::full, false});
    for (std::size_t i = 0; i < table.widget.cells().size(); ++i)
        table.press(Qt::Key_S);
    CHECK(table.widget.sort() == PopSort{PopColumn::full, false}); // once around
    table.press(Qt::Key_Down);
    table.press(Qt::Key_Down);
    table.press(Qt::Key_Return);
    CHECK(table.selectedCode() == table.pop(1).code);
    const std::size_t shown = table.widget.shownRows();
    REQUIRE(shown > 10);
    REQUIRE(shown < table.widget.rows().size());
    table.press(Qt::Key_PageDown);
    CHECK(table.widget.firstRow() > 0);
    for (std::size_t i = 0; i < table.widget.rows().size() / shown + 2; ++i)
        table.press(Qt::Key_PageDown);
    CHECK(table.widget.firstRow() + shown == table.widget.rows().size());
    table.press(Qt::Key_Enter);
    CHECK(table.selectedCode() == table.pop(table.widget.rows().size() - 1).code);
    CHECK_FALSE(table.widget.handleKey(QKeyEvent(QEvent::KeyPress, Qt::Key_Home, Qt::NoModifier)));
}

TEST_CASE("the wheel scrolls, within the rows there are, and says which are shown") {
    ShownTable table;
    const auto all = QString::number(table.widget.rows().size());
    const auto shown = table.widget.shownRows();
    CHECK(table.widget.subtitle() == QStringLiteral("1 to %1 of %2").arg(shown).arg(all));
    table.turnWheel(-2);
    CHECK(table.widget.firstRow() == 6);
    CHECK(table.widget.subtitle() == QStringLiteral("7 to %1 of %2").arg(shown + 6).arg(all));
    table.turnWheel(-10'000);
    CHECK(table.widget.firstRow() + shown == table.widget.rows().size());
    table.turnWheel(10'000);
    CHECK(table.widget.firstRow() == 0);
}

TEST_CASE("the selected PoP stays in view while others overtake it, until somebody scrolls") {
    ShownTable table;
    const std::string last = table.pop(table.widget.rows().size() - 1).code;
    table.widget.setSelection(feeds::Selection::pop(last));
    const auto isSeen = [&] {
        for (std::size_t row = table.widget.firstRow();
             row < table.widget.firstRow() + table.widget.shownRows(); ++row)
            if (table.pop(row).code == last) return true;
        return false;
    };
    CHECK(isSeen());
    for (feeds::PopFrame& pop : table.frame->pops)
        if (pop.code == last) pop.summary[feeds::Measure::saturation] = {2, feeds::Quality::measured};
    table.widget.setFrame(table.frame);
    CHECK(table.pop(0).code == last);
    CHECK(isSeen());
    table.turnWheel(-20);
    table.widget.setFrame(table.frame);
    CHECK_FALSE(isSeen());
}

TEST_CASE("of a selected region only its own PoPs are listed, also while one of them is selected") {
    ShownTable table;
    table.frame->selection = feeds::Selection::region("EU");
    table.widget.setFrame(table.frame);
    CHECK(table.widget.title() == QStringLiteral("Hottest PoPs, Europe"));
    CHECK(table.widget.rows().size() > 20);
    const auto all = [&](std::string_view region) {
        return std::ranges::all_of(table.widget.rows(),
                                   [&](std::size_t i) { return table.frame->pops[i].region == region; });
    };
    CHECK(all("EU"));
    table.frame->selection = feeds::Selection::pop("FRA");
    table.widget.setFrame(table.frame);
    CHECK(all("EU"));
    table.frame->selection = feeds::Selection::pop("GRU");
    table.widget.setFrame(table.frame);
    CHECK(table.widget.rows().size() == table.frame->pops.size());
}

TEST_CASE("a click on a row selects its PoP") {
    ShownTable table({640, 320});
    QTest::mouseClick(&table.widget, Qt::LeftButton, {}, table.widget.rowRect(1).center().toPoint());
    REQUIRE(table.selected.size() == 1);
    CHECK(table.selectedCode() == table.pop(1).code);
    QTest::mouseClick(&table.widget, Qt::LeftButton, {}, QPoint(50, 10)); // the title
    CHECK(table.selected.size() == 1);
}

TEST_CASE("a selected PoP's details are beneath the rows, or alone where there is no room for both") {
    ShownTable table;
    CHECK(table.widget.detailRect().isEmpty());
    const std::size_t before = table.widget.shownRows();
    table.widget.setSelection(feeds::Selection::pop("LHR"));
    CHECK(table.widget.shownRows() >= 6);
    CHECK(table.widget.shownRows() < before);
    CHECK(table.widget.detailRect().top() >=
          table.widget.rowRect(table.widget.firstRow() + table.widget.shownRows() - 1).bottom());
    CHECK(table.widget.rect().contains(table.widget.detailRect().toAlignedRect()));
    table.widget.resize(640, 300);
    CHECK(table.widget.detailRect() == table.widget.bodyRect());
    CHECK(table.widget.title() == QStringLiteral("LHR  London, Europe"));
    table.widget.setSelection({});
    CHECK(table.widget.shownRows() > 5);
    CHECK(table.widget.title() == QStringLiteral("Hottest PoPs"));
}

TEST_CASE("columns drop out where it is narrow, and none lies on another or is cut off") {
    std::size_t before = 0;
    for (const double scale : {1.0, 1.43, 2.0})
        for (const int width : {360, 640, 900, 1200, 1860}) {
            PopTableWidget table(builtIn());
            table.setScale(scale);
            table.resize(static_cast<int>(width * scale), 400);
            table.show();
            INFO(width << " at " << scale);
            const auto& cells = table.cells();
            REQUIRE(cells.size() >= 2);
            CHECK(cells.front().column == PopColumn::name);
            CHECK(std::ranges::count(cells, PopColumn::saturation, &PopTableWidget::Cell::column) == 1);
            for (std::size_t i = 1; i < cells.size(); ++i)
                CHECK(cells[i].head.left() > cells[i - 1].head.right());
            CHECK(cells.back().head.right() <= table.bodyRect().right() + 0.5);
            if (width > 360) CHECK(cells.size() > before);
            before = cells.size();
            if (width == 1860) CHECK(cells.size() == popColumns().size());
        }
}

TEST_CASE("what a cell says fits its column") {
    ShownTable table;
    const QFontMetricsF metrics(textFont(kLeastType));
    for (const auto& frame : {tests::sampleFrame(), tests::halfCoveredFrame(), tests::fewNodesFrame()})
        for (const feeds::PopFrame& pop : frame->pops)
            for (const PopTableWidget::Cell& cell : table.widget.cells()) {
                if (cell.column == PopColumn::name) continue; // the city is shortened
                const QString text = cellText(pop, builtIn(), cell.column);
                INFO(text.toStdString());
                CHECK(metrics.horizontalAdvance(text) <= cell.head.width());
            }
}

TEST_CASE("an overload is seen beyond the mark of 100 %") {
    ShownTable table;
    const auto barOf = [&](double saturation) {
        for (feeds::PopFrame& pop : table.frame->pops)
            pop.summary[feeds::Measure::saturation] = {saturation, feeds::Quality::measured};
        table.widget.setFrame(table.frame);
        const QImage picture = table.widget.grab().toImage();
        const QRectF box = table.cell(PopColumn::saturation).head;
        int red = 0;
        for (int x = static_cast<int>(box.left()); x < static_cast<int>(box.right()); ++x)
            red += picture.pixel(x, static_cast<int>(table.widget.rowRect(0).center().y())) ==
                   colours().overload.rgb();
        return red;
    };
    CHECK(barOf(0.99) == 0);
    const int some = barOf(1.1);
    CHECK(some >= 4);
    CHECK(barOf(1.5) > 3 * some);
}

TEST_CASE("not measured, no data, stale and zero look different") {
    ShownTable table;
    feeds::PopFrame pop = table.frame->pops[0];
    using feeds::Quality;
    const auto said = [&](double value, Quality quality) {
        pop.summary[feeds::Measure::hit_ratio] = {value, quality};
        return cellText(pop, builtIn(), PopColumn::hitRatio);
    };
    CHECK(said(0, Quality::measured) == QStringLiteral("0 %"));
    CHECK(said(0, Quality::notMeasured) == QStringLiteral("n/m"));
    CHECK(said(0, Quality::noData) == QStringLiteral("–"));
    CHECK(said(0.5, Quality::partial) == QStringLiteral("≈50.0 %"));
    pop.freshness = feeds::Freshness::noData;
    CHECK(cellText(pop, builtIn(), PopColumn::age) == QStringLiteral("never"));
}

TEST_CASE("of two thousand PoPs as many rows are painted as are seen, and the last one can be reached") {
    ShownTable table({1888, 860});
    table.widget.setFrame(largeFrame(2000));
    REQUIRE(table.widget.rows().size() == 2000);
    CHECK(table.widget.shownRows() < 40);
    table.turnWheel(-2'000);
    CHECK(table.widget.firstRow() + table.widget.shownRows() == 2000);
    CHECK(table.widget.rowRect(1999).bottom() <= table.widget.height());
}
