package dev.heddle.model.service;

import java.util.Locale;

/// The name of a host, or of many: `*` stands for every name, `*.example.com` for every name that
/// ends in `.example.com`.
///
/// The order is from the most to the least specific, as Istio has it: names before wildcards, then
/// longer before shorter, then by alphabet.
///
/// @param name in lower case
public record Hostname(String name) implements Comparable<Hostname> {
    /// Every host.
    public static final Hostname ANY = new Hostname("*");

    public Hostname {
        if (name.isEmpty()) {
            throw new IllegalArgumentException("name: '' (expected: a host or a wildcard)");
        }
        name = name.toLowerCase(Locale.ROOT);
    }

    /// The full name of a service, as Istio completes it: a name without dots gets namespace and
    /// domain, as in `reviews.default.svc.cluster.local`. Any other name is full already.
    ///
    /// @param domain as in `cluster.local`
    public static Hostname complete(String name, String namespace, String domain) {
        boolean isShort = name.indexOf('.') < 0 && name.indexOf('*') < 0 && !name.isEmpty();
        return new Hostname(isShort ? name + "." + namespace + ".svc." + domain : name);
    }

    /// Whether this stands for more than one host.
    public boolean isWildcard() {
        return name.startsWith("*");
    }

    /// Whether every host that `other` stands for is one that this stands for.
    public boolean covers(Hostname other) {
        if (!isWildcard()) {
            return equals(other);
        }
        String suffix = name.substring(1);
        if (other.isWildcard()) {
            return other.name.substring(1).endsWith(suffix);
        }
        return other.name.endsWith(suffix) && other.name.length() > suffix.length();
    }

    /// Whether there are hosts that both stand for.
    public boolean overlaps(Hostname other) {
        return covers(other) || other.covers(this);
    }

    @Override
    public int compareTo(Hostname other) {
        if (isWildcard() != other.isWildcard()) {
            return isWildcard() ? 1 : -1;
        }
        if (name.length() != other.name.length()) {
            return Integer.compare(other.name.length(), name.length());
        }
        return name.compareTo(other.name);
    }

    @Override
    public String toString() {
        return name;
    }
}
