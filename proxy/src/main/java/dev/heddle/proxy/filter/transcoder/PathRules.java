package dev.heddle.proxy.filter.transcoder;

import dev.heddle.proxy.filter.transcoder.PathTemplate.Variable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Finds the method that a request is a call of: a tree of the templates' segments, in which what
/// is said goes before what may be anything. Immutable once it is built.
///
/// A look-up goes no deeper than the longest template, however long the path is.
final class PathRules {
    /// What is found, and what the request says by its path and query.
    ///
    /// @param body as in [HttpRule#body]
    record Found(TranscodedMethod method, String body, List<Said> said) {}

    /// A value for a field, by the field's path.
    record Said(List<String> field, String value) {}

    /// @param isDouble whether another one says the same, so that none counts
    private record Rule(
            TranscodedMethod method, String body, List<Variable> variables, boolean isDouble) {}

    private static final class Node {
        private final Map<String, Node> children = new HashMap<>();

        /// By method of HTTP, with the verb behind it.
        private final Map<String, Rule> rules = new HashMap<>();

        private final boolean isAny;

        Node(boolean isAny) {
            this.isAny = isAny;
        }
    }

    private final Node root = new Node(false);
    private final Set<String> verbs = new HashSet<>();
    private final UrlText.Left left;
    private final boolean plusIsSpace;
    private final boolean anyVerb;
    private final Set<String> ignored;

    /// @param left of a value that is more than one segment
    /// @param plusIsSpace in queries
    /// @param anyVerb whether what stands behind a colon is a verb, though no template has it
    /// @param ignored names in queries that say nothing
    PathRules(UrlText.Left left, boolean plusIsSpace, boolean anyVerb, Set<String> ignored) {
        this.left = left;
        this.plusIsSpace = plusIsSpace;
        this.anyVerb = anyVerb;
        this.ignored = Set.copyOf(ignored);
    }

    /// Adds what a rule says, and its additional ones.
    ///
    /// @throws IllegalArgumentException when a template is none
    void add(HttpRule rule, TranscodedMethod method) {
        if (!rule.method().isEmpty()) {
            PathTemplate template = PathTemplate.parse(rule.template());
            Node node = root;
            for (String segment : template.segments()) {
                node =
                        node.children.computeIfAbsent(
                                segment, it -> new Node(it.equals(PathTemplate.ANY)));
            }
            String key = rule.method() + template.verb();
            node.rules.put(
                    key,
                    new Rule(
                            method,
                            rule.body(),
                            template.variables(),
                            node.rules.containsKey(key)));
            if (!template.verb().isEmpty()) {
                verbs.add(template.verb());
            }
        }
        rule.additional().forEach(more -> add(more, method));
    }

    /// Looks a request up; null for none.
    ///
    /// @param path without its query
    /// @param query empty for none
    @Nullable Found find(String method, String path, String query) {
        String verb = "";
        String bare = path;
        int colon = path.lastIndexOf(':');
        if (colon > path.lastIndexOf('/')) {
            String last = path.substring(colon + 1);
            if (anyVerb || verbs.contains(last)) {
                verb = last;
                bare = path.substring(0, colon);
            }
        }
        List<String> segments = segments(bare);
        Rule rule = find(root, segments, 0, method + verb);
        if (rule == null || rule.isDouble()) {
            return null;
        }
        var said = new ArrayList<Said>();
        for (Variable variable : rule.variables()) {
            said.add(new Said(variable.field(), value(variable, segments)));
        }
        query(query, said);
        return new Found(rule.method(), rule.body(), said);
    }

    private static List<String> segments(String path) {
        var segments = new ArrayList<String>();
        for (int from = 1; from <= path.length(); ) {
            int slash = path.indexOf('/', from);
            int to = slash < 0 ? path.length() : slash;
            segments.add(path.substring(from, to));
            from = to + 1;
        }
        while (!segments.isEmpty() && segments.getLast().isEmpty()) {
            segments.removeLast();
        }
        return segments;
    }

    // --- the tree ----------------------------------------------------------------------------

    private static @Nullable Rule find(Node node, List<String> path, int from, String key) {
        for (int at = from; ; at++) {
            if (at == path.size()) {
                Rule rule = rule(node, key);
                Node any = node.children.get(PathTemplate.ANY);
                return rule != null || any == null ? rule : rule(any, key);
            }
            Rule found = inChild(node, path.get(at), path, at, key);
            if (found != null) {
                return found;
            }
            if (!node.isAny) {
                Rule one = inChild(node, PathTemplate.ONE, path, at, key);
                return one != null ? one : inChild(node, PathTemplate.ANY, path, at, key);
            }
        }
    }

    private static @Nullable Rule inChild(
            Node node, String segment, List<String> path, int at, String key) {
        Node child = node.children.get(segment);
        return child == null ? null : find(child, path, at + 1, key);
    }

    private static @Nullable Rule rule(Node node, String key) {
        Rule rule = node.rules.get(key);
        return rule == null ? node.rules.get("*") : rule;
    }

    // --- values ------------------------------------------------------------------------------

    private String value(Variable variable, List<String> segments) {
        int end = variable.end() >= 0 ? variable.end() : segments.size() + variable.end() + 1;
        boolean isOne = variable.end() >= 0 && end - variable.start() == 1;
        var value = new StringBuilder();
        for (int i = variable.start(); i < end; i++) {
            if (i > variable.start()) {
                value.append('/');
            }
            value.append(
                    UrlText.decoded(segments.get(i), isOne ? UrlText.Left.NOTHING : left, false));
        }
        return value.toString();
    }

    private void query(String query, List<Said> said) {
        for (int from = 0; from < query.length(); ) {
            int ampersand = query.indexOf('&', from);
            int to = ampersand < 0 ? query.length() : ampersand;
            int equals = query.indexOf('=', from);
            if (equals > from && equals < to) {
                String name = query.substring(from, equals);
                if (!ignored.contains(name)) {
                    said.add(
                            new Said(
                                    names(name),
                                    UrlText.decoded(
                                            query.substring(equals + 1, to),
                                            UrlText.Left.NOTHING,
                                            plusIsSpace)));
                }
            }
            from = to + 1;
        }
    }

    /// What stands between the dots, empty or not.
    private static List<String> names(String path) {
        var names = new ArrayList<String>();
        for (int from = 0; from <= path.length(); ) {
            int dot = path.indexOf('.', from);
            int to = dot < 0 ? path.length() : dot;
            names.add(path.substring(from, to));
            from = to + 1;
        }
        return names;
    }
}
