// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/timeline/timeline_widget.h"
#include "widgets/wall/notices.h"
#include "widgets/wall/wall_window.h"

#include "tests/support/catch.h"
#include "tests/support/sample_frame.h"
#include "tests/support/sample_timeline.h"

#include <QDir>
#include <QTest>

using namespace surgescope;
using namespace surgescope::widgets;

TEST_CASE("a notice is one line, and what lies in the own folder is said shorter") {
    Notices notices(nullptr);
    notices.say(QStringLiteral("mine.json: line 3\nis no JSON"));
    CHECK(notices.text() == QStringLiteral("mine.json: line 3 is no JSON"));
    notices.say(QStringLiteral("kept as ") + QDir::homePath() + QStringLiteral("/recordings/a.mcap"));
    CHECK(notices.text() == QStringLiteral("kept as ~/recordings/a.mcap"));
    CHECK(notices.dismiss());
    CHECK(notices.text().isEmpty()); // "mine.json" was over when the next was said
    CHECK_FALSE(notices.dismiss());
}

TEST_CASE("no success hides a failure, and behind it the one before is there") {
    Notices notices(nullptr);
    notices.sayFailure(QStringLiteral("not kept: no space left"));
    notices.say(QStringLiteral("exported as a.png"));
    CHECK(notices.text() == QStringLiteral("not kept: no space left"));
    CHECK(notices.isFailure());
    notices.sayFailure(QStringLiteral("not recording"));
    CHECK(notices.text() == QStringLiteral("not recording"));
    CHECK(notices.dismiss());
    CHECK(notices.dismiss());
    CHECK(notices.text() == QStringLiteral("exported as a.png"));
    CHECK_FALSE(notices.isFailure());
    for (int i = 0; i < 1000; ++i)
        notices.sayFailure(QString::number(i));
    int count = 0;
    while (notices.dismiss())
        ++count;
    CHECK(count <= 21);
}

TEST_CASE("a notice stands in the header between clocks and nodes, hides neither, and Esc ends it") {
    WallWindow window(feeds::PopCatalogue::builtIn());
    window.resize(1920, 1080);
    window.show();
    auto frame = tests::sampleFrame();
    frame->health = {.nodesHeard = 40'000, .nodesExpected = 40'000, .newestAgeSeconds = 0.1}; // no trouble
    window.setFrame(frame);
    window.setTimeline(tests::sampleTimeline("buffered"));
    REQUIRE(QTest::qWaitFor([&] { return window.isSettled(); }, 20'000));
    const QImage before = window.grab().toImage();
    window.notices().sayFailure(QStringLiteral("not kept: ") + QString(5'000, u'x'));
    const QImage after = window.grab().toImage();
    QRect changed;
    for (int y = 0; y < before.height(); ++y)
        for (int x = 0; x < before.width(); ++x)
            if (before.pixel(x, y) != after.pixel(x, y)) changed |= QRect(x, y, 1, 1);
    REQUIRE(changed.isValid());
    CHECK(changed.bottom() < 54);
    CHECK(changed.left() > 960);
    CHECK(changed.width() > 200);
    for (int x = changed.left(); x <= changed.right(); ++x) // where nothing stood
        for (int y = changed.top(); y <= changed.bottom(); ++y)
            REQUIRE(before.pixel(x, y) == before.pixel(changed.left(), changed.top()));

    window.focus().select(feeds::Selection::pop("LHR"));
    QTest::keyClick(&window, Qt::Key_Escape);
    CHECK(window.notices().text().isEmpty());
    CHECK(window.focus().selection().isPop());
}
