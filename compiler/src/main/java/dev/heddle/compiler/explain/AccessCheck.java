package dev.heddle.compiler.explain;

import com.google.re2j.Pattern;
import dev.heddle.compiler.explain.Explanation.Access;
import dev.heddle.compiler.explain.Explanation.Decision;
import dev.heddle.compiler.explain.Explanation.Reply;
import dev.heddle.compiler.explain.Explanation.Tried;
import dev.heddle.compiler.ir.Access.Action;
import dev.heddle.compiler.ir.Access.Condition;
import dev.heddle.compiler.ir.Access.Rule;
import dev.heddle.compiler.ir.Access.Stage;
import dev.heddle.compiler.ir.Access.Text;
import dev.heddle.compiler.ir.Access.Value;
import dev.heddle.compiler.ir.Authorizer;
import dev.heddle.compiler.ir.HttpFeature;
import dev.heddle.compiler.ir.Route;
import dev.heddle.model.Confined;
import dev.heddle.model.Origin;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Whether somebody may do what a request asks for, as far as it is known who it is. What is not
/// known is neither so nor not so.
@Confined("one call")
final class AccessCheck {
    private final Request request;
    private final Map<String, @Nullable Object> claims;
    private final List<Tried> tried = new ArrayList<>();
    private Optional<Rule> allowing = Optional.empty();
    private boolean isUnsure;

    /// Whether something holds.
    private enum Holds {
        YES,
        NO,
        UNKNOWN;

        static Holds of(boolean holds) {
            return holds ? YES : NO;
        }

        Holds not() {
            return switch (this) {
                case YES -> NO;
                case NO -> YES;
                case UNKNOWN -> UNKNOWN;
            };
        }
    }

    private AccessCheck(Request request, Map<String, @Nullable Object> claims) {
        this.request = request;
        this.claims = claims;
    }

    /// What comes of it.
    ///
    /// @param reply the refusal; empty where it may pass, or where that depends on what is unknown
    record Outcome(Optional<Reply> reply, Access access, List<Tried> tried) {}

    static Outcome of(
            dev.heddle.compiler.ir.Access guards,
            Request request,
            Map<String, @Nullable Object> claims) {
        var check = new AccessCheck(request, claims);
        for (Stage stage : guards.requests()) {
            Optional<Outcome> refusal = check.refusal(stage);
            if (refusal.isPresent()) {
                guards.told().forEach(check::told);
                return refusal.get();
            }
        }
        return new Outcome(
                Optional.empty(),
                check.isUnsure
                        ? Access.UNSURE
                        : check.allowing
                                .map(it -> new Access(Decision.ALLOWED, it.name(), it.origin()))
                                .orElse(Access.FREE),
                check.tried);
    }

    /// Whether a caller who was refused is told by which policy.
    private void told(Rule rule) {
        Holds holds = and(some(rule.what()), some(rule.who()));
        tried.add(
                new Tried(
                        "told by " + rule.name(),
                        holds == Holds.YES,
                        switch (holds) {
                            case YES ->
                                    "the answer names the policy, in "
                                            + dev.heddle.compiler.ir.Access.DENIED_BY;
                            case NO -> "it does not match, so the answer names no policy";
                            case UNKNOWN ->
                                    "whether the answer names the policy depends on who calls,"
                                            + " which is not said";
                        },
                        rule.origin()));
    }

    private Optional<Outcome> refusal(Stage stage) {
        stage.tried().orElse(List.of()).forEach(rule -> tell(stage, rule, "tried out: "));
        if (stage.enforced().isEmpty()) {
            return Optional.empty();
        }
        if (stage.asked().isPresent()) {
            asked(stage, stage.asked().get());
            return Optional.empty();
        }
        boolean depends = false;
        for (Rule rule : stage.enforced().get()) {
            Holds holds = tell(stage, rule, "");
            if (holds == Holds.YES) {
                if (stage.action() == Action.ALLOW) {
                    allowing = Optional.of(rule);
                }
                return stage.action() == Action.DENY
                        ? Optional.of(refused(rule.name(), rule.origin()))
                        : Optional.empty();
            }
            depends |= holds == Holds.UNKNOWN;
        }
        isUnsure |= depends && stage.action() != Action.AUDIT;
        boolean isNobodys = stage.action() == Action.ALLOW && !depends;
        return isNobodys
                ? Optional.of(
                        refused(
                                "none",
                                stage.enforced().get().stream()
                                        .findFirst()
                                        .map(Rule::origin)
                                        .orElse(Origin.BUILT_IN)))
                : Optional.empty();
    }

    /// What somebody outside says is not known here: the rest is told as if it were good.
    private void asked(Stage stage, Authorizer authorizer) {
        for (Rule rule : stage.enforced().orElse(List.of())) {
            if (tell(stage, rule, "") == Holds.YES) {
                tried.add(asked("CUSTOM", authorizer, rule.origin()));
                isUnsure = true;
                return;
            }
        }
    }

    /// Whom a route has asked about a request. What they say is not known here: the rest is told as
    /// if it were good.
    static List<Tried> asked(Route route, Request request) {
        var asked = new ArrayList<Tried>();
        for (HttpFeature feature : route.features()) {
            if (feature instanceof HttpFeature.ExtAuthz(Authorizer authorizer)
                    && FeatureReplies.to(route, request).isEmpty()) {
                asked.add(asked("ExternalAuth", authorizer, route.origin()));
            }
        }
        return asked;
    }

