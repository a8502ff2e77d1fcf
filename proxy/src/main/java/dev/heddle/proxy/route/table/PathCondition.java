package dev.heddle.proxy.route.table;

import dev.heddle.proxy.config.RouteConfig;

/// A condition on the path, and what a rewrite of "the part that matched" replaces.
record PathCondition(RouteConfig.Path path, boolean ignoreCase) {

    /// Whether a request may be meant, as far as its method decides: what has no path, as CONNECT,
    /// is for routes that say so.
    boolean test(String method, CharSequence bare) {
        return path instanceof RouteConfig.Path.Connect
                ? method.equals("CONNECT")
                : !bare.isEmpty() && test(bare);
    }

    /// @param bare the path without query and fragment
    boolean test(CharSequence bare) {
        return switch (path) {
            case RouteConfig.Path.Prefix(String prefix) -> startsWith(bare, prefix);
            case RouteConfig.Path.Exact(String exact) ->
                    exact.length() == bare.length() && startsWith(bare, exact);
            case RouteConfig.Path.Segments(String prefix) ->
                    startsWith(bare, prefix)
                            && (bare.length() == prefix.length()
                                    || bare.charAt(prefix.length()) == '/');
            case RouteConfig.Path.Regex(var pattern) -> pattern.matches(bare.toString());
            case RouteConfig.Path.Template(var template) ->
                    template.pattern().matches(bare.toString());
            case RouteConfig.Path.Connect() -> true;
        };
    }

    private boolean startsWith(CharSequence bare, String prefix) {
        if (bare.length() < prefix.length()) {
            return false;
        }
        if (ignoreCase) {
            return prefix.regionMatches(true, 0, bare.toString(), 0, prefix.length());
        }
        for (int i = 0; i < prefix.length(); i++) {
            if (bare.charAt(i) != prefix.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /// How many characters of a path that matched "matched": the prefix, or all of it.
    int matchedLength(String bare) {
        return switch (path) {
            case RouteConfig.Path.Prefix(String prefix) -> prefix.length();
            case RouteConfig.Path.Segments(String prefix) -> prefix.length();
            case RouteConfig.Path.Exact _,
                    RouteConfig.Path.Regex _,
                    RouteConfig.Path.Template _,
                    RouteConfig.Path.Connect _ ->
                    bare.length();
        };
    }

    /// A path without its query and fragment.
    static String bare(String path) {
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c == '?' || c == '#') {
                return path.substring(0, i);
            }
        }
        return path;
    }
}
