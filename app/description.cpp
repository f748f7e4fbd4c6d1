// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/description.h"

#include "app/version.h"

#include <algorithm>
#include <cctype>
#include <vector>

namespace surgescope::app {
namespace {

using Words = std::vector<std::string>;

std::string joinedBy(std::string_view between, const Words& words) {
    std::string text;
    for (const auto& word : words)
        text += (text.empty() ? "" : std::string(between)) + word;
    return text;
}

std::string replaced(std::string text, std::string_view what, std::string_view with) {
    for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size())
        text.replace(at, what.size(), with);
    return text;
}

/// A program or a command of one, and what it takes; without what is hidden.
struct Command {
    explicit Command(const CLI::App& told) : app(told) {
        for (const auto* option : told.get_options()) {
            if (option->get_group().empty()) continue;
            (option->nonpositional() ? options : positionals).push_back(option);
        }
        for (const auto* sub : told.get_subcommands([](const CLI::App*) { return true; }))
            commands.emplace_back(*sub);
    }

    const CLI::App& app;
    std::vector<const CLI::Option*> options;
    std::vector<const CLI::Option*> positionals;
    std::vector<Command> commands;
};

/// -o, --output
Words namesOf(const CLI::Option& option) {
    Words names;
    for (const auto& name : option.get_snames())
        names.push_back("-" + name);
    for (const auto& name : option.get_lnames())
        names.push_back("--" + name);
    return names;
}

/// The one that others call it by.
std::string longNameOf(const CLI::Option& option) {
    return option.get_lnames().empty() ? namesOf(option).front() : "--" + option.get_lnames().front();
}

bool takesValue(const CLI::Option& option) {
    return option.get_items_expected_min() > 0;
}

bool isRepeatable(const CLI::Option& option) {
    return option.get_expected_max() > 1;
}

/// Of a type name such as TEXT:{pop,region} what is between `open` and `close`.
std::string within(const CLI::Option& option, char open, char close) {
    const auto type = option.get_type_name();
    const auto from = type.find(open), to = type.rfind(close);
    return from == std::string::npos || to == std::string::npos ? "" : type.substr(from + 1, to - from - 1);
}

Words choicesOf(const CLI::Option& option) {
    const auto list = within(option, '{', '}');
    return list.empty() ? Words{} : CLI::detail::split(list, ',');
}

// ---- the manual

/// A line of roff that says `text`, whatever is in it.
std::string roff(std::string text) {
    text = replaced(std::move(text), "\\", "\\e");
    text = replaced(std::move(text), "-", "\\-");
    text = replaced(std::move(text), "\n", "\n.br\n");
    return text.starts_with('.') || text.starts_with('\'') ? "\\&" + text : text;
}

std::string bold(const std::string& text) {
    return "\\fB" + roff(text) + "\\fR";
}

/// What CLI11 calls the type, in words: a range, or the names of which it is one.
std::string valueWords(const CLI::Option& option) {
    if (const auto choices = choicesOf(option); !choices.empty()) return joinedBy("|", choices);
    if (const auto range = within(option, '[', ']'); !range.empty()) return replaced(range, " - ", "..");
    const auto type = option.get_type_name();
    return type == "FLOAT" ? "NUMBER" : type.starts_with("UINT") || type.starts_with("INT") ? "N" : "TEXT";
}

std::string namesAmong(const char* label, const std::set<CLI::Option*>& options) {
    Words names;
    for (const auto* option : options)
        names.push_back(bold(longNameOf(*option)));
    std::ranges::sort(names); // that set is in the order of addresses
    return names.empty() ? "" : std::string(label) + joinedBy(", ", names) + ".";
}

std::string manualOf(const CLI::Option& option) {
    Words names;
    for (const auto& name : namesOf(option))
        names.push_back(bold(name));
    if (option.get_positional()) names = {bold(option.get_name(true))};
    std::string head = joinedBy(", ", names);
    if (option.nonpositional() && takesValue(option)) head += " \\fI" + roff(valueWords(option)) + "\\fR";
    std::string text = ".TP\n" + head + "\n" + roff(option.get_description());
    if (auto known = option.get_default_str(); !known.empty()) {
        if (known.starts_with('[')) known = replaced(known.substr(1, known.size() - 2), ",", ", "); // a list
        text += " (" + roff(known) + ")";
    }
    text += ".";
    text += namesAmong(" Needs ", option.get_needs());
    text += namesAmong(" Not with ", option.get_excludes());
    return text + "\n";
}

std::string usageOf(const Command& command, const std::string& name) {
    std::string text = bold(name);
    if (command.options.size() > 1) text += " [\\fIOPTION\\fR]..."; // one is --help
    for (const auto* positional : command.positionals) {
        std::string words = "\\fI" + roff(positional->get_name(true)) + "\\fR";
        if (isRepeatable(*positional)) words += "...";
        text += " " + (positional->get_required() ? words : "[" + words + "]");
    }
    return text + "\n.br\n";
}

std::string optionsManual(const Command& command) {
    std::string text;
    for (const auto* list : {&command.positionals, &command.options})
        for (const auto* option : *list)
            text += manualOf(*option);
    return text;
}

std::string manual(const Command& program) {
    const auto name = program.app.get_name();
    auto summary = program.app.get_description();
    auto rest = summary.find('\n') == std::string::npos ? "" : summary.substr(summary.find('\n') + 1);
    summary.resize(std::min(summary.find('\n'), summary.size()));
    if (summary.ends_with('.')) summary.pop_back();
    auto brief = summary;
    brief[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(brief[0])));
    auto head = name;
    std::ranges::transform(head, head.begin(), [](unsigned char c) { return std::toupper(c); });
    std::string text = ".TH " + roff(head) + " 1 \"" + versionDate() + "\" \"surgescope " + versionNumber() +
                       "\" \"User Commands\"\n.ad l\n.nh\n.SH NAME\n" + roff(name) + " \\- " + roff(brief) +
                       "\n.SH SYNOPSIS\n";
    if (program.app.get_require_subcommand_min() == 0) text += usageOf(program, name);
    for (const auto& command : program.commands)
        text += usageOf(command, name + " " + command.app.get_name());
    text += ".SH DESCRIPTION\n" + roff(summary + ".") + "\n";
    if (!rest.empty()) text += ".PP\n" + roff(rest) + "\n";
    text += ".SH OPTIONS\n" + optionsManual(program);
    if (!program.commands.empty()) text += ".SH COMMANDS\n";
    for (const auto& command : program.commands)
        text += ".SS " + roff(command.app.get_name()) + "\n" + roff(command.app.get_description()) + ".\n" +
                optionsManual(command);
    if (const auto footer = program.app.get_footer(); !footer.empty())
        text += ".SH NOTES\n.nf\n" + replaced(roff(footer), "\n.br\n", "\n") + "\n.fi\n";
    text += ".SH EXIT STATUS\n0 when all is well, 2 for a mistake on the command line or in a file, which is "
            "told in one "
            "line.\n.SH SEE ALSO\n";
    Words others;
    for (const char* other : {"surgescope", "surgescope-agent", "surgescope-capture", "surgescope-keys",
                              "surgescope-relay", "surgescope-sim"})
        if (other != name) others.push_back(".BR " + roff(other) + " (1)");
    return text + joinedBy(",\n", others) + "\n.PP\nThe documents in /usr/share/doc/surgescope\n";
}

