package dev.heddle.compiler.lower.istio;

import com.google.re2j.Pattern;
import dev.heddle.compiler.ir.Access.Condition;
import dev.heddle.compiler.ir.Access.Text;
import dev.heddle.compiler.ir.Access.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// What the values of AuthorizationPolicies mean: texts that may begin or end with `*`, names of
/// callers, principals of tokens.
final class AccessTexts {
    static final Text SOMETHING = new Text.Regex(".+");
    private static final String SPIFFE = "spiffe://";

    private AccessTexts() {}

    /// A text; `*` is one that is not empty.
    static Text text(String value) {
        return text(value, false);
    }

    private static Text text(String value, boolean ignoreCase) {
        if (value.equals("*")) {
            return SOMETHING;
        }
        if (value.startsWith("*")) {
            return new Text.Suffix(value.substring(1), ignoreCase);
        }
        return value.endsWith("*")
                ? new Text.Prefix(value.substring(0, value.length() - 1), ignoreCase)
                : new Text.Exact(value, ignoreCase);
    }

    /// A header; `*` is one that is there.
    static Condition header(String name, String value, boolean ignoreCase) {
        return new Condition.Header(
                name, value.equals("*") ? Optional.empty() : Optional.of(text(value, ignoreCase)));
    }

    /// A caller's name without `spiffe://`.
    static Condition principal(String value) {
        if (value.equals("*")) {
            return new Condition.Caller(SOMETHING);
        }
        if (value.startsWith("*")) {
            return new Condition.Caller(
                    new Text.Regex(SPIFFE + ".*" + Pattern.quote(value.substring(1))));
        }
        return new Condition.Caller(text(SPIFFE + value));
    }

    /// A namespace, in which `*` stands for anything.
    static Condition namespace(String value) {
        String regex =
                String.join(".*", Stream.of(value.split("\\*", -1)).map(Pattern::quote).toList());
        return new Condition.Caller(new Text.Regex(".*/ns/" + regex + "/.*"));
    }

    /// A service account, of the policy's namespace where it says none.
    static Condition serviceAccount(String value, String own) {
        int slash = value.indexOf('/');
        String namespace = slash < 0 ? own : value.substring(0, slash);
        String account = value.substring(slash + 1);
        return new Condition.Caller(
                new Text.Regex(
                        SPIFFE
                                + ".+/ns/"
                                + Pattern.quote(namespace)
                                + "/(.+/|)sa/"
                                + Pattern.quote(account)
                                + "(/.+)?"));
    }

    static Condition trustDomain(String value) {
        if (value.equals("*")) {
            return new Condition.Caller(new Text.Prefix(SPIFFE, false));
        }
        int star = value.indexOf('*');
        return new Condition.Caller(
                star < 0
                        ? new Text.Prefix(SPIFFE + value + "/", false)
                        : new Text.Regex(
                                SPIFFE
                                        + Pattern.quote(value.substring(0, star))
                                        + "[^/]*"
                                        + Pattern.quote(value.substring(star + 1))
                                        + "/.*"));
    }

    /// Who a token is of, as `issuer/subject`; an issuer may have slashes.
    static Condition requestPrincipal(String value) {
        int slash = value.lastIndexOf('/');
        boolean isBoth = slash >= 0;
        String issuer = isBoth ? value.substring(0, slash) : value;
        String subject = isBoth ? value.substring(slash + 1) : "";
        if (value.equals("*")) {
            return token(SOMETHING, SOMETHING);
        }
        if (value.startsWith("*")) {
            return isBoth
                    ? token(
                            issuer.equals("*")
                                    ? SOMETHING
                                    : new Text.Suffix(issuer.substring(1), false),
                            new Text.Exact(subject, false))
                    : token(SOMETHING, new Text.Suffix(value.substring(1), false));
        }
        if (value.endsWith("*")) {
            return isBoth
                    ? token(
                            new Text.Exact(issuer, false),
                            subject.equals("*")
                                    ? SOMETHING
                                    : new Text.Prefix(
                                            subject.substring(0, subject.length() - 1), false))
                    : token(
                            new Text.Prefix(value.substring(0, value.length() - 1), false),
                            SOMETHING);
        }
        return token(new Text.Exact(issuer, false), new Text.Exact(subject, false));
    }

    private static Condition token(Text issuer, Text subject) {
        return new Condition.All(
                List.of(
                        claim(List.of("iss"), new Value.Is(issuer)),
                        claim(List.of("sub"), new Value.Is(subject))));
    }

    /// A claim is one of some texts, or a list with one.
    static Condition claims(List<String> path, List<String> values) {
        Value one = oneOf(values);
        return claim(path, new Value.AnyOf(List.of(new Value.Has(one), one)));
    }

    private static Condition claim(List<String> path, Value value) {
        var keys = new ArrayList<String>();
        keys.add("payload");
        keys.addAll(path);
        return new Condition.Found("envoy.filters.http.jwt_authn", keys, value);
    }

    private static Value oneOf(List<String> values) {
        return any(values.stream().<Value>map(value -> new Value.Is(text(value))).toList());
    }

    private static Value any(List<Value> values) {
        return values.size() == 1 ? values.getFirst() : new Value.AnyOf(values);
    }

    /// What another filter found out; a value in brackets is an item of a list.
    static Condition found(String filter, String key, List<String> values) {
        return new Condition.Found(
                filter,
                List.of(key),
                any(
                        values.stream()
                                .<Value>map(value ->
                                        value.startsWith("[") && value.endsWith("]")
                                                ? new Value.Has(
                                                        new Value.Is(text(withoutBrackets(value))))
                                                : new Value.Is(text(value)))
                                .toList()));
    }

    private static String withoutBrackets(String value) {
        return value.replaceAll("^[\\[\\]]+|[\\[\\]]+$", "");
    }
}
