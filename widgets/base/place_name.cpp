// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/base/place_name.h"

#include <string>

namespace surgescope::widgets {

QString placeName(const feeds::Selection& selection, const feeds::PopCatalogue& catalogue) {
    const QString code = QString::fromStdString(selection.code);
    switch (selection.scope) {
    case feeds::Selection::Scope::world: break;
    case feeds::Selection::Scope::region:
        return QString::fromStdString(std::string(catalogue.regionName(selection.code)));
    case feeds::Selection::Scope::pop: {
        const auto place = catalogue.find(selection.code);
        return place ? code + QStringLiteral(", ") + QString::fromStdString(catalogue[*place].city) : code;
    }
    }
    return QStringLiteral("world");
}

} // namespace surgescope::widgets