// ---- what completes

std::string functionName(const Command& program) {
    return "_" + replaced(program.app.get_name(), "-", "_");
}

/// Those of a command that lets its program's options follow it are its own, too.
std::vector<const CLI::Option*> optionsOf(const Command& program, const Command& command) {
    auto options = command.options;
    if (&program != &command && command.app.get_fallthrough())
        std::ranges::copy_if(program.options, std::back_inserter(options), [](const CLI::Option* option) {
            const auto name = longNameOf(*option);
            return name != "--help" && name != "--version";
        });
    return options;
}

std::string bashCases(const Command& program, const Command& command, const std::string& name) {
    Words words, files;
    std::string text;
    for (const auto* option : optionsOf(program, command)) {
        Words patterns;
        for (const auto& form : namesOf(*option)) {
            if (form.starts_with("--")) words.push_back(form);
            patterns.push_back(name + ":" + form);
        }
        if (!takesValue(*option)) continue;
        if (const auto choices = choicesOf(*option); !choices.empty())
            text += "    " + joinedBy("|", patterns) + ") words='" + joinedBy(" ", choices) + "' ;;\n";
        else
            files.push_back(joinedBy("|", patterns));
    }
    if (!files.empty()) text += "    " + joinedBy("|", files) + ") ;;\n";
    return text + "    " + name + ":*) [[ $word == -* ]] && words='" + joinedBy(" ", words) + "' ;;\n";
}

