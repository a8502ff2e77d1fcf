package dev.heddle.compiler.lower.gatewayapi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.compiler.ir.RouteAction.PathRewrite;
import dev.heddle.compiler.ir.RouteAction.Redirect;
import dev.heddle.compiler.ir.RouteMatch.PathMatch;
import dev.heddle.compiler.lower.gatewayapi.Matches.Matched;
import dev.heddle.model.gatewayapi.HttpRoute;
import dev.heddle.model.gatewayapi.HttpRouteFilter.PathModifier;
import dev.heddle.model.gatewayapi.HttpRouteFilter.PathModifierType;
import dev.heddle.model.gatewayapi.HttpRouteFilter.RequestRedirect;
import dev.heddle.model.gatewayapi.HttpRouteFilter.Scheme;
import dev.heddle.model.gatewayapi.HttpRouteFilter.UrlRewrite;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class PathsTest {
    @Test
    void aPrefixIsReplacedElementByElement() {
        assertThat(rewritten("/foo", "/xyz")).containsExactly("Segments[prefix=/foo] /xyz");
        assertThat(rewritten("/foo/", "/xyz/")).containsExactly("Segments[prefix=/foo] /xyz");
        assertThat(rewritten("/", "/xyz")).containsExactly("Prefix[prefix=/] /xyz/");
    }

    @Test
    void whereNothingIsLeftOfAPathItIsTheRoot() {
        for (String by : List.of("", "/")) {
            assertThat(rewritten("/foo", by))
                    .containsExactly("Exact[path=/foo] whole /", "Prefix[prefix=/foo/] /");
        }
        assertThat(rewritten("/", "/")).containsExactly("Prefix[prefix=/] as it came");
    }

    @Test
    void aSchemesOwnPortIsNotWritten() {
        assertThat(port(80, false, Optional.empty(), OptionalInt.empty())).isEmpty();
        assertThat(port(8080, false, Optional.empty(), OptionalInt.empty())).hasValue(8080);
        assertThat(port(80, false, Optional.of(Scheme.https), OptionalInt.empty())).isEmpty();
        // The host that the client names, and that is kept, ends in `:8080`.
        assertThat(port(8080, false, Optional.of(Scheme.https), OptionalInt.empty())).hasValue(443);
        assertThat(port(443, true, Optional.empty(), OptionalInt.of(443))).isEmpty();
        assertThat(port(443, true, Optional.of(Scheme.http), OptionalInt.of(443))).hasValue(443);
        assertThat(port(80, false, Optional.of(Scheme.https), OptionalInt.of(8443))).hasValue(8443);
    }

    private static OptionalInt port(
            int listener, boolean isTls, Optional<Scheme> scheme, OptionalInt said) {
        var redirect =
                new RequestRedirect(
                        scheme, Optional.empty(), Optional.empty(), said, OptionalInt.empty());
        var parts = new Paths(listener, isTls).redirects(matched("/"), redirect);
        assertThat(parts).hasSize(1);
        return ((Redirect) parts.getFirst().action()).port();
    }

    private static List<String> rewritten(String prefix, String by) {
        var modifier =
                new PathModifier(
                        PathModifierType.ReplacePrefixMatch, Optional.empty(), Optional.of(by));
        return Paths.rewrites(
                        matched(prefix),
                        Optional.of(new UrlRewrite(Optional.empty(), Optional.of(modifier))))
                .stream()
                .map(part -> part.match().path() + " " + text(part.action().path()))
                .toList();
    }

    private static String text(PathRewrite rewrite) {
        return switch (rewrite) {
            case PathRewrite.None() -> "as it came";
            case PathRewrite.Matched(String path) -> path;
            case PathRewrite.Regex(_, String path) -> "whole " + path;
        };
    }

    private static Matched matched(String prefix) {
        var path = new HttpRoute.PathMatch(HttpRoute.PathType.PathPrefix, Optional.of(prefix));
        Matched matched =
                Matches.http(
                                new HttpRoute.Match(
                                        Optional.of(path), List.of(), List.of(), Optional.empty()))
                        .orElseThrow();
        assertThat(matched.match().path()).isNotInstanceOf(PathMatch.Regex.class);
        return matched;
    }
}
