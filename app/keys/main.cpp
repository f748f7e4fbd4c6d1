// SPDX-License-Identifier: GPL-3.0-or-later
// surgescope-keys: who we are, whom we connect to, and whom we let in.
#include "feeds/model/pop_catalogue.h"
#include "feeds/transport/key_files.h"
#include "feeds/transport/trust.h"
#include "feeds/util/number_text.h"
#include "feeds/util/toml_file.h"
#include "feeds/wire/limits.h"

#include "app/command_line.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace surgescope;
using feeds::Error;
using feeds::Permit;
using feeds::Result;
using feeds::WallTime;

namespace {

struct Wish {
    feeds::Trust::Options trust;
    bool next = false;
    bool takeOver = false;
    std::string key;                  // of revoke: or a name
    std::string at;                   // endpoint
    Permit permit;                    // as it is asked for
    std::optional<double> validHours; // nothing: for good
    double overlapHours = 24;         // of the key that another takes the place of
};

constexpr double kMostHours = 1e6;

WallTime now() {
    return std::chrono::floor<std::chrono::seconds>(feeds::SystemClock().wall());
}

WallTime inHours(double hours) {
    return now() + std::chrono::seconds(static_cast<std::int64_t>(hours * 3'600));
}

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const auto& word : words)
        text += (text.empty() ? "" : ", ") + word;
    return text;
}

/// "publishes EWR (edge-1), may listen".
std::string wordsOf(const Permit& permit) {
    std::vector<std::string> parts;
    if (!permit.pops.empty())
        parts.push_back("publishes " + joined(permit.pops) +
                        (permit.nodes.empty() ? "" : " (" + joined(permit.nodes) + ")"));
    for (const auto& [may, words] : {std::pair{permit.global, "speaks of the world"},
                                     {permit.event, "tells events"},
                                     {permit.relay, "relays"},
                                     {permit.listen, "listens"},
                                     {permit.control, "pulls levers"}})
        if (may) parts.emplace_back(words);
    return joined(parts);
}

/// Nothing: it is good.
std::string stateOf(const Permit& permit) {
    auto any = permit;
    any.listen = true; // whatever it comes for
    const auto why = any.whyNot(feeds::Purpose::listen, now());
    if (why) return "NO: " + *why;
    if (permit.until != WallTime::max())
        return "until " + feeds::utcText(std::chrono::floor<std::chrono::seconds>(permit.until)) + " UTC";
    return "good";
}

std::optional<Error> makeKey(const Wish& wish) {
    const feeds::KeyFiles files(wish.trust.folder);
    const auto keys = wish.takeOver ? files.switchToNext() : wish.next ? files.makeNext() : files.makeOwn();
    if (!keys) return Error{keys.error()};
    std::printf("%s\n", keys->publicKey.c_str());
    return std::nullopt;
}

std::optional<Error> show(const Wish& wish) {
    const feeds::KeyFiles files(wish.trust.folder);
    const auto own = files.own();
    if (!own) return Error{own.error()};
    if (!*own) return Error{files.ownPath() + ": no such file; surgescope-keys new makes it"};
    const auto list = files.allowed();
    if (!list) return Error{list.error()};
    const auto servers = files.servers();
    if (!servers) return Error{servers.error()};
    std::printf("%s\n", (**own).publicKey.c_str());
    for (const auto& server : *servers)
        std::printf("connects  %s  %s\n", server.key.c_str(),
                    server.at.empty() ? "anywhere" : server.at.c_str());
    for (const auto& permit : list->permits())
        std::printf("allows    %s  %s: %s; %s\n", permit->key.c_str(), permit->name.c_str(),
                    wordsOf(*permit).c_str(), stateOf(*permit).c_str());
    return std::nullopt;
}

/// An agent's name says what it may speak for.
void fillFromName(Permit& permit) {
    const auto slash = permit.name.find('/');
    if (slash == std::string::npos || !feeds::isPopCode(permit.name.substr(0, slash))) return;
    if (permit.pops.empty()) permit.pops = {permit.name.substr(0, slash)};
    if (permit.nodes.empty() && !permit.relay) permit.nodes = {permit.name.substr(slash + 1)};
}

/// What is asked for, with what its name says of it.
Result<Permit> wholePermit(Permit permit) {
    const bool nothing = !permit.publishes() && !permit.listen && !permit.control;
    if (nothing || permit.relay) fillFromName(permit);
    if (permit.as.empty()) permit.as = {permit.name};
    if (!permit.publishes() && !permit.listen && !permit.control)
        return Error{"what may " + permit.name +
                     " do? Expected a name such as EWR/edge-1, or --publish, "
                     "--global, --event, --listen, --control or --relay"};
    return permit;
}

std::optional<Error> pair(const Wish& wish) {
    auto permit = wish.permit;
    if (!permit.name.empty()) // it would be refused there
        if (const auto whole = wholePermit(permit); !whole) return Error{"pair: " + whole.error()};
    feeds::Trust trust(wish.trust);
    if (auto error = trust.files().addServer({wish.key, wish.at})) return error;
    const auto own = trust.own();
    if (!own) return Error{own.error()};
    permit.key = own->publicKey;
    std::printf("There, unless it lets this key in already, say who this is, %s:\n  %s\n",
                permit.name.empty() ? "with the name it reports as in the place of NAME"
                                    : "by the name it reports as",
                feeds::allowCommand(permit).c_str());
    return std::nullopt;
}

std::optional<Error> allow(const Wish& wish) {
    const auto whole = wholePermit(wish.permit);
    if (!whole) return Error{"allow: " + whole.error()};
    auto permit = *whole;
    permit.key = wish.key;
    if (wish.validHours) permit.until = inHours(*wish.validHours);
    const feeds::KeyFiles files(wish.trust.folder);
    std::vector<Permit> before;
    const auto error = files.changeAllowed([&](feeds::AllowList& list) -> std::optional<Error> {
        const auto holder = list.find(permit.key);
        if (holder && holder->name != permit.name && !holder->revoked)
            return Error{"allow: this is the key of " + holder->name + "; to give it to " + permit.name +
                         ", surgescope-keys revoke '" + permit.key + "' first"};
        for (const auto& other : list.permits())
            if (other->name == permit.name && other->key != permit.key && !other->revoked)
                before.push_back(*other);
        for (auto& other : before) {
            other.until = std::min(other.until, inHours(wish.overlapHours));
            list.put(other);
        }
        list.put(permit);
        // What it makes must be what it reads.
        const auto read = feeds::AllowList::parse(list.text(), files.allowedPath());
        return read ? std::nullopt : std::optional(Error{read.error()});
    });
    if (error) return error;
    for (const auto& other : before)
        std::printf("the key %s of %s is good %s\n", other.key.c_str(), other.name.c_str(),
                    stateOf(other).c_str());
    std::printf("%s %s\n", permit.name.c_str(), wordsOf(permit).c_str());
    return std::nullopt;
}

std::optional<Error> revoke(const Wish& wish) {
    const feeds::KeyFiles files(wish.trust.folder);
    std::vector<Permit> its;
    const auto error = files.changeAllowed([&](feeds::AllowList& list) -> std::optional<Error> {
        for (const auto& permit : list.permits())
            if (permit->name == wish.key || permit->key == wish.key) its.push_back(*permit);
        if (its.empty())
            return Error{"revoke: nobody of that name or key is in " + files.allowedPath() +
                         "; surgescope-keys show lists them"};
        for (auto& permit : its) {
            permit.revoked = true;
            list.put(permit);
        }
        return std::nullopt;
    });
    if (error) return error;
    for (const auto& permit : its)
        std::printf("the key %s of %s is revoked\n", permit.key.c_str(), permit.name.c_str());
    return std::nullopt;
}

// ---- what is said on the command line

std::string checkKey(const std::string& text) {
    return feeds::isKey(text) ? "" : feeds::inQuotes(text) + ": expected " + std::string(feeds::kKeyForm);
}

std::string checkWord(const std::string& text, std::size_t mostBytes) {
    return feeds::isWord(text, mostBytes) ? ""
                                          : feeds::inQuotes(text) + ": expected one word of at most " +
                                                std::to_string(mostBytes) + " ASCII characters";
}

std::string checkPublisher(const std::string& text) {
    return checkWord(text, feeds::limits::kPublisherBytes);
}

std::string checkName(const std::string& text) {
    if (text == feeds::kNamePlace) return "stands for the name it reports as, such as EWR/edge-1";
    return checkPublisher(text);
}

std::string checkNode(const std::string& text) {
    return checkWord(text, feeds::limits::kTextBytes);
}

std::string checkPop(const std::string& text) {
    return feeds::isPopPattern(text) ? ""
                                     : feeds::inQuotes(text) + " is no PoP, expected " +
                                           std::string(feeds::kPopCodeForm) + ", or *";
}

std::string checkAt(const std::string& text) {
    const auto error = feeds::KeyFiles::checkServerEndpoint(text);
    return error ? error->text : "";
}

auto checkHours(double least) {
    return [least](const std::string& text) -> std::string {
        double hours = 0;
        // No number, as "nan" is, is not in a range.
        if (CLI::detail::lexical_cast(text, hours) && hours >= least && hours <= kMostHours) return "";
        return "expected " + feeds::numberText(least) + " to " + feeds::numberText(kMostHours) + " hours";
    };
}

/// --key-folder=/somewhere may have as many characters as a key.
bool isOptionWithValue(std::string_view word) {
    const auto name = word.substr(0, word.find('='));
    return name.size() > 2 && name.size() < word.size() && name.starts_with("--") &&
           std::ranges::all_of(name, [](char c) { return c == '-' || (c >= 'a' && c <= 'z'); });
}

/// A key may begin with -, as those of other implementations do: with a blank before it no parser takes it
/// for an option.
std::vector<std::string> wordsWithKeys(int argc, char** argv) {
    std::vector<std::string> words(argv, argv + argc);
    for (auto& word : words)
        if (word.starts_with('-') && feeds::isKey(word) && !isOptionWithValue(word)) word.insert(0, " ");
    return words;
}

std::string withoutBlank(std::string text) {
    return text.starts_with(' ') ? text.substr(1) : text;
}

/// What somebody may do: of allow, and of pair for the allow that it prints.
void addPermitOptions(CLI::App& command, Permit& permit) {
    const auto list = [&](const char* name, std::vector<std::string>& to, const char* what) {
        return command.add_option(name, to, what)->allow_extra_args(false);
    };
    list("--publish", permit.pops, "PoP it may report of; * for all; repeatable")->check(checkPop);
    list("--node", permit.nodes, "Node it may speak for; edge-* for many; repeatable; otherwise any")
        ->check(checkNode);
    command.add_flag("--global", permit.global, "It may tell of the world as a whole");
    command.add_flag("--event", permit.event, "It may tell what happens: releases, purges, notes");
    command.add_flag("--relay", permit.relay, "It merges what agents of its PoPs say");
    command.add_flag("--listen", permit.listen, "It may subscribe");
    command.add_flag("--control", permit.control, "It may pull levers");
}

void addAllowOptions(CLI::App& allowed, Wish& wish) {
    allowed
        .add_option("NAME", wish.permit.name,
                    "Whose it is; of an agent EWR/edge-1, which then may speak for that node")
        ->required()
        ->check(checkName);
    addPermitOptions(allowed, wish.permit);
    allowed
        .add_option("--as", wish.permit.as,
                    "Publisher name it may use, otherwise its own; sim-* for many; repeatable")
        ->allow_extra_args(false)
        ->check(checkPublisher);
    allowed
        .add_option("--valid", wish.validHours,
                    "Hours from now, 0.01 and more, after which it is no longer let in; otherwise for good")
        ->check(checkHours(0.01));
    allowed
        .add_option("--overlap", wish.overlapHours,
                    "Hours for which the key that NAME had is good besides; 0: no longer")
        ->capture_default_str()
        ->check(checkHours(0));
}

} // namespace

