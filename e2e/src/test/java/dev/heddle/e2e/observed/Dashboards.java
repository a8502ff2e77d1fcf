package dev.heddle.e2e.observed;

import dev.heddle.model.Diagnostics;
import dev.heddle.model.codec.Json;
import dev.heddle.model.codec.YamlReader;
import dev.heddle.model.tree.Node;
import dev.heddle.testkit.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The dashboards of `samples/observability/dashboards.yaml`, as Grafana reads them.
///
/// @param all as the file says them
public record Dashboards(List<Node.Mapping> all) {
    static final Path DIRECTORY = Repository.root().resolve("samples/observability");

    private static final int WIDTH = 24;
    private static final Node.Mapping SOURCE =
            Node.Mapping.EMPTY.with("type", "prometheus").with("uid", "${datasource}");

    /// Reads the file.
    public static Dashboards read() throws IOException {
        String text = Files.readString(DIRECTORY.resolve("dashboards.yaml"));
        var findings = new Diagnostics();
        Node root = YamlReader.read("dashboards.yaml", text, findings).getFirst().root();
        if (!findings.toList().isEmpty()) {
            throw new AssertionError(findings.toList());
        }
        return new Dashboards(maps(root, "dashboards"));
    }

    /// A query of a panel.
    ///
    /// @param panel as in `mesh: Requests`
    public record Query(String panel, String expression) {}

    /// All queries of all panels.
    public List<Query> queries() {
        var queries = new ArrayList<Query>();
        for (Node.Mapping dashboard : all) {
            for (Node.Mapping row : maps(dashboard, "rows")) {
                for (Node.Mapping panel : maps(row, "panels")) {
                    texts(panel, "queries")
                            .values()
                            .forEach(it ->
                                    queries.add(
                                            new Query(
                                                    text(dashboard, "file", "")
                                                            + ": "
                                                            + text(panel, "title", ""),
                                                    it)));
                }
            }
        }
        return queries;
    }

    /// The files of Grafana's JSON, by their names.
    Map<String, String> files() {
        var files = new LinkedHashMap<String, String>();
        all.forEach(it -> files.put(text(it, "file", "") + ".json", Json.pretty(grafana(it))));
        return files;
    }

    private static Node grafana(Node.Mapping dashboard) {
        var panels = new ArrayList<Node>();
        int id = 1;
        int y = 0;
        for (Node.Mapping row : maps(dashboard, "rows")) {
            panels.add(
                    Node.Mapping.EMPTY
                            .with("id", id++)
                            .with("type", "row")
                            .with("title", text(row, "title", ""))
                            .with("collapsed", false)
                            .with("gridPos", place(1, WIDTH, 0, y++))
                            .with("panels", List.of()));
            int x = 0;
            int height = 0;
            for (Node.Mapping panel : maps(row, "panels")) {
                int width = Integer.parseInt(text(panel, "width", "12"));
                if (x + width > WIDTH) {
                    x = 0;
                    y += height;
                    height = 0;
                }
                int mine = text(panel, "kind", "").equals("stat") ? 4 : 8;
                panels.add(panel(panel, id++, place(mine, width, x, y)));
                x += width;
                height = Math.max(height, mine);
            }
            y += height;
        }
        return Node.Mapping.EMPTY
                .with("uid", "heddle-" + text(dashboard, "file", ""))
                .with("title", text(dashboard, "title", ""))
                .with("tags", List.of(Node.of("heddle")))
                .with("schemaVersion", 39)
                .with("version", 1)
                .with("editable", true)
                .with("graphTooltip", 1)
                .with("refresh", "30s")
                .with("time", Node.Mapping.EMPTY.with("from", "now-1h").with("to", "now"))
                .with("templating", Node.Mapping.EMPTY.with("list", variables(dashboard)))
                .with("panels", panels);
    }

    private static List<Node> variables(Node.Mapping dashboard) {
        var variables = new ArrayList<Node>();
        variables.add(
                Node.Mapping.EMPTY
                        .with("name", "datasource")
                        .with("label", "Source")
                        .with("type", "datasource")
                        .with("query", "prometheus"));
        texts(dashboard, "variables")
                .forEach((name, query) ->
                        variables.add(
                                Node.Mapping.EMPTY
                                        .with("name", name)
                                        .with("type", "query")
                                        .with("datasource", SOURCE)
                                        .with("query", query)
                                        .with("refresh", 2)
                                        .with("sort", 1)
                                        .with("includeAll", true)
                                        .with("allValue", ".+")
                                        .with("multi", true)));
        return variables;
    }

    private static Node panel(Node.Mapping panel, int id, Node place) {
        String kind = text(panel, "kind", "timeseries");
        var targets = new ArrayList<Node>();
        for (var query : texts(panel, "queries").entrySet()) {
            Node.Mapping target =
                    Node.Mapping.EMPTY
                            .with("refId", String.valueOf((char) ('A' + targets.size())))
                            .with("datasource", SOURCE)
                            .with("expr", query.getValue());
            if (!query.getKey().isEmpty()) {
                target = target.with("legendFormat", query.getKey());
            }
            if (kind.equals("table")) {
                target = target.with("format", "table").with("instant", true);
            }
            targets.add(kind.equals("heatmap") ? target.with("format", "heatmap") : target);
        }
        return Node.Mapping.EMPTY
                .with("id", id)
                .with("type", kind)
                .with("title", text(panel, "title", ""))
                .with("gridPos", place)
                .with("datasource", SOURCE)
                .with(
                        "fieldConfig",
                        Node.Mapping.EMPTY
                                .with(
                                        "defaults",
                                        Node.Mapping.EMPTY
                                                .with("unit", text(panel, "unit", "none"))
                                                .with("min", 0))
                                .with("overrides", List.of()))
                .with("targets", targets);
    }

    private static Node place(int height, int width, int x, int y) {
        return Node.Mapping.EMPTY.with("h", height).with("w", width).with("x", x).with("y", y);
    }

    private static List<Node.Mapping> maps(Node holder, String name) {
        return ((Node.Sequence) ((Node.Mapping) holder).get(name).orElseThrow())
                .items().stream().map(Node.Mapping.class::cast).toList();
    }

    private static String text(Node.Mapping holder, String name, String usual) {
        return switch (holder.get(name).orElse(null)) {
            case Node.Text(var value, _) -> value;
            case Node.Numeric(var digits, _) -> digits;
            case null, default -> usual;
        };
    }

    private static Map<String, String> texts(Node.Mapping holder, String name) {
        var texts = new LinkedHashMap<String, String>();
        if (holder.get(name).orElse(null) instanceof Node.Mapping mapping) {
            mapping.entries().forEach(it -> texts.put(it.key(), ((Node.Text) it.value()).value()));
        }
        return texts;
    }
}
