// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/base/palette.h"
#include "widgets/heat/heat_widget.h"
#include "widgets/heat/lag_widget.h"

#include "tests/support/catch.h"
#include "tests/support/sample_frame.h"

using namespace surgescope;
using namespace surgescope::widgets;

TEST_CASE("the lag heatmap says how many PoPs it shows of how many, and what shows the others") {
    Focus focus;
    HeatWidget heat(feeds::PopCatalogue::builtIn(), focus);
    heat.resize(1100, 300);
    tests::SampleOptions options;
    options.heatRows = 12;
    const auto frame = tests::sampleFrame(options);
    const auto count = QStringLiteral("worst 12 of %1 PoPs").arg(frame->pops.size());
    heat.setFrame(frame, {});
    CHECK(heat.subtitle() == count + QStringLiteral("; a region selected: its own"));
    heat.resize(560, 300); // the count is said in any case
    heat.setFrame(frame, {});
    CHECK(heat.subtitle() == count);
    heat.setFrame(tests::fewNodesFrame(), {});
    CHECK(heat.subtitle() == QStringLiteral("the only PoP"));
}

TEST_CASE("the lag distribution has a scale of its colours beside it, with numbers") {
    Focus focus;
    LagWidget lag(feeds::PopCatalogue::builtIn(), focus);
    lag.resize(700, 320);
    lag.setFrame(tests::sampleFrame(), {});
    const QImage picture = lag.grab().toImage();
    const QRectF plot = lag.plotRect();
    // The colours of the scale from its bottom to its top: darker to brighter.
    const int x = static_cast<int>(plot.right()) + 16;
    const int low = qGray(picture.pixel(x, static_cast<int>(plot.bottom()) - 4));
    const int middle = qGray(picture.pixel(x, static_cast<int>(plot.center().y())));
    const int high = qGray(picture.pixel(x, static_cast<int>(plot.top()) + 4));
    CHECK(low < middle);
    CHECK(middle < high);
    CHECK(high > 200);
    const auto wordsAt = [&](double y) { // something brighter than the ground
        for (int dy = -8; dy <= 8; ++dy)
            for (int dx = 28; dx < 60; ++dx)
                if (qGray(picture.pixel(static_cast<int>(plot.right()) + dx, static_cast<int>(y) + dy)) > 100)
                    return true;
        return false;
    };
    CHECK(wordsAt(plot.top() + 8));
    CHECK(wordsAt(plot.bottom() - 8));
    CHECK(wordsAt(plot.bottom() + 12)); // what they are of
}

TEST_CASE("a lag says how it was measured, and how far off that may be") {
    using feeds::Counter;
    feeds::PopTotals totals;
    CHECK(lagMethodText(totals).isEmpty());
    totals[Counter::inv_applied] = 100;
    CHECK(lagMethodText(totals).isEmpty()); // a simulation, which knows
    totals.setMeasured(
        feeds::FieldSet::of({Counter::inv_applied, Counter::lags_by_canary, Counter::lag_error_us}));
    totals[Counter::lag_error_us] = 100'000;
    CHECK(lagMethodText(totals) == QStringLiteral("by purge stamps, off by up to 1.0 ms"));
    totals[Counter::lags_by_canary] = 100;
    totals[Counter::lag_error_us] = 10'400'000;
    CHECK(lagMethodText(totals) == QStringLiteral("by canaries, off by up to 104 ms"));
    totals[Counter::lags_by_canary] = 25;
    CHECK(lagMethodText(totals) ==
          QStringLiteral("25.0 % by canaries, the others by purge stamps, off by up to 104 ms on average"));
}
