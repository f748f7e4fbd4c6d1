// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/transport/key_files.h"

#include "feeds/transport/endpoint.h"
#include "feeds/util/toml_file.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace surgescope::feeds {
namespace {

constexpr std::size_t kMostOwnBytes = 4'096;
constexpr std::size_t kMostServerBytes = 1U << 20U;
constexpr std::size_t kMostServers = 10'000;
constexpr std::size_t kMostEndpointBytes = 256;
constexpr mode_t kOnlyOurs = 0600;
constexpr mode_t kOthersWrite = 0022;

Error cannot(const std::string& what, const std::string& path) {
    return {"cannot " + what + " " + path + ": " + std::strerror(errno)};
}

/// What a group may write is written by whoever gets into it.
std::optional<Error> checkWriters(const std::string& path, const struct stat& there) {
    if ((there.st_mode & kOthersWrite) == 0) return std::nullopt;
    return Error{path + ": others may write it, so they decide who is who; expected that nobody else may. "
                        "Look whether all in it is yours, then chmod go-w it"};
}

/// A file's contents put in its place in one step.
std::optional<Error> writeWhole(const std::string& path, std::string_view text) {
    const auto fresh = path + ".new";
    const int file = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, kOnlyOurs);
    if (file < 0) return cannot("write", fresh);
    bool good = ::fchmod(file, kOnlyOurs) == 0;
    while (good && !text.empty()) {
        const auto written = ::write(file, text.data(), text.size());
        good = written > 0;
        if (good) text.remove_prefix(static_cast<std::size_t>(written));
    }
    good = good && ::fsync(file) == 0;
    const auto error = good ? std::nullopt : std::optional(cannot("write", fresh));
    ::close(file);
    if (error) return error;
    if (::rename(fresh.c_str(), path.c_str()) != 0) return cannot("write", path);
    return std::nullopt;
}

