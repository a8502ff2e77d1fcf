package dev.heddle.proxy.route.table;

import dev.heddle.proxy.config.HeaderCondition;
import dev.heddle.proxy.config.HeaderEdits;
import dev.heddle.proxy.config.MetadataMatch;
import dev.heddle.proxy.config.RetryConfig;
import dev.heddle.proxy.config.RouteConfig;
import dev.heddle.proxy.config.TlsMatch;
import dev.heddle.proxy.filter.FilterOverrides;
import dev.heddle.proxy.hits.Rule;
import dev.heddle.proxy.http.GrpcStatus;
import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.http.ResponseHead;
import dev.heddle.proxy.observe.Metadata;
import dev.heddle.proxy.observe.RouteStat;
import dev.heddle.proxy.observe.StreamInfo;
import dev.heddle.proxy.route.Attempts;
import dev.heddle.proxy.route.Chance;
import dev.heddle.proxy.route.FilterOverride;
import dev.heddle.proxy.route.RetryPolicy;
import dev.heddle.proxy.route.RouteAction;
import dev.heddle.proxy.route.RouteEntry;
import dev.heddle.proxy.route.Substitution;
import dev.heddle.proxy.tls.TlsSession;
import dev.heddle.proxy.tracing.RouteTracing;
import dev.heddle.proxy.tuning.RuntimeValues;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// One route, ready to be asked.
final class CompiledRoute implements RouteEntry {
    /// Places that a request may have by chance: a multiple of every denominator.
    static final int PLACES = 1_000_000_000;

    private static final QueryCondition[] NO_QUERY = {};

    private final String name;
    private final CompiledHost host;
    private final PathCondition path;
    private final HeaderCondition[] headers;
    private final QueryCondition[] query;
    private final boolean grpcOnly;
    private final List<MetadataMatch> metadata;
    private final @Nullable TlsMatch tls;
    private final @Nullable Chance fraction;
    private final RouteAction action;
    private final List<FilterOverride> filters;
    private final @Nullable RouteStat stat;
    private final @Nullable Rule rule;
    private final Metadata about;
    private final RouteTracing tracing;
    private final Rewrite rewrite;
    private final List<ShareEdits> shares;
    private final List<HeaderEditor> requestEdits;
    private final List<HeaderEditor> responseEdits;

    /// The route with each of its targets alone; none where it has one only.
    private final List<RouteEntry> choices;

    /// What changes for one target of a weighted route.
    private record ShareEdits(
            List<HeaderEditor> request, List<HeaderEditor> response, Optional<String> host) {
        /// Of a route with one target.
        static final List<ShareEdits> NONE =
                List.of(new ShareEdits(List.of(), List.of(), Optional.empty()));
    }

    /// What changes on the way to any target.
    private record Rewrite(
            RouteConfig.PathRewrite path,
            @Nullable Substitution substitution,
            RouteConfig.HostRewrite host,
            @Nullable Substitution hostOfPath,
            boolean appendForwardedHost) {

        static final Rewrite NONE =
                new Rewrite(
                        new RouteConfig.PathRewrite.None(),
                        null,
                        new RouteConfig.HostRewrite.None(),
                        null,
                        false);
    }

    /// @param outer the edits of virtual host and table, and which of them comes last
    CompiledRoute(RouteConfig.Route route, CompiledHost host, OuterEdits outer) {
        this.name = route.name();
        this.host = host;
        this.path = new PathCondition(route.match().path(), route.match().ignoreCase());
        this.headers = HeaderCondition.all(route.match().headers());
        this.query =
                route.match().query().isEmpty()
                        ? NO_QUERY
                        : route.match().query().stream()
                                .map(QueryCondition::new)
                                .toArray(QueryCondition[]::new);
        this.grpcOnly = route.match().grpcOnly();
        this.metadata = route.match().metadata();
        this.tls = route.match().tls().equals(TlsMatch.ANY) ? null : route.match().tls();
        this.fraction = route.match().fraction().orElse(null);
        this.action = action(route.action());
        this.filters = route.filters();
        this.stat =
                route.statPrefix().isEmpty()
                        ? null
                        : new RouteStat(host.name(), route.statPrefix());
        this.rule = route.rule().orElse(null);
        this.about = route.metadata();
        this.tracing = route.tracing();
        this.rewrite = rewrite(route.action());
        this.shares = shares(route.action());
        this.requestEdits = outer.with(route.headers(), HeaderEdits.Both::request);
        this.responseEdits = outer.with(route.headers(), HeaderEdits.Both::response);
        this.choices = choices(route);
    }

