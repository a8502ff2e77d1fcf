package dev.heddle.proxy.route.table;

import dev.heddle.proxy.config.RouteConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Says which routes of a virtual host a path may belong to, so that a thousand routes cost as much
/// as a few.
///
/// Exact paths are a map; prefixes are a tree of characters, walked once along the path. Each place
/// holds the numbers of all routes that a path ending its walk there may belong to, in the order of
/// the configuration, since the first that matches wins: own ones, those of shorter prefixes on the
/// way, and those that no index helps with (regular expressions, letter case ignored). What is
/// found must still be tested. Nothing is allocated.
final class RouteIndex {

    /// Below this a scan is as fast.
    private static final int WORTH_IT = 8;

    /// Numbers held at most; a table that would need more (thousands of prefixes of each other) is
    /// scanned instead.
    private static final int MOST_NUMBERS = 4_000_000;

    private final int[] all;
    private final boolean isScan;
    private final Map<String, int[]> exact = new HashMap<>();
    private final Node root;

    /// A place in the tree.
    private static final class Node {
        private final char[] characters;
        private final Node[] children;
        private final int[] routes;

        Node(char[] characters, Node[] children, int[] routes) {
            this.characters = characters;
            this.children = children;
            this.routes = routes;
        }
    }

    /// The tree while it grows.
    private static final class Branch {
        private final TreeMap<Character, Branch> children = new TreeMap<>();
        private final List<Integer> own = new ArrayList<>();

        void add(String prefix, int route) {
            Branch at = this;
            for (int i = 0; i < prefix.length(); i++) {
                at = at.children.computeIfAbsent(prefix.charAt(i), _ -> new Branch());
            }
            at.own.add(route);
        }
    }

    RouteIndex(List<RouteConfig.Match> matches) {
        int count = matches.size();
        this.all = new int[count];
        Arrays.setAll(all, i -> i);
        var anywhere = new ArrayList<Integer>();
        var prefixes = new Branch();
        var paths = new HashMap<String, List<Integer>>();
        for (int route = 0; route < count; route++) {
            RouteConfig.Match match = matches.get(route);
            if (match.ignoreCase()) {
                anywhere.add(route);
                continue;
            }
            switch (match.path()) {
                case RouteConfig.Path.Exact(String path) ->
                        paths.computeIfAbsent(path, _ -> new ArrayList<>()).add(route);
                case RouteConfig.Path.Prefix(String prefix) -> prefixes.add(prefix, route);
                case RouteConfig.Path.Segments(String prefix) -> prefixes.add(prefix, route);
                case RouteConfig.Path.Regex _,
                        RouteConfig.Path.Template _,
                        RouteConfig.Path.Connect _ ->
                        anywhere.add(route);
            }
        }
        var size = new Size();
        Node tree = size.grown(prefixes, anywhere);
        this.root = tree;
        paths.forEach((path, routes) -> {
            if (!size.isTooLarge()) {
                exact.put(path, size.merged(routes, deepest(tree, path)));
            }
        });
        this.isScan = count < WORTH_IT || size.isTooLarge();
    }

    /// Counts what the index holds while it is made.
    private static final class Size {
        private final int[] numbers = new int[1];

        boolean isTooLarge() {
            return numbers[0] > MOST_NUMBERS;
        }

        /// @param above what holds on the way to here
        Node grown(Branch branch, List<Integer> above) {
            int[] routes = merged(branch.own, above.stream().mapToInt(it -> it).toArray());
            List<Integer> here = Arrays.stream(routes).boxed().toList();
            int count = isTooLarge() ? 0 : branch.children.size();
            char[] characters = new char[count];
            Node[] children = new Node[count];
            int at = 0;
            for (Map.Entry<Character, Branch> child : branch.children.entrySet()) {
                if (at == count) {
                    break;
                }
                characters[at] = child.getKey();
                children[at] = grown(child.getValue(), here);
                at++;
            }
            return new Node(characters, children, routes);
        }

        int[] merged(List<Integer> some, int[] others) {
            // A place without routes of its own shares the list of the place above.
            if (some.isEmpty()) {
                return others;
            }
            int[] merged = Arrays.copyOf(others, others.length + some.size());
            for (int i = 0; i < some.size(); i++) {
                merged[others.length + i] = some.get(i);
            }
            Arrays.sort(merged);
            numbers[0] += merged.length;
            return merged;
        }
    }

    /// The numbers of the routes that the path may belong to, in order; not to be changed.
    ///
    /// @param bare the path without query and fragment
    int[] candidates(CharSequence bare) {
        if (isScan) {
            return all;
        }
        // Only where there are exact paths is a text made, to look it up.
        int[] found = exact.isEmpty() ? null : exact.get(bare.toString());
        return found != null ? found : deepest(root, bare);
    }

    private static int[] deepest(Node root, CharSequence path) {
        Node at = root;
        for (int i = 0; i < path.length(); i++) {
            int child = Arrays.binarySearch(at.characters, path.charAt(i));
            if (child < 0) {
                break;
            }
            at = at.children[child];
        }
        return at.routes;
    }
}
