// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/transport/trust.h"

#include <algorithm>
#include <sys/stat.h>
#include <utility>

namespace surgescope::feeds {

Trust::Trust(Options options) : m_options(std::move(options)), m_files(m_options.folder) {}

Trust::~Trust() {
    {
        const std::scoped_lock lock(m_mutex);
        m_stop = true;
    }
    m_stopping.notify_all();
    if (m_thread.joinable()) m_thread.join();
}

// ---- who we are, and whom we connect to

Result<std::optional<KeyPair>> Trust::ownIfAny() {
    const std::scoped_lock lock(m_mutex);
    if (m_own) return std::optional(*m_own);
    auto read = m_files.own();
    if (!read) return Error{read.error()};
    m_own = *read;
    if (m_own) m_owner = std::make_shared<const Permit>(ownersPermit(m_own->publicKey));
    return m_own;
}

std::string Trust::ownPublicKey() const {
    const std::scoped_lock lock(m_mutex);
    return m_own ? m_own->publicKey : std::string();
}

Result<KeyPair> Trust::own() {
    const auto known = ownIfAny();
    if (!known) return Error{known.error()};
    if (*known) return **known;
    const auto made = m_files.makeOwn();
    const auto again = ownIfAny(); // another process may have made it meanwhile
    if (again && *again) return **again;
    return Error{made ? again.error() : made.error()};
}

Result<std::vector<std::string>> Trust::serverKeys(const std::string& endpoint) const {
    const auto servers = m_files.servers();
    if (!servers) return Error{servers.error()};
    std::vector<std::string> keys;
    for (const auto& server : *servers)
        if (server.at == endpoint) keys.push_back(server.key);
    return keys;
}

void Trust::noteWorked(const std::string& endpoint, const std::string& key) {
    const std::scoped_lock lock(m_mutex);
    m_worked[endpoint] = key;
}

std::optional<std::string> Trust::workedAt(const std::string& endpoint) const {
    const std::scoped_lock lock(m_mutex);
    const auto found = m_worked.find(endpoint);
    return found == m_worked.end() ? std::nullopt : std::optional(found->second);
}

// ---- whom we let in

std::shared_ptr<const Permit> Trust::permitOf(std::string_view key) const {
    {
        const std::scoped_lock lock(m_mutex);
        if (m_owner && m_owner->key == key) return m_owner;
        if (auto permit = m_allowed->find(key)) return permit;
    }
    Permit nobody;
    nobody.name = "the key " + std::string(key.substr(0, 8)) + "…";
    nobody.key = key;
    nobody.stranger = true;
    return std::make_shared<const Permit>(std::move(nobody));
}

std::vector<std::shared_ptr<const Permit>> Trust::permits() const {
    const std::scoped_lock lock(m_mutex);
    return m_allowed->permits();
}

void Trust::shutOut(const std::string& key) {
    const std::scoped_lock lock(m_mutex);
    const auto known = m_allowed->find(key);
    if (!known || known->isShutOut) return;
    Permit permit = *known;
    permit.isShutOut = true;
    auto list = std::make_shared<AllowList>(*m_allowed);
    list->put(std::move(permit));
    m_allowed = std::move(list);
    ++m_version;
}

std::uint64_t Trust::version() const {
    const std::scoped_lock lock(m_mutex);
    return m_version;
}

std::string Trust::problem() const {
    const std::scoped_lock lock(m_mutex);
    return m_problem;
}

Trust::Stamp Trust::stamp() const {
    struct stat folder {};
    struct stat file {};
    if (::stat(m_files.folder().c_str(), &folder) != 0) return {};
    if (::stat(m_files.allowedPath().c_str(), &file) != 0) return {.folderMode = folder.st_mode};
    return {file.st_ctim.tv_sec * 1'000'000'000 + file.st_ctim.tv_nsec,
            static_cast<std::uint64_t>(file.st_size), file.st_ino, folder.st_mode};
}

std::optional<Error> Trust::follow() {
    {
        const std::scoped_lock lock(m_mutex);
        if (m_thread.joinable()) return std::nullopt;
    }
    const auto now = stamp();
    auto list = m_files.allowed();
    if (!list) return Error{list.error()};
    const std::scoped_lock lock(m_mutex);
    if (m_thread.joinable()) return std::nullopt;
    m_stamp = now;
    m_allowed = std::make_shared<const AllowList>(std::move(list.value()));
    m_thread = std::thread([this] { run(); });
    return std::nullopt;
}

void Trust::run() {
    std::unique_lock lock(m_mutex);
    while (!m_stopping.wait_for(lock, m_options.rereadEvery, [this] { return m_stop; })) {
        const auto known = m_stamp;
        lock.unlock();
        const auto now = stamp();
        std::optional<Result<AllowList>> list;
        if (now != known) list = m_files.allowed();
        lock.lock();
        if (!list) continue;
        m_stamp = now;
        // With a list that cannot be read, who was let in stays, and who was not does not come in.
        m_problem = *list ? std::string() : "the allow-list in use is an older one: " + list->error();
        if (!*list) continue;
        m_allowed = std::make_shared<const AllowList>(std::move(list->value()));
        ++m_version;
    }
}

} // namespace surgescope::feeds
