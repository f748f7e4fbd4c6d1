// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/workspace/workspace_json.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <initializer_list>
#include <optional>
#include <set>
#include <utility>

namespace surgescope::widgets {

namespace {

using Json = nlohmann::ordered_json;
using feeds::Error;
using feeds::Result;

constexpr int kMostPixels = 100'000; // no screen is further away or larger
constexpr std::size_t kMostSettings = 64;
constexpr std::size_t kMostSettingBytes = 4096;

std::string inQuotes(std::string_view text) {
    return "'" + std::string(text.substr(0, 60)) + "'";
}

std::string seen(const Json& value) {
    const std::string text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
    return text.size() <= 60 ? text : text.substr(0, 57) + "...";
}

Error wrong(const std::string& where, const std::string& is, const std::string& expected) {
    return {where + " is " + is + ", expected " + expected};
}

/// The first key that is not among those known.
std::optional<Error> unknownKey(const Json& object, const std::string& where,
                                std::initializer_list<std::string_view> known) {
    std::string list;
    for (const auto key : known)
        list += (list.empty() ? "" : ", ") + std::string(key);
    for (const auto& item : object.items())
        if (std::ranges::find(known, item.key()) == known.end())
            return Error{where + " has the key " + inQuotes(item.key()) + ", expected " + list};
    return std::nullopt;
}

class Reader {
  public:
    Result<Workspace> read(const Json& root) {
        if (!root.is_object()) return wrong("the file", seen(root), "an object");
        if (!root.contains("version") || root["version"] != kWorkspaceVersion)
            return wrong("version", root.contains("version") ? seen(root["version"]) : "missing",
                         std::to_string(kWorkspaceVersion));
        if (auto error = unknownKey(root, "the file", {"version", "name", "windows"})) return *error;
        Workspace workspace;
        if (!root.contains("name") || !root["name"].is_string() ||
            !isWorkspaceName(root["name"].get_ref<const std::string&>()))
            return wrong("name", root.contains("name") ? seen(root["name"]) : "missing",
                         "up to 40 letters, digits, spaces, dashes and underscores");
        workspace.name = root["name"].get<std::string>();
        const auto windows = root.find("windows");
        if (windows == root.end() || !windows->is_array() || windows->empty() ||
            windows->size() > Workspace::kMostWindows)
            return wrong("windows",
                         windows == root.end() ? "missing"
                         : windows->is_array() ? "a list of " + std::to_string(windows->size())
                                               : seen(*windows),
                         "a list of 1 to " + std::to_string(Workspace::kMostWindows) + " windows");
        for (std::size_t i = 0; i < windows->size(); ++i) {
            auto window = readWindow((*windows)[i], "windows[" + std::to_string(i) + "]");
            if (!window) return Error{window.error()};
            workspace.windows.push_back(std::move(window.value()));
        }
        return workspace;
    }

  private:
    Result<WorkspaceWindow> readWindow(const Json& json, const std::string& where) {
        if (!json.is_object()) return wrong(where, seen(json), "an object");
        if (auto error = unknownKey(json, where, {"place", "layout"})) return *error;
        WorkspaceWindow window;
        if (const auto place = json.find("place"); place != json.end()) {
            if (!place->is_object()) return wrong(where + ".place", seen(*place), "an object");
            if (auto error = unknownKey(*place, where + ".place", {"x", "y", "width", "height"}))
                return *error;
            WindowPlace read;
            const std::array<std::pair<const char*, int*>, 4> numbers{
                {{"x", &read.x}, {"y", &read.y}, {"width", &read.width}, {"height", &read.height}}};
            for (const auto& [key, to] : numbers) {
                const int least = to == &read.width || to == &read.height ? 1 : -kMostPixels;
                const auto number = place->find(key);
                const bool whole = number != place->end() && number->is_number_integer();
                const double value = whole ? number->get<double>() : 0; // never overflows
                if (!whole || value < least || value > kMostPixels)
                    return wrong(where + ".place." + key, number == place->end() ? "missing" : seen(*number),
                                 "a whole number from " + std::to_string(least) + " to " +
                                     std::to_string(kMostPixels));
                *to = static_cast<int>(value);
            }
            window.place = read;
        }
        if (!json.contains("layout")) return wrong(where + ".layout", "missing", "an object or null");
        if (json["layout"].is_null()) return window; // all its views were closed
        auto root = readPane(json["layout"], where + ".layout", 0);
        if (!root) return Error{root.error()};
        window.root = std::move(root.value());
        window.root.share = 1;
        tidy(window.root);
        return window;
    }

    Result<Pane> readPane(const Json& json, const std::string& where, int depth) {
        if (!json.is_object()) return wrong(where, seen(json), "an object");
        Pane pane;
        if (depth > 0) {
            const auto share = json.find("share");
            const double value = share != json.end() && share->is_number() ? share->get<double>() : 0;
            if (!std::isfinite(value) || value < 1e-4 || value > 1e4)
                return wrong(where + ".share", share == json.end() ? "missing" : seen(*share),
                             "a number from 0.0001 to 10000");
            pane.share = value;
        }
        return json.contains("view") ? readView(json, where, std::move(pane))
                                     : readSplit(json, where, std::move(pane), depth);
    }

