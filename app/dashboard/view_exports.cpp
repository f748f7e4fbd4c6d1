// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/dashboard/view_exports.h"

#include "feeds/model/feed_time.h"

#include "app/dashboard/whole_file.h"
#include "app/version.h"
#include "widgets/export/frame_csv.h"
#include "widgets/export/picture.h"
#include "widgets/map/map_widget.h"
#include "widgets/timeline/timeline_widget.h"
#include "widgets/wall/notices.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QMimeData>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

namespace surgescope::app {
namespace {

namespace fs = std::filesystem;
using widgets::ExportFormat;

constexpr double kPixelRatio = 2;

struct File {
    const char* ending;
    widgets::FileMaker bytes;
};

/// A name that no file in the folder has, whatever its ending.
fs::path freeName(const fs::path& folder, const std::string& name, const std::vector<File>& files) {
    for (int number = 1;; ++number) {
        const auto stem = folder / (number == 1 ? name : name + "-" + std::to_string(number));
        std::error_code ignored;
        if (std::ranges::none_of(
                files, [&](const File& file) { return fs::exists(stem.string() + file.ending, ignored); }))
            return stem;
    }
}

feeds::Result<std::string> writeAll(const fs::path& folder, const std::string& name,
                                    const std::vector<File>& files) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) return feeds::Error{"cannot make the folder '" + folder.string() + "': " + error.message()};
    const auto stem = freeName(folder, name, files);
    std::string said;
    for (const File& file : files) {
        const QByteArray bytes = file.bytes();
        if (bytes.isEmpty()) return feeds::Error{"too large a picture"};
        if (const auto failed = writeWhole(stem.string() + file.ending, bytes)) return *failed;
        said += said.empty() ? stem.string() + file.ending : std::string(", ") + file.ending;
    }
    return said;
}

void copy(const widgets::Picture& picture) {
    auto* content = new QMimeData; // the clipboard takes it
    content->setImageData(widgets::imageOf(picture, kPixelRatio));
    content->setText(widgets::plainText(picture.note()));
    QGuiApplication::clipboard()->setMimeData(content);
}

/// "2026-11-23T051234Z-requests": of the second that is shown.
std::string nameOf(widgets::ExportView view, feeds::FeedSecond settled) {
    auto stamp = feeds::utcText(settled);
    std::ranges::replace(stamp, ' ', 'T');
    std::erase(stamp, ':');
    return stamp + "Z-" + std::string(widgets::viewName(view));
}

} // namespace

QString programText() {
    return QString::fromStdString("surgescope " + versionNumber());
}

widgets::ExportNote noteOf(widgets::WallWindow& window, widgets::ExportView view) {
    auto note = widgets::noteOf(view, window.exportTitle(view), *window.frame(), window.timeWords().lasting(),
                                window.timeline().timeline().mode, programText(), window.catalogue());
    if (view == widgets::ExportView::map) note.unit = window.map().unit(); // people choose it
    return note;
}

ViewExports::ViewExports(widgets::WallWindow& window, std::string folder)
    : m_window(window), m_folder(std::move(folder)) {}

void ViewExports::takeUp() {
    if (!m_writing.valid() || m_writing.wait_for(std::chrono::seconds(0)) != std::future_status::ready)
        return;
    if (const auto written = m_writing.get())
        m_window.notices().say("exported as " + QString::fromStdString(written.value()));
    else
        m_window.notices().sayFailure("not exported: " + QString::fromStdString(written.error()));
}

void ViewExports::exportView(widgets::ExportView view, widgets::ExportFormats formats) {
    const auto frame = m_window.frame();
    if (!frame || !frame->settled) return m_window.notices().say(QStringLiteral("nothing to export yet"));
    if (m_writing.valid()) return; // one at a time: a held key must not fill the disk
    const auto name = QString::fromStdString(std::string(widgets::viewName(view)));
    const auto note = noteOf(m_window, view);
    std::optional<QSize> size; // of what is no chart: as on the screen
    if (isChart(view)) size = widgets::Picture::roomIn(widgets::pictureSize(view), note, m_window.scale());
    const widgets::Picture picture(m_window.exported(view, size), note, m_window.scale());
    std::vector<File> files;
    if (formats & ExportFormat::png)
        files.push_back({".png", [image = widgets::imageOf(picture, kPixelRatio), note = picture.note()] {
                             return widgets::pngOf(image, note);
                         }});
    if (formats & ExportFormat::svg) files.push_back({".svg", widgets::svgMaker(picture)});
    if (formats & ExportFormat::pdf) files.push_back({".pdf", widgets::pdfMaker(picture)});
    if (formats & ExportFormat::csv)
        files.push_back({".csv", [frame, view, &catalogue = m_window.catalogue()] {
                             const std::string table = widgets::csvOf(view, *frame, catalogue);
                             return QByteArray(table.data(), static_cast<qsizetype>(table.size()));
                         }});
    if (formats & ExportFormat::clipboard) {
        copy(picture);
        m_window.notices().say(QStringLiteral("copied: ") + name);
    }
    m_window.endExport();
    if (files.empty()) return;
    m_window.notices().say(QStringLiteral("exporting: ") + name);
    m_writing = std::async(std::launch::async, writeAll, fs::path(m_folder), nameOf(view, *frame->settled),
                           std::move(files));
}

} // namespace surgescope::app
