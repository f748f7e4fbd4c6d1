// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/transport/allow_list.h"
#include "feeds/transport/keys.h"
#include "feeds/util/result.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace surgescope::feeds {

/// The folder where keys lie: our own, those of the servers we connect to, and the allow-list. All files are
/// 0600, and written whole or not at all; whoever changes one waits for another who does. What others may
/// write is not used, for they would decide who speaks. Errors name the file. Waits for a disk: not for the
/// feed's thread.
class KeyFiles {
  public:
    /// What answers at an endpoint shall hold this key.
    struct Server {
        std::string key;
        std::string at; // endpoint, as it is connected to: tcp://wall:5556; empty: at any
        bool operator==(const Server&) const = default;
    };

    explicit KeyFiles(std::string folder) : m_folder(std::move(folder)) {}
    /// As the XDG base directory specification says: ~/.config/surgescope/keys.
    static std::string usualFolder();

    const std::string& folder() const { return m_folder; }
    std::string ownPath() const { return m_folder + "/own.key"; }
    std::string nextPath() const { return m_folder + "/next.key"; }
    std::string serversPath() const { return m_folder + "/servers.toml"; }
    std::string allowedPath() const { return m_folder + "/allowed.toml"; }

    /// Our own key. Nothing: none was made yet. An Error also when others may read the file: then it is no
    /// secret.
    Result<std::optional<KeyPair>> own() const;
    /// Makes one, or says that there is one.
    Result<KeyPair> makeOwn() const;
    /// The one that will follow: made beside the present one, which it then takes the place of.
    Result<KeyPair> makeNext() const;
    Result<KeyPair> switchToNext() const;

    /// Empty when there is no file.
    Result<std::vector<Server>> servers() const;
    std::optional<Error> addServer(const Server& server) const;

    /// Empty when there is no file.
    Result<AllowList> allowed() const;
    /// Reads it, lets it be changed, and writes it; an Error of `change` leaves it as it was.
    std::optional<Error> changeAllowed(const std::function<std::optional<Error>(AllowList&)>& change) const;

    static Result<std::vector<Server>> parseServers(std::string_view text, const std::string& file);
    static Result<KeyPair> parseOwn(std::string_view text, const std::string& file);
    /// Nothing: a server may answer there.
    static std::optional<Error> checkServerEndpoint(const std::string& at);

  private:
    Result<KeyPair> makeAt(const std::string& path) const;
    std::optional<Error> makeFolder() const;
    std::optional<Error> checkFolder() const;
    /// Nothing: there is no such file.
    Result<std::optional<std::string>> read(const std::string& path, std::size_t mostBytes) const;
    std::string m_folder;
};

} // namespace surgescope::feeds
