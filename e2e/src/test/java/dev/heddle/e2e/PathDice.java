package dev.heddle.e2e;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/// Ways to write a path so that somebody may take it for another, and what a back end takes it for:
/// an oracle that shares no line with what it judges.
///
/// @param dice where chance comes from
record PathDice(Dice dice) {
    private static final Pattern STRAY_PERCENT = Pattern.compile("%(?![0-9a-fA-F]{2})");

    private static final List<String> BEGINNINGS =
            List.of(
                    "/admin",
                    "/admin/keys",
                    "/admin/",
                    "/public/a",
                    "/public/../admin",
                    "/public/../admin/keys",
                    "/public/x/../../admin",
                    "/x/admin",
                    "/");

    /// What is put in somewhere.
    private static final List<String> PIECES =
            List.of(
                    "/",
                    "//",
                    "/.",
                    "/./",
                    "/../",
                    "/..",
                    "/x/../",
                    "/%2e/",
                    "/%2E%2e/",
                    "/.%2e/",
                    "/%2e./",
                    "/..;/",
                    "/.;a=b/",
                    ";",
                    ";a=b",
                    "%2f",
                    "%2F",
                    "%5c",
                    "%5C",
                    "\\",
                    "/\\",
                    "\\..\\",
                    "%2f..%2f",
                    "..%2f",
                    "%2e%2e%2f",
                    "%252e",
                    "%252e%252e%252f",
                    "%252f",
                    "%25",
                    "%2",
                    "%",
                    "%zz",
                    "%u0041",
                    "%00",
                    "%00.html",
                    "%0a",
                    "%0d%0a",
                    "%09",
                    "%20",
                    "%7f",
                    "%c0%ae",
                    "%c0%ae%c0%ae/",
                    "%c0%af",
                    "%e0%80%af",
                    "%ef%bc%8f",
                    "\u00c3\u00a4",
                    "\u00c0\u00ae",
                    "\u00ff",
                    "#",
                    "#/../admin",
                    "%23",
                    "?",
                    "?/../admin",
                    "?x=/admin",
                    "?x=%2f",
                    "%3f",
                    "%3fx=/admin",
                    "&",
                    "+",
                    "*",
                    "{}",
                    "\"",
                    "<",
                    "^",
                    "`",
                    "|",
                    "~",
                    "%7e",
                    "%41",
                    ":",
                    "@",
                    ",");

    private static final Pattern PLAIN_DOTS_WITH_PARAMETERS =
            Pattern.compile("/\\.\\.?;[^/\\\\%?#]*(?=[/?#]|$)");

    private static final Pattern DOTS_WITH_PARAMETERS =
            Pattern.compile(
                    "(?:[/\\\\]|%(?:25)*(?:2f|5c))(?:(?:\\.|%(?:25)*2e){1,2})(?:;|%(?:25)*3b)",
                    Pattern.CASE_INSENSITIVE);

    /// What is no part of a host's name.
    private static final List<String> AUTHORITY_ENDS = List.of("%2f", "%5c", "%", "&", "%zz", ";");

    /// How paths are made canonical before anybody decides about them, in Istio's words.
    enum Mode {
        NONE,
        BASE,
        MERGE_SLASHES,
        DECODE_AND_MERGE_SLASHES
    }

    /// A request's target: a path, or a whole URL.
    String target(String host) {
        String path = dice.any(BEGINNINGS);
        for (int i = dice.below(3); i >= 0; i--) {
            path = changed(path);
        }
        String rooted = path.startsWith("/") ? path : "/" + path;
        return switch (dice.below(16)) {
            case 0 -> "http://" + host + rooted;
            case 1 -> "HTTP://" + host.toUpperCase(Locale.ROOT) + rooted;
            case 2 -> "http://" + host + "/" + rooted;
            case 3 -> "http://" + host + dice.any(AUTHORITY_ENDS) + rooted;
            default -> dice.isSeldom() ? path : rooted;
        };
    }

    private String changed(String path) {
        int at = dice.below(path.length() + 1);
        int end = Math.min(path.length(), at + 1);
        String before = path.substring(0, at);
        String after = path.substring(end);
        return switch (dice.below(7)) {
            case 0, 1 -> before + escaped(path.substring(at, end), "%") + after;
            case 2 -> before + escaped(path.substring(at, end), "%25") + after;
            case 3 -> before + path.substring(at, end).toUpperCase(Locale.ROOT) + after;
            case 4 -> path + dice.any(PIECES);
            default -> before + dice.any(PIECES) + path.substring(at);
        };
    }

    private String escaped(String text, String sign) {
        var out = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.ISO_8859_1)) {
            String hex = String.format("%02x", b);
            out.append(sign).append(dice.below(2) == 0 ? hex : hex.toUpperCase(Locale.ROOT));
        }
        return out.toString();
    }

    /// Whether Envoy leaves dots with parameters in it as they are: it takes those for dots only
    /// that are spelled out and stand between slashes. Our proxy takes all of them for what back
    /// ends do.
    static boolean isLeftByEnvoy(String target) {
        return DOTS_WITH_PARAMETERS
                .matcher(PLAIN_DOTS_WITH_PARAMETERS.matcher(target).replaceAll("/"))
                .find();
    }

    /// Whether a percent sign in its path stands for nothing, which Envoy passes on and our proxy
    /// refuses.
    static boolean hasStrayPercent(String target) {
        return STRAY_PERCENT.matcher(target.split("[?#]", 2)[0]).find();
    }

    /// What a back end that reads paths in that way takes a target for: without query, its slashes,
    /// dots and letters as they are meant. Whatever is odd about it stays as it is.
    static String meant(String target, Mode mode) {
        String path = target.split("[?#]", 2)[0];
        if (mode == Mode.NONE) {
            return path;
        }
        if (mode == Mode.DECODE_AND_MERGE_SLASHES) {
            path = path.replaceAll("%2[fF]|%5[cC]", "/");
        }
        path = path.replace('\\', '/');
        for (int c = ' ' + 1; c < 127; c++) {
            // What means the same with and without a percent sign: RFC 3986, section 2.3.
            if ("-._~".indexOf(c) >= 0 || Character.isLetterOrDigit(c)) {
                path = path.replaceAll("(?i)%" + Integer.toHexString(c), Character.toString(c));
            }
        }
        if (mode != Mode.BASE) {
            path = path.replaceAll("/+", "/");
        }
        Deque<String> kept = new ArrayDeque<>();
        String[] parts = path.split("/", -1);
        for (int i = 1; i < parts.length; i++) {
            String bare = parts[i].split(";", 2)[0];
            boolean isDot = bare.equals(".") || bare.equals("..");
            if (bare.equals("..")) {
                kept.pollLast();
            }
            if (!isDot) {
                kept.addLast(parts[i]);
            } else if (i == parts.length - 1) {
                kept.addLast("");
            }
        }
        String all = "/" + String.join("/", kept);
        return mode == Mode.BASE ? all : all.replaceAll("/+", "/");
    }
}
