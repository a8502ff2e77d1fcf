package dev.heddle.cli.analyze;

import dev.heddle.model.Diagnostic;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Origin;
import dev.heddle.model.Severity;
import dev.heddle.model.codec.Json;
import dev.heddle.model.tree.Node;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/// Findings in the format that code hosts and editors show: SARIF 2.1.0 (OASIS, `sarif-v2.1.0-os`).
final class Sarif {
    private static final String SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json";

    private Sarif() {}

    static String of(List<Diagnostic> findings) {
        List<DiagnosticCode> rules =
                findings.stream().map(Diagnostic::code).distinct().sorted().toList();
        Node.Mapping driver =
                Node.Mapping.EMPTY
                        .with("name", "heddle analyze")
                        .with("rules", rules.stream().map(Sarif::rule).toList());
        Node.Mapping run =
                Node.Mapping.EMPTY
                        .with("tool", Node.Mapping.EMPTY.with("driver", driver))
                        .with("columnKind", "utf16CodeUnits")
                        .with(
                                "results",
                                findings.stream()
                                        .map(d -> result(d, rules.indexOf(d.code())))
                                        .toList());
        return Json.pretty(
                Node.Mapping.EMPTY
                        .with("$schema", SCHEMA)
                        .with("version", "2.1.0")
                        .with("runs", List.of(run)));
    }

    private static Node.Mapping rule(DiagnosticCode code) {
        return Node.Mapping.EMPTY
                .with("id", code.id())
                .with("name", name(code))
                .with("shortDescription", text(code.when()))
                .with("fullDescription", text(code.when() + " " + code.why()))
                .with("help", text(code.remedy()))
                .with(
                        "defaultConfiguration",
                        Node.Mapping.EMPTY.with("level", level(code.severity())));
    }

    /// As in `UnknownField`.
    private static String name(DiagnosticCode code) {
        var name = new StringBuilder();
        for (String word : code.name().split("_", -1)) {
            name.append(word.charAt(0)).append(word.substring(1).toLowerCase(Locale.ROOT));
        }
        return name.toString();
    }

    private static Node.Mapping text(String text) {
        return Node.Mapping.EMPTY.with("text", text);
    }

    private static String level(Severity severity) {
        return switch (severity) {
            case ERROR -> "error";
            case WARNING -> "warning";
            case INFO -> "note";
        };
    }

    private static Node.Mapping result(Diagnostic finding, int rule) {
        String said =
                finding.hint().isEmpty()
                        ? finding.message()
                        : finding.message() + ". " + finding.hint();
        return Node.Mapping.EMPTY
                .with("ruleId", finding.code().id())
                .with("ruleIndex", rule)
                .with("level", level(finding.severity()))
                .with("message", text(said))
                .with("locations", List.of(location(finding.origin())))
                .with(
                        "partialFingerprints",
                        Node.Mapping.EMPTY.with("heddleFinding/v1", fingerprint(finding)));
    }

    private static Node.Mapping location(Origin origin) {
        Node.Mapping location = Node.Mapping.EMPTY;
        if (!origin.file().isEmpty()) {
            Node.Mapping physical =
                    Node.Mapping.EMPTY.with(
                            "artifactLocation", Node.Mapping.EMPTY.with("uri", uri(origin.file())));
            int line = origin.position().line();
            int column = origin.position().column();
            if (line > 0) {
                Node.Mapping region = Node.Mapping.EMPTY.with("startLine", line);
                physical =
                        physical.with(
                                "region", column > 0 ? region.with("startColumn", column) : region);
            }
            location = location.with("physicalLocation", physical);
        }
        if (!origin.resource().isEmpty()) {
            location =
                    location.with(
                            "logicalLocations",
                            List.of(
                                    Node.Mapping.EMPTY
                                            .with(
                                                    "fullyQualifiedName",
                                                    (origin.resource() + " " + origin.path())
                                                            .strip())
                                            .with("kind", "resource")));
        }
        return location;
    }

    private static String uri(String file) {
        try {
            String path = file.replace('\\', '/');
            return path.startsWith("/")
                    ? new URI("file", "", path, null).toASCIIString()
                    : new URI(null, null, path, null).toASCIIString();
        } catch (URISyntaxException _) {
            return "unknown";
        }
    }

    /// The same for the same mistake, also when lines have moved.
    private static String fingerprint(Diagnostic finding) {
        String what =
                finding.code().id()
                        + '\n'
                        + finding.origin().resource()
                        + '\n'
                        + finding.origin().path()
                        + '\n'
                        + finding.message();
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-256")
                            .digest(what.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
