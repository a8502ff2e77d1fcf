package dev.heddle.console.api;

import dev.heddle.control.access.Accounts;
import dev.heddle.control.access.Caller;
import dev.heddle.control.access.Role;
import dev.heddle.control.access.oidc.Doors;
import dev.heddle.control.audit.AuditTrail;
import dev.heddle.control.slo.Slos;
import dev.heddle.control.view.ConfigStore;
import dev.heddle.control.view.Mesh;
import dev.heddle.signals.Signals;
import dev.heddle.telemetry.PrometheusFormat;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Everything that the server answers: the list of routes, and what becomes of the rest.
public final class ConsoleApi {
    private static final Logger LOG = LoggerFactory.getLogger(ConsoleApi.class);
    private static final String V1 = "/api/v1";

    /// A node's id has two names, an address and a domain.
    private static final int LONGEST_PART = 1_000;

    private static final Rule ANYBODY = new Rule.Anybody();
    private static final Rule READERS = new Rule.Somewhere(Role.VIEWER);
    private static final Rule WRITERS = new Rule.Somewhere(Role.OPERATOR);
    private static final Rule ADMINS = new Rule.Somewhere(Role.ADMIN);

    private final Guard guard;
    private final Entrance entrance;
    private final AuditApi audited;
    private final List<Route> routes;

    /// An API over that mesh.
    ///
    /// @param accounts who may use it
    /// @param audit where it is recorded
    /// @param guard from where it may be used
    public ConsoleApi(
            Mesh mesh, ConfigStore store, Accounts accounts, AuditTrail audit, Guard guard) {
        this(mesh, store, accounts, audit, Optional.empty(), guard);
    }

    /// An API over that mesh and its traffic.
    ///
    /// @param accounts who may use it
    /// @param audit where it is recorded
    /// @param signals what is known of traffic; empty where nothing is kept
    /// @param guard from where it may be used
    public ConsoleApi(
            Mesh mesh,
            ConfigStore store,
            Accounts accounts,
            AuditTrail audit,
            Optional<Signals> signals,
            Guard guard) {
        this(mesh, store, Doors.of(accounts), audit, signals, Optional.empty(), guard);
    }

    /// An API over that mesh, its traffic and how well its services do.
    ///
    /// @param doors who may use it
    /// @param audit where it is recorded
    /// @param signals what is known of traffic; empty where nothing is kept
    /// @param slos how it stands with objectives; empty where nobody looks
    /// @param guard from where it may be used
    public ConsoleApi(
            Mesh mesh,
            ConfigStore store,
            Doors doors,
            AuditTrail audit,
            Optional<Signals> signals,
            Optional<Slos> slos,
            Guard guard) {
        this.guard = guard;
        this.entrance = new Entrance(doors.accounts());
        this.audited = new AuditApi(audit);
        var described = new OpenApi(Shapes.load());
        var all = new ArrayList<Route>();
        all.addAll(reading(mesh, new ResourcesApi(mesh, store)));
        all.addAll(changing(new ResourcesApi(mesh, store), new TransactionsApi(store)));
        all.addAll(versions(new VersionsApi(store)));
        all.addAll(stages(new StageApi(store)));
        all.addAll(new OrdersApi(mesh, new ProxiesApi(mesh)).routes(V1));
        all.addAll(accounts(new AccountsApi(doors.accounts())));
        all.addAll(new LoginApi(doors).routes(V1));
        all.add(
                new Route(
                        "GET",
                        V1 + "/explain",
                        "what would become of a request, and which lines decide it",
                        ExplainApi.parameters(),
                        READERS,
                        new ExplainApi(mesh)::explain));
        all.addAll(
                SignalRoutes.of(
                        new SignalsApi(signals, store.history(), InstantSource.system()), V1));
        all.addAll(
                SignalRoutes.live(
                        new TapApi(mesh, signals, audited, mesh.nanos()),
                        new RecorderApi(mesh.flightRecorders()),
                        V1));
        all.addAll(SloRoutes.of(slos, V1));
        all.addAll(new CostApi(mesh, signals, InstantSource.system()).routes(V1));
        all.addAll(new HealthApi(mesh, signals, InstantSource.system()).routes(V1));
        all.addAll(new DebugApi(mesh).routes());
        all.add(
                new Route(
                        "GET",
                        "/metrics",
                        "what the control plane counts of itself, for Prometheus",
                        Map.of(),
                        READERS,
                        call -> {
                            var words =
                                    PrometheusFormat.of(call.request().header("accept").orElse(""));
                            return ApiResponse.text(
                                    words.contentType(),
                                    words.write(
                                            mesh.metrics(call.caller()::sees)
                                                    + SignalMeters.print(signals)
                                                    + SloMeters.print(slos, call.caller()::sees)));
                        }));
        all.add(
                new Route(
                        "GET",
                        V1 + "/audit",
                        "who changed what, the newest first",
                        Map.of(
                                "namespace", "only what is about this namespace",
                                "limit", "how many at most, 1 to 1000 (100)"),
                        ADMINS,
                        audited::last));
        all.add(
                get(
                        "/openapi.json",
                        "this description",
                        ANYBODY,
                        _ -> ApiResponse.json(200, described.document(routes()))));
        this.routes = List.copyOf(all);
    }

