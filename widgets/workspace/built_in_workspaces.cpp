// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/workspace/built_in_workspaces.h"

#include "widgets/base/fonts.h"
#include "widgets/workspace/workspace_json.h"

#include <QFile>

#include <cassert>

namespace surgescope::widgets {

namespace {

std::vector<Workspace> load() {
    useResources();
    std::vector<Workspace> all;
    for (const char16_t* name :
         {u"overview", u"map", u"traffic", u"cache", u"invalidation", u"security", u"audience", u"pops"}) {
        QFile file(QStringLiteral(":/surgescope/workspaces/%1.json").arg(QStringView(name)));
        if (!file.open(QIODevice::ReadOnly)) continue;
        auto workspace = workspaceFromJson(file.readAll().toStdString());
        assert(workspace); // tests read each of them
        if (workspace) all.push_back(std::move(workspace.value()));
    }
    return all;
}

} // namespace

const std::vector<Workspace>& builtInWorkspaces() {
    static const std::vector<Workspace> all = load();
    return all;
}

const Workspace& overviewWorkspace() {
    return builtInWorkspaces().front();
}

const Workspace* findWorkspace(const std::vector<Workspace>& among, std::string_view name) {
    for (const Workspace& workspace : among)
        if (workspace.name == name) return &workspace;
    return nullptr;
}

} // namespace surgescope::widgets
