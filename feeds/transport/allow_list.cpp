// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/transport/allow_list.h"

#include "feeds/model/feed_time.h"
#include "feeds/model/pop_catalogue.h"
#include "feeds/transport/keys.h"
#include "feeds/util/toml_file.h"
#include "feeds/wire/limits.h"

#include <algorithm>
#include <array>
#include <utility>

namespace surgescope::feeds {
namespace {

using std::chrono::seconds;

constexpr std::size_t kMostNamesOfKey = 10'000; // of PoPs, of nodes

bool fits(std::string_view name, std::string_view pattern) {
    if (!pattern.ends_with('*')) return name == pattern;
    return name.starts_with(pattern.substr(0, pattern.size() - 1));
}

bool fitsAny(std::string_view name, const std::vector<std::string>& patterns) {
    return std::ranges::any_of(patterns, [&](const auto& pattern) { return fits(name, pattern); });
}

/// How many nodes may be counted; nothing: any number.
std::optional<std::uint64_t> mostNodes(const Permit& permit) {
    const bool open =
        permit.nodes.empty() || permit.relay ||
        std::ranges::any_of(permit.nodes, [](const auto& pattern) { return pattern.ends_with('*'); });
    if (open) return std::nullopt;
    return permit.nodes.size();
}

std::optional<std::string> whyNotCount(const Permit& permit, std::uint64_t nodes) {
    const auto most = mostNodes(permit);
    if (!most || nodes <= *most) return std::nullopt;
    return "speaks of " + std::to_string(nodes) + " nodes, its key of " + std::to_string(*most);
}

/// What is true or false of a permit, by its name in the file; null: nothing is called that.
bool* flagOf(Permit& permit, std::string_view what) {
    const std::array<std::pair<std::string_view, bool*>, 6> flags{{{"global", &permit.global},
                                                                   {"event", &permit.event},
                                                                   {"listen", &permit.listen},
                                                                   {"control", &permit.control},
                                                                   {"relay", &permit.relay},
                                                                   {"revoked", &permit.revoked}}};
    for (const auto& [name, flag] : flags)
        if (name == what) return flag;
    return nullptr;
}

class AllowListReader : TomlValues {
  public:
    explicit AllowListReader(std::string file) : TomlValues(std::move(file)) {}

    Result<AllowList> read(const toml::table& root) {
        for (const auto& [key, node] : root) {
            if (key != "key") {
                refuse(node, "nothing is called " + inQuotes(key.str()) + " here, expected [[key]]");
                continue;
            }
            const auto* keys = node.as_array();
            if (!keys || !keys->is_array_of_tables()) {
                refuse(node, "key: expected sections [[key]]");
                continue;
            }
            if (keys->size() > AllowList::kMostKeys)
                refuse(node, "expected at most " + std::to_string(AllowList::kMostKeys) + " keys");
            for (const auto& one : *keys) {
                if (hasRefused()) break;
                readKey(*one.as_table());
            }
        }
        if (error()) return *error();
        return std::move(m_list);
    }

  private:
    std::string word(const toml::node& node, const std::string& what, std::size_t mostBytes) {
        auto text = node.value_exact<std::string>();
        if (text && isWord(*text, mostBytes)) return std::move(*text);
        refuse(node, what + ": expected one word in quotes, at most " + std::to_string(mostBytes) +
                         " ASCII characters");
        return {};
    }

    std::vector<std::string> words(const toml::node& node, const std::string& what, std::size_t mostBytes) {
        std::vector<std::string> all;
        const auto* array = node.as_array();
        if (!array || array->size() > kMostNamesOfKey) {
            refuse(node, what + ": expected a list of at most " + std::to_string(kMostNamesOfKey) +
                             " words in quotes");
            return all;
        }
        for (const auto& one : *array)
            all.push_back(word(one, what, mostBytes));
        return all;
    }

    bool flag(const toml::node& node, const std::string& what) {
        const auto value = node.value_exact<bool>();
        if (!value) refuse(node, what + ": expected true or false");
        return value.value_or(false);
    }