    /// All that there is, each with who may use it.
    List<Route> routes() {
        return routes;
    }

    private static List<Route> reading(Mesh mesh, ResourcesApi resources) {
        var whole = new MeshApi(mesh);
        var proxies = new ProxiesApi(mesh);
        Map<String, String> namespace = Map.of("namespace", "only resources of this namespace");
        return List.of(
                new Route(
                        "GET",
                        "/healthz",
                        "whether the configuration was read, so that proxies are served",
                        Map.of(),
                        new Rule.Open("it says no more than that"),
                        _ -> whole.health()),
                get(
                        "/version",
                        "the version in force, and how many proxies run it",
                        READERS,
                        whole::version),
                get("/findings", "what is wrong with the configuration", READERS, whole::findings),
                new Route(
                        "GET",
                        V1 + "/rules",
                        "rules of VirtualServices, and how often proxies choose them",
                        namespace,
                        READERS,
                        whole::rules),
                new Route(
                        "GET",
                        V1 + "/certificates",
                        "certificates, when they end and who uses them; never a key",
                        namespace,
                        READERS,
                        whole::certificates),
                get(
                        "/federation",
                        "other trust domains, and whom they believe",
                        READERS,
                        whole::federation),
                get("/services", "services, their versions, endpoints", READERS, whole::services),
                get(
                        "/overview",
                        "everything that the page shows, of one moment",
                        READERS,
                        whole::overview),
                new Route(
                        "GET",
                        V1 + "/resources",
                        "all resources in force",
                        namespace,
                        READERS,
                        resources::all),
                new Route(
                        "GET",
                        V1 + "/resources/{plural}",
                        "the resources of one kind",
                        namespace,
                        READERS,
                        resources::ofKind),
                get(
                        "/resources/{plural}/{namespace}/{name}",
                        "one resource; namespace _ for kinds that live in none",
                        new Rule.InPath(Role.VIEWER),
                        resources::one),
                get(
                        "/proxies",
                        "proxies, and what they said about each version",
                        READERS,
                        proxies::list),
                new Route(
                        "GET",
                        V1 + "/proxies/{id}/config",
                        "what a proxy was given, in Envoy's JSON",
                        Map.of("format", "bootstrap: as an Envoy bootstrap with static resources"),
                        READERS,
                        proxies::config));
    }

    private static List<Route> changing(ResourcesApi resources, TransactionsApi transactions) {
        String dryRun = "say what would happen, change nothing";
        return List.of(
                new Route(
                        "POST",
                        V1 + "/resources",
                        "puts all resources of the body (YAML or JSON documents) in force, or none",
                        Map.of(
                                "dryRun", dryRun,
                                "namespace", "of resources that name none",
                                "from", "how findings call the body, as in reviews.yaml"),
                        WRITERS,
                        resources::apply),
                change(
                        "POST",
                        "/transactions",
                        "several changes as one version, or none: {apply: [{from, text}], delete:"
                                + " [{plural, namespace, name}], namespace, message, dryRun,"
                                + " inStages: {stages, hold, patience, withGateways,"
                                + " errorJump}}",
                        WRITERS,
                        transactions::change),
                new Route(
                        "DELETE",
                        V1 + "/resources/{plural}/{namespace}/{name}",
                        "deletes a resource that was applied",
                        Map.of("dryRun", dryRun),
                        new Rule.InPath(Role.OPERATOR),
                        resources::delete));
    }

    private static List<Route> versions(VersionsApi versions) {
        return List.of(
                get(
                        "/versions",
                        "versions that were in force, who made them, and what they changed",
                        READERS,
                        versions::all),
                new Route(
                        "GET",
                        V1 + "/diff",
                        "how the resources of two versions differ; what is secret is hidden",
                        Map.of("from", "a version", "to", "a version (the newest)"),
                        READERS,
                        versions::diff),
                change(
                        "POST",
                        "/versions/{version}/rollback",
                        "puts in force what that version said, as a new one: {message, ownFiles,"
                                + " dryRun, inStages}",
                        WRITERS,
                        versions::rollback));
    }