    private List<RouteEntry> choices(RouteConfig.Route route) {
        if (!(action instanceof RouteAction.Forward forward)
                || !(route.action() instanceof RouteConfig.Action.Forward said)
                || !(said.to() instanceof RouteConfig.Destination.Weighted weighted)) {
            return List.of();
        }
        var all = new ArrayList<RouteEntry>();
        for (RouteAction.Target target : forward.targets()) {
            RouteConfig.Share share = weighted.shares().get(target.index());
            all.add(
                    new ChosenRoute(
                            this,
                            forward.to(target),
                            share.filters().isEmpty()
                                    ? filters
                                    : FilterOverrides.merged(List.of(share.filters(), filters))));
        }
        return List.copyOf(all);
    }

    /// This route for one request, which has a single target from now on.
    RouteEntry chosen(RequestHead request, RandomGenerator random) {
        return action instanceof RouteAction.Forward forward && !choices.isEmpty()
                ? choices.get(forward.choose(request, random).index())
                : this;
    }

    /// The edits around a route's own.
    ///
    /// @param outermostLast whether the table's edits are made last, and so win
    record OuterEdits(HeaderEdits.Both host, HeaderEdits.Both table, boolean outermostLast) {
        List<HeaderEditor> with(
                HeaderEdits.Both route, Function<HeaderEdits.Both, HeaderEdits> direction) {
            var edits =
                    new ArrayList<>(
                            List.of(
                                    direction.apply(route),
                                    direction.apply(host),
                                    direction.apply(table)));
            return HeaderEditor.of(outermostLast ? edits : edits.reversed());
        }
    }

    private RouteAction action(RouteConfig.Action action) {
        return switch (action) {
            case RouteConfig.Action.Forward forward -> {
                List<RouteAction.Target> targets = targets(forward.to());
                int total = targets.stream().mapToInt(RouteAction.Target::weight).sum();
                yield new RouteAction.Forward(
                        targets,
                        total,
                        choice(forward),
                        forward.timeout(),
                        forward.idleTimeout(),
                        forward.grpcTimeout(),
                        forward.streamLimit(),
                        attempts(forward.retry()),
                        forward.tunnels(),
                        forward.mirrors(),
                        forward.hash());
            }
            case RouteConfig.Action.Redirect redirect ->
                    new RouteAction.Redirect(
                            redirect.status(), new RedirectLocation(redirect, path));
            case RouteConfig.Action.DirectResponse(int status, String body) ->
                    new RouteAction.DirectReply(status, body);
        };
    }

    private static RouteAction.Choice choice(RouteConfig.Action.Forward forward) {
        HeaderName number =
                forward.to() instanceof RouteConfig.Destination.Weighted weighted
                        ? weighted.numberHeader().map(HeaderName::of).orElse(null)
                        : null;
        var choice = new RouteAction.Choice(number, forward.missingStatus(), forward.isUrgent());
        return choice.equals(RouteAction.Choice.BY_CHANCE) ? RouteAction.Choice.BY_CHANCE : choice;
    }

    private static Attempts attempts(RetryConfig retry) {
        return new Attempts(
                policy(retry),
                retry.told().bufferLimitBytes(),
                retry.told().upstream(),
                retry.told().client(),
                retry.told().timeouts());
    }

