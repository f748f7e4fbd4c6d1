// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/wall/notices.h"

#include <QDir>

#include <algorithm>
#include <utility>

namespace surgescope::widgets {

namespace {

constexpr std::size_t kMost = 20;

QString said(const QString& text) {
    QString line = text.simplified();
    const QString home = QDir::homePath() + u'/';
    if (home.size() > 1) line.replace(home, QStringLiteral("~/"));
    return line;
}

} // namespace

Notices::Notices(QObject* parent) : QObject(parent) {
    m_ending.setSingleShot(true);
    connect(&m_ending, &QTimer::timeout, this, &Notices::forgetOld);
}

void Notices::say(const QString& text) {
    std::erase_if(m_notices, [](const Notice& before) { return !before.isFailure; });
    add({said(text), false, feeds::SystemClock().steady() + kStays});
}

void Notices::sayFailure(const QString& text) {
    add({said(text), true, feeds::SystemClock().steady() + kFailureStays});
}

void Notices::add(Notice notice) {
    if (notice.text.isEmpty()) return;
    std::erase_if(m_notices, [&](const Notice& before) { return before.text == notice.text; });
    if (m_notices.size() == kMost) m_notices.erase(m_notices.begin());
    m_notices.push_back(std::move(notice));
    forgetOld();
}

const Notices::Notice& Notices::shown() const {
    const auto failure = std::find_if(m_notices.rbegin(), m_notices.rend(),
                                      [](const Notice& notice) { return notice.isFailure; });
    return failure == m_notices.rend() ? m_notices.back() : *failure;
}

void Notices::forgetOld() {
    const auto now = feeds::SystemClock().steady();
    std::erase_if(m_notices, [now](const Notice& notice) { return notice.until <= now; });
    if (!m_notices.empty()) {
        const auto next = std::ranges::min_element(m_notices, {}, &Notice::until)->until;
        m_ending.start(std::chrono::ceil<std::chrono::milliseconds>(next - now));
    }
    emit changed();
}

bool Notices::dismiss() {
    if (m_notices.empty()) return false;
    std::erase_if(m_notices, [seen = text()](const Notice& notice) { return notice.text == seen; });
    forgetOld();
    return true;
}

} // namespace surgescope::widgets