    private static List<Route> stages(StageApi stages) {
        return List.of(
                get(
                        "/stage",
                        "the change that is on its way in stages, or the last that was",
                        READERS,
                        stages::view),
                change(
                        "POST",
                        "/stage/abort",
                        "takes it back from the proxies that have it",
                        WRITERS,
                        stages::abort),
                change(
                        "POST",
                        "/stage/promote",
                        "puts it in force for all, without waiting any longer",
                        WRITERS,
                        stages::promote));
    }

    private static List<Route> accounts(AccountsApi accounts) {
        return List.of(
                new Route(
                        "POST",
                        V1 + "/login",
                        "a token for {user, password}; seconds: how long it is good",
                        Map.of(),
                        new Rule.Open("it is where somebody proves who he is; guessing is slow"),
                        accounts::login),
                get("/whoami", "the caller's account and its roles", ANYBODY, AccountsApi::whoami),
                get("/users", "accounts that the caller is admin of", ADMINS, accounts::all),
                change(
                        "PUT",
                        "/users/{user}",
                        "makes an account or changes it: {roles: [operator:shop], password}",
                        ADMINS,
                        accounts::put),
                change("DELETE", "/users/{user}", "removes one", ADMINS, accounts::remove),
                change(
                        "POST",
                        "/password",
                        "changes one's own: {old, password}; ends what all tokens are good for",
                        ANYBODY,
                        accounts::password),
                get(
                        "/tokens",
                        "one's own tokens, and those one is admin of",
                        ANYBODY,
                        accounts::tokens),
                change(
                        "POST",
                        "/tokens",
                        "makes a token: {label, seconds, user}; whose, an admin may say",
                        ANYBODY,
                        accounts::token),
                change("DELETE", "/tokens/{id}", "takes one back", ANYBODY, accounts::revoke));
    }

    private static Route get(
            String path, String summary, Rule rule, Function<Call, ApiResponse> handler) {
        return new Route("GET", V1 + path, summary, Map.of(), rule, handler);
    }

    private static Route change(
            String method,
            String path,
            String summary,
            Rule rule,
            Function<Call, ApiResponse> handler) {
        return new Route(method, V1 + path, summary, Map.of(), rule, handler);
    }

    /// How many bytes of a body are read: of somebody who proves nothing, only those of a name and
    /// a password.
    ///
    /// @param head a request without its body
    public int bodyLimit(ApiRequest head) {
        return entrance.caller(head).isPresent() ? 16 << 20 : 4 << 10;
    }

    /// Answers a request. Never throws: our own mistakes are logged and answered with 500.
    public ApiResponse answer(ApiRequest request) {
        try {
            return guard.objection(request).orElseGet(() -> route(request));
        } catch (RuntimeException e) {
            LOG.error("{} {} failed", request.method(), request.segments(), e);
            return ApiResponse.error(
                    500,
                    "the control plane failed to answer",
                    String.join("/", request.segments()),
                    "This is a bug in Heddle; the control plane's log has its trace");
        }
    }

    private ApiResponse route(ApiRequest request) {
        if (request.segments().stream().anyMatch(it -> it.length() > LONGEST_PART)) {
            return ApiResponse.error(
                    400,
                    "a part of the path has more than " + LONGEST_PART + " letters",
                    "path",
                    "Names have at most 253; GET /api/v1/openapi.json lists what there is");
        }
        String method = request.method().equals("HEAD") ? "GET" : request.method();
        var others = new TreeSet<String>();
        for (Route route : routes) {
            var path = route.match(request.segments());
            if (path.isPresent() && route.method().equals(method)) {
                return admitted(route, request, path.get());
            }
            path.ifPresent(_ -> others.add(route.method()));
        }
        String where = "/" + String.join("/", request.segments());
        if (!others.isEmpty()) {
            String allowed = String.join(", ", others);
            return ApiResponse.error(
                            405,
                            request.method() + " is not possible here",
                            where,
                            "Use " + allowed)
                    .withHeader("Allow", allowed);
        }
        return ApiResponse.error(
                404,
                "there is nothing here",
                where,
                "GET /api/v1/openapi.json lists what there is");
    }

    private ApiResponse admitted(Route route, ApiRequest request, PathParameters path) {
        if (route.rule() instanceof Rule.Open) {
            var call = new Call(request, path, Entrance.stranger(request));
            return audited.recorded(
                    call, route.objection(request).orElseGet(() -> route.handler().apply(call)));
        }
        Optional<Caller> caller = entrance.caller(request);
        if (caller.isEmpty()) {
            return Entrance.unknown(request);
        }
        var call = new Call(request, path, caller.get());
        return audited.recorded(
                call,
                route.rule()
                        .objection(caller.get(), path)
                        .or(() -> route.objection(request))
                        .orElseGet(() -> route.handler().apply(call)));
    }
}
