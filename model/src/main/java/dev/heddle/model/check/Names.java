package dev.heddle.model.check;

import dev.heddle.model.FieldPath;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/// Names of hosts, namespaces, labels, and addresses.
final class Names {
    static final String UNIX = "unix://";

    private static final String LABEL = "[a-zA-Z0-9](?:[-a-zA-Z0-9]{0,61}[a-zA-Z0-9])?";
    private static final Pattern DNS_LABEL = Pattern.compile(LABEL);
    private static final Pattern FIRST = Pattern.compile("\\*|(?:\\*-?)?" + LABEL);
    private static final Pattern NUMBER = Pattern.compile("\\d+");
    private static final Pattern LABEL_KEY =
            Pattern.compile(
                    "(?:[a-zA-Z0-9](?:[-a-zA-Z0-9_.]{0,251}[a-zA-Z0-9])?/)?"
                            + "[a-zA-Z0-9](?:[-a-zA-Z0-9_.]{0,61}[a-zA-Z0-9])?");
    private static final Pattern LABEL_VALUE =
            Pattern.compile("(?:[a-zA-Z0-9](?:[-a-zA-Z0-9_.]{0,61}[a-zA-Z0-9])?)?");
    private static final Pattern OUTBOUND =
            Pattern.compile("outbound_\\.\\d+_\\.[-a-zA-Z0-9_]+\\.[a-zA-Z][-a-zA-Z0-9.]*");
    private static final int MAX_HOST = 255;

    private Names() {}

    /// RFC 1123: letters, digits and `-`, at most 63 of them.
    static boolean isDnsLabel(String name) {
        return DNS_LABEL.matcher(name).matches();
    }

    /// Labels with dots between them, of which the last is no number; one dot at the end is
    /// allowed.
    static boolean isHost(String name) {
        if (name.isEmpty() || name.length() > MAX_HOST) {
            return false;
        }
        String[] labels =
                (name.endsWith(".") ? name.substring(0, name.length() - 1) : name).split("\\.", -1);
        for (String label : labels) {
            if (!isDnsLabel(label)) {
                return false;
            }
        }
        return !NUMBER.matcher(labels[labels.length - 1]).matches();
    }

    /// A host, of which the first label may be `*` or begin with it.
    static boolean isWildcardHost(String name) {
        if (name.isEmpty() || name.length() > MAX_HOST) {
            return false;
        }
        int dot = name.indexOf('.');
        String first = dot < 0 ? name : name.substring(0, dot);
        return FIRST.matcher(first).matches() && (dot < 0 || isHost(name.substring(dot + 1)));
    }

    /// Whether it is like `*shop.example.com`, which begins with a wildcard that is no whole label.
    static boolean isPartialWildcard(String name) {
        return name.startsWith("*") && !name.equals("*") && !name.startsWith("*.");
    }

    /// Whether it is the name by which gateways between clusters know a service, as in
    /// `outbound_.80_._.reviews.default.svc.cluster.local`.
    static boolean isOutboundName(String name) {
        return OUTBOUND.matcher(name).matches() && name.length() <= MAX_HOST;
    }

    /// Labels of Kubernetes.
    static void checkLabels(Map<String, String> labels, FieldPath path, Findings findings) {
        labels.forEach((key, value) -> {
            if (!LABEL_KEY.matcher(key).matches()) {
                findings.invalid(path.field(key), key, "a label as app or example.com/app");
            }
            if (!LABEL_VALUE.matcher(value).matches()) {
                findings.invalid(
                        path.field(key),
                        value,
                        "letters, digits, '-', '_', '.', at most 63 of them");
            }
        });
    }

    /// Labels that choose workloads.
    static void checkSelector(Map<String, String> labels, FieldPath path, Findings findings) {
        labels.forEach((key, value) -> {
            if (key.isEmpty()) {
                findings.error(path, "a label without a name");
            }
            if (key.contains("*") || value.contains("*")) {
                findings.error(
                        path.field(key), "'" + key + ": " + value + "' (expected: no wildcard)");
            }
            if (value.length() > 63) {
                findings.invalid(path.field(key), value, "at most 63 characters");
            }
        });
    }

    /// Namespaces that a resource is visible in.
    ///
    /// @param none whether `~`, for nobody, is allowed
    static void checkExportTo(List<String> exportTo, boolean none, Findings findings) {
        FieldPath path = FieldPath.of("spec", "exportTo");
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < exportTo.size(); i++) {
            String entry = exportTo.get(i);
            FieldPath at = path.index(i);
            boolean known = entry.equals(".") || entry.equals("*") || (none && entry.equals("~"));
            if (!known && !isDnsLabel(entry)) {
                findings.invalid(at, entry, "'.', '*' or a namespace");
            }
            if (!seen.add(entry.equals(".") ? findings.namespace() : entry)) {
                findings.error(at, "'" + entry + "' is here for the second time");
            }
        }
        if (exportTo.size() > 1 && (seen.contains("*") || seen.contains("~"))) {
            findings.error(
                    path, String.join(", ", exportTo) + " (expected: '*' and '~' stand alone)");
        }
    }

    /// A path of a socket, behind its `unix://`.
    static boolean isSocketPath(String address) {
        String path = address.substring(UNIX.length());
        return path.startsWith("@") || (path.startsWith("/") && !path.endsWith("/"));
    }
}
