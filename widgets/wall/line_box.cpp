// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/wall/line_box.h"

#include "widgets/base/fonts.h"
#include "widgets/base/palette.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QRegularExpressionValidator>

namespace surgescope::widgets {

LineBox::LineBox(const Asked& asked, double scale, QWidget* parent)
    : QFrame(parent, Qt::Popup), m_line(new QLineEdit(asked.text, this)) {
    setAttribute(Qt::WA_DeleteOnClose);
    const Palette& p = colours();
    setStyleSheet(QStringLiteral("QFrame { background: %1; border: 1px solid %2; }"
                                 "QLabel { border: none; color: %3; }"
                                 "QLineEdit { background: %4; color: %5; border: 1px solid %2;"
                                 " padding: 4px; selection-background-color: %6; }")
                      .arg(p.panel.name(), p.border.name(), p.muted.name(), p.background.name(),
                           p.text.name(), p.accent.name()));
    auto* label = new QLabel(asked.question, this);
    label->setFont(textFont(16 * scale));
    m_line->setFont(textFont(16 * scale));
    m_line->setMinimumWidth(qRound(260 * scale));
    m_line->setMaxLength(asked.most);
    if (!asked.allowed.pattern().isEmpty())
        m_line->setValidator(new QRegularExpressionValidator(asked.allowed, m_line));
    m_line->selectAll();
    auto* row = new QHBoxLayout(this);
    row->addWidget(label);
    row->addWidget(m_line);
    setFocusProxy(m_line);
    m_line->setAccessibleName(asked.question);
    connect(m_line, &QLineEdit::returnPressed, this, [this] {
        emit accepted(m_line->text().trimmed());
        close();
    });
}

void LineBox::popUp(QPoint global) {
    adjustSize();
    move(global);
    show();
    m_line->setFocus();
}

} // namespace surgescope::widgets