    WallTime time(const toml::node& node, const std::string& what) {
        const auto value = node.value_exact<toml::date_time>();
        const auto date = value ? std::chrono::year_month_day(std::chrono::year(value->date.year),
                                                              std::chrono::month(value->date.month),
                                                              std::chrono::day(value->date.day))
                                : std::chrono::year_month_day();
        if (!value || !value->offset || !date.ok()) {
            refuse(node, what + ": expected a time such as 2026-11-27T05:00:00Z, without quotes");
            return {};
        }
        return std::chrono::sys_days(date) + std::chrono::hours(value->time.hour) +
               std::chrono::minutes(value->time.minute) + seconds(value->time.second) -
               std::chrono::minutes(value->offset->minutes);
    }

    void readKey(const toml::table& table) {
        Permit permit;
        for (const auto& [name, node] : table) {
            const std::string what(name.str());
            if (what == "name")
                permit.name = word(node, what, limits::kPublisherBytes);
            else if (what == "public")
                permit.key = key(node);
            else if (what == "as")
                permit.as = words(node, what, limits::kPublisherBytes);
            else if (what == "publish")
                permit.pops = pops(node);
            else if (what == "nodes")
                permit.nodes = words(node, what, limits::kTextBytes);
            else if (auto* may = flagOf(permit, what))
                *may = flag(node, what);
            else if (what == "from")
                permit.from = time(node, what);
            else if (what == "until")
                permit.until = time(node, what);
            else
                refuse(node,
                       "nothing of a key is called " + inQuotes(what) +
                           ", expected name, public, as, publish, nodes, global, event, listen, control, "
                           "relay, from, until or revoked");
        }
        if (!table.contains("name")) refuse(table, "a key has no name: expected name = \"…\"");
        if (!table.contains("public")) refuse(table, "a key is missing: expected public = \"…\"");
        if (hasRefused()) return;
        if (permit.as.empty()) permit.as = {permit.name};
        if (m_list.find(permit.key))
            return refuse(table,
                          "the key of " + inQuotes(permit.name) + " is here already, expected it once");
        m_list.put(std::move(permit));
    }

    std::string key(const toml::node& node) {
        auto text = node.value_exact<std::string>();
        if (text && isKey(*text)) return std::move(*text);
        refuse(node, "public: expected " + std::string(kKeyForm));
        return {};
    }

    std::vector<std::string> pops(const toml::node& node) {
        auto all = words(node, "publish", limits::kTextBytes);
        for (const auto& code : all)
            if (!code.empty() && !isPopPattern(code))
                refuse(node, "publish: " + inQuotes(code) + " is no PoP, expected " +
                                 std::string(kPopCodeForm) + ", or *");
        return all;
    }