/// Options whose next word is no command, however it is called.
std::string bashTakers(const Command& program) {
    Words names;
    for (const auto* option : program.options)
        if (takesValue(*option)) std::ranges::copy(namesOf(*option), std::back_inserter(names));
    return joinedBy("|", names);
}

std::string bash(const Command& program) {
    Words names;
    std::string cases;
    for (const auto& command : program.commands) {
        names.push_back(command.app.get_name());
        cases += bashCases(program, command, names.back());
    }
    std::string text =
        "# What bash completes after " + program.app.get_name() + ", from its own options.\n" +
        functionName(program) +
        "() {\n  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command= words= i\n";
    if (!names.empty()) {
        text += "  for ((i = 1; i < COMP_CWORD; i++)); do\n    case ${COMP_WORDS[i]} in\n";
        if (const auto takers = bashTakers(program); !takers.empty())
            text += "    " + takers + ") ((i++)) ;;\n";
        text += "    " + joinedBy("|", names) + ") command=${COMP_WORDS[i]}; break ;;\n    esac\n  done\n";
    }
    text += "  case $command:$before in\n" + cases + bashCases(program, program, "") + "  esac\n";
    if (!names.empty())
        text += "  [[ -z $command && -z $words && $word != -* && ( $COMP_CWORD -eq 1 || $before != -* ) ]] "
                "&& words='" +
                joinedBy(" ", names) + "'\n";
    return text +
           "  [[ -n $words ]] && mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n}\n"
           "complete -o default -F " +
           functionName(program) + " " + program.app.get_name() + "\n";
}

std::string zshQuoted(std::string text) {
    for (const auto& [what, with] :
         {std::pair{"\\", "\\\\"}, {"[", "\\["}, {"]", "\\]"}, {":", "\\:"}, {"'", "'\\''"}, {"\n", " "}})
        text = replaced(std::move(text), what, with);
    return text;
}

std::string zshAction(const CLI::Option& option) {
    const auto choices = choicesOf(option);
    return choices.empty() ? "_files" : "(" + joinedBy(" ", choices) + ")";
}

std::string zshArguments(const Command& program, const Command& command) {
    std::string text = "_arguments -s -S";
    for (const auto* option : optionsOf(program, command))
        for (const auto& name : namesOf(*option)) {
            text += " \\\n    '" + std::string(isRepeatable(*option) ? "*" : "") + name + "[" +
                    zshQuoted(option->get_description()) + "]";
            if (takesValue(*option)) text += ":" + zshQuoted(valueWords(*option)) + ":" + zshAction(*option);
            text += "'";
        }
    for (const auto* positional : command.positionals)
        text += std::string(" \\\n    '") + (isRepeatable(*positional) ? "*" : "") + ":" +
                zshQuoted(positional->get_name(true)) + ":_files'";
    return text;
}

std::string zsh(const Command& program) {
    std::string text = "#compdef " + program.app.get_name() +
                       "\n# What zsh completes, from the program's own options.\n" + functionName(program) +
                       "() {\n";
    if (program.commands.empty())
        return text + "  " + zshArguments(program, program) + "\n}\n" + functionName(program) + " \"$@\"\n";
    std::string list, cases;
    for (const auto& command : program.commands) {
        const auto name = command.app.get_name();
        list += " '" + name + ":" + zshQuoted(command.app.get_description()) + "'";
        cases += "  (" + name + ") " + zshArguments(program, command) + " ;;\n";
    }
    return text + "  local curcontext=$curcontext state line\n  " + zshArguments(program, program) +
           " \\\n    '1:command:->command' '*::argument:->argument' && return\n"
           "  if [[ $state == command ]]; then\n    local -a commands=(" +
           list + " )\n    _describe command commands\n    return\n  fi\n  case $line[1] in\n" + cases +
           "  esac\n}\n" + functionName(program) + " \"$@\"\n";
}

} // namespace

std::optional<std::string> describe(const CLI::App& app, std::string_view form) {
    const Command program(app);
    if (form == "man") return manual(program);
    if (form == "bash") return bash(program);
    if (form == "zsh") return zsh(program);
    return std::nullopt;
}

} // namespace surgescope::app
