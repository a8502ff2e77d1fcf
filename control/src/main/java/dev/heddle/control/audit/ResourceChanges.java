package dev.heddle.control.audit;

import dev.heddle.control.source.ConfigFile;
import dev.heddle.control.source.SourceState;
import dev.heddle.control.world.ContentHash;
import dev.heddle.model.Resource;
import dev.heddle.model.ResourceId;
import dev.heddle.model.codec.Json;
import dev.heddle.model.codec.ResourceWriter;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.tree.Node;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What changed between two states of the files, resource by resource. Pure.
final class ResourceChanges {
    private static final int MOST_FIELDS = 20;
    private static final int HASH_DIGITS = 16;

    private ResourceChanges() {}

    /// Entries by nobody yet.
    ///
    /// @param file that they are about
    /// @param text that it has now; empty when it is gone
    record OfFile(String file, String text, List<AuditEntry> entries) {}

    /// What changed, file by file, with the file's name as `from`.
    static List<OfFile> between(SourceState before, SourceState after, Instant now) {
        var names = new TreeSet<>(before.files().keySet());
        names.addAll(after.files().keySet());
        var changes = new ArrayList<OfFile>();
        for (String name : names) {
            ConfigFile old = before.files().get(name);
            ConfigFile next = after.files().get(name);
            if (!Objects.equals(old, next)) {
                List<AuditEntry> entries = entries(name, resources(old), resources(next), now);
                if (!entries.isEmpty()) {
                    changes.add(new OfFile(name, next == null ? "" : next.text(), entries));
                }
            }
        }
        return changes;
    }

    private static Map<ResourceId, Resource<?>> resources(@Nullable ConfigFile file) {
        var byId = new LinkedHashMap<ResourceId, Resource<?>>();
        if (file != null) {
            file.resources().forEach(r -> byId.put(r.id(), r));
        }
        return byId;
    }

    private static List<AuditEntry> entries(
            String file,
            Map<ResourceId, Resource<?>> before,
            Map<ResourceId, Resource<?>> after,
            Instant now) {
        var ids = new TreeSet<>(before.keySet());
        ids.addAll(after.keySet());
        var entries = new ArrayList<AuditEntry>();
        for (ResourceId id : ids) {
            Optional<Node> old = tree(before.get(id));
            Optional<Node> next = tree(after.get(id));
            if (!old.map(Json::compact).equals(next.map(Json::compact))) {
                String action =
                        old.isEmpty() ? "created" : next.isEmpty() ? "deleted" : "configured";
                var fields = new ArrayList<String>();
                if (old.isPresent() && next.isPresent()) {
                    differ("", old.get(), next.get(), fields);
                }
                entries.add(
                        new AuditEntry(
                                now,
                                "",
                                file,
                                action,
                                id.toString(),
                                id.namespace(),
                                AuditEntry.DONE,
                                hash(id, old),
                                hash(id, next),
                                fields));
            }
        }
        return entries;
    }

    private static Optional<Node> tree(@Nullable Resource<?> resource) {
        return Optional.ofNullable(resource).map(ResourceWriter::tree);
    }

    /// A hash of something short that somebody could guess is no better than that.
    private static String hash(ResourceId id, Optional<Node> tree) {
        return id.kind().equals(Kinds.SECRET)
                ? ""
                : tree.map(t -> ContentHash.of(Json.compact(t)).substring(0, HASH_DIGITS))
                        .orElse("");
    }

    private static void differ(String path, Node old, Node next, List<String> fields) {
        if (fields.size() >= MOST_FIELDS || Json.compact(old).equals(Json.compact(next))) {
            return;
        }
        if (old instanceof Node.Mapping(var before, _)
                && next instanceof Node.Mapping(var after, _)) {
            var keys = new TreeSet<String>();
            before.forEach(e -> keys.add(e.key()));
            after.forEach(e -> keys.add(e.key()));
            for (String key : keys) {
                differ(
                        path.isEmpty() ? key : path + "." + key,
                        ((Node.Mapping) old).get(key),
                        ((Node.Mapping) next).get(key),
                        fields);
            }
        } else if (old instanceof Node.Sequence(var before, _)
                && next instanceof Node.Sequence(var after, _)
                && before.size() == after.size()) {
            for (int i = 0; i < before.size(); i++) {
                differ(path + "[" + i + "]", before.get(i), after.get(i), fields);
            }
        } else {
            fields.add(path);
        }
    }

    private static void differ(
            String path, Optional<Node> old, Optional<Node> next, List<String> fields) {
        if (old.isPresent() && next.isPresent()) {
            differ(path, old.get(), next.get(), fields);
        } else if (!Objects.equals(old, next) && fields.size() < MOST_FIELDS) {
            fields.add(path);
        }
    }
}
