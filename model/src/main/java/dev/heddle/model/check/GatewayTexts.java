package dev.heddle.model.check;

import dev.heddle.model.FieldPath;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;

/// Texts and numbers of the Gateway API, as its CRDs want them.
final class GatewayTexts {
    private static final String LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
    private static final String DOMAIN = LABEL + "(\\." + LABEL + ")*";
    private static final Pattern SUBDOMAIN = Pattern.compile(DOMAIN);
    private static final Pattern HOSTNAME = Pattern.compile("(\\*\\.)?" + DOMAIN);
    private static final Pattern NAMESPACE = Pattern.compile(LABEL);
    private static final Pattern KIND = Pattern.compile("[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?");
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9!#$%&'*+\\-.^_`|~]+");
    private static final Pattern HEADER_VALUE = Pattern.compile("[!-~]+([\\t ]?[!-~]+)*+");
    private static final Pattern CONTROLLER =
            Pattern.compile(DOMAIN + "/[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+");
    private static final Pattern LABEL_KEY =
            Pattern.compile("(" + DOMAIN + "/)?([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]");
    private static final Pattern LABEL_VALUE =
            Pattern.compile("(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?");
    private static final int LONGEST = 253;
    private static final int LONGEST_LABEL = 63;
    private static final int LONGEST_NAME = 256;
    private static final int LONGEST_VALUE = 4096;

    private GatewayTexts() {}

    static void label(String text, FieldPath path, Findings findings) {
        text(text, NAMESPACE, LONGEST_LABEL, path, "lower case letters, digits and '-'", findings);
    }

    static void subdomain(String text, FieldPath path, Findings findings) {
        text(text, SUBDOMAIN, LONGEST, path, "lower case letters, digits, '-' and '.'", findings);
    }

    static void subdomain(Optional<String> text, FieldPath path, Findings findings) {
        text.ifPresent(t -> subdomain(t, path, findings));
    }

    /// A host, or all behind `*.`.
    static void hostname(String text, FieldPath path, Findings findings) {
        text(text, HOSTNAME, LONGEST, path, "a host in lower case, or one behind '*.'", findings);
    }

    static boolean isHostname(String text) {
        return HOSTNAME.matcher(text).matches();
    }

    static void group(String text, FieldPath path, Findings findings) {
        if (!text.isEmpty()) {
            text(text, SUBDOMAIN, LONGEST, path, "an API group", findings);
        }
    }

    static void group(Optional<String> text, FieldPath path, Findings findings) {
        text.ifPresent(t -> group(t, path, findings));
    }

    static void kind(String text, FieldPath path, Findings findings) {
        text(text, KIND, LONGEST_LABEL, path, "a kind", findings);
    }

    static void kind(Optional<String> text, FieldPath path, Findings findings) {
        text.ifPresent(t -> kind(t, path, findings));
    }

    static void name(String text, FieldPath path, Findings findings) {
        longest(text, LONGEST, path, findings);
    }

    static void name(Optional<String> text, FieldPath path, Findings findings) {
        text.ifPresent(t -> {
            if (t.isEmpty()) {
                findings.invalid(path, t, "a name");
            }
            name(t, path, findings);
        });
    }

    static void namespace(String text, FieldPath path, Findings findings) {
        text(text, NAMESPACE, LONGEST_LABEL, path, "a namespace", findings);
    }

    static void namespace(Optional<String> text, FieldPath path, Findings findings) {
        text.ifPresent(t -> namespace(t, path, findings));
    }

    /// What an object is named by.
    static void reference(
            String group, String kind, String name, FieldPath path, Findings findings) {
        group(group, path.field("group"), findings);
        kind(kind, path.field("kind"), findings);
        name(name, path.field("name"), findings);
    }

    static void controller(String text, FieldPath path, Findings findings) {
        text(text, CONTROLLER, LONGEST, path, "domain/path, as in example.com/gateways", findings);
    }

    /// A name of a header, of a parameter, or of a cookie.
    static void token(String text, FieldPath path, Findings findings) {
        text(text, TOKEN, LONGEST_NAME, path, "a token of HTTP", findings);
    }

    static void headerValue(String text, FieldPath path, Findings findings) {
        text(
                text,
                HEADER_VALUE,
                LONGEST_VALUE,
                path,
                "visible characters with single spaces between them",
                findings);
    }

    static void text(
            String text,
            Pattern pattern,
            int longest,
            FieldPath path,
            String expected,
            Findings findings) {
        if (text.length() > longest) {
            longest(text, longest, path, findings);
        } else if (!pattern.matcher(text).matches()) {
            findings.invalid(path, text, expected);
        }
    }

    static void longest(String text, int longest, FieldPath path, Findings findings) {
        if (text.length() > longest) {
            findings.error(path, text.length() + " characters (expected: at most " + longest + ")");
        }
    }

    static void port(OptionalInt port, FieldPath path, Findings findings) {
        port.ifPresent(p -> Values.checkPort(p, path, findings));
    }

    static void most(List<?> items, int most, FieldPath path, Findings findings) {
        if (items.size() > most) {
            findings.error(path, items.size() + " of them (expected: at most " + most + ")");
        }
    }

    /// A set, or a list that is a mapping by something of its items.
    static <T> void unique(
            List<T> items, Function<T, Object> key, FieldPath path, Findings findings) {
        Set<Object> seen = new HashSet<>();
        for (int i = 0; i < items.size(); i++) {
            Object it = key.apply(items.get(i));
            if (!seen.add(it)) {
                findings.error(path.index(i), "'" + it + "' is here for the second time");
            }
        }
    }

    /// Options of an implementation's own.
    static void options(Map<String, String> options, FieldPath path, Findings findings) {
        if (options.size() > 16) {
            findings.error(path, options.size() + " of them (expected: at most 16)");
        }
        options.forEach((key, value) -> longest(value, LONGEST_VALUE, path.field(key), findings));
    }

    /// Labels or annotations of what is made for a Gateway.
    static void labelKeys(Map<String, String> labels, FieldPath path, Findings findings) {
        labels.keySet()
                .forEach(key -> {
                    int slash = key.indexOf('/');
                    if (!LABEL_KEY.matcher(key).matches() || slash >= LONGEST) {
                        findings.invalid(
                                path.field(key),
                                key,
                                "a name, or one behind a domain, as example.com/app");
                    }
                });
    }

    static void labelValue(String value, FieldPath path, Findings findings) {
        text(value, LABEL_VALUE, LONGEST_LABEL, path, "a value of a label", findings);
    }
}
