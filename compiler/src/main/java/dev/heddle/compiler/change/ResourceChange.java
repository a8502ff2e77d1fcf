package dev.heddle.compiler.change;

import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.xds.RoutePlaces;
import dev.heddle.xds.NamedResources;
import dev.heddle.xds.Snapshot;
import dev.heddle.xds.XdsResource;
import dev.heddle.xds.XdsType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// A resource of Envoy's that some proxies would be given, or not any more, or otherwise.
///
/// @param name of the resource
/// @param proxies names of those that it concerns, as a [Fleet] has them
public record ResourceChange(XdsType type, String name, What what, List<String> proxies) {
    public ResourceChange {
        proxies = List.copyOf(proxies);
    }

    /// What becomes of it.
    public enum What {
        ADDED,
        CHANGED,
        /// It is the same but for where the rules stand that it is made of.
        MOVED,
        REMOVED;

        /// As people and programs read it: in lower case.
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private record Key(XdsType type, String name, What what) {}

    private record Scopes(ProxyScope before, ProxyScope after) {}

    /// What changes for proxies that both configurations speak of, by type and name.
    public static List<ResourceChange> of(Fleet before, Plans old, Fleet after, Plans changed) {
        var proxies =
                new TreeMap<Key, List<String>>(
                        Comparator.comparing(Key::type)
                                .thenComparing(Key::name)
                                .thenComparing(Key::what));
        var known = new HashMap<Scopes, List<Key>>();
        before.proxies()
                .forEach((name, scope) -> {
                    ProxyScope now = after.proxies().get(name);
                    if (now != null) {
                        known.computeIfAbsent(
                                        new Scopes(scope, now),
                                        it ->
                                                between(
                                                        old.of(it.before()).snapshot(),
                                                        changed.of(it.after()).snapshot()))
                                .forEach(key ->
                                        proxies.computeIfAbsent(key, _ -> new ArrayList<>())
                                                .add(name));
                    }
                });
        return proxies.entrySet().stream()
                .map(it ->
                        new ResourceChange(
                                it.getKey().type(),
                                it.getKey().name(),
                                it.getKey().what(),
                                it.getValue()))
                .toList();
    }

    private static List<Key> between(Snapshot before, Snapshot after) {
        var keys = new ArrayList<Key>();
        for (XdsType type : XdsType.values()) {
            NamedResources old = before.of(type);
            NamedResources now = after.of(type);
            var names = new TreeSet<>(old.keySet());
            names.addAll(now.keySet());
            for (String name : names) {
                what(type, old.get(name), now.get(name))
                        .ifPresent(it -> keys.add(new Key(type, name, it)));
            }
        }
        return keys;
    }

    private static Optional<What> what(
            XdsType type, @Nullable XdsResource was, @Nullable XdsResource is) {
        if (was == null || is == null) {
            return Optional.of(was == null ? What.ADDED : What.REMOVED);
        }
        if (was.version().equals(is.version())) {
            return Optional.empty();
        }
        return Optional.of(
                RoutePlaces.areAllThatDiffers(type, was, is) ? What.MOVED : What.CHANGED);
    }
}
