// SPDX-License-Identifier: GPL-3.0-or-later
// What is exported is looked at with other programs' eyes: Qt's XML reader, poppler, librsvg.
#include "widgets/base/palette.h"
#include "widgets/export/picture.h"
#include "widgets/map/map_widget.h"
#include "widgets/wall/wall_window.h"

#include "tests/support/catch.h"
#include "tests/support/sample_frame.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tool.h"

#include <QElapsedTimer>
#include <QFile>
#include <QMap>
#include <QRegularExpression>
#include <QTest>
#include <QXmlStreamReader>

#include <algorithm>
#include <cstdio>
#include <thread>

using namespace surgescope;
using namespace surgescope::widgets;
using tests::hasTool;
using tests::runTool;

namespace {

struct Wall {
    WallWindow window{feeds::PopCatalogue::builtIn()};
    Wall() {
        window.resize(1920, 1080);
        window.show();
        window.setFrame(tests::sampleFrame());
        REQUIRE(QTest::qWaitFor([this] { return window.isSettled(); }, 20'000));
    }
    Picture picture(ExportView view) {
        return {window.exported(view),
                noteOf(view, window.exportTitle(view), *window.frame(), window.timeWords(),
                       feeds::Timeline::Mode::live, QStringLiteral("surgescope 9.8.7"),
                       feeds::PopCatalogue::builtIn()),
                window.scale()};
    }
};

struct Svg {
    QMap<QString, int> elements;
    int mostPoints = 0; // of one polyline or path
    QStringList texts;
    QString width;
    QString error;
};

Svg readSvg(const QByteArray& bytes) {
    Svg svg;
    QXmlStreamReader xml(bytes);
    while (!xml.atEnd()) {
        if (xml.readNext() != QXmlStreamReader::StartElement) continue;
        const QString name = xml.name().toString();
        ++svg.elements[name];
        const auto points = xml.attributes().value(name == QLatin1String("path") ? QLatin1String("d")
                                                                                 : QLatin1String("points"));
        svg.mostPoints = std::max(svg.mostPoints, static_cast<int>(points.count(u',')));
        if (name == QLatin1String("svg"))
            svg.width = xml.attributes().value(QLatin1String("width")).toString();
        if (name == QLatin1String("text")) svg.texts << xml.readElementText();
    }
    if (xml.hasError()) svg.error = xml.errorString();
    return svg;
}

QString write(const tests::TemporaryFolder& folder, const char* name, const QByteArray& bytes) {
    const QString path = QString::fromStdString((folder.path() / name).string());
    QFile file(path);
    REQUIRE(file.open(QIODevice::WriteOnly));
    REQUIRE(file.write(bytes) == bytes.size());
    return path;
}

/// The mean difference of a channel once both are shrunk to a few hundred pixels: what fonts and edges differ
/// in is averaged out.
double difference(const QImage& a, const QImage& b) {
    const auto coarse = [](const QImage& image) {
        return image.convertToFormat(QImage::Format_RGB32)
            .scaled(40, 20, Qt::IgnoreAspectRatio, Qt::SmoothTransformation);
    };
    const QImage x = coarse(a), y = coarse(b);
    double sum = 0;
    for (int row = 0; row < x.height(); ++row)
        for (int column = 0; column < x.width(); ++column) {
            const QRgb p = x.pixel(column, row), q = y.pixel(column, row);
            sum +=
                std::abs(qRed(p) - qRed(q)) + std::abs(qGreen(p) - qGreen(q)) + std::abs(qBlue(p) - qBlue(q));
        }
    return sum / (3.0 * x.width() * x.height());
}

bool isHeat(ExportView view) {
    return view == ExportView::lagByPop || view == ExportView::lagDistribution;
}

} // namespace

TEST_CASE("SVG: the note in full, curves as one line each, nothing a bitmap that is none") {
    Wall wall;
    for (const ExportView view : kExportViews) {
        INFO(viewName(view));
        const Picture picture = wall.picture(view);
        const Svg svg = readSvg(svgMaker(picture)());
        REQUIRE(svg.error == QString());
        CHECK(svg.width == QString::number(picture.size().width()));
        const QString all = svg.texts.join(u' ');
        for (const QString& phrase : phrasesOf(picture.note()))
            for (const QString& word : phrase.split(u' ')) {
                INFO(word.toStdString());
                CHECK(all.contains(word));
            }
        CHECK(svg.elements[QStringLiteral("image")] == (view == ExportView::wall || isHeat(view) ? 1 : 0));
    }
    // Seven regions, each an outline of some hundred points; not a line for each of their segments.
    const Svg requests = readSvg(svgMaker(wall.picture(ExportView::requests))());
    CHECK(requests.elements[QStringLiteral("polyline")] + requests.elements[QStringLiteral("path")] < 60);
    CHECK(requests.mostPoints >= 600);
    const Svg metadata = readSvg(svgMaker(wall.picture(ExportView::metadata))());
    CHECK(metadata.elements[QStringLiteral("polyline")] < 40);
    CHECK(metadata.mostPoints > 150);
    const Svg map = readSvg(svgMaker(wall.picture(ExportView::map))());
    CHECK(map.elements[QStringLiteral("path")] > 150); // countries
    CHECK(map.elements[QStringLiteral("circle")] + map.elements[QStringLiteral("ellipse")] > 250);
}

TEST_CASE("SVG: no axis says now, for it is looked at later") {
    Wall wall;
    auto frame = std::make_shared<feeds::Frame>(*tests::sampleFrame());
    const bool released = GENERATE(true, false);
    if (!released) frame->releaseAt.reset();
    wall.window.focus().setTimeText(TimeText::ago, false);
    wall.window.setFrame(frame);
    REQUIRE(QTest::qWaitFor([&] { return wall.window.isSettled(); }, 20'000));
    for (const ExportView view : {ExportView::requests, ExportView::lagByPop, ExportView::wall}) {
        INFO(viewName(view));
        const Svg svg = readSvg(svgMaker(wall.picture(view))());
        CHECK_FALSE(svg.texts.contains(QStringLiteral("now")));
        CHECK(svg.texts.filter(QRegularExpression(QStringLiteral("^−\\d+ [mh]$"))).isEmpty());
        const auto ticks = svg.texts.filter(
            QRegularExpression(released ? QStringLiteral("^T[+−]\\d") : QStringLiteral("^\\d\\d:\\d\\d$")));
        CHECK(ticks.size() >= 2);
    }
}

TEST_CASE("SVG: a zoomed map stays within its panel") {
    Wall wall;
    MapWidget& map = wall.window.map();
    map.setView(map.view().zoomedAt(*map.positionOf("FRA"), 12));
    REQUIRE(QTest::qWaitFor([&] { return wall.window.isSettled(); }, 20'000));
    const QByteArray svg = svgMaker(wall.picture(ExportView::map))();
    QXmlStreamReader xml(svg);
    while (!xml.atEnd())
        if (xml.readNext() == QXmlStreamReader::StartElement && xml.name() == QLatin1String("polyline"))
            for (const auto& point :
                 xml.attributes().value(QLatin1String("points")).toString().split(u' ', Qt::SkipEmptyParts)) {
                const double x = point.section(u',', 0, 0).toDouble();
                REQUIRE(x >= -30);
                REQUIRE(x <= map.width() + 30);
            }
    CHECK_FALSE(xml.hasError());
}

TEST_CASE("librsvg draws an SVG in the same size and much the same") {
    if (!hasTool(QStringLiteral("rsvg-convert"))) {
        WARN("skipped: rsvg-convert is not installed");
        return;
    }
    Wall wall;
    const tests::TemporaryFolder folder;
    for (const ExportView view : kExportViews) {
        INFO(viewName(view));
        const Picture picture = wall.picture(view);
        const auto drawn =
            runTool(QStringLiteral("rsvg-convert"), {write(folder, "a.svg", svgMaker(picture)())});
        REQUIRE(drawn);
        const QImage image = QImage::fromData(*drawn);
        CHECK(image.size() == picture.size());
        CHECK(difference(image, imageOf(picture, 1)) < 6); // in another font
    }
}

TEST_CASE("PDF: fonts are embedded, text can be searched, charts are no bitmaps") {
    if (!hasTool(QStringLiteral("pdffonts"))) {
        WARN("skipped: poppler-utils are not installed");
        return;
    }
    Wall wall;
    const tests::TemporaryFolder folder;
    for (const ExportView view : kExportViews) {
        INFO(viewName(view));
        const Picture picture = wall.picture(view);
        const QString path = write(folder, "a.pdf", pdfMaker(picture)());
        const auto fonts = runTool(QStringLiteral("pdffonts"), {path});
        REQUIRE(fonts);
        const auto lines = QString::fromUtf8(*fonts).trimmed().split(u'\n');
        REQUIRE(lines.size() > 2);
        for (const QString& line : lines.sliced(2)) {
            INFO(line.toStdString());
            CHECK(line.contains(QStringLiteral("Inter")));
            CHECK(line.contains(QStringLiteral(" yes "))); // embedded
        }
        const auto text =
            runTool(QStringLiteral("pdftotext"), {QStringLiteral("-raw"), path, QStringLiteral("-")});
        REQUIRE(text);
        for (const QString& phrase : phrasesOf(picture.note()))
            for (const QString& word : phrase.split(u' ')) {
                INFO(word.toStdString());
                CHECK(QString::fromUtf8(*text).contains(word));
            }
        const auto images = runTool(QStringLiteral("pdfimages"), {QStringLiteral("-list"), path});
        REQUIRE(images);
        const auto count = QString::fromUtf8(*images).trimmed().split(u'\n').size() - 2;
        CHECK(count <= (view == ExportView::wall ? 3 : isHeat(view) ? 1 : 0));
        const auto info = runTool(QStringLiteral("pdfinfo"), {path});
        REQUIRE(info);
        CHECK(QString::fromUtf8(*info).contains(
            QStringLiteral("%1 x %2 pts").arg(picture.size().width()).arg(picture.size().height())));
    }
}

TEST_CASE("poppler draws a PDF in the same size and much the same") {
    if (!hasTool(QStringLiteral("pdftoppm"))) {
        WARN("skipped: poppler-utils are not installed");
        return;
    }
    Wall wall;
    const tests::TemporaryFolder folder;
    for (const ExportView view : kExportViews) {
        INFO(viewName(view));
        const Picture picture = wall.picture(view);
        const QString path = write(folder, "a.pdf", pdfMaker(picture)());
        const auto drawn =
            runTool(QStringLiteral("pdftoppm"), {QStringLiteral("-r"), QStringLiteral("72"), path});
        REQUIRE(drawn);
        const QImage image = QImage::fromData(*drawn);
        CHECK(image.size() == picture.size());
        CHECK(difference(image, imageOf(picture, 1)) < 6);
    }
}

TEST_CASE("PNG: one to four times the screen, with its note inside, in every theme") {
    Wall wall;
    const Theme theme = GENERATE(Theme::dark, Theme::light, Theme::highContrast);
    setTheme(theme);
    REQUIRE(QTest::qWaitFor([&] { return wall.window.isSettled(); }, 20'000));
    const Picture picture = wall.picture(ExportView::map);
    const QImage plain = imageOf(picture, 1);
    for (const double ratio : {1.0, 2.0, 4.0}) {
        const QByteArray png = pngOf(imageOf(picture, ratio), picture.note());
        const QImage image = QImage::fromData(png, "PNG");
        CHECK(image.size() == picture.size() * ratio);
        CHECK(image.text(QStringLiteral("Description")).contains(QStringLiteral("surgescope 9.8.7")));
        CHECK(difference(image, plain) < 2);
    }
    CHECK(plain.pixelColor(3, plain.height() - 2) == paletteOf(theme).background); // beneath the note
    setTheme(Theme::dark);
}

TEST_CASE("a picture shows what the screen shows") {
    Wall wall;
    for (const ExportView view : {ExportView::map, ExportView::requests, ExportView::lagByPop,
                                  ExportView::latency, ExportView::hottest}) {
        INFO(viewName(view));
        QWidget& widget = wall.window.exported(view);
        const QImage image = imageOf(wall.picture(view), 1).copy(widget.rect());
        CHECK(difference(image, widget.grab().toImage()) < 0.5);
    }
}

TEST_CASE("a note is wrapped, never cut") {
    Wall wall;
    ExportNote note = wall.picture(ExportView::requests).note();
    const auto beneath = [&note](int width) {
        return 1000 - Picture::roomIn({width, 1000}, note, 1).height();
    };
    const int wide = beneath(3000), narrow = beneath(300);
    CHECK(wide < narrow);
    note.source = QString(400, u'x'); // no place to break it at
    CHECK(beneath(300) > narrow + 100);
}

TEST_CASE("a file is made by another thread, of what was seen, although the view is gone") {
    FileMaker svg, pdf;
    QByteArray atOnce;
    {
        Wall wall;
        const Picture picture = wall.picture(ExportView::map);
        svg = svgMaker(picture);
        pdf = pdfMaker(picture);
        atOnce = svgMaker(picture)();
    }
    QByteArray svgBytes, pdfBytes;
    std::thread([&] {
        svgBytes = svg();
        pdfBytes = pdf();
    }).join();
    CHECK(svgBytes == atOnce);
    CHECK(pdfBytes.startsWith("%PDF"));
    CHECK(pdfBytes.size() > 100'000); // all of the world
}

TEST_CASE("a chart names each of its series once") {
    Wall wall;
    const QStringList texts = readSvg(svgMaker(wall.picture(ExportView::egress))()).texts;
    CHECK(texts.contains(QStringLiteral("Asia")));
    CHECK(texts.count(QStringLiteral("Asia")) == 1);
}

TEST_CASE("what a picture costs", "[.timing]") {
    Wall wall;
    for (const ExportView view : kExportViews) {
        const Picture picture = wall.picture(view);
        QElapsedTimer timer;
        const auto lap = [&timer] { return static_cast<double>(timer.nsecsElapsed()) / 1e6; };
        imageOf(picture, 1);
        timer.start();
        pngOf(imageOf(picture, 1), picture.note());
        const double atOne = lap();
        timer.start();
        const QImage image = imageOf(picture, 2);
        const double painted = lap();
        timer.start();
        const auto png = pngOf(image, picture.note());
        const double encoded = lap();
        timer.start();
        const auto svgLater = svgMaker(picture);
        const auto pdfLater = pdfMaker(picture);
        const double notedDown = lap() / 2;
        timer.start();
        const auto svg = svgLater();
        const double svgTook = lap();
        timer.start();
        const auto pdf = pdfLater();
        const double pdfTook = lap();
        if (const QString folder = qEnvironmentVariable("SURGESCOPE_PICTURES"); !folder.isEmpty()) {
            QFile file(folder + u'/' + QString::fromStdString(std::string(viewName(view))) +
                       QStringLiteral(".svg")); // to look at
            REQUIRE(file.open(QIODevice::WriteOnly));
            file.write(svg);
        }
        std::printf("%-16s %4d x %4d: %5.1f ms, at 2x: paint %5.1f ms, encode %6.1f ms, %7lld bytes; noted "
                    "down %5.1f "
                    "ms; svg %6.1f ms %8lld; pdf %6.1f ms %8lld\n",
                    std::string(viewName(view)).c_str(), picture.size().width(), picture.size().height(),
                    atOne, painted, encoded, static_cast<long long>(png.size()), notedDown, svgTook,
                    static_cast<long long>(svg.size()), pdfTook, static_cast<long long>(pdf.size()));
    }
}