    Result<Pane> readView(const Json& json, const std::string& where, Pane pane) {
        if (auto error = unknownKey(json, where, {"share", "view", "settings"})) return *error;
        const Json& view = json["view"];
        if (!view.is_string() || !isViewName(view.get_ref<const std::string&>())) {
            std::string known;
            for (const ViewName& name : kViewNames)
                known += (known.empty() ? "" : ", ") + std::string(name.name);
            return wrong(where + ".view", seen(view), "one of " + known);
        }
        pane.view = view.get<std::string>();
        if (!m_views.insert(pane.view).second)
            return wrong(where + ".view", inQuotes(pane.view) + " again", "each view once");
        if (m_views.size() > Workspace::kMostLeaves) // not with today's views; the limit is the promise
            return wrong(where, "one view too many", "at most " + std::to_string(Workspace::kMostLeaves));
        const auto settings = json.find("settings");
        if (settings == json.end()) return pane;
        if (!settings->is_object() || settings->size() > kMostSettings)
            return wrong(where + ".settings", seen(*settings),
                         "an object of at most " + std::to_string(kMostSettings) + " texts");
        for (const auto& item : settings->items()) {
            if (!item.value().is_string() ||
                item.value().get_ref<const std::string&>().size() > kMostSettingBytes)
                return wrong(where + ".settings." + item.key(), seen(item.value()), "a text");
            pane.settings[item.key()] = item.value().get<std::string>();
        }
        return pane;
    }

    Result<Pane> readSplit(const Json& json, const std::string& where, Pane pane, int depth) {
        if (auto error = unknownKey(json, where, {"share", "view", "settings", "direction", "parts"}))
            return *error;
        if (depth >= Workspace::kMostDepth)
            return wrong(where, "split within " + std::to_string(depth) + " splits",
                         "at most " + std::to_string(Workspace::kMostDepth));
        const auto direction = json.find("direction");
        if (direction == json.end() || (*direction != "row" && *direction != "column"))
            return wrong(where + ".direction", direction == json.end() ? "missing" : seen(*direction),
                         "\"row\" or \"column\", or a view");
        pane.column = *direction == "column";
        const auto parts = json.find("parts");
        if (parts == json.end() || !parts->is_array() || parts->empty() ||
            parts->size() > Workspace::kMostLeaves)
            return wrong(where + ".parts",
                         parts == json.end() ? "missing"
                         : parts->is_array() ? "a list of " + std::to_string(parts->size())
                                             : seen(*parts),
                         "a list of 1 to " + std::to_string(Workspace::kMostLeaves));
        for (std::size_t i = 0; i < parts->size(); ++i) {
            auto part = readPane((*parts)[i], where + ".parts[" + std::to_string(i) + "]", depth + 1);
            if (!part) return part;
            pane.parts.push_back(std::move(part.value()));
        }
        return pane;
    }

    std::set<std::string> m_views;
};

Json paneJson(const Pane& pane, bool part) {
    Json json = Json::object();
    if (part) json["share"] = std::max(1e-4, std::round(pane.share * 1e4) / 1e4);
    if (!pane.view.empty()) {
        json["view"] = pane.view;
        if (!pane.settings.empty()) json["settings"] = pane.settings;
        return json;
    }
    json["direction"] = pane.column ? "column" : "row";
    json["parts"] = Json::array();
    for (const Pane& child : pane.parts)
        json["parts"].push_back(paneJson(child, true));
    return json;
}

} // namespace

std::string workspaceToJson(const Workspace& workspace) {
    Json root{{"version", kWorkspaceVersion}, {"name", workspace.name}, {"windows", Json::array()}};
    for (const WorkspaceWindow& window : workspace.windows) {
        Json json = Json::object();
        if (const auto& p = window.place)
            json["place"] = {{"x", p->x}, {"y", p->y}, {"width", p->width}, {"height", p->height}};
        json["layout"] = window.root.empty() ? Json(nullptr) : paneJson(window.root, false);
        root["windows"].push_back(std::move(json));
    }
    return root.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<Workspace> workspaceFromJson(std::string_view text) {
    if (text.size() > kMostWorkspaceBytes)
        return wrong("the file", std::to_string(text.size()) + " bytes long",
                     "at most " + std::to_string(kMostWorkspaceBytes));
    try {
        return Reader().read(Json::parse(text));
    } catch (const Json::parse_error& error) {
        const auto until = text.substr(0, std::min(error.byte, text.size()));
        const auto line = std::ranges::count(until, '\n') + 1;
        return wrong("line " + std::to_string(line), "no JSON", "an object with version, name and windows");
    } catch (const Json::exception&) { // a number beyond all bounds
        return wrong("the file", "no JSON that can be read", "numbers of an ordinary size");
    }
}

} // namespace surgescope::widgets
