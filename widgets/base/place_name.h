// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/frame/selection.h"
#include "feeds/model/pop_catalogue.h"

#include <QString>

namespace surgescope::widgets {

/// "world"; "Europe"; "LHR, London"; of a PoP that the catalogue does not know its code.
QString placeName(const feeds::Selection& selection, const feeds::PopCatalogue& catalogue);

} // namespace surgescope::widgets