int main(int argc, char** argv) {
    CLI::App app("Keys: who we are, whom we connect to, and whom we let in.", "surgescope-keys");
    Wish wish;
    app::addKeysOption(app, wish.trust);
    app.require_subcommand(1);
    std::optional<Error> (*command)(const Wish&) = nullptr;
    const auto add = [&](const char* name, const char* what, std::optional<Error> (*does)(const Wish&)) {
        auto* sub = app.add_subcommand(name, what);
        sub->callback([&command, does] { command = does; });
        sub->fallthrough();
        return sub;
    };
    auto* made = add("new", "Makes our key, and prints what others may know of it", makeKey);
    auto* next =
        made->add_flag("--next", wish.next, "Makes the key that is to follow, beside the present one");
    made->add_flag("--switch", wish.takeOver, "Puts that key in the place of the present one")
        ->excludes(next);
    const auto addKey = [&](CLI::App* to, const char* what, const char* whose) {
        return to->add_option(what, wish.key, whose)->required()->transform(withoutBlank);
    };
    add("show", "Prints our key, whom we connect to, and whom we let in", show);

    auto* allowed = add("allow", "Lets the holder of a key in", allow);
    addKey(allowed, "KEY", "As surgescope-keys show or pair prints it there")->check(checkKey);
    addAllowOptions(*allowed, wish);
    addKey(add("revoke", "Lets somebody in no longer", revoke), "NAME", "Whose keys, or the key itself");

    auto* paired = add("pair", "Connects to what holds a key, and prints what to say there", pair);
    addKey(paired, "KEY", "As surgescope-keys show prints it there")->check(checkKey);
    paired->add_option("--at", wish.at, "Endpoint it answers at: tcp://wall:5556; otherwise any")
        ->check(checkAt);
    paired->add_option("--as", wish.permit.name, "Name to say there: EWR/edge-1, as the agent reports")
        ->check(checkName);
    addPermitOptions(*paired, wish.permit);
    auto words = wordsWithKeys(argc, argv);
    std::vector<char*> arguments;
    for (auto& word : words)
        arguments.push_back(word.data());
    arguments.push_back(nullptr);
    if (const auto status = app::parseCommandLine(app, argc, arguments.data())) return *status;
    const auto error = command(wish);
    return error ? app::failure(app, error->text) : 0;
}