    private static RetryPolicy policy(RetryConfig retry) {
        RetryPolicy policy = retry.policy();
        if (retry.responses().isEmpty() && retry.requests().isEmpty()) {
            return policy;
        }
        HeaderCondition[] responses = HeaderCondition.all(retry.responses());
        HeaderCondition[] requests = HeaderCondition.all(retry.requests());
        return new RetryPolicy(
                policy.on(),
                policy.retries(),
                policy.tries(),
                policy.backoff(),
                policy.hosts(),
                policy.statuses(),
                head -> Stream.of(responses).anyMatch(it -> it.test(head)),
                head -> requests.length == 0 || Stream.of(requests).anyMatch(it -> it.test(head)));
    }

    private static List<RouteAction.Target> targets(RouteConfig.Destination destination) {
        return switch (destination) {
            case RouteConfig.Destination.One(String cluster) ->
                    List.of(new RouteAction.Target(cluster, 1, 0));
            case RouteConfig.Destination.Named(String header) ->
                    List.of(new RouteAction.Target("", 1, 0, HeaderName.of(header)));
            case RouteConfig.Destination.Weighted(List<RouteConfig.Share> shares, _, _) -> {
                var targets = new ArrayList<RouteAction.Target>();
                for (RouteConfig.Share share : shares) {
                    targets.add(
                            new RouteAction.Target(
                                    share.cluster(),
                                    share.weight(),
                                    targets.size(),
                                    share.clusterHeader().map(HeaderName::of).orElse(null)));
                }
                yield List.copyOf(targets);
            }
        };
    }

    private static List<ShareEdits> shares(RouteConfig.Action action) {
        if (!(action instanceof RouteConfig.Action.Forward forward)) {
            return List.of();
        }
        return switch (forward.to()) {
            case RouteConfig.Destination.One _, RouteConfig.Destination.Named _ -> ShareEdits.NONE;
            case RouteConfig.Destination.Weighted(List<RouteConfig.Share> shares, _, _) ->
                    shares.stream()
                            .map(share ->
                                    new ShareEdits(
                                            HeaderEditor.of(List.of(share.headers().request())),
                                            HeaderEditor.of(List.of(share.headers().response())),
                                            share.host()))
                            .toList();
        };
    }

    private static Rewrite rewrite(RouteConfig.Action action) {
        if (!(action instanceof RouteConfig.Action.Forward forward)) {
            return Rewrite.NONE;
        }
        if (forward.path() instanceof RouteConfig.PathRewrite.None
                && forward.host() instanceof RouteConfig.HostRewrite.None) {
            return Rewrite.NONE;
        }
        return new Rewrite(
                forward.path(),
                forward.path() instanceof RouteConfig.PathRewrite.Regex(var pattern, var with)
                        ? new Substitution(pattern, with)
                        : null,
                forward.host(),
                forward.host() instanceof RouteConfig.HostRewrite.FromPath(var pattern, var with)
                        ? new Substitution(pattern, with)
                        : null,
                forward.appendForwardedHost());
    }

