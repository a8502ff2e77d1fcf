package dev.heddle.cli.analyze;

import dev.heddle.cli.analyze.SourceText.Edit;
import dev.heddle.compiler.service.MeshService;
import dev.heddle.compiler.world.World;
import dev.heddle.model.Diagnostic;
import dev.heddle.model.FieldPath.Segment;
import dev.heddle.model.tree.Node;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What mends a finding without anybody's decision, where there is such a thing: what was meant is
/// plain, and nothing that works changes.
///
/// @param finding that it mends
/// @param edits of the finding's file
record Fix(Diagnostic finding, List<Edit> edits) {
    private static final Pattern MEANT = Pattern.compile("Did you mean '([^']+)'\\?");
    private static final Pattern VERSION =
            Pattern.compile("has no version '([^']*)' \\(expected: ([a-z0-9]+)");
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,6}");

    static Optional<Fix> of(Diagnostic finding, SourceText source, World world) {
        return edits(finding, source, world)
                .filter(edits -> !edits.isEmpty())
                .map(edits -> new Fix(finding, edits));
    }

    private static Optional<List<Edit>> edits(Diagnostic finding, SourceText source, World world) {
        return switch (finding.code()) {
            case UNKNOWN_FIELD, UNKNOWN_ANNOTATION -> key(finding, source);
            case UNKNOWN_KIND -> kind(finding, source);
            case INVALID_VALUE -> value(finding, source);
            case WEIGHTS -> weights(finding, source);
            case DEPRECATED -> percent(finding, source);
            case REFERENCED_RESOURCE_NOT_FOUND -> host(finding, source, world);
            default -> Optional.empty();
        };
    }

    private static Optional<String> meant(Diagnostic finding) {
        Matcher hint = MEANT.matcher(finding.hint());
        return hint.find() ? Optional.of(hint.group(1)) : Optional.empty();
    }

    /// A key that is spelled as there is one, unless that one is there, too.
    private static Optional<List<Edit>> key(Diagnostic finding, SourceText source) {
        Optional<String> meant = meant(finding);
        Optional<Node.Entry> entry = source.entry(finding.origin().position());
        if (meant.isEmpty() || entry.isEmpty()) {
            return Optional.empty();
        }
        boolean isTaken =
                source.around(finding.origin().position())
                        .filter(m -> m.entry(meant.get()).isPresent())
                        .isPresent();
        return isTaken
                ? Optional.empty()
                : source.replacing(entry.get().position(), entry.get().key(), meant.get())
                        .map(List::of);
    }

    private static Optional<List<Edit>> kind(Diagnostic finding, SourceText source) {
        Matcher version = VERSION.matcher(finding.message());
        if (version.find()) {
            return source.entry(finding.origin().position())
                    .map(Node.Entry::value)
                    .filter(Node.Text.class::isInstance)
                    .map(Node.Text.class::cast)
                    .filter(t -> t.value().endsWith(version.group(1)))
                    .flatMap(t ->
                            source.replacing(
                                    t.position(),
                                    t.value(),
                                    t.value()
                                                    .substring(
                                                            0,
                                                            t.value().length()
                                                                    - version.group(1).length())
                                            + version.group(2)))
                    .map(List::of);
        }
        return value(finding, source);
    }

    /// A word of a few that is spelled as there is one.
    private static Optional<List<Edit>> value(Diagnostic finding, SourceText source) {
        Optional<String> meant = meant(finding);
        return meant.flatMap(word ->
                source.entry(finding.origin().position())
                        .map(Node.Entry::value)
                        .filter(Node.Text.class::isInstance)
                        .map(Node.Text.class::cast)
                        .flatMap(t -> source.replacing(t.position(), t.value(), word))
                        .map(List::of));
    }

    /// Weights are used in proportion, so the same proportions with the sum that was meant change
    /// nothing but rounding.
    private static Optional<List<Edit>> weights(Diagnostic finding, SourceText source) {
        Optional<Node> route = source.entry(finding.origin().position()).map(Node.Entry::value);
        if (route.isEmpty() || !(route.get() instanceof Node.Sequence(List<Node> items, _))) {
            return Optional.empty();
        }
        var written = new ArrayList<Node.Numeric>();
        for (Node item : items) {
            Optional<Node> weight =
                    item instanceof Node.Mapping mapping ? mapping.get("weight") : Optional.empty();
            if (weight.isEmpty()
                    || !(weight.get() instanceof Node.Numeric number)
                    || !NUMBER.matcher(number.digits()).matches()) {
                return Optional.empty();
            }
            written.add(number);
        }
        List<Integer> scaled =
                Weights.scaled(
                        written.stream().map(n -> new BigInteger(n.digits()).intValue()).toList());
        var edits = new ArrayList<Edit>();
        for (int i = 0; i < written.size(); i++) {
            Node.Numeric number = written.get(i);
            Optional<Edit> edit =
                    source.replacing(
                            number.position(), number.digits(), Integer.toString(scaled.get(i)));
            if (edit.isEmpty()) {
                return Optional.empty();
            }
            edits.add(edit.get());
        }
        return scaled.isEmpty() ? Optional.empty() : Optional.of(edits);
    }

    /// `percent: 10` is `percentage: {value: 10}`.
    private static Optional<List<Edit>> percent(Diagnostic finding, SourceText source) {
        Optional<Node.Entry> entry =
                source.entry(finding.origin().position()).filter(e -> e.key().equals("percent"));
        boolean isTaken =
                source.around(finding.origin().position())
                        .filter(m -> m.entry("percentage").isPresent())
                        .isPresent();
        if (isTaken || entry.isEmpty() || !(entry.get().value() instanceof Node.Numeric number)) {
            return Optional.empty();
        }
        Optional<Edit> key = source.replacing(entry.get().position(), "percent", "percentage");
        Optional<Edit> value =
                source.replacing(
                        number.position(), number.digits(), "{value: " + number.digits() + "}");
        return key.isEmpty() || value.isEmpty()
                ? Optional.empty()
                : Optional.of(List.of(key.get(), value.get()));
    }

    /// A short name means a service of the resource's own namespace. Where there is none, and one
    /// in just one other namespace, that is it.
    private static Optional<List<Edit>> host(Diagnostic finding, SourceText source, World world) {
        List<Segment> path = finding.origin().path().segments();
        if (path.isEmpty() || !path.getLast().equals(new Segment.Field("host"))) {
            return Optional.empty();
        }
        Optional<Node.Text> written =
                source.entry(finding.origin().position())
                        .filter(e -> e.key().equals("host"))
                        .map(Node.Entry::value)
                        .filter(Node.Text.class::isInstance)
                        .map(Node.Text.class::cast)
                        .filter(t -> t.value().indexOf('.') < 0 && t.value().indexOf('*') < 0);
        return written.flatMap(t ->
                only(world, t.value())
                        .flatMap(full -> source.replacing(t.position(), t.value(), full))
                        .map(List::of));
    }

    private static Optional<String> only(World world, String name) {
        String domain = ".svc." + world.index().domain();
        List<String> hosts =
                world.index().services().all().stream()
                        .map(MeshService::service)
                        .map(s -> s.host().name())
                        .filter(h -> h.startsWith(name + ".") && h.endsWith(domain))
                        .distinct()
                        .toList();
        return hosts.size() == 1 ? Optional.of(hosts.getFirst()) : Optional.empty();
    }
}