/// One at a time changes what is in a folder.
class FolderLock {
  public:
    explicit FolderLock(const std::string& folder)
        : m_file(::open((folder + "/.lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kOnlyOurs)) {
        if (m_file >= 0) ::flock(m_file, LOCK_EX);
    }
    ~FolderLock() {
        if (m_file >= 0) ::close(m_file);
    }
    FolderLock(const FolderLock&) = delete;
    FolderLock& operator=(const FolderLock&) = delete;

  private:
    int m_file;
};

bool isThere(const std::string& path) {
    std::error_code ignored;
    return std::filesystem::exists(path, ignored);
}

class KeyFileReader : TomlValues {
  public:
    explicit KeyFileReader(std::string file) : TomlValues(std::move(file)) {}

    Result<KeyPair> pair(const toml::table& root) {
        KeyPair keys;
        for (const auto& [name, node] : root) {
            if (name == "public")
                keys.publicKey = line(node, "public", kMostEndpointBytes).value_or("");
            else if (name == "secret")
                keys.secretKey = line(node, "secret", kMostEndpointBytes).value_or("");
            else
                refuse(node,
                       "nothing is called " + inQuotes(name.str()) + " here, expected public or secret");
        }
        if (!hasRefused() && !keys.isWhole())
            refuse("expected public = \"…\" and secret = \"…\" that belong together, as surgescope-keys new "
                   "writes them");
        if (error()) return *error();
        return keys;
    }

    Result<std::vector<KeyFiles::Server>> servers(const toml::table& root) {
        std::vector<KeyFiles::Server> all;
        for (const auto& [name, node] : root) {
            const auto* tables = node.as_array();
            if (name != "server" || !tables || !tables->is_array_of_tables() ||
                tables->size() > kMostServers) {
                refuse(node, "expected sections [[server]], at most " + std::to_string(kMostServers));
                break;
            }
            for (const auto& one : *tables)
                all.push_back(server(*one.as_table()));
        }
        if (error()) return *error();
        return all;
    }

  private:
    KeyFiles::Server server(const toml::table& table) {
        KeyFiles::Server server;
        for (const auto& [name, node] : table) {
            if (name == "public")
                server.key = line(node, "public", kMostEndpointBytes).value_or("");
            else if (name == "at")
                server.at = line(node, "at", kMostEndpointBytes).value_or("");
            else
                refuse(node,
                       "nothing of a server is called " + inQuotes(name.str()) + ", expected public or at");
        }
        if (hasRefused()) return server;
        if (!isKey(server.key)) refuse(table, "public: expected " + std::string(kKeyForm));
        if (const auto wrong = server.at.empty() ? std::nullopt : KeyFiles::checkServerEndpoint(server.at))
            refuse(table, "at: " + wrong->text);
        return server;
    }
};

} // namespace

std::string KeyFiles::usualFolder() {
    if (const char* folder = std::getenv("XDG_CONFIG_HOME"); folder && *folder == '/')
        return std::string(folder) + "/surgescope/keys";
    const char* home = std::getenv("HOME");
    return std::string(home && *home ? home : ".") + "/.config/surgescope/keys";
}

std::optional<Error> KeyFiles::makeFolder() const {
    std::error_code error;
    std::filesystem::create_directories(std::filesystem::path(m_folder).parent_path(), error);
    if (::mkdir(m_folder.c_str(), 0700) != 0 && errno != EEXIST) return cannot("make the folder", m_folder);
    return checkFolder();
}

/// Who may write in it may put other files in the place of ours.
std::optional<Error> KeyFiles::checkFolder() const {
    struct stat folder {};
    if (::stat(m_folder.c_str(), &folder) == 0) return checkWriters(m_folder, folder);
    return errno == ENOENT || errno == ENOTDIR ? std::nullopt : std::optional(cannot("read", m_folder));
}

Result<std::optional<std::string>> KeyFiles::read(const std::string& path, std::size_t mostBytes) const {
    if (auto error = checkFolder()) return std::move(*error);
    struct stat file {};
    if (::stat(path.c_str(), &file) != 0) {
        if (errno == ENOENT || errno == ENOTDIR) return std::optional<std::string>();
        return cannot("read", path);
    }
    if (path == ownPath() && (file.st_mode & ~kOnlyOurs & 0777U) != 0)
        return Error{path + ": others may read it, so it is no secret any more; expected mode 0600. Make "
                            "another key, or chmod 600 if nobody did"};
    if (auto error = checkWriters(path, file)) return std::move(*error);
    auto text = readTextFile(path, mostBytes);
    if (!text) return Error{text.error()};
    return std::optional(std::move(text.value()));
}

// ---- our own key

Result<KeyPair> KeyFiles::parseOwn(std::string_view text, const std::string& file) {
    const auto root = parseToml(text, kMostOwnBytes, file);
    if (!root) return Error{root.error()};
    return KeyFileReader(file).pair(*root);
}

Result<std::optional<KeyPair>> KeyFiles::own() const {
    const auto text = read(ownPath(), kMostOwnBytes);
    if (!text) return Error{text.error()};
    if (!*text) return std::optional<KeyPair>();
    auto keys = parseOwn(**text, ownPath());
    if (!keys) return Error{keys.error()};
    return std::optional(std::move(keys.value()));
}

Result<KeyPair> KeyFiles::makeAt(const std::string& path) const {
    const auto keys = KeyPair::make();
    const auto text =
        "# A key of surgescope's. Whoever has the secret is who it says: nobody else may read this file.\n"
        "public = \"" +
        keys.publicKey + "\"\nsecret = \"" + keys.secretKey + "\"\n";
    if (auto error = writeWhole(path, text)) return std::move(*error);
    return keys;
}

Result<KeyPair> KeyFiles::makeOwn() const {
    if (auto error = makeFolder()) return std::move(*error);
    const FolderLock lock(m_folder);
    if (isThere(ownPath()))
        return Error{ownPath() + " is there already: surgescope-keys show prints it, new --next makes the "
                                 "one that is to follow it"};
    return makeAt(ownPath());
}

Result<KeyPair> KeyFiles::makeNext() const {
    if (auto error = checkFolder()) return std::move(*error);
    const FolderLock lock(m_folder);
    if (!isThere(ownPath())) return Error{ownPath() + ": no such file; there is nothing to follow"};
    if (isThere(nextPath())) return Error{nextPath() + " is there already; --switch puts it in its place"};
    return makeAt(nextPath());
}

Result<KeyPair> KeyFiles::switchToNext() const {
    if (auto error = checkFolder()) return std::move(*error);
    const FolderLock lock(m_folder);
    if (!isThere(nextPath())) return Error{nextPath() + ": no such file; --next makes it"};
    if (::rename(nextPath().c_str(), ownPath().c_str()) != 0) return cannot("write", ownPath());
    auto keys = own();
    if (!keys) return Error{keys.error()};
    return **keys;
}

// ---- whom we connect to

Result<std::vector<KeyFiles::Server>> KeyFiles::parseServers(std::string_view text, const std::string& file) {
    const auto root = parseToml(text, kMostServerBytes, file);
    if (!root) return Error{root.error()};
    return KeyFileReader(file).servers(*root);
}

Result<std::vector<KeyFiles::Server>> KeyFiles::servers() const {
    const auto text = read(serversPath(), kMostServerBytes);
    if (!text) return Error{text.error()};
    return *text ? parseServers(**text, serversPath()) : std::vector<Server>();
}

std::optional<Error> KeyFiles::checkServerEndpoint(const std::string& at) {
    const bool one = isWord(at, kMostEndpointBytes) && at.starts_with("tcp://") &&
                     !at.starts_with("tcp://*") && !at.ends_with(":*") && !checkEndpoint("connect to", at);
    if (one) return std::nullopt;
    return Error{inQuotes(at) + ": expected tcp://HOST:PORT as it is connected to, such as tcp://wall:5556"};
}

std::optional<Error> KeyFiles::addServer(const Server& server) const {
    if (!server.at.empty())
        if (auto error = checkServerEndpoint(server.at)) return error;
    if (auto error = makeFolder()) return error;
    const FolderLock lock(m_folder);
    auto all = servers();
    if (!all) return Error{all.error()};
    if (std::ranges::find(*all, server) != all.value().end()) return std::nullopt;
    all.value().push_back(server);
    std::string text = "# Whom we connect to, and by which key we know it; surgescope-keys pair writes it.\n";
    for (const auto& one : *all) {
        text += "\n[[server]]\npublic = " + tomlText(toml::value(one.key)) + "\n";
        if (!one.at.empty()) text += "at = " + tomlText(toml::value(one.at)) + "\n";
    }
    return writeWhole(serversPath(), text);
}

// ---- whom we let in

Result<AllowList> KeyFiles::allowed() const {
    const auto text = read(allowedPath(), AllowList::kMostBytes);
    if (!text) return Error{text.error()};
    return *text ? AllowList::parse(**text, allowedPath()) : AllowList();
}

std::optional<Error>
KeyFiles::changeAllowed(const std::function<std::optional<Error>(AllowList&)>& change) const {
    if (auto error = makeFolder()) return error;
    const FolderLock lock(m_folder);
    auto list = allowed();
    if (!list) return Error{list.error()};
    if (auto error = change(list.value())) return error;
    return writeWhole(allowedPath(), list->text());
}

} // namespace surgescope::feeds
