package dev.heddle.compiler.convert;

import dev.heddle.compiler.convert.Precedence.Placed;
import dev.heddle.compiler.select.HttpRule;
import dev.heddle.model.FieldPath;
import dev.heddle.model.gatewayapi.HttpRouteFilter;
import dev.heddle.model.gatewayapi.HttpRouteFilter.PathModifier;
import dev.heddle.model.gatewayapi.HttpRouteFilter.PathModifierType;
import dev.heddle.model.gatewayapi.HttpRouteFilter.RequestRedirect;
import dev.heddle.model.gatewayapi.HttpRouteFilter.Scheme;
import dev.heddle.model.gatewayapi.HttpRouteFilter.UrlRewrite;
import dev.heddle.model.istio.VirtualService.HttpRedirect;
import dev.heddle.model.istio.VirtualService.HttpRewrite;
import dev.heddle.model.istio.VirtualService.PortSelection;
import dev.heddle.model.istio.VirtualService.RedirectPort;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// Turns what becomes of paths into filters, for one match of a rule.
///
/// @param port that clients call
record PathChanges(HttpRule rule, int port, Losses losses) {
    private static final int MOVED = 301;
    private static final int HTTP = 80;

    /// Whether one of the filters replaces the prefix that a match names.
    static boolean isOfPrefix(List<HttpRouteFilter> filters) {
        return filters.stream()
                .flatMap(f ->
                        f
                                .urlRewrite()
                                .flatMap(UrlRewrite::path)
                                .or(() -> f.requestRedirect().flatMap(RequestRedirect::path))
                                .stream())
                .anyMatch(p -> p.type() == PathModifierType.ReplacePrefixMatch);
    }

    /// What the destination sees.
    Optional<HttpRouteFilter> rewrite(Placed match, Optional<String> authority) {
        Optional<PathModifier> path =
                rule.spec()
                        .rewrite()
                        .map(HttpRewrite::uri)
                        .filter(uri -> !uri.isEmpty())
                        .flatMap(uri ->
                                replaced(match, uri, rule.path().field("rewrite").field("uri")));
        return path.isEmpty() && authority.isEmpty()
                ? Optional.empty()
                : Optional.of(FilterForms.rewrite(new UrlRewrite(authority, path)));
    }

    /// Where the client is sent.
    Optional<HttpRouteFilter> redirect(Placed match) {
        HttpRedirect said = rule.spec().redirect().orElseThrow();
        FieldPath at = rule.path().field("redirect");
        Optional<PathModifier> path =
                said.prefixRewrite().isEmpty()
                        ? Optional.of(said.uri())
                                .filter(uri -> !uri.isEmpty())
                                .map(PathChanges::full)
                        : replaced(match, said.prefixRewrite(), at.field("prefixRewrite"));
        String authority = said.authority();
        int colon = authority.lastIndexOf(':');
        boolean hasPort = colon > 0 && authority.substring(colon + 1).matches("[0-9]{1,5}");
        Optional<String> host =
                Optional.of(hasPort ? authority.substring(0, colon) : authority)
                        .filter(a -> !a.isEmpty());
        return Optional.of(
                FilterForms.redirect(
                        new RequestRedirect(
                                scheme(said, at),
                                host,
                                path,
                                port(
                                        said,
                                        hasPort
                                                ? OptionalInt.of(
                                                        Integer.parseInt(
                                                                authority.substring(colon + 1)))
                                                : OptionalInt.empty()),
                                OptionalInt.of(said.redirectCode().orElse(MOVED)))));
    }

    private Optional<Scheme> scheme(HttpRedirect said, FieldPath at) {
        return switch (said.scheme()) {
            case "" -> Optional.empty();
            case "http" -> Optional.of(Scheme.http);
            case "https" -> Optional.of(Scheme.https);
            default -> {
                losses.add(
                        rule.owner(),
                        at.field("scheme"),
                        "'" + said.scheme() + "' is no scheme of the Gateway API's redirects",
                        "The request's is kept");
                yield Optional.empty();
            }
        };
    }

    /// Without one the Gateway API means the listener's, and Istio the scheme's own.
    private OptionalInt port(HttpRedirect said, OptionalInt ofAuthority) {
        if (ofAuthority.isPresent()) {
            return ofAuthority;
        }
        return switch (said.redirectPort().orElse(null)) {
            case RedirectPort.Fixed(int number) when number > 0 -> OptionalInt.of(number);
            case RedirectPort.Derived(PortSelection selection)
                    when selection == PortSelection.FROM_REQUEST_PORT ->
                    OptionalInt.of(port);
            case RedirectPort.Fixed _, RedirectPort.Derived _ -> own(said);
            case null -> own(said);
        };
    }

    private OptionalInt own(HttpRedirect said) {
        return said.scheme().isEmpty() && !said.authority().isEmpty() && port != HTTP
                ? OptionalInt.of(HTTP)
                : OptionalInt.empty();
    }

    private static PathModifier full(String path) {
        return new PathModifier(
                PathModifierType.ReplaceFullPath, Optional.of(path), Optional.empty());
    }

    private static PathModifier prefix(String path) {
        return new PathModifier(
                PathModifierType.ReplacePrefixMatch, Optional.empty(), Optional.of(path));
    }

    /// What takes the place of the part of the path that the rule's own match takes.
    private Optional<PathModifier> replaced(Placed match, String by, FieldPath field) {
        PathForm path = match.form().path();
        return switch (match.own()) {
            case PathForm.Exact _, PathForm.Regex _ -> Optional.of(full(by));
            case PathForm.Segments(String own) when own.isEmpty() -> everywhere(path, by, field);
            case PathForm.Segments(String own) -> {
                String start = by.endsWith("/") ? by.substring(0, by.length() - 1) : by;
                yield switch (path) {
                    case PathForm.Exact(String exact) -> {
                        String all = start + exact.substring(own.length());
                        yield Optional.of(full(all.isEmpty() ? "/" : all));
                    }
                    case PathForm.Segments(String longer) ->
                            Optional.of(
                                    prefix(
                                            longer.equals(own)
                                                    ? by
                                                    : start + longer.substring(own.length())));
                    case PathForm.Letters _, PathForm.Regex _ -> lost(field);
                };
            }
            case PathForm.Letters _ -> lost(field);
        };
    }

    /// For rules whose match is every path, whose first slash is what is replaced.
    private Optional<PathModifier> everywhere(PathForm path, String by, FieldPath field) {
        if (by.equals("/")) {
            return Optional.empty();
        }
        return switch (path) {
            case PathForm.Exact(String exact) -> Optional.of(full(by + exact.substring(1)));
            case PathForm.Segments(String own) when own.isEmpty() -> {
                if (!by.endsWith("/")) {
                    losses.add(
                            rule.owner(),
                            field,
                            "'"
                                    + by
                                    + "' takes the place of the first slash here, so that '/a'"
                                    + " becomes '"
                                    + by
                                    + "a'",
                            "It becomes '" + by + "/a': write '" + by + "/' to mean that in both");
                }
                yield Optional.of(prefix(by));
            }
            case PathForm.Segments(String own) -> Optional.of(prefix(by + own.substring(1)));
            case PathForm.Letters _, PathForm.Regex _ -> lost(field);
        };
    }

    private Optional<PathModifier> lost(FieldPath field) {
        losses.add(
                rule.owner(),
                field,
                "a rule that goes before others by order must have matches whose prefix nobody can"
                        + " replace in the Gateway API",
                "Their path stays as it is");
        return Optional.empty();
    }
}
