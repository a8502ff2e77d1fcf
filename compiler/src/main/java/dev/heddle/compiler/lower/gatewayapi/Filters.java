package dev.heddle.compiler.lower.gatewayapi;

import dev.heddle.compiler.attach.AttachedRoute;
import dev.heddle.compiler.attach.Backend;
import dev.heddle.compiler.ir.Authorizer;
import dev.heddle.compiler.ir.HeaderEdit;
import dev.heddle.compiler.ir.HeaderEdit.Edits;
import dev.heddle.compiler.ir.HeaderEdit.Write;
import dev.heddle.compiler.ir.HttpFeature.Cors;
import dev.heddle.compiler.ir.Portion;
import dev.heddle.compiler.ir.RouteMatch.ValueMatch;
import dev.heddle.compiler.lower.alike.EnvoySyntax;
import dev.heddle.model.Confined;
import dev.heddle.model.FieldPath;
import dev.heddle.model.gatewayapi.GrpcRoute.GrpcRouteFilter;
import dev.heddle.model.gatewayapi.HeaderModifier;
import dev.heddle.model.gatewayapi.HeaderModifier.Header;
import dev.heddle.model.gatewayapi.HttpRouteFilter;
import dev.heddle.model.gatewayapi.HttpRouteFilter.ExternalAuth;
import dev.heddle.model.gatewayapi.HttpRouteFilter.RequestRedirect;
import dev.heddle.model.gatewayapi.HttpRouteFilter.UrlRewrite;
import dev.heddle.model.gatewayapi.RequestMirror;
import dev.heddle.model.gatewayapi.RouteFilter;
import dev.heddle.model.policy.RouteExtension;
import dev.heddle.model.policy.RouteExtension.DirectResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// What the filters of a rule, or of one of its backends, do.
///
/// @param headers edits of requests and responses
/// @param copies who gets copies
/// @param asked who is asked whether a request may pass
/// @param own what filters of Heddle's own do
/// @param isBroken whether one of them cannot be done: then no request may pass
record Filters(
        HeaderEdit headers,
        Optional<RequestRedirect> redirect,
        Optional<UrlRewrite> rewrite,
        List<Copy> copies,
        Optional<Cors> cors,
        List<Asked> asked,
        RouteExtension own,
        boolean isBroken) {
    /// Nothing.
    static final Filters NONE =
            new Filters(
                    HeaderEdit.NONE,
                    Optional.empty(),
                    Optional.empty(),
                    List.of(),
                    Optional.empty(),
                    List.of(),
                    RouteExtension.NONE,
                    false);

    /// What cannot be done.
    static final Filters BROKEN =
            new Filters(
                    HeaderEdit.NONE,
                    Optional.empty(),
                    Optional.empty(),
                    List.of(),
                    Optional.empty(),
                    List.of(),
                    RouteExtension.NONE,
                    true);

    Filters {
        copies = List.copyOf(copies);
        asked = List.copyOf(asked);
    }

    /// Who is asked, and how.
    record Asked(Backend.To whom, Authorizer authorizer) {}

    /// Who gets copies of a portion of the requests.
    ///
    /// @param path of the reference
    record Copy(Backend.To to, Portion of, FieldPath path) {}

    /// Those of HTTP.
    ///
    /// @param path of the list
    static Filters http(List<HttpRouteFilter> said, FieldPath path, AttachedRoute<?> route) {
        var made = new Making();
        for (int i = 0; i < said.size(); i++) {
            HttpRouteFilter filter = said.get(i);
            FieldPath at = path.index(i);
            switch (filter.type()) {
                case RequestHeaderModifier, ResponseHeaderModifier, RequestMirror ->
                        made.add(filter, at, route);
                case RequestRedirect -> made.redirect = filter.requestRedirect();
                case URLRewrite -> made.rewrite = filter.urlRewrite();
                case CORS -> made.cors = filter.cors().map(Filters::cors);
                case ExternalAuth ->
                        filter.externalAuth()
                                .ifPresent(a -> made.ask(a, at.field("externalAuth"), route));
                case ExtensionRef -> made.extend(at.field("extensionRef"), route);
            }
        }
        return made.filters();
    }

    /// Those of gRPC.
    ///
    /// @param path of the list
    static Filters grpc(List<GrpcRouteFilter> said, FieldPath path, AttachedRoute<?> route) {
        var made = new Making();
        for (int i = 0; i < said.size(); i++) {
            GrpcRouteFilter filter = said.get(i);
            FieldPath at = path.index(i);
            switch (filter.type()) {
                case RequestHeaderModifier, ResponseHeaderModifier, RequestMirror ->
                        made.add(filter, at, route);
                case ExtensionRef -> made.extend(at.field("extensionRef"), route);
            }
        }
        return made.filters();
    }

    /// Whether a backend with these filters needs a route of its own beside those of others.
    boolean needRoute() {
        return redirect.isPresent()
                || rewrite.flatMap(UrlRewrite::path).isPresent()
                || !copies.isEmpty()
                || cors.isPresent()
                || !asked.isEmpty()
                || !own.equals(RouteExtension.NONE)
                || isBroken;
    }

    /// These filters, then a backend's.
    Filters then(Filters of) {
        return new Filters(
                new HeaderEdit(
                        after(headers.request(), of.headers.request()),
                        after(of.headers.response(), headers.response())),
                of.redirect.or(() -> redirect),
                of.rewrite.or(() -> rewrite),
                joined(copies, of.copies),
                of.cors.or(() -> cors),
                joined(asked, of.asked),
                of.own.or(own),
                isBroken || of.isBroken);
    }

    private static <T> List<T> joined(List<T> some, List<T> more) {
        return Stream.concat(some.stream(), more.stream()).toList();
    }

    /// Both in one: what the later ones remove, the earlier ones need not write, since proxies
    /// remove before they write.
    private static Edits after(Edits earlier, Edits later) {
        Set<String> gone = new HashSet<>();
        later.removals().forEach(name -> gone.add(name.toLowerCase(Locale.ROOT)));
        return new Edits(
                        earlier.writes().stream()
                                .filter(w -> !gone.contains(w.name().toLowerCase(Locale.ROOT)))
                                .toList(),
                        earlier.removals())
                .then(later);
    }

    /// `*` is any name, or any begin of one: `https://*.example.com`.
    private static Cors cors(HttpRouteFilter.Cors said) {
        return new Cors(
                said.allowOrigins().stream().map(Filters::origin).toList(),
                said.allowMethods(),
                said.allowHeaders(),
                said.exposeHeaders(),
                Optional.of(Duration.ofSeconds(said.maxAgeOrFive())),
                said.allowCredentials() ? Optional.of(true) : Optional.empty(),
                false);
    }

    private static ValueMatch origin(String origin) {
        int star = origin.indexOf('*');
        if (star < 0) {
            return new ValueMatch.Exact(origin);
        }
        return origin.equals("*")
                ? new ValueMatch.Present()
                : new ValueMatch.Regex(
                        quoted(origin.substring(0, star))
                                + "[^/:]+"
                                + quoted(origin.substring(star + 1)));
    }

    private static String quoted(String text) {
        return text.isEmpty() ? "" : Pattern.quote(text);
    }

    /// While a list is read.
    @Confined("whoever reads the list")
    private static final class Making {
        private Edits request = Edits.NONE;
        private Edits response = Edits.NONE;
        private Optional<RequestRedirect> redirect = Optional.empty();
        private Optional<UrlRewrite> rewrite = Optional.empty();
        private Optional<Cors> cors = Optional.empty();
        private final List<Copy> copies = new ArrayList<>();
        private final List<Asked> asked = new ArrayList<>();
        private RouteExtension own = RouteExtension.NONE;
        private boolean isBroken;

        /// A filter that HTTP and gRPC have both.
        ///
        /// @param at where it stands
        void add(RouteFilter said, FieldPath at, AttachedRoute<?> route) {
            said.requestHeaderModifier().ifPresent(m -> request = after(request, edits(m)));
            said.responseHeaderModifier().ifPresent(m -> response = after(response, edits(m)));
            said.requestMirror().ifPresent(m -> copy(m, at, route));
        }

        private static Edits edits(HeaderModifier said) {
            var writes = new ArrayList<Write>();
            said.set().forEach(h -> write(h, true, writes));
            said.add().forEach(h -> write(h, false, writes));
            return new Edits(
                    writes, said.remove().stream().filter(EnvoySyntax::isHeaderName).toList());
        }

        /// Nothing in a value is a command to the proxy.
        private static void write(Header header, boolean replace, List<Write> to) {
            String value = header.value().replace("%", "%%");
            if (EnvoySyntax.isHeaderName(header.name()) && EnvoySyntax.isHeaderFormat(value)) {
                to.add(new Write(header.name(), value, replace));
            }
        }

        private void copy(RequestMirror said, FieldPath filter, AttachedRoute<?> route) {
            FieldPath path = filter.field("requestMirror").field("backendRef");
            if (route.backend(path).orElse(null) instanceof Backend.To to) {
                portion(said).ifPresent(of -> copies.add(new Copy(to, of, path)));
            }
        }

        /// Where there is nobody to ask, nothing may pass.
        void ask(ExternalAuth said, FieldPath path, AttachedRoute<?> route) {
            if (route.backend(path.field("backendRef")).orElse(null) instanceof Backend.To to) {
                asked.add(new Asked(to, ExternalAuths.lower(said, to)));
            } else {
                isBroken = true;
            }
        }

        /// Nothing may pass what cannot be done: to leave it out might let through what it keeps
        /// out.
        void extend(FieldPath path, AttachedRoute<?> route) {
            if (route.backend(path).orElse(null) instanceof Backend.Filter(RouteExtension filter)) {
                own = own.or(filter);
                filter.directResponse()
                        .map(DirectResponse::contentType)
                        .filter(type -> !type.isEmpty())
                        .ifPresent(type -> {
                            var writes = new ArrayList<Write>();
                            write(new Header("content-type", type), true, writes);
                            response = after(response, new Edits(writes, List.of()));
                        });
            } else {
                isBroken = true;
            }
        }

        /// Empty for no request.
        private static Optional<Portion> portion(RequestMirror said) {
            long whole = said.fraction().map(f -> f.denominator().orElse(100)).orElse(100);
            long part =
                    said.fraction()
                            .map(RequestMirror.Fraction::numerator)
                            .orElse(said.percent().orElse(100));
            long perMillion = whole <= 0 ? 0 : Math.min(1_000_000, part * 1_000_000 / whole);
            return perMillion < 1 ? Optional.empty() : Optional.of(new Portion((int) perMillion));
        }

        Filters filters() {
            return new Filters(
                    new HeaderEdit(request, response),
                    redirect,
                    rewrite,
                    copies,
                    cors,
                    asked,
                    own,
                    isBroken);
        }
    }
}
