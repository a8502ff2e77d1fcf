package dev.heddle.control.audit;

import dev.heddle.model.tree.Node;
import java.time.Instant;
import java.util.List;

/// One thing that somebody did, or was not let do. Says where a resource changed, but never what is
/// written there, since that may be a secret.
///
/// @param who an account, or whose files changed, as in `file of root`
/// @param from an address, or the file
/// @param action `created`, `configured`, `deleted`, or a method and a path
/// @param resource as in `VirtualService default/reviews`; empty for none
/// @param namespace of that; empty for none
/// @param outcome `done`, or why not
/// @param before hash of what it said before; empty for nothing, and for a Secret
/// @param after hash of what it says now
/// @param fields paths that changed, twenty at most
public record AuditEntry(
        Instant at,
        String who,
        String from,
        String action,
        String resource,
        String namespace,
        String outcome,
        String before,
        String after,
        List<String> fields) {

    /// What it is when something was done.
    static final String DONE = "done";

    public AuditEntry {
        fields = List.copyOf(fields);
    }

    /// A call that is about no resource, or came to nothing.
    ///
    /// @param outcome empty for done
    public static AuditEntry call(
            Instant at, String who, String from, String action, String namespace, String outcome) {
        return new AuditEntry(
                at,
                who,
                from,
                action,
                "",
                namespace,
                outcome.isEmpty() ? DONE : outcome,
                "",
                "",
                List.of());
    }

    /// The same by somebody else, from elsewhere.
    AuditEntry by(String other, String place) {
        return new AuditEntry(
                at, other, place, action, resource, namespace, outcome, before, after, fields);
    }

    /// As it is kept: what is empty is left out.
    Node.Mapping tree() {
        var tree = Node.Mapping.EMPTY.with("at", at.toString());
        tree = with(tree, "who", who);
        tree = with(tree, "from", from);
        tree = with(tree, "action", action);
        tree = with(tree, "resource", resource);
        tree = with(tree, "namespace", namespace);
        tree = with(tree, "outcome", outcome);
        tree = with(tree, "before", before);
        tree = with(tree, "after", after);
        return fields.isEmpty()
                ? tree
                : tree.with("fields", fields.stream().map(Node::of).toList());
    }

    private static Node.Mapping with(Node.Mapping tree, String key, String value) {
        return value.isEmpty() ? tree : tree.with(key, value);
    }
}