    AllowList m_list;
};

std::string listText(const std::vector<std::string>& words) {
    toml::array list;
    for (const auto& word : words)
        list.push_back(word);
    return tomlText(list);
}

/// A shell takes it for one word, whatever is in it.
std::string forShell(std::string_view word) {
    std::string text = "'";
    for (const char c : word)
        c == '\'' ? text.append("'\\''") : text.append(1, c);
    return text + "'";
}

} // namespace

bool isWord(std::string_view text, std::size_t mostBytes) {
    return !text.empty() && text.size() <= mostBytes &&
           std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

bool isPopPattern(std::string_view text) {
    return text == "*" || isPopCode(text);
}

std::string_view nameOf(Purpose purpose) {
    switch (purpose) {
    case Purpose::publish: return "publish";
    case Purpose::listen: return "listen";
    case Purpose::control: return "control";
    }
    return {};
}

// ---- what a key may do

std::optional<std::string> Permit::whyNot(Purpose purpose, WallTime now) const {
    if (stranger) return "it is not in the allow-list";
    if (revoked) return "its key was revoked";
    if (isShutOut) return "it asked for more topics, or longer ones, than anybody needs";
    if (now < from) return "its key is good from " + utcText(std::chrono::floor<seconds>(from)) + " UTC on";
    if (now >= until) return "its key was good until " + utcText(std::chrono::floor<seconds>(until)) + " UTC";
    const bool may = purpose == Purpose::publish  ? publishes()
                     : purpose == Purpose::listen ? listen
                                                  : control;
    if (!may) return "its key is not allowed to " + std::string(nameOf(purpose));
    return std::nullopt;
}

std::optional<std::string> Permit::whyNotSay(std::string_view topic, std::string_view publisher) const {
    if (!fitsAny(publisher, as)) return "speaks as " + inQuotes(publisher);
    if (topic == "global") return global ? std::nullopt : std::optional<std::string>("speaks of the world");
    if (topic == "event") return event ? std::nullopt : std::optional<std::string>("tells events");
    const auto pop = topic.substr(std::min(topic.find('/'), topic.size() - 1) + 1);
    if (fitsAny(pop, pops)) return std::nullopt;
    return "speaks of the PoP " + inQuotes(pop);
}

std::optional<std::string> Permit::whyNotSay(const Roster& roster) const {
    if (!relay && !roster.agents.empty())
        return "speaks for agents, as a relay may: surgescope-keys allow … --relay";
    if (nodes.empty() || relay) return std::nullopt;
    for (const auto& node : roster.nodes)
        if (!fitsAny(node.name, nodes)) return "names the node " + inQuotes(node.name);
    return whyNotCount(*this, roster.nodes.size());
}

std::optional<std::string> Permit::whyNotSay(const PopReport& report) const {
    if (!relay && (report.header.correction || report.twinNodes > 0))
        return "adds to reports, as a relay may: surgescope-keys allow … --relay";
    const auto& totals = report.totals;
    if (!relay && (totals[Counter::messages_lost] > 0 || totals[Counter::messages_refused] > 0))
        return "tells what was lost or refused on the way to it, as a relay may: surgescope-keys allow … "
               "--relay";
    if (!relay && report.header.oldestSent != WallTime{})
        return "tells when others sent what it says, as a relay may: surgescope-keys allow … --relay";
    return whyNotCount(*this, report.totals[Counter::node_seconds]);
}

std::optional<std::string> Permit::whyNotSay(const NodeColumns& columns) const {
    return whyNotCount(*this, columns.nodeCount);
}

std::string allowCommand(const Permit& wanted) {
    Permit permit = wanted;
    auto text = "surgescope-keys allow " + forShell(permit.key) + " " +
                (permit.name.empty() ? std::string(kNamePlace) : forShell(permit.name));
    for (const char* flag : {"global", "event", "listen", "control", "relay"})
        if (*flagOf(permit, flag)) text += " --" + std::string(flag);
    for (const auto& pop : permit.pops)
        text += " --publish " + forShell(pop);
    for (const auto& node : permit.nodes)
        text += " --node " + forShell(node);
    return text;
}

Permit ownersPermit(const std::string& key) {
    Permit permit;
    permit.name = "owner";
    permit.key = key;
    permit.as = {"*"};
    permit.pops = {"*"};
    permit.global = permit.event = permit.listen = permit.control = permit.relay = true;
    return permit;
}

// ---- the list

Result<AllowList> AllowList::parse(std::string_view text, const std::string& file) {
    const auto root = parseToml(text, kMostBytes, file);
    if (!root) return Error{root.error()};
    return AllowListReader(file).read(*root);
}

std::string AllowList::text() const {
    std::string text =
        "# Whose keys are let in, and what they may do; surgescope-keys allow and revoke write it.\n";
    for (const auto& one : m_permits) {
        Permit permit = *one;
        text += "\n[[key]]\nname = " + tomlText(toml::value(permit.name)) +
                "\npublic = " + tomlText(toml::value(permit.key)) + "\n";
        if (permit.as != std::vector{permit.name}) text += "as = " + listText(permit.as) + "\n";
        if (!permit.pops.empty()) text += "publish = " + listText(permit.pops) + "\n";
        if (!permit.nodes.empty()) text += "nodes = " + listText(permit.nodes) + "\n";
        for (const char* flag : {"global", "event", "listen", "control", "relay", "revoked"})
            if (*flagOf(permit, flag)) text += std::string(flag) + " = true\n";
        if (permit.from != WallTime::min())
            text += "from = " + utcText(std::chrono::floor<seconds>(permit.from)) + "Z\n";
        if (permit.until != WallTime::max())
            text += "until = " + utcText(std::chrono::floor<seconds>(permit.until)) + "Z\n";
    }
    return text;
}

std::shared_ptr<const Permit> AllowList::find(std::string_view key) const {
    const auto found = m_byKey.find(std::string(key));
    return found == m_byKey.end() ? nullptr : m_permits[found->second];
}

void AllowList::put(Permit permit) {
    const auto [at, isNew] = m_byKey.emplace(permit.key, m_permits.size());
    if (isNew) m_permits.emplace_back();
    m_permits[at->second] = std::make_shared<const Permit>(std::move(permit));
}

} // namespace surgescope::feeds
