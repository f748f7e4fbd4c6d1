// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/map/pop_search.h"

#include "widgets/base/fonts.h"
#include "widgets/base/palette.h"

#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QPainter>

#include <algorithm>
#include <tuple>

namespace surgescope::widgets {

namespace {

constexpr std::size_t kMostHits = 6;

QString folded(std::string_view text) {
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size())).trimmed().toCaseFolded();
}

/// Without accents, so that "sao" finds São Paulo.
QString plain(const QString& text) {
    QString out;
    for (const QChar c : text.normalized(QString::NormalizationForm_D))
        if (c.category() != QChar::Mark_NonSpacing) out += c;
    return out;
}

} // namespace

std::vector<feeds::PopIndex> findPops(const feeds::PopCatalogue& catalogue, std::string_view text,
                                      std::size_t most) {
    const QString wanted = plain(folded(text));
    if (wanted.isEmpty()) return {};
    struct Hit {
        int rank;
        double catchment;
        std::size_t pop;
    };
    std::vector<Hit> hits;
    for (std::size_t i = 0; i < catalogue.size(); ++i) {
        const feeds::Pop& pop = catalogue.pops()[i];
        const QString code = folded(pop.code);
        const int rank = code == wanted                               ? 0
                         : code.startsWith(wanted)                    ? 1
                         : plain(folded(pop.city)).startsWith(wanted) ? 2
                                                                      : 3;
        if (rank < 3) hits.push_back({rank, pop.catchment, i});
    }
    std::sort(hits.begin(), hits.end(), [](const Hit& a, const Hit& b) {
        return std::tuple(a.rank, -a.catchment, a.pop) < std::tuple(b.rank, -b.catchment, b.pop);
    });
    if (hits.size() > most) hits.resize(most);
    std::vector<feeds::PopIndex> pops;
    for (const Hit& hit : hits)
        pops.emplace_back(hit.pop);
    return pops;
}

PopSearch::PopSearch(const feeds::PopCatalogue& catalogue, QWidget* parent)
    : QWidget(parent), m_catalogue(catalogue), m_field(new QLineEdit(this)), m_hits(new QLabel(this)) {
    hide();
    setFocusProxy(m_field);
    m_field->setFrame(false);
    m_field->setPlaceholderText(QStringLiteral("PoP code or city"));
    m_hits->setTextFormat(Qt::RichText);
    m_hits->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    m_field->setAccessibleName(QStringLiteral("Find a PoP by code, city or region"));
    connect(m_field, &QLineEdit::textChanged, this, &PopSearch::find);
    connect(m_field, &QLineEdit::returnPressed, this, &PopSearch::take);
}

void PopSearch::open(QPoint corner, double scale) {
    m_scale = scale;
    const Palette& p = colours();
    QPalette look = palette();
    look.setColor(QPalette::Base, p.panel);
    look.setColor(QPalette::Text, p.text);
    look.setColor(QPalette::WindowText, p.muted);
    look.setColor(QPalette::PlaceholderText, p.faint);
    look.setColor(QPalette::Highlight, p.accent);
    look.setColor(QPalette::HighlightedText, p.panel);
    for (QWidget* part : {static_cast<QWidget*>(m_field), static_cast<QWidget*>(m_hits)}) {
        part->setPalette(look);
        part->setFont(textFont(15 * scale));
    }
    move(corner);
    m_field->clear();
    find();
    show();
    raise();
    m_field->setFocus();
}

void PopSearch::close() {
    const bool hadFocus = m_field->hasFocus();
    hide();
    if (hadFocus && parentWidget()) parentWidget()->setFocus();
}

void PopSearch::find() {
    m_found = findPops(m_catalogue, m_field->text().toStdString(), kMostHits);
    m_chosen = 0;
    refresh();
}

void PopSearch::refresh() {
    const auto s = [this](double v) { return qRound(v * m_scale); };
    QString text;
    for (std::size_t i = 0; i < m_found.size(); ++i) {
        const feeds::Pop& pop = m_catalogue[m_found[i]];
        const QString line =
            QStringLiteral("%1&nbsp; %2, %3")
                .arg(QString::fromStdString(pop.code), QString::fromStdString(pop.city).toHtmlEscaped(),
                     QString::fromStdString(pop.country));
        if (i == m_chosen)
            text += QStringLiteral("<div style='color:%1'><b>%2</b></div>").arg(colours().text.name(), line);
        else
            text += QStringLiteral("<div>%1</div>").arg(line);
    }
    if (m_found.empty() && !m_field->text().trimmed().isEmpty()) text = QStringLiteral("no such PoP");
    m_hits->setText(text);
    const int hits = text.isEmpty() ? 0 : m_hits->sizeHint().height() + s(8);
    resize(s(270), s(36) + hits);
    m_field->setGeometry(s(10), s(4), width() - s(20), s(28));
    m_hits->setGeometry(s(12), s(36), width() - s(24), hits);
}

void PopSearch::take() {
    if (m_chosen >= m_found.size()) return;
    const QString code = QString::fromStdString(m_catalogue[m_found[m_chosen]].code);
    close();
    emit found(code);
}

void PopSearch::keyPressEvent(QKeyEvent* event) {
    // What the field does not use is not for the window behind it, either.
    event->accept();
    if (event->key() == Qt::Key_Escape) return close();
    if (event->key() == Qt::Key_Down && m_chosen + 1 < m_found.size()) ++m_chosen;
    if (event->key() == Qt::Key_Up && m_chosen > 0) --m_chosen;
    refresh();
}

void PopSearch::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(colours().accent, 1.4 * m_scale));
    painter.setBrush(colours().panel);
    painter.drawRoundedRect(QRectF(rect()).adjusted(1, 1, -1, -1), 5 * m_scale, 5 * m_scale);
}

} // namespace surgescope::widgets
