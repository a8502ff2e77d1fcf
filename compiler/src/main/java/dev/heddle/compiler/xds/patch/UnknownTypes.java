package dev.heddle.compiler.xds.patch;

import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.istio.EnvoyFilter;
import dev.heddle.model.tree.Node;
import dev.heddle.xds.EnvoyTypes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// The packed messages inside of a patch's value, of types that this version knows or does not.
///
/// What it does not know travels as it was written, with the name of its type (`TypedStruct`):
/// Envoy reads it as if it had been packed. So every extension of Envoy can be used, and a type
/// that Heddle's own proxy does not run is a finding.
final class UnknownTypes {
    private static final String TYPE = "@type";
    private static final String PREFIX = "type.googleapis.com/";
    private static final String TYPED_STRUCT = PREFIX + "xds.type.v3.TypedStruct";
    private static final Set<String> TYPED_STRUCTS =
            Set.of(TYPED_STRUCT, PREFIX + "udpa.type.v1.TypedStruct");

    private final Resource<EnvoyFilter> filter;
    private final FieldPath root;
    private final Diagnostics findings;

    UnknownTypes(Resource<EnvoyFilter> filter, FieldPath root, Diagnostics findings) {
        this.filter = filter;
        this.root = root;
        this.findings = findings;
    }

    /// The value with every packed message in a form that can be read.
    Node packed(Node value) {
        return packed(value, root);
    }

    private Node packed(Node value, FieldPath path) {
        return switch (value) {
            case Node.Mapping mapping -> packed(mapping, path);
            case Node.Sequence(List<Node> items, var position) -> {
                var all = new ArrayList<Node>();
                for (int i = 0; i < items.size(); i++) {
                    all.add(packed(items.get(i), path.index(i)));
                }
                yield new Node.Sequence(all, position);
            }
            case Node.Text _, Node.Numeric _, Node.Bool _, Node.Null _ -> value;
        };
    }

    private Node packed(Node.Mapping mapping, FieldPath path) {
        String type = text(mapping, TYPE);
        if (TYPED_STRUCTS.contains(type)) {
            return unwrapped(mapping, path);
        }
        if (!type.isEmpty() && !EnvoyTypes.isKnown(type)) {
            say(type, path.field(TYPE));
            return wrapped(type, without(mapping, TYPE));
        }
        if (!type.isEmpty()) {
            say(type, path.field(TYPE));
        }
        var entries = new ArrayList<Node.Entry>();
        for (Node.Entry entry : mapping.entries()) {
            entries.add(
                    new Node.Entry(
                            entry.key(),
                            packed(entry.value(), path.field(entry.key())),
                            entry.position()));
        }
        return new Node.Mapping(entries, mapping.position());
    }

    /// What somebody wrapped already, packed if it can be.
    private Node unwrapped(Node.Mapping struct, FieldPath path) {
        String field = struct.get("type_url").isPresent() ? "type_url" : "typeUrl";
        String type = text(struct, field);
        String url = type.contains("/") ? type : PREFIX + type;
        Node.Mapping inside =
                struct.get("value").orElse(Node.Mapping.EMPTY) instanceof Node.Mapping value
                        ? value
                        : Node.Mapping.EMPTY;
        if (EnvoyTypes.isKnown(url)) {
            return packed(inside.with(TYPE, url), path.field("value"));
        }
        say(url, path.field(field));
        return wrapped(url, inside);
    }

    private static Node wrapped(String type, Node.Mapping value) {
        return Node.Mapping.EMPTY
                .with(TYPE, TYPED_STRUCT)
                .with("type_url", type)
                .with("value", value);
    }

    private static Node.Mapping without(Node.Mapping mapping, String key) {
        return new Node.Mapping(
                mapping.entries().stream().filter(e -> !e.key().equals(key)).toList(),
                mapping.position());
    }

    private void say(String url, FieldPath path) {
        String type = url.substring(url.indexOf('/') + 1);
        if (OwnProxy.runs(type)) {
            return;
        }
        findings.add(
                DiagnosticCode.NOT_IMPLEMENTED,
                filter.origin(path),
                EnvoyTypes.isKnown(url)
                        ? "'" + type + "' is nothing that Heddle's own proxy runs"
                        : "'" + type + "' is no type that Heddle knows, so nobody checks it",
                "Envoy is given it as it stands; Heddle's own proxy refuses what holds it and stays"
                        + " with what it had");
    }

    private static String text(Node.Mapping mapping, String key) {
        return mapping.get(key).orElse(mapping) instanceof Node.Text(String value, _) ? value : "";
    }
}
