package dev.heddle.cli.online;

import dev.heddle.model.Diagnostic;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Origin;
import dev.heddle.model.Position;
import dev.heddle.model.Resource;
import dev.heddle.model.Severity;
import dev.heddle.model.codec.ResourceReader;
import dev.heddle.model.codec.YamlWriter;
import dev.heddle.model.tree.Node;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Every resource of a running mesh, as its control plane shows it.
///
/// @param findings those that only the control plane can have: about its files, and about what
///   Secrets hold, which it shows nobody
/// @param places where each resource stands, by its id
public record LiveResources(
        List<Resource<?>> resources, List<Diagnostic> findings, Map<String, Origin> places) {
    /// What the text is called that they are read from.
    public static final String FILE = "<mesh>";

    private static final Set<DiagnosticCode> ITS_OWN =
            Set.of(
                    DiagnosticCode.LAST_GOOD,
                    DiagnosticCode.UNREADABLE,
                    DiagnosticCode.MASS_DELETION,
                    DiagnosticCode.KEYS_UNKNOWN,
                    DiagnosticCode.UNUSABLE_CERTIFICATE);

    public LiveResources {
        resources = List.copyOf(resources);
        findings = List.copyOf(findings);
        places = Map.copyOf(places);
    }

    /// Asks for all that whoever asks may see.
    public static LiveResources read(Api api) {
        var resources = new ArrayList<Resource<?>>();
        var places = new HashMap<String, Origin>();
        for (Answer item : api.get("resources").answer().at("items").items()) {
            String text = YamlWriter.write(withoutStatus(item.at("resource").node()));
            for (Resource<?> resource : ResourceReader.read(FILE, text).resources()) {
                resources.add(resource);
                places.put(
                        resource.id().toString(),
                        new Origin(
                                resource.id().toString(),
                                FieldPath.ROOT,
                                item.at("file").text(),
                                line(item)));
            }
        }
        var findings = new ArrayList<Diagnostic>(findings(api));
        findings.addAll(RuleUse.read(api, "").findings());
        return new LiveResources(resources, findings, places);
    }

    /// What the control plane says of a resource is found anew.
    private static Node withoutStatus(Node resource) {
        return resource instanceof Node.Mapping(List<Node.Entry> entries, Position position)
                ? new Node.Mapping(
                        entries.stream().filter(e -> !e.key().equals("status")).toList(), position)
                : resource;
    }

    private static List<Diagnostic> findings(Api api) {
        var findings = new ArrayList<Diagnostic>();
        for (Answer item : api.get("findings").answer().at("findings").items()) {
            Optional<DiagnosticCode> code =
                    ITS_OWN.stream().filter(c -> c.id().equals(item.at("code").text())).findFirst();
            code.ifPresent(c -> findings.add(finding(c, item)));
        }
        return findings;
    }

    private static Diagnostic finding(DiagnosticCode code, Answer item) {
        String said = item.at("severity").text().toUpperCase(Locale.ROOT);
        return new Diagnostic(
                code,
                Arrays.stream(Severity.values())
                        .filter(s -> s.name().equals(said))
                        .findFirst()
                        .orElse(code.severity()),
                new Origin(
                        item.at("resource").text(),
                        FieldPath.ROOT,
                        item.at("file").text(),
                        line(item)),
                item.at("message").text(),
                item.at("hint").text());
    }

    /// Where an answer says that something stands.
    static Position line(Answer item) {
        String line = item.at("line").text();
        return line.matches("[0-9]{1,9}")
                ? new Position(Integer.parseInt(line), 0)
                : Position.UNKNOWN;
    }

    /// Where something about one of them stands: in the control plane's file, where the resource
    /// begins.
    public Origin place(Origin origin) {
        Origin place = places.get(origin.resource());
        return place == null
                ? new Origin(origin.resource(), origin.path(), "", Position.UNKNOWN)
                : new Origin(origin.resource(), origin.path(), place.file(), place.position());
    }
}
