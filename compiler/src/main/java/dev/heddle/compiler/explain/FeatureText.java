package dev.heddle.compiler.explain;

import dev.heddle.compiler.ir.Authorizer;
import dev.heddle.compiler.ir.HttpFeature;
import dev.heddle.compiler.ir.HttpFeature.AbortAnswer;
import dev.heddle.compiler.ir.HttpFeature.KeyPlace;
import dev.heddle.compiler.ir.HttpFeature.SessionKey;
import dev.heddle.compiler.ir.OidcLogin;
import dev.heddle.compiler.ir.Retry;
import dev.heddle.compiler.ir.RouteMatch.ValueMatch;
import dev.heddle.model.codec.Durations;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// Says what a route does beside routing.
public final class FeatureText {
    private FeatureText() {}

    /// A line for each thing, as in `fault: 50 % of requests wait 5s`.
    public static List<String> lines(List<HttpFeature> features) {
        var lines = new ArrayList<String>();
        for (HttpFeature feature : features) {
            switch (feature) {
                case HttpFeature.Fault(var delay, var abort) -> {
                    delay.ifPresent(it ->
                            lines.add("fault: " + it.of() + " of requests wait " + of(it.time())));
                    abort.ifPresent(it ->
                            lines.add(
                                    "fault: "
                                            + it.of()
                                            + " of requests are answered "
                                            + of(it.answer())));
                }
                case HttpFeature.Cors cors -> lines.add(of(cors));
                case HttpFeature.ExtAuthz(Authorizer authorizer) ->
                        lines.add("ask " + of(authorizer));
                case HttpFeature.StatefulSession session -> lines.add(of(session));
                case HttpFeature.RateLimit(var limits) ->
                        RateText.placed(limits).forEach(lines::add);
                case HttpFeature.BasicAuth basic -> lines.add(of(basic));
                case HttpFeature.ApiKeyAuth keys -> lines.add(of(keys));
                case HttpFeature.Oidc oidc -> lines.add(of(oidc));
            }
        }
        return lines;
    }

    private static String of(HttpFeature.StatefulSession session) {
        String kept =
                switch (session.kept()) {
                    case SessionKey.Cookie(String name, String path, Duration ttl) ->
                            "cookie "
                                    + name
                                    + (path.isEmpty() ? "" : ", path " + path)
                                    + (ttl.isZero() ? "" : ", for " + of(ttl));
                    case SessionKey.Header(String name) -> "header " + name;
                };
        return "session: with the host that "
                + kept
                + " names, "
                + (session.isStrict() ? "503 once it is gone" : "another one once it is gone");
    }

    /// Who is asked, as in `house (HTTP, outbound|8000||authz.shop.svc.cluster.local)`.
    static String of(Authorizer authorizer) {
        return authorizer.name()
                + " ("
                + switch (authorizer.protocol()) {
                    case Authorizer.Protocol.Grpc _ -> "gRPC";
                    case Authorizer.Protocol.Http _ -> "HTTP";
                }
                + ", "
                + authorizer.cluster()
                + (authorizer.failsOpen() ? ", fails open)" : ")");
    }

    private static String of(HttpFeature.BasicAuth basic) {
        int users = basic.users().count();
        return "basic authentication: "
                + (users == 1 ? "1 user" : users + " users")
                + " of Secret "
                + basic.users().secret()
                + (basic.userHeader().isEmpty()
                        ? ""
                        : ", the name goes to header " + basic.userHeader())
                + " ("
                + basic.origin()
                + ")";
    }

    private static String of(HttpFeature.ApiKeyAuth said) {
        int clients = said.keys().clients().size();
        return "API key: "
                + (clients == 1 ? "1 client" : clients + " clients")
                + " of Secret "
                + String.join(", ", said.keys().secrets())
                + ", in "
                + said.from().stream().map(FeatureText::of).collect(Collectors.joining(" or "))
                + (said.clientHeader().isEmpty()
                        ? ""
                        : ", the client goes to header " + said.clientHeader())
                + (said.hidesKey() ? ", the key stays here" : "")
                + " ("
                + said.origin()
                + ")";
    }

    private static String of(HttpFeature.Oidc oidc) {
        OidcLogin login = oidc.login();
        return "login: at "
                + login.provider().authorization()
                + " as "
                + login.client().id()
                + ", back to "
                + login.places().redirect()
                + ", out at "
                + login.places().logout()
                + ", tokens by "
                + login.provider().cluster()
                + (login.tokens().forwardsAccess()
                        ? ", the access token goes to header authorization"
                        : "")
                + (login.tokens().idHeader().isEmpty()
                        ? ""
                        : ", the identity token goes to header " + login.tokens().idHeader())
                + (login.passesBearer() ? ", not with a token that is good" : "")
                + " ("
                + oidc.origin()
                + ")";
    }

    static String of(KeyPlace place) {
        return switch (place) {
            case KeyPlace.Header(String name) -> "header " + name;
            case KeyPlace.Parameter(String name) -> "query " + name;
            case KeyPlace.Cookie(String name) -> "cookie " + name;
        };
    }

    private static String of(AbortAnswer answer) {
        return switch (answer) {
            case AbortAnswer.Http(int status) -> Integer.toString(status);
            case AbortAnswer.Grpc(_, String name) -> "gRPC " + name;
        };
    }

    private static String of(HttpFeature.Cors cors) {
        return "CORS: origins "
                + cors.origins().stream().map(FeatureText::of).collect(Collectors.joining(" "))
                + list(", methods ", cors.methods())
                + list(", headers ", cors.headers())
                + list(", exposed ", cors.exposed())
                + cors.maxAge().map(it -> ", for " + of(it)).orElse("")
                + (cors.credentials().orElse(false) ? ", with credentials" : "")
                + (cors.forwardsUnmatched() ? "" : ", preflights of others are answered");
    }

    private static String list(String name, List<String> words) {
        return words.isEmpty() ? "" : name + String.join(",", words);
    }

    private static String of(ValueMatch match) {
        return switch (match) {
            case ValueMatch.Exact(String exact) -> exact;
            case ValueMatch.Prefix(String prefix) -> prefix + "*";
            case ValueMatch.Regex(String regex) -> "~" + regex;
            case ValueMatch.Present() -> "*";
        };
    }

    /// When and how a request is sent again.
    public static String of(Retry retry) {
        return retry.retries()
                + " retries on "
                + String.join(",", retry.on())
                + (retry.statuses().isEmpty() ? "" : " " + retry.statuses())
                + (retry.perTryTimeout().isZero()
                        ? ""
                        : ", each at most " + of(retry.perTryTimeout()))
                + retry.backoff().map(it -> ", first wait " + of(it)).orElse("")
                + (retry.avoidsPreviousHosts() ? "" : ", on any host")
                + (retry.triesOtherPriorities() ? ", then in other localities" : "");
    }

    /// As Istio writes it: `2s`, `0.5s`.
    public static String of(Duration time) {
        return Durations.text(time);
    }
}
