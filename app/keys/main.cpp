// SPDX-License-Identifier: GPL-3.0-or-later
// surgescope-keys: who we are, whom we connect to, and whom we let in.
#include "feeds/model/pop_catalogue.h"
#include "feeds/transport/key_files.h"
#include "feeds/transport/trust.h"
#include "feeds/wire/limits.h"

#include "app/command_line.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
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
    std::string key;
    std::string at;
    Permit permit;
    double validHours = 0;    // 0: for good
    double overlapHours = 24; // of the key that another takes the place of
};

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

std::optional<Error> pair(const Wish& wish) {
    feeds::Trust trust(wish.trust);
    if (auto error = trust.files().addServer({wish.key, wish.at})) return error;
    const auto own = trust.own();
    if (!own) return Error{own.error()};
    std::printf("There, say who this is, by the name it reports as:\n  surgescope-keys allow '%s' %s\n",
                own->publicKey.c_str(), wish.permit.name.empty() ? "EWR/edge-1" : wish.permit.name.c_str());
    return std::nullopt;
}

/// An agent's name says what it may speak for.
void fillFromName(Permit& permit) {
    const auto slash = permit.name.find('/');
    if (slash == std::string::npos || !feeds::isPopCode(permit.name.substr(0, slash))) return;
    if (permit.pops.empty()) permit.pops = {permit.name.substr(0, slash)};
    if (permit.nodes.empty() && !permit.relay) permit.nodes = {permit.name.substr(slash + 1)};
}

std::optional<Error> allow(const Wish& wish) {
    auto permit = wish.permit;
    permit.key = wish.key;
    const bool nothing = !permit.publishes() && !permit.listen && !permit.control;
    if (nothing || permit.relay) fillFromName(permit);
    if (permit.as.empty()) permit.as = {permit.name};
    if (!permit.publishes() && !permit.listen && !permit.control)
        return Error{"allow: what may " + permit.name +
                     " do? Expected a name such as EWR/edge-1, or --publish, "
                     "--global, --event, --listen, --control or --relay"};
    if (wish.validHours > 0) permit.until = inHours(wish.validHours);
    const feeds::KeyFiles files(wish.trust.folder);
    const auto error = files.changeAllowed([&](feeds::AllowList& list) -> std::optional<Error> {
        std::vector<Permit> before;
        for (const auto& other : list.permits())
            if (other->name == permit.name && other->key != permit.key && !other->revoked)
                before.push_back(*other);
        for (auto& other : before) {
            other.until = std::min(other.until, inHours(wish.overlapHours));
            std::printf("the key %s of %s is good %s\n", other.key.c_str(), other.name.c_str(),
                        stateOf(other).c_str());
            list.put(std::move(other));
        }
        list.put(permit);
        // What it makes must be what it reads.
        const auto read = feeds::AllowList::parse(list.text(), files.allowedPath());
        return read ? std::nullopt : std::optional(Error{read.error()});
    });
    if (error) return error;
    std::printf("%s %s\n", permit.name.c_str(), wordsOf(permit).c_str());
    return std::nullopt;
}

std::optional<Error> revoke(const Wish& wish) {
    const feeds::KeyFiles files(wish.trust.folder);
    return files.changeAllowed([&](feeds::AllowList& list) -> std::optional<Error> {
        std::vector<Permit> its;
        for (const auto& permit : list.permits())
            if (permit->name == wish.key || permit->key == wish.key) its.push_back(*permit);
        if (its.empty())
            return Error{"revoke: nobody of that name or key is in " + files.allowedPath() +
                         "; surgescope-keys show lists them"};
        for (auto& permit : its) {
            permit.revoked = true;
            std::printf("the key %s of %s is revoked\n", permit.key.c_str(), permit.name.c_str());
            list.put(std::move(permit));
        }
        return std::nullopt;
    });
}

std::string checkKey(const std::string& text) {
    return feeds::isKey(text) ? "" : "'" + text.substr(0, 60) + "': expected " + std::string(feeds::kKeyForm);
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
    add("show", "Prints our key, whom we connect to, and whom we let in", show);

    auto* allowed = add("allow", "Lets the holder of a key in", allow);
    allowed->add_option("KEY", wish.key, "As surgescope-keys show or pair prints it there")
        ->required()
        ->check(checkKey);
    allowed
        ->add_option("NAME", wish.permit.name,
                     "Whose it is; of an agent EWR/edge-1, which then may speak for that node")
        ->required();
    allowed->add_option("--publish", wish.permit.pops, "PoP it may report of; * for all; repeatable");
    allowed->add_option("--node", wish.permit.nodes,
                        "Node it may speak for; edge-* for many; repeatable; otherwise any");
    allowed->add_option("--as", wish.permit.as,
                        "Publisher name it may use, otherwise its own; sim-* for many; repeatable");
    allowed->add_flag("--global", wish.permit.global, "It may tell of the world as a whole");
    allowed->add_flag("--event", wish.permit.event, "It may tell what happens: releases, purges, notes");
    allowed->add_flag("--relay", wish.permit.relay, "It merges what agents of its PoPs say");
    allowed->add_flag("--listen", wish.permit.listen, "It may subscribe");
    allowed->add_flag("--control", wish.permit.control, "It may pull levers");
    allowed->add_option("--valid", wish.validHours, "Hours from now, after which it is no longer let in")
        ->check(CLI::Range(0.0, 1e6));
    allowed
        ->add_option("--overlap", wish.overlapHours, "Hours for which the key that NAME had is good besides")
        ->capture_default_str()
        ->check(CLI::Range(0.0, 1e6));

    auto* revoked = add("revoke", "Lets somebody in no longer", revoke);
    revoked->add_option("NAME", wish.key, "Whose keys, or the key itself")->required();

    auto* paired = add("pair", "Connects to what holds a key, and prints what to say there", pair);
    paired->add_option("KEY", wish.key, "As surgescope-keys show prints it there")
        ->required()
        ->check(checkKey);
    paired->add_option("--at", wish.at, "Endpoint it answers at: tcp://wall:5556; otherwise any");
    paired->add_option("--as", wish.permit.name, "Name to say there: EWR/edge-1");
    if (const auto status = app::parseCommandLine(app, argc, argv)) return *status;
    const auto error = command(wish);
    return error ? app::commandLineError(app, error->text) : 0;
}
