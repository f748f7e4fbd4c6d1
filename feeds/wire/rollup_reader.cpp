// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/wire/rollup_reader.h"

#include "feeds/model/pop_catalogue.h"
#include "feeds/wire/fields.h"
#include "feeds/wire/sanity.h"
#include "feeds/wire/totals_reader.h"

namespace surgescope::feeds {
namespace {

using Type = Fields::Type;

bool readPop(std::string_view bytes, FleetRollup::Pop& to) {
    to.expectedNodes = to.observed = 0;
    bool hasPop = false;
    bool hasTotals = false;
    bool hasEnd = false;
    Fields fields(bytes);
    for (std::uint64_t last = 0; fields.next(); last = fields.tag) {
        if (fields.tag <= last) return false;
        switch (fields.tag) {
        case Fields::tagOf(1, Type::text):
            to.pop.assign(fields.text);
            hasPop = isPopCode(to.pop);
            break;
        case Fields::tagOf(2, Type::varint): to.expectedNodes = fields.value; break;
        case Fields::tagOf(3, Type::text):
            hasTotals = readPlainTotals(fields.text, to.totals, limits::kSum);
            break;
        case Fields::tagOf(4, Type::fixed64):
            hasEnd = isSaneTime(fields.value);
            to.end = secondOf(fields.value);
            break;
        case Fields::tagOf(5, Type::varint): to.observed = fields.value; break;
        default: return false;
        }
    }
    return fields.atEnd() && hasPop && hasTotals && hasEnd;
}

bool readNextPop(std::string_view bytes, std::vector<FleetRollup::Pop>& to, std::size_t& count) {
    if (count == limits::kPlacesPerMessage) return false;
    if (count == to.size()) to.emplace_back();
    return readPop(bytes, to[count++]);
}

} // namespace

bool readPlainRollup(std::string_view bytes, FleetRollup& to) {
    std::uint64_t end = 0;
    std::uint64_t ms = 0;
    std::size_t pops = 0;
    std::size_t silent = 0;
    bool hasSince = false;
    Fields fields(bytes);
    for (std::uint64_t last = 0; fields.next(); last = fields.tag) {
        if (fields.tag < last) return false;
        const bool again = fields.tag == last;
        switch (fields.tag) {
        case Fields::tagOf(1, Type::fixed64): end = fields.value; break;
        case Fields::tagOf(2, Type::varint): ms = fields.value; break;
        case Fields::tagOf(3, Type::text):
            if (!readNextPop(fields.text, to.pops, pops)) return false;
            continue;
        case Fields::tagOf(4, Type::text):
            if (!readNextPop(fields.text, to.silent, silent)) return false;
            continue;
        case Fields::tagOf(5, Type::text):
            hasSince = readPlainTotals(fields.text, to.sinceStart, limits::kSum);
            break;
        default: return false;
        }
        if (again) return false;
    }
    if (!fields.atEnd() || !hasSince || !isSaneInterval(end, ms)) return false;
    to.end = secondOf(end);
    to.width = std::chrono::seconds(ms / 1'000);
    to.pops.resize(pops);
    to.silent.resize(silent);
    return true;
}

} // namespace surgescope::feeds
