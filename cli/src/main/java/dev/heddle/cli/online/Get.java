package dev.heddle.cli.online;

import dev.heddle.cli.machine.Machine;
import dev.heddle.cli.text.Failure;
import dev.heddle.cli.text.Table;
import dev.heddle.model.codec.Json;
import dev.heddle.model.codec.YamlWriter;
import dev.heddle.model.tree.Node;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// `heddle get`: shows what is in force, and what was found about it.
public final class Get {
    private static final String FINDINGS = "findings";
    private static final String RULES = "rules";
    private static final String VIRTUAL_SERVICES = "virtualservices";

    private final Api api;
    private final Question question;
    private final Machine machine;

    private Get(Api api, Question question, Machine machine) {
        this.api = api;
        this.question = question;
        this.machine = machine;
    }

    /// What to show.
    ///
    /// @param words as kubectl reads them; none for everything; `findings` for all findings;
    ///   `rules`, and perhaps a VirtualService's name, for rules and their hits; `certificates`,
    ///   and perhaps a Secret's name, for when they end and who uses them; `health`, and perhaps a
    ///   service's host, for endpoints that get no requests
    /// @param everywhere whether of all namespaces
    public record Question(
            List<String> words, String namespace, boolean everywhere, GetFormat format) {}

    /// Shows it.
    ///
    /// @return 1 when findings were asked for and somebody should look at one, 0 otherwise: that a
    ///   resource has findings makes showing it no failure
    public static int run(Api api, Question question, Machine machine) {
        return new Get(api, question, machine).run();
    }

    private int run() {
        if (question.words().equals(List.of(FINDINGS))) {
            return allFindings();
        }
        if (question.words().size() <= 2 && question.words().indexOf(RULES) == 0) {
            rules(question.words().size() == 2 ? question.words().getLast() : "");
            return 0;
        }
        if (areCertificates()) {
            certificates(question.words().size() == 2 ? question.words().getLast() : "");
            return 0;
        }
        if (question.words().size() <= 2 && question.words().indexOf(EndpointHealth.WORD) == 0) {
            health(question.words().size() == 2 ? question.words().getLast() : "");
            return 0;
        }
        Map<String, List<Answer>> byKind = resources();
        switch (question.format()) {
            case TABLE, WIDE -> tables(byKind);
            case YAML, JSON -> documents(byKind);
            case NAME ->
                    byKind.forEach((plural, items) ->
                            items.forEach(item ->
                                    machine.out()
                                            .println(
                                                    ResourceName.qualified(plural)
                                                            + "/"
                                                            + item.at("name").text())));
        }
        return 0;
    }

    /// @param name of a VirtualService; empty for all
    private void rules(String name) {
        Api.Reply reply = api.get(RULES + namespace());
        switch (question.format()) {
            case TABLE, WIDE -> {
                var use = new RuleUse(reply.answer());
                machine.out().print(use.table(name, question.everywhere()).print());
                use.silent()
                        .ifPresent(line -> {
                            machine.out().println();
                            machine.out().println(line);
                        });
            }
            case JSON -> machine.out().print(reply.body());
            case YAML -> machine.out().print(YamlWriter.write(reply.answer().node()));
            case NAME ->
                    throw Failure.usage(
                            "-o name (expected: another format, as rules have no names)",
                            "'./heddle get vs -o name' prints those of their resources");
        }
    }

    private boolean areCertificates() {
        return !question.words().isEmpty()
                && question.words().size() <= 2
                && CertificateUse.WORDS.contains(
                        question.words().getFirst().toLowerCase(Locale.ROOT));
    }

    /// @param name of a Secret; empty for all, and for those of workloads
    private void certificates(String name) {
        Api.Reply reply = api.get("certificates" + namespace());
        switch (question.format()) {
            case TABLE, WIDE -> {
                var use = new CertificateUse(reply.answer());
                boolean isWide = question.format() == GetFormat.WIDE;
                machine.out().print(use.table(name, question.everywhere(), isWide).print());
                Table workloads = use.workloads();
                if (name.isEmpty() && !workloads.rows().isEmpty()) {
                    machine.out().println();
                    machine.out().print(workloads.print());
                }
            }
            case JSON -> machine.out().print(reply.body());
            case YAML -> machine.out().print(YamlWriter.write(reply.answer().node()));
            case NAME ->
                    throw Failure.usage(
                            "-o name (expected: another format, as certificates have no names)",
                            "'./heddle get secrets -o name' prints those of their Secrets");
        }
    }

