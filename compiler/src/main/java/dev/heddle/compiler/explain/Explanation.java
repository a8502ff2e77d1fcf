package dev.heddle.compiler.explain;

import dev.heddle.compiler.ir.HeaderEdit;
import dev.heddle.compiler.ir.HttpFeature;
import dev.heddle.compiler.ir.Portion;
import dev.heddle.compiler.ir.Resilience;
import dev.heddle.model.Diagnostic;
import dev.heddle.model.Origin;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// What would become of a request, and why.
///
/// @param listener that takes it; empty when the proxy has none for it
/// @param virtualHost whose domains the request's host matched; empty for none
/// @param route name of the route; empty for none
/// @param routeOrigin the line that made the route
/// @param cluster that the request goes to, of several the one with the most weight; empty where
///   the proxy answers by itself
/// @param destinations where it goes, with shares
/// @param headers edits that hold for every destination
/// @param features what becomes of it on the way there, as faults
/// @param mirrors who gets copies of it
/// @param resilience how long and how hard the proxy tries
/// @param reply what the proxy answers by itself; empty where the request goes on
/// @param tried every rule that was looked at, in order
/// @param findings about the resources that were used
/// @param access who decided that it may pass, or not
/// @param sent the request as it goes on
public record Explanation(
        String listener,
        String virtualHost,
        String route,
        Origin routeOrigin,
        String cluster,
        List<Share> destinations,
        HeaderEdit headers,
        List<HttpFeature> features,
        List<Mirrored> mirrors,
        Resilience resilience,
        Optional<Reply> reply,
        List<Tried> tried,
        List<Diagnostic> findings,
        Access access,
        Request sent) {

    public Explanation {
        destinations = List.copyOf(destinations);
        features = List.copyOf(features);
        mirrors = List.copyOf(mirrors);
        tried = List.copyOf(tried);
        findings = List.copyOf(findings);
    }

    /// The same with other destinations.
    Explanation to(List<Share> others) {
        return new Explanation(
                listener,
                virtualHost,
                route,
                routeOrigin,
                cluster,
                others,
                headers,
                features,
                mirrors,
                resilience,
                reply,
                tried,
                findings,
                access,
                sent);
    }

    /// The same with what else becomes of it.
    Explanation with(List<HttpFeature> others) {
        return new Explanation(
                listener,
                virtualHost,
                route,
                routeOrigin,
                cluster,
                destinations,
                headers,
                others,
                mirrors,
                resilience,
                reply,
                tried,
                findings,
                access,
                sent);
    }

    /// The same with another answer.
    public Explanation answering(Optional<Reply> other) {
        return new Explanation(
                listener,
                virtualHost,
                route,
                routeOrigin,
                cluster,
                destinations,
                headers,
                features,
                mirrors,
                resilience,
                other,
                tried,
                findings,
                access,
                sent);
    }

    /// Where a share of the requests goes.
    ///
    /// @param host as in `reviews.default.svc.cluster.local`
    /// @param subset empty for all of the service
    /// @param weight in percent of the requests, rounded; the whole is 100
    /// @param cluster as Envoy names it
    /// @param endpoints addresses of the hosts that could take it, as in `10.0.0.7:9080`
    /// @param percents what part of the share each of them gets, roughly
    /// @param standby addresses of the hosts that take it when those fail, the next one first
    /// @param headers edits for this destination only
    /// @param fallback cluster that takes its place while none of the endpoints is healthy; empty
    ///   for none
    /// @param origin the line that names it
    public record Share(
            String host,
            String subset,
            int port,
            int weight,
            String cluster,
            List<String> endpoints,
            List<Integer> percents,
            List<String> standby,
            HeaderEdit headers,
            String fallback,
            Origin origin) {
        /// The share that this is of a portion of the requests.
        Share of(Portion portion) {
            return new Share(
                    host,
                    subset,
                    port,
                    Math.toIntExact(Math.round(weight * (double) portion.perMillion() / 1_000_000)),
                    cluster,
                    endpoints,
                    percents,
                    standby,
                    headers,
                    fallback,
                    origin);
        }

        public Share {
            endpoints = List.copyOf(endpoints);
            percents = List.copyOf(percents);
            standby = List.copyOf(standby);
        }
    }

    /// Who gets copies of a portion of the requests, and whose answers nobody sees.
    public record Mirrored(Share to, Portion of) {}

    /// What those rules come to that say who may do what.
    ///
    /// @param rule that decides, as in `ns[default]-policy[web]-rule[0]`; `none` where what is
    ///   asked for would have to be allowed and is not; empty where no rule decides
    /// @param origin its line
    public record Access(Decision decision, String rule, Origin origin) {
        public static final Access FREE = new Access(Decision.ALLOWED, "", Origin.BUILT_IN);

        static final Access UNSURE = new Access(Decision.UNSURE, "", Origin.BUILT_IN);
    }

    /// Whether a request may pass.
    public enum Decision {
        ALLOWED,
        REFUSED,
        /// It depends on what is not said of the caller.
        UNSURE
    }

    /// An answer that the proxy gives by itself.
    ///
    /// @param status of HTTP; 0 where the connection is closed or refused
    /// @param flag Envoy's response flag, as in `NR`; empty for an answer that was asked for
    /// @param detail the body, the new location, or why
    /// @param grpcStatus of an answer in gRPC's terms
    public record Reply(int status, String flag, String detail, OptionalInt grpcStatus) {
        public Reply(int status, String flag, String detail) {
            this(status, flag, detail, OptionalInt.empty());
        }

        /// The same as it comes to whom made that request: only a client of gRPC is told in gRPC's
        /// terms, as Envoy does it.
        Reply to(Request request) {
            if (!request.isGrpc()) {
                return new Reply(status, flag, detail);
            }
            return status == 0 || grpcStatus.isPresent()
                    ? this
                    : new Reply(
                            200,
                            flag,
                            detail,
                            OptionalInt.of(
                                    switch (status) {
                                        case 400 -> 13;
                                        case 401 -> 16;
                                        case 403 -> 7;
                                        case 404 -> 12;
                                        case 429, 502, 503, 504 -> 14;
                                        default -> 2;
                                    }));
        }
    }

    /// A rule that was looked at.
    ///
    /// @param what as in `virtual host reviews.default.svc.cluster.local:9080` or `route jason`
    /// @param matched whether it took the request
    /// @param why as in `header end-user: 'tom' (expected: 'jason')`
    public record Tried(String what, boolean matched, String why, Origin origin) {}
}