    /// Whether the route is for a request.
    ///
    /// @param place of the request among [#PLACES], by chance
    boolean matches(
            RequestHead request,
            CharSequence bare,
            @Nullable Map<String, ?> known,
            @Nullable TlsSession session,
            int place,
            RuntimeValues values) {
        if (!path.test(request.method(), bare)) {
            return false;
        }
        for (HeaderCondition header : headers) {
            if (!header.test(request)) {
                return false;
            }
        }
        for (QueryCondition parameter : query) {
            if (!parameter.test(request.path())) {
                return false;
            }
        }
        if (grpcOnly && !GrpcStatus.isCall(request.headers())) {
            return false;
        }
        for (int i = 0; i < metadata.size(); i++) {
            if (!metadata.get(i).test(known)) {
                return false;
            }
        }
        if (tls != null && !tls.test(session)) {
            return false;
        }
        return fraction == null || fraction.takesAt(place, values);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String virtualHost() {
        return host.name();
    }

    @Override
    public RouteAction action() {
        return action;
    }

    @Override
    public @Nullable RouteStat stat() {
        return stat;
    }

    @Override
    public Metadata metadata() {
        return about;
    }

    @Override
    public @Nullable Rule rule() {
        return rule;
    }

    @Override
    public RouteTracing tracing() {
        return tracing;
    }

    @Override
    public List<FilterOverride> filters() {
        return filters;
    }

    @Override
    public void editRequest(
            RequestHead request, RouteAction.Target target, StreamInfo info, boolean isTold) {
        host.nameVirtualCluster(request, info);
        ShareEdits share = shares.get(target.index());
        HeaderEditor.edit(share.request(), request, null, info);
        HeaderEditor.edit(requestEdits, request, null, info);
        rewriteHost(request, share, isTold);
        rewritePath(request, isTold);
    }

    private void rewriteHost(RequestHead request, ShareEdits share, boolean isTold) {
        String before = request.authority();
        if (share.host().isPresent()) {
            request.setAuthority(share.host().get());
        } else {
            switch (rewrite.host()) {
                case RouteConfig.HostRewrite.None(), RouteConfig.HostRewrite.OfUpstream() -> {
                    return;
                }
                case RouteConfig.HostRewrite.Literal(String literal) ->
                        request.setAuthority(literal);
                case RouteConfig.HostRewrite.FromHeader(String header) -> {
                    String value = request.headers().get(HeaderName.of(header));
                    if (value == null || value.isEmpty()) {
                        return;
                    }
                    request.setAuthority(value);
                }
                case RouteConfig.HostRewrite.FromPath _ -> {
                    if (rewrite.hostOfPath() == null) {
                        return;
                    }
                    request.setAuthority(
                            rewrite.hostOfPath().apply(PathCondition.bare(request.path())));
                }
            }
        }
        tellHost(request, before, isTold);
    }

    /// Leaves what the authority was before it was rewritten.
    private void tellHost(RequestHead request, String before, boolean isTold) {
        if (isTold) {
            request.headers().set(HeaderName.X_ENVOY_ORIGINAL_HOST, before);
        }
        if (rewrite.appendForwardedHost()) {
            String there = request.headers().get(HeaderName.X_FORWARDED_HOST);
            request.headers()
                    .set(
                            HeaderName.X_FORWARDED_HOST,
                            there == null ? before : there + "," + before);
        }
    }

    @Override
    public void nameHost(RequestHead request, String hostname, boolean isTold) {
        if (rewrite.host() instanceof RouteConfig.HostRewrite.OfUpstream && !hostname.isEmpty()) {
            String before = request.authority();
            request.setAuthority(hostname);
            tellHost(request, before, isTold);
        }
    }

    private void rewritePath(RequestHead request, boolean isTold) {
        if (rewrite.path() instanceof RouteConfig.PathRewrite.None) {
            return;
        }
        String before = request.path();
        if (before.isEmpty()) {
            return;
        }
        String bare = PathCondition.bare(before);
        if (isTold) {
            request.headers().set(HeaderName.X_ENVOY_ORIGINAL_PATH, before);
        }
        request.setPath(rewritten(bare) + before.substring(bare.length()));
    }

    private String rewritten(String bare) {
        return switch (rewrite.path()) {
            case RouteConfig.PathRewrite.None() -> bare;
            case RouteConfig.PathRewrite.Matched(String replacement) ->
                    // A filter may have changed the path, so that it no longer begins as it did.
                    path.test(bare) ? replacement + bare.substring(path.matchedLength(bare)) : bare;
            case RouteConfig.PathRewrite.Regex _ ->
                    rewrite.substitution() == null ? bare : rewrite.substitution().apply(bare);
        };
    }

    @Override
    public void editResponse(
            RequestHead request,
            ResponseHead response,
            RouteAction.Target target,
            StreamInfo info) {
        HeaderEditor.edit(shares.get(target.index()).response(), request, response, info);
        HeaderEditor.edit(responseEdits, request, response, info);
    }

    @Override
    public void editReply(RequestHead request, ResponseHead response, StreamInfo info) {
        HeaderEditor.edit(responseEdits, request, response, info);
    }
}
