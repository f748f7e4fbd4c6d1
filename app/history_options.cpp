// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/history_options.h"

#include <map>

namespace surgescope::app {

void addReadOptions(CLI::App& app, HistoryOptions& options) {
    auto& http = options.store.http;
    app.add_option("--store-bearer", http.bearerFile, "File whose first line is a bearer token");
    app.add_option("--store-user", http.userFile, "File whose first line is NAME:PASSWORD");
    app.add_option("--store-ca", http.caFile,
                   "File of certificates that the store's is checked against; otherwise the system's");
    app.add_option("--store-job", options.job, "The label job of what is written there")
        ->capture_default_str();
}

void addHistoryOptions(CLI::App& app, HistoryOptions& options) {
    using feeds::HistogramForm;
    static const std::map<std::string, HistogramForm> forms{{"native", HistogramForm::native},
                                                            {"vmrange", HistogramForm::vmrange},
                                                            {"classic", HistogramForm::classic}};
    auto& store = options.store;
    app.add_option("--store-query", store.query,
                   "Where the store answers queries, http://store:9090, if that cannot be told by where it "
                   "is written to");
    app.add_option_function<std::string>(
           "--store-histograms", [&store](const std::string& form) { store.form = forms.at(form); },
           "How histograms are written: native, vmrange or classic; otherwise it is found out by writing "
           "and asking")
        ->check(CLI::IsMember({"native", "vmrange", "classic"}));
    addReadOptions(app, options);
    app.add_option("--store-instance", options.instance, "The label instance: who writes");
}

} // namespace surgescope::app