    /// @param host of a service; empty for all
    private void health(String host) {
        String of = host.isEmpty() ? namespace() : "?service=" + Api.path(host);
        Api.Reply reply = api.get("endpoint-health" + of);
        switch (question.format()) {
            case TABLE, WIDE -> {
                var health = new EndpointHealth(reply.answer());
                Table table = health.table();
                if (!table.rows().isEmpty()) {
                    machine.out().print(table.print());
                }
                List<String> counts = health.counts();
                counts.forEach(machine.out()::println);
                if (table.rows().isEmpty() && counts.isEmpty()) {
                    machine.out()
                            .printf(
                                    "no endpoint is ejected or fails health checks, say %s"
                                            + " proxies%n",
                                    reply.answer().at("telling").text());
                }
            }
            case JSON -> machine.out().print(reply.body());
            case YAML -> machine.out().print(YamlWriter.write(reply.answer().node()));
            case NAME ->
                    throw Failure.usage(
                            "-o name (expected: another format, as endpoints have no names)",
                            "'./heddle get health -o json' prints their addresses");
        }
    }

    private int allFindings() {
        Api.Reply reply = api.get(FINDINGS);
        List<Answer> findings = reply.answer().at(FINDINGS).items();
        switch (question.format()) {
            case TABLE, WIDE -> {
                findings.forEach(finding -> machine.out().println(finding.at("text").text()));
                if (findings.isEmpty()) {
                    machine.out().println("nothing wrong");
                }
            }
            case JSON -> machine.out().print(reply.body());
            case YAML -> machine.out().print(YamlWriter.write(reply.answer().node()));
            case NAME ->
                    throw Failure.usage(
                            "-o name (expected: another format, as findings have no names)",
                            "'./heddle get findings' prints a line for each");
        }
        return findings.stream().anyMatch(f -> !f.at("severity").text().equals("info")) ? 1 : 0;
    }

    /// What is asked for, by the plural of its kind.
    private Map<String, List<Answer>> resources() {
        var byKind = new LinkedHashMap<String, List<Answer>>();
        if (isEverything()) {
            fetch("resources")
                    .forEach(item ->
                            byKind.computeIfAbsent(item.at("plural").text(), _ -> new ArrayList<>())
                                    .add(item));
            return byKind;
        }
        for (var name : ResourceName.parse(question.words())) {
            List<Answer> items =
                    fetch(Api.path("resources", name.plural())).stream()
                            .filter(item ->
                                    name.name().isEmpty()
                                            || item.at("name").text().equals(name.name()))
                            .toList();
            if (items.isEmpty() && !name.name().isEmpty()) {
                throw name.notThere(question.namespace());
            }
            byKind.computeIfAbsent(name.plural(), _ -> new ArrayList<>()).addAll(items);
        }
        return byKind;
    }

    private boolean isEverything() {
        return question.words().isEmpty() || question.words().equals(List.of("all"));
    }

    private List<Answer> fetch(String path) {
        return api.get(path + namespace()).answer().at("items").items();
    }

    private String namespace() {
        return question.everywhere() ? "" : "?namespace=" + Api.path(question.namespace());
    }

    private void tables(Map<String, List<Answer>> byKind) {
        boolean several = byKind.size() > 1;
        boolean any = false;
        Optional<RuleUse> use = use(byKind);
        for (var kind : byKind.entrySet()) {
            if (!kind.getValue().isEmpty()) {
                machine.out().print(any ? "\n" : "");
                machine.out().print(table(kind.getKey(), kind.getValue(), use, several).print());
                any = true;
            }
        }
        if (!any) {
            machine.err()
                    .println(
                            question.everywhere()
                                    ? "No resources found."
                                    : "No resources found in the namespace %s."
                                            .formatted(question.namespace()));
        }
        findingsAbout(byKind);
        use.ifPresent(it -> unused(it, byKind.getOrDefault(VIRTUAL_SERVICES, List.of())));
    }