    private static Tried asked(String by, Authorizer authorizer, Origin origin) {
        return new Tried(
                by + " " + authorizer.name(),
                true,
                "it is asked, through "
                        + authorizer.cluster()
                        + ", and its answer decides"
                        + (authorizer.failsOpen()
                                ? "; without one the request passes"
                                : "; without one the request is refused"),
                origin);
    }

    private Outcome refused(String policy, Origin origin) {
        return new Outcome(
                Optional.of(
                        new Reply(
                                403,
                                "",
                                "RBAC: access denied (rbac_access_denied_matched_policy["
                                        + policy
                                        + "])")),
                new Access(Decision.REFUSED, policy, origin),
                tried);
    }

    private Holds tell(Stage stage, Rule rule, String how) {
        Holds holds = and(some(rule.what()), some(rule.who()));
        tried.add(
                new Tried(
                        stage.action().name() + " " + rule.name(),
                        holds == Holds.YES,
                        how
                                + switch (holds) {
                                    case YES -> "it matches";
                                    case NO -> "it does not match";
                                    case UNKNOWN -> "it depends on who calls, which is not said";
                                },
                        rule.origin()));
        return holds;
    }

    private Holds some(List<Condition> conditions) {
        Holds all = Holds.NO;
        for (Condition condition : conditions) {
            all = and(all.not(), test(condition).not()).not();
        }
        return all;
    }

    private static Holds and(Holds one, Holds other) {
        if (one == Holds.NO || other == Holds.NO) {
            return Holds.NO;
        }
        return one == Holds.UNKNOWN || other == Holds.UNKNOWN ? Holds.UNKNOWN : Holds.YES;
    }

    private Holds test(Condition condition) {
        return switch (condition) {
            case Condition.Anything() -> Holds.YES;
            case Condition.All(List<Condition> of) -> {
                Holds all = Holds.YES;
                for (Condition each : of) {
                    all = and(all, test(each));
                }
                yield all;
            }
            case Condition.Some(List<Condition> of) -> some(of);
            case Condition.Not(Condition of) -> test(of).not();
            case Condition.Header(String name, Optional<Text> value) ->
                    Holds.of(
                            request.header(name)
                                    .filter(it -> value.isEmpty() || is(value.get(), it))
                                    .isPresent());
            case Condition.Path(Text text) -> Holds.of(is(text, request.pathOnly()));
            case Condition.Template(String template) ->
                    Holds.of(fits(template, request.pathOnly()));
            case Condition.ToPort(int port) -> Holds.of(request.port() == port);
            case Condition.ToAddress _ -> Holds.UNKNOWN;
            case Condition.ServerName(Text text) ->
                    Holds.of(
                            is(text, request.scheme().equals("https") ? request.serverName() : ""));
            case Condition.Found found -> found(found);
            case Condition.Caller(Text name) ->
                    request.caller()
                            .map(it -> Holds.of(!it.name().isEmpty() && is(name, it.name())))
                            .orElse(Holds.UNKNOWN);
            case Condition.FromAddress(String range) -> address(range);
            case Condition.ClientAddress(String range) -> address(range);
        };
    }

    private Holds address(String range) {
        return request.caller()
                .filter(it -> !it.address().isEmpty())
                .map(it -> Holds.of(Ranges.contains(range, it.address())))
                .orElse(Holds.UNKNOWN);
    }

    private Holds found(Condition.Found found) {
        if (!found.filter().equals("envoy.filters.http.jwt_authn")) {
            return Holds.UNKNOWN;
        }
        Object value = claims;
        for (String key : found.path().subList(1, found.path().size())) {
            value = value instanceof Map<?, ?> map ? map.get(key) : null;
        }
        return Holds.of(is(found.value(), value));
    }

    private static boolean is(Value value, @Nullable Object found) {
        return switch (value) {
            case Value.Is(Text text) -> found instanceof String it && is(text, it);
            case Value.Has(Value item) ->
                    found instanceof List<?> list && list.stream().anyMatch(it -> is(item, it));
            case Value.AnyOf(List<Value> values) -> values.stream().anyMatch(it -> is(it, found));
        };
    }

    private static boolean is(Text text, String value) {
        return switch (text) {
            case Text.Exact(String exact, boolean ignoreCase) ->
                    cased(value, ignoreCase).equals(cased(exact, ignoreCase));
            case Text.Prefix(String prefix, boolean ignoreCase) ->
                    cased(value, ignoreCase).startsWith(cased(prefix, ignoreCase));
            case Text.Suffix(String suffix, boolean ignoreCase) ->
                    cased(value, ignoreCase).endsWith(cased(suffix, ignoreCase));
            case Text.Regex(String regex) -> Pattern.matches(regex, value);
        };
    }

    private static String cased(String text, boolean ignoreCase) {
        return ignoreCase ? text.toLowerCase(Locale.ROOT) : text;
    }

    private static boolean fits(String template, String path) {
        var regex = new StringBuilder();
        for (String part : template.split("(?<=/)|(?=/)", -1)) {
            regex.append(
                    switch (part) {
                        case "*" -> "[^/]+";
                        case "**" -> ".*";
                        default -> Pattern.quote(part);
                    });
        }
        return Pattern.matches(regex.toString(), path);
    }
}
