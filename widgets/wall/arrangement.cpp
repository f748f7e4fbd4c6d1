// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/wall/arrangement.h"

#include <QApplication>
#include <QScreen>

#include <algorithm>

namespace surgescope::widgets {

namespace {

QRect rectOf(const WindowPlace& place) {
    return {place.x, place.y, place.width, place.height};
}

/// Where it can be seen: a monitor may be gone since.
bool isOnAScreen(const QRect& place) {
    return std::ranges::any_of(QGuiApplication::screens(), [&](const QScreen* screen) {
        const QRect seen = screen->availableGeometry().intersected(place);
        return seen.width() >= 80 && seen.height() >= 40;
    });
}

} // namespace

Arrangement::Arrangement(ViewSet& views, ViewArea& main) : m_views(views), m_main(main) {
    connect(&m_main, &ViewArea::rearranged, this, &Arrangement::rearranged);
}

Arrangement::~Arrangement() = default;

void Arrangement::setWorkspace(const Workspace& workspace) {
    m_windows.clear();
    m_origins.clear();
    m_main.setRoot(workspace.windows.empty() ? Pane() : workspace.windows.front().root);
    for (std::size_t i = 1; i < workspace.windows.size(); ++i) {
        const WorkspaceWindow& window = workspace.windows[i];
        if (window.root.empty()) continue;
        const QRect wanted = window.place ? rectOf(*window.place) : QRect();
        openWindow(window.root, isOnAScreen(wanted) ? wanted : freePlace());
    }
}

Workspace Arrangement::workspace() const {
    Workspace workspace;
    workspace.windows.push_back({m_main.root(), std::nullopt});
    for (const auto& window : m_windows) {
        const QRect g = window->geometry();
        workspace.windows.push_back(
            {window->area().root(), WindowPlace{g.x(), g.y(), g.width(), g.height()}});
    }
    return workspace;
}

void Arrangement::setMainRoot(Pane root) {
    for (const auto& window : m_windows)
        for (const std::string& view : viewsOf(window->area().root()))
            takeView(root, view);
    m_main.setRoot(std::move(root));
}

ViewWindow& Arrangement::openWindow(Pane root, const QRect& place) {
    auto made = std::make_unique<ViewWindow>(m_views);
    ViewWindow* window = made.get();
    m_windows.push_back(std::move(made));
    const auto views = viewsOf(root);
    const QString title = views.size() == 1 ? QString::fromUtf16(titleOfView(views.front()))
                                            : QStringLiteral("%1 views").arg(views.size());
    window->setWindowTitle(title + QStringLiteral(" – surgescope"));
    window->setTypeFactor(m_factor);
    window->setGeometry(place);
    window->area().setRoot(std::move(root));
    connect(&window->area(), &ViewArea::rearranged, this, &Arrangement::rearranged);
    connect(window, &ViewWindow::keyPressed, this, &Arrangement::keyPressed);
    connect(window, &ViewWindow::closed, this, [this, window] { closeWindow(window); });
    connect(window, &ViewWindow::menuRequested, this,
            [this, window](QPoint global) { emit menuRequested(global, &window->area()); });
    if (m_shown) window->show();
    emit windowOpened(window);
    return *window;
}

void Arrangement::closeWindow(ViewWindow* window) {
    const auto at = std::ranges::find(m_windows, window, &std::unique_ptr<ViewWindow>::get);
    if (at == m_windows.end()) return;
    // It is in the middle of an event.
    at->release()->deleteLater();
    m_windows.erase(at);
    const Pane root = window->area().root();
    window->area().setRoot({});
    for (const std::string& view : viewsOf(root)) {
        const auto origin = std::ranges::find(m_origins, view, &Origin::view);
        if (origin != m_origins.end() && origin->after == m_main.root())
            m_main.setRoot(origin->before);
        else
            m_main.add(Pane::of(view));
        if (origin != m_origins.end()) m_origins.erase(origin);
    }
    emit rearranged();
}

QRect Arrangement::freePlace() const {
    const QWidget* main = m_main.window();
    for (QScreen* screen : QGuiApplication::screens()) {
        const bool taken =
            screen == main->screen() || std::ranges::any_of(m_windows, [screen](const auto& window) {
                return window->screen() == screen;
            });
        if (!taken) return screen->availableGeometry();
    }
    const int shift = 40 * (static_cast<int>(m_windows.size()) + 1);
    const QRect all = main->geometry();
    return {all.topLeft() + QPoint(shift, shift), (QSizeF(all.size()) * 0.6).toSize().expandedTo({480, 320})};
}

void Arrangement::close(std::string_view view) {
    ViewArea* area = areaOf(view);
    if (!area) return;
    area->take(view);
    for (const auto& window : m_windows)
        if (&window->area() == area && area->root().empty()) return closeWindow(window.get());
}

void Arrangement::popOut(const std::string& view) {
    ViewArea* area = areaOf(view);
    if (!area) return;
    for (const auto& window : m_windows)
        if (&window->area() == area) {
            window->close();
            return;
        }
    if (m_windows.size() + 1 >= Workspace::kMostWindows) return;
    Origin origin{view, m_main.root(), {}};
    Pane pane = m_main.take(view);
    origin.after = m_main.root();
    std::erase_if(m_origins, [&](const Origin& old) { return old.view == view; });
    m_origins.push_back(std::move(origin));
    openWindow(std::move(pane), freePlace());
    emit rearranged();
}

void Arrangement::show(const std::string& view) {
    if (!areaOf(view) && m_views.find(view)) m_main.add(Pane::of(view));
}

bool Arrangement::isPlaced(std::string_view view) const {
    return m_main.has(view) ||
           std::ranges::any_of(m_windows, [view](const auto& window) { return window->area().has(view); });
}

std::vector<std::string> Arrangement::closedViews() const {
    std::vector<std::string> closed;
    for (const ViewName& known : kViewNames)
        if (m_views.find(known.name) && !isPlaced(known.name)) closed.emplace_back(known.name);
    return closed;
}

ViewArea* Arrangement::areaOf(std::string_view view) {
    if (m_main.has(view)) return &m_main;
    for (const auto& window : m_windows)
        if (window->area().has(view)) return &window->area();
    return nullptr;
}

std::string Arrangement::current() {
    if (!m_main.hovered().empty()) return m_main.hovered();
    for (const auto& window : m_windows)
        if (!window->area().hovered().empty()) return window->area().hovered();
    if (const View* view = m_views.viewOf(QApplication::focusWidget())) return view->name;
    return m_main.maximised();
}

void Arrangement::toggleMaximised(const std::string& view) {
    ViewArea* area = areaOf(view);
    if (!area) return;
    area->setMaximised(area->maximised().empty() ? view : std::string());
}

bool Arrangement::cancelDrag() {
    bool cancelled = m_main.cancelDrag();
    for (const auto& window : m_windows)
        cancelled = window->area().cancelDrag() || cancelled;
    return cancelled;
}

bool Arrangement::restore() {
    bool any = !m_main.maximised().empty();
    m_main.setMaximised({});
    for (const auto& window : m_windows) {
        any = any || !window->area().maximised().empty();
        window->area().setMaximised({});
    }
    return any;
}

void Arrangement::setTypeFactor(double factor) {
    m_factor = factor;
    for (const auto& window : m_windows)
        window->setTypeFactor(factor);
}

void Arrangement::place() {
    m_main.place();
    for (const auto& window : m_windows)
        window->area().place();
}

void Arrangement::setShown(bool shown) {
    m_shown = shown;
    for (const auto& window : m_windows)
        window->setVisible(shown);
}

} // namespace surgescope::widgets