    /// How often the shown VirtualServices' rules are chosen, where somebody wants to know it.
    private Optional<RuleUse> use(Map<String, List<Answer>> byKind) {
        boolean isShown =
                question.format() == GetFormat.WIDE && byKind.containsKey(VIRTUAL_SERVICES);
        return isShown
                ? Optional.of(RuleUse.read(api, question.everywhere() ? "" : question.namespace()))
                : Optional.empty();
    }

    private void unused(RuleUse use, List<Answer> services) {
        var lines = new ArrayList<String>();
        services.forEach(it -> lines.addAll(use.unused(it.at("resource"))));
        use.silent().ifPresent(lines::add);
        if (!lines.isEmpty()) {
            machine.out().println();
            lines.forEach(machine.out()::println);
        }
    }

    private Table table(String plural, List<Answer> items, Optional<RuleUse> use, boolean several) {
        var columns = new ArrayList<>(Columns.of(plural, question.format() == GetFormat.WIDE));
        if (plural.equals(VIRTUAL_SERVICES)) {
            use.ifPresent(it -> columns.addAll(it.columns()));
        }
        var headings = new ArrayList<String>();
        if (question.everywhere()) {
            headings.add("NAMESPACE");
        }
        headings.add("NAME");
        columns.forEach(column -> headings.add(column.heading()));
        headings.add("FINDINGS");
        headings.add("SOURCE");
        var rows = new ArrayList<List<String>>();
        for (Answer item : items) {
            var row = new ArrayList<String>();
            if (question.everywhere()) {
                row.add(item.at("namespace").text());
            }
            String name = item.at("name").text();
            row.add(several ? ResourceName.qualified(plural) + "/" + name : name);
            columns.forEach(column -> row.add(column.cell().apply(item.at("resource"))));
            row.add(Integer.toString(item.at(FINDINGS).items().size()));
            row.add(item.at("file").text() + ":" + item.at("line").text());
            rows.add(row);
        }
        return new Table(headings, rows);
    }

    /// Below the tables: what was found about the shown resources, and about files of which no
    /// resource is known.
    private void findingsAbout(Map<String, List<Answer>> byKind) {
        var texts = new ArrayList<String>();
        byKind.values()
                .forEach(items ->
                        items.forEach(item ->
                                item.at(FINDINGS)
                                        .items()
                                        .forEach(f -> texts.add(f.at("text").text()))));
        for (Answer finding : api.get(FINDINGS).answer().at(FINDINGS).items()) {
            boolean ofAFile = finding.at("resource").text().isEmpty();
            boolean ofABrokenOne = !texts.contains(finding.at("text").text()) && !isShown(finding);
            if (ofAFile || ofABrokenOne) {
                texts.add(finding.at("text").text());
            }
        }
        if (!texts.isEmpty()) {
            machine.out().println();
            texts.stream().distinct().forEach(machine.out()::println);
        }
    }

    /// Whether a finding is about a resource of another kind than was asked for, which is shown
    /// when that is.
    private boolean isShown(Answer finding) {
        return !isEverything() && !finding.at("severity").text().equals("error");
    }

    private void documents(Map<String, List<Answer>> byKind) {
        List<Node> trees =
                byKind.values().stream()
                        .flatMap(List::stream)
                        .map(item -> item.at("resource").node())
                        .toList();
        boolean one = trees.size() == 1 && !isEverything();
        Node whole =
                one
                        ? trees.getFirst()
                        : Node.Mapping.EMPTY
                                .with("apiVersion", "v1")
                                .with("kind", "List")
                                .with("items", trees);
        machine.out()
                .print(
                        question.format() == GetFormat.YAML
                                ? YamlWriter.write(whole)
                                : Json.pretty(whole));
    }
}
