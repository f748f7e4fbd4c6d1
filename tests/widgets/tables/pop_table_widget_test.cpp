// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/tables/pop_table_widget.h"

#include "tests/support/catch.h"
#include "tests/support/sample_frame.h"

#include <QSignalSpy>
#include <QTest>

using namespace surgescope;
using namespace surgescope::widgets;

TEST_CASE("the hottest come first and those without a saturation last") {
    const auto frame = tests::sampleFrame();
    const auto order = hottest(*frame, 1000);
    REQUIRE(order.size() == frame->pops.size());
    bool ended = false;
    for (std::size_t i = 0; i < order.size(); ++i) {
        const feeds::Reading& s = frame->pops[order[i]].summary[feeds::Measure::saturation];
        if (!s.hasValue())
            ended = true;
        else {
            CHECK_FALSE(ended);
            if (i > 0) CHECK(frame->pops[order[i - 1]].summary[feeds::Measure::saturation].value >= s.value);
        }
    }
    CHECK(ended);
    CHECK(hottest(*frame, 5).size() == 5);
    CHECK(hottest(*tests::emptyFrame(), 5).empty());
}

TEST_CASE("of a selected region only its own PoPs are listed, and the title says so") {
    auto frame = tests::sampleFrame();
    frame->selection = feeds::Selection::region("EU");
    const auto order = hottest(*frame, 1000);
    CHECK(order.size() > 20);
    CHECK(order.size() < frame->pops.size());
    for (const std::size_t i : order)
        CHECK(frame->pops[i].region == "EU");
    PopTableWidget table(feeds::PopCatalogue::builtIn());
    table.setFrame(frame);
    CHECK(table.title() == QStringLiteral("Hottest PoPs, Europe"));
}

TEST_CASE("a click on a row selects its PoP") {
    const auto frame = tests::sampleFrame();
    PopTableWidget table(feeds::PopCatalogue::builtIn());
    table.resize(600, 280);
    table.show();
    table.setFrame(frame);
    QSignalSpy selected(&table, &PopTableWidget::popSelected);
    QTest::mouseClick(&table, Qt::LeftButton, {}, QPoint(50, static_cast<int>(table.bodyRect().top()) + 30));
    REQUIRE(selected.size() == 1);
    CHECK(selected[0][0].toString().toStdString() == frame->pops[hottest(*frame, 2)[1]].code);
    QTest::mouseClick(&table, Qt::LeftButton, {}, QPoint(50, 10)); // the title
    CHECK(selected.size() == 1);
}
