package dev.heddle.cli.report;

import dev.heddle.model.Diagnostics;
import dev.heddle.model.codec.Json;
import dev.heddle.model.codec.YamlReader;
import dev.heddle.model.codec.YamlWriter;
import dev.heddle.model.tree.Node;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/// Takes what is secret out of texts: by the names of fields and headers, and by what secrets look
/// like. Where in doubt it hides too much.
public final class Scrubber {
    /// What stands where something was hidden.
    public static final String REDACTED = "[redacted]";

    private static final int SHORTEST_KEY = 40;

    /// Names of fields, headers and variables whose text is a secret.
    private static final Pattern SECRET_NAME =
            Pattern.compile(
                    "(?i)(.*[-_.])?(pass(word|wd|phrase)?|secret|token|api-?_?key|authorization"
                            + "|cookie|credential|hmac|(access|backend|client|refresh|id|bearer)"
                            + "_?-?(token|secret)|private_?key)s?");

    /// Lists of headers that the mesh sends to collectors and the like: nobody knows which of them
    /// proves something.
    private static final Set<String> HEADERS =
            Set.of(
                    "headers",
                    "httpheaders",
                    "initialmetadata",
                    "initial_metadata",
                    "request_headers_to_add",
                    "headers_to_add",
                    "includeadditionalheadersincheck");

    /// What a secret looks like wherever it stands, and what becomes of it.
    private enum Look {
        PEM(
                "-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----[\\s\\S]*?"
                        + "(-----END [A-Z0-9 ]*PRIVATE KEY-----|$)",
                REDACTED),
        SCHEME("(?i)\\b(bearer|basic)\\s+[-A-Za-z0-9._~+/=]{6,}", "$1 " + REDACTED),
        JWT("\\beyJ[A-Za-z0-9_-]{5,}\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]*", REDACTED),
        USER("(://[^/\\s:@\"]*:)[^/\\s@\"]+@", "$1" + REDACTED + "@"),
        KEY_SET("(\\\\?\"(?:k|d|p|q|dp|dq|qi)\\\\?\"\\s*:\\s*\\\\?\")[^\"\\\\]*", "$1" + REDACTED),
        HASH("(?m)([^\\s:\"]+:)(\\{SHA\\}|\\$(2[aby]|apr1|5|6)\\$)[^\\s\"\\\\]+", "$1" + REDACTED),
        SETTING(
                "(?i)\\b((?:[-\\w]*[-_])?(?:password|passwd|secret|token|api[-_]?key)[\"']?"
                        + "\\s*[=:]\\s*[\"']?)(?!\\[redacted])[^\\s\"',;&}{\\[\\]]{3,}",
                "$1" + REDACTED);

        private final Pattern pattern;
        private final String instead;

        Look(String pattern, String instead) {
            this.pattern = Pattern.compile(pattern);
            this.instead = instead;
        }

        String hidden(String text) {
            return pattern.matcher(text).replaceAll(instead);
        }
    }

    private Scrubber() {}

    /// A text without secrets: JSON as JSON, anything else by its looks.
    public static String scrub(String text) {
        String head = text.stripLeading();
        if (head.startsWith("{") || head.startsWith("[")) {
            try {
                return Json.pretty(tree("", Json.parse(text)));
            } catch (IllegalArgumentException _) {
                return looks(text);
            }
        }
        return looks(text);
    }

    private static String looks(String text) {
        String rest = text;
        for (Look look : Look.values()) {
            rest = look.hidden(rest);
        }
        return rest;
    }

    /// @param name of the field that holds it; empty at the top
    private static Node tree(String name, Node node) {
        return switch (node) {
            case Node.Mapping mapping -> mapping(name, mapping);
            case Node.Sequence(var items, var position) ->
                    new Node.Sequence(items.stream().map(it -> tree(name, it)).toList(), position);
            case Node.Text(var value, var position) -> new Node.Text(text(name, value), position);
            case Node.Numeric _, Node.Bool _, Node.Null _ -> node;
        };
    }

    private static Node mapping(String name, Node.Mapping mapping) {
        boolean isHeader = HEADERS.contains(name.toLowerCase(Locale.ROOT));
        boolean isNamedSecret =
                List.of("name", "key").stream()
                        .anyMatch(it -> isSecret(said(mapping, it)) && hasValue(mapping));
        return new Node.Mapping(
                mapping.entries().stream()
                        .map(entry -> {
                            String key = entry.key();
                            boolean isHidden =
                                    entry.value() instanceof Node.Text
                                            && (isSecret(key)
                                                    || (isHeader && !isName(mapping, key))
                                                    || (isNamedSecret && isValue(key)));
                            return new Node.Entry(
                                    key,
                                    isHidden
                                            ? Node.of(REDACTED)
                                            : tree(inherited(name, key, isHeader), entry.value()),
                                    entry.position());
                        })
                        .toList(),
                mapping.position());
    }

    /// Of headers in a list, `{header: {key, value}}` is one, too.
    private static String inherited(String name, String key, boolean isHeader) {
        return isHeader && key.equals("header") ? name : key;
    }

    private static boolean hasValue(Node.Mapping mapping) {
        return mapping.entries().stream().anyMatch(it -> isValue(it.key()));
    }

    private static boolean isValue(String key) {
        return key.equals("value") || key.equals("raw_value");
    }

    /// In a list of headers their names are no secrets; in a mapping of them the keys are names.
    private static boolean isName(Node.Mapping mapping, String key) {
        return hasValue(mapping) && !isValue(key);
    }

    private static boolean isSecret(String name) {
        return SECRET_NAME.matcher(name).matches();
    }

    private static String said(Node.Mapping mapping, String key) {
        return mapping.get(key).orElse(null) instanceof Node.Text(var value, _) ? value : "";
    }

    private static String text(String name, String value) {
        if (isEncodedKey(value)) {
            return REDACTED;
        }
        // Settings of the mesh are YAML in a ConfigMap's text.
        if (value.contains("\n") && value.contains(":")) {
            var findings = new Diagnostics();
            List<YamlReader.Document> documents = YamlReader.read(name, value, findings);
            if (findings.toList().isEmpty()
                    && documents.size() == 1
                    && documents.getFirst().root() instanceof Node.Mapping root) {
                return looks(YamlWriter.write(tree("", root)));
            }
        }
        return looks(value);
    }

    /// Whether it is a private key in base64, as bytes are in JSON.
    private static boolean isEncodedKey(String value) {
        if (value.length() < SHORTEST_KEY || value.startsWith("-----")) {
            return false;
        }
        try {
            byte[] bytes = Base64.getDecoder().decode(value.strip());
            return new String(bytes, StandardCharsets.ISO_8859_1).contains("PRIVATE KEY");
        } catch (IllegalArgumentException _) {
            return false;
        }
    }
}
